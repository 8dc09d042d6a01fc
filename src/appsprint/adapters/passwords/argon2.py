"""Passwords hashed with Argon2id and weighed against lists of common ones."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

# Fewer guesses than this are made in minutes even against a slow hash (zxcvbn's score 3).
_SAFE_SCORE = 3
# Each hash takes 64 MiB for a moment: a crowd of sign-ins waits in line instead.
_AT_ONCE = 2
# What zxcvbn looks at; its time grows with the square of the length, and longer ones are safe.
_LOOKED_AT = 100


class Argon2Passwords:
    """See ``ports.passwords.Passwords``; the defaults are those of RFC 9106 for little memory.

    Args:
        time_cost: Passes over the memory.
        memory_kib: Memory for each hash, in KiB.
    """

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib)
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, plain: str) -> str:
        with self._turn:
            return self._hasher.hash(plain.encode("utf-8", "surrogatepass"))

    def matches(self, stored: str, plain: str) -> bool:
        try:
            with self._turn:
                return self._hasher.verify(stored, plain.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)

    def weakness(self, plain: str, *, about: Sequence[str]) -> str | None:
        found = zxcvbn(plain[:_LOOKED_AT], user_inputs=list(about), max_length=_LOOKED_AT)
        if found["score"] >= _SAFE_SCORE:
            return None
        feedback = found["feedback"]
        words = [feedback["warning"], *feedback["suggestions"]]
        return " ".join(f"{word.rstrip('.')}." for word in words if word) or "Too easy to guess."
