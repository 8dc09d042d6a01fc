"""Passwords: how they are hashed, and whether one can be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Passwords(Protocol):
    """Slow on purpose: a call may take a good part of a second."""

    def hash(self, plain: str) -> str:
        """A salted hash, with everything that checking needs; never the same twice."""
        ...

    def matches(self, stored: str, plain: str) -> bool:
        """Whether ``plain`` is the password behind a hash; False for a hash it cannot read."""
        ...

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with weaker settings than today's."""
        ...

    def weakness(self, plain: str, *, about: Sequence[str]) -> str | None:
        """Why a password is easily guessed, in words; None when it is not.

        Args:
            about: What an attacker knows of the person: the e-mail address, the product's name.
        """
        ...
