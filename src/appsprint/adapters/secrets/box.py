"""Seals texts with AES-256-GCM (NIST SP 800-38D) under the operator's secret keys."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appsprint.adapters.secrets.keys import PREVIOUS_SETTING, SETTING, Keys, SecretKey
from appsprint.domain.sealed_text import FORMAT, HEAD_LENGTH, head_of_key, key_id_of
from appsprint.errors import ConfigurationError

_NONCE_BYTES = 12


class AesGcmBox:
    """The port ``SecretBox`` over all known keys: the current one seals, every one opens."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, plain: str) -> str:
        keys = self._keys.all()
        if not keys:
            raise ConfigurationError(
                f"there is no secret key to seal with: restore the key file, or set {SETTING}"
            )
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(keys[0].raw).encrypt(nonce, plain.encode(), FORMAT.encode())
        return head_of_key(keys[0].id) + base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        key = self._key_for(sealed)
        try:
            raw = base64.b64decode(sealed[HEAD_LENGTH:], validate=True)
            nonce, text = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return AESGCM(key.raw).decrypt(nonce, text, FORMAT.encode()).decode()
        except (InvalidTag, ValueError) as exc:
            raise ConfigurationError("a stored secret was changed and cannot be opened") from exc

    def _key_for(self, sealed: str) -> SecretKey:
        key_id = key_id_of(sealed)
        if key_id is None:
            raise ConfigurationError("a stored secret was changed and cannot be opened")
        for key in self._keys.all():
            if key.id == key_id:
                return key
        raise ConfigurationError(
            f"a stored secret was sealed with key {key_id}, which is not known here: set {SETTING} "
            f"to it, or {PREVIOUS_SETTING} when the key was changed"
        )


class LockedBox:
    """The port ``SecretBox`` while keys are missing: it neither opens nor seals anything.

    A text sealed now, under whatever key happens to be there, would be lost once the right key
    is back.
    """

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def seal(self, plain: str) -> str:
        del plain
        raise ConfigurationError(self._problem)

    def open(self, sealed: str) -> str:
        del sealed
        raise ConfigurationError(self._problem)
