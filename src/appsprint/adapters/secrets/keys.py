"""Secret keys: how they are written, and the file that holds them beside the database."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appsprint.errors import ConfigurationError

KEY_BYTES = 32
SETTING = "APPSPRINT_SECRET_KEY"
PREVIOUS_SETTING = f"{SETTING}_PREVIOUS"
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class SecretKey:
    """32 bytes, known by the start of their hash so that they never need to be shown."""

    raw: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Eight hex digits."""
        return hashlib.sha256(self.raw).hexdigest()[:8]


def parse_key(text: str, *, setting: str = SETTING) -> SecretKey:
    """The key given as 64 hex digits or as base64.

    Raises:
        ConfigurationError: Neither form, or not 32 bytes.
    """
    cleaned = text.strip()
    try:
        is_hex = len(cleaned) == 2 * KEY_BYTES
        raw = bytes.fromhex(cleaned) if is_hex else base64.b64decode(cleaned, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ConfigurationError(
            f"{setting} must be {KEY_BYTES} bytes, written as 64 hex digits or base64"
        )
    return SecretKey(raw)


def parse_keys(text: str, *, setting: str) -> Sequence[SecretKey]:
    """Several keys with commas or white space between them; raises as ``parse_key`` does."""
    return [parse_key(part, setting=setting) for part in _BETWEEN.split(text) if part]


class KeyFile:
    """A file with a key on each line, the current one first; only its owner can read it.

    It is read again whenever it was replaced, so that a running server follows a rotation.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: Sequence[SecretKey] = ()

    def keys(self) -> Sequence[SecretKey]:
        """The keys; none when there is no file.

        Raises:
            ConfigurationError: The file cannot be read, or a line is no key.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as exc:
            raise self._unusable() from exc
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._keys, self._seen = self._read(), seen
        return self._keys

    def create(self) -> None:
        """Make the file with a new key, unless it is there already.

        Raises:
            ConfigurationError: It cannot be written.
        """
        with self._draft([_new_key()]) as draft, contextlib.suppress(FileExistsError):
            # Unlike a rename, a link never replaces what another process made meanwhile.
            os.link(draft, self._path)

    def add(self) -> SecretKey:
        """Make a new key the current one, and keep the others. The file is replaced whole.

        Raises:
            ConfigurationError: The file cannot be read or written.
        """
        keys = [_new_key(), *self.keys()]
        with self._draft(keys) as draft:
            draft.replace(self._path)
        return keys[0]

    @contextlib.contextmanager
    def _draft(self, keys: Sequence[SecretKey]) -> Iterator[Path]:
        """A complete file beside the real one; what becomes of it survives a power cut."""
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.writelines(f"{key.raw.hex()}\n" for key in keys)
                file.flush()
                os.fsync(file.fileno())
            yield draft
            draft.unlink(missing_ok=True)
            _sync_folder(self._path.parent)
        except OSError as exc:
            raise ConfigurationError(
                f"the secret key file {self._path.name} cannot be written: {exc.strerror}"
            ) from exc

    def _read(self) -> Sequence[SecretKey]:
        try:
            keys = parse_keys(self._path.read_text(encoding="ascii"), setting=self._path.name)
        except (OSError, UnicodeDecodeError, ConfigurationError) as exc:
            raise self._unusable() from exc
        if not keys:
            raise self._unusable()
        return keys

    def _unusable(self) -> ConfigurationError:
        return ConfigurationError(
            f"the secret key file {self._path.name} cannot be used: restore it from a backup. "
            f"With the key in {SETTING}, move the file away instead"
        )


class Keys:
    """The port ``KeyRing``: the key of the settings, else those of the file; then earlier ones.

    Args:
        current: From the settings; None takes the file's keys, the first of them to seal with.
        previous: Keys that only open, from the settings.
        file: Beside the database; it does not count where the settings name a key, so that a
            wrong one is noticed.
    """

    def __init__(
        self, *, current: SecretKey | None, previous: Sequence[SecretKey], file: KeyFile
    ) -> None:
        self._current = current
        self._previous = previous
        self._file = file

    def all(self) -> Sequence[SecretKey]:
        """The current key first; raises as ``key_ids`` does."""
        own = self._file.keys() if self._current is None else (self._current,)
        return list({key.id: key for key in (*own, *self._previous)}.values())

    def key_ids(self) -> Sequence[str]:
        return [key.id for key in self.all()]

    def is_from_settings(self) -> bool:
        return self._current is not None

    def unused_key_ids(self) -> Sequence[str]:
        filed = () if self._current is None else self._file.keys()
        return [key.id for key in filed]

    def make_key(self) -> str:
        if self._current is not None:
            raise ConfigurationError(
                f"the current key comes from {SETTING}, so a new one is set there"
            )
        return self._file.add().id


def _new_key() -> SecretKey:
    return SecretKey(secrets.token_bytes(KEY_BYTES))


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
