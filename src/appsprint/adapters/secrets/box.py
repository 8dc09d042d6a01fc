"""Seals texts with AES-256-GCM (NIST SP 800-38D) under the operator's secret key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appsprint.errors import ConfigurationError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "v1"


class AesGcmBox:
    """A ``ports.secret_box.SecretBox`` over one key.

    A sealed text is ``v1:<key id>:<nonce and ciphertext>``, the last part in base64. The key id
    is the start of the key's hash, so that a text under another key is told from a broken one.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key_id = hashlib.sha256(key).hexdigest()[:8]

    def seal(self, plain: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plain.encode(), _FORMAT.encode())
        return f"{_FORMAT}:{self._key_id}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str) -> str:
        _, _, rest = sealed.partition(":")
        key_id, _, text = rest.partition(":")
        if key_id != self._key_id:
            raise ConfigurationError(
                f"a stored secret was sealed with key {key_id} and the configured key is "
                f"{self._key_id}: set APPSPRINT_SECRET_KEY to the key that was in use"
            )
        try:
            raw = base64.b64decode(text, validate=True)
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _FORMAT.encode())
        except (InvalidTag, ValueError) as exc:
            raise ConfigurationError("a stored secret was changed and cannot be opened") from exc
        return plain.decode()


def parse_key(text: str) -> bytes:
    """The 32 bytes of a key given as 64 hex digits or as base64.

    Raises:
        ConfigurationError: Neither form, or not 32 bytes.
    """
    cleaned = text.strip()
    try:
        is_hex = len(cleaned) == 2 * _KEY_BYTES
        key = bytes.fromhex(cleaned) if is_hex else base64.b64decode(cleaned, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(
            "APPSPRINT_SECRET_KEY must be 32 bytes, written as 64 hex digits or base64"
        )
    return key


def load_or_create_key(path: Path) -> bytes:
    """The key in a file that only its owner can read; made when it is not there.

    Raises:
        ConfigurationError: The file cannot be made or read, or holds no key.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    except OSError as exc:
        raise ConfigurationError(
            f"the secret key file {path.name} cannot be made: {exc.strerror}"
        ) from exc
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        return parse_key(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, ConfigurationError) as exc:
        raise ConfigurationError(
            f"the secret key file {path.name} cannot be used: restore it from a backup, or set "
            "APPSPRINT_SECRET_KEY; with a new key, stored tokens must be entered again"
        ) from exc
