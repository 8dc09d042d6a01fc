"""A spool of JSON lines in a folder beside the database."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from appsprint.domain.click import Click, FilteredVisit
from appsprint.errors import StoreUnavailable

log = structlog.get_logger()

_CLICK = msgspec.json.Decoder(Click)
_VISIT = msgspec.json.Decoder(FilteredVisit)
_ENCODER = msgspec.json.Encoder()


class FileSpool:
    """See ``ports.spool.ClickSpool``.

    New clicks go to ``clicks.jsonl``. Taking renames it to ``taken.jsonl``, so that a crash
    between storing and dropping gives the same clicks again; storing a click twice is harmless.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "clicks.jsonl"
        self._taken = folder / "taken.jsonl"
        self._unreadable = folder / "unreadable.jsonl"
        self._lock = threading.Lock()

    def append(self, clicks: Sequence[Click | FilteredVisit]) -> None:
        # The line before may have been cut short by a crash or a full disk; starting a new one
        # keeps this click whole.
        lines = b"".join(b"\n" + _ENCODER.encode(click) for click in clicks) + b"\n"
        with self._lock:
            try:
                _append_durably(self._incoming, lines)
            except OSError as exc:
                raise StoreUnavailable(f"the spool cannot be written: {exc.strerror}") from exc

    def take(self) -> Sequence[Click | FilteredVisit]:
        with self._lock:
            if not self._taken.exists():
                if not self._incoming.exists():
                    return []
                self._incoming.rename(self._taken)
            lines = filter(None, self._taken.read_bytes().split(b"\n"))
        return [click for line in lines if (click := self._read(line)) is not None]

    def drop_taken(self) -> None:
        with self._lock:
            self._taken.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        return not (self._incoming.exists() or self._taken.exists())

    def _read(self, line: bytes) -> Click | FilteredVisit | None:
        """One line; one that a crash cut short is set aside."""
        for decoder in (_CLICK, _VISIT):
            try:
                return decoder.decode(line)
            except (msgspec.DecodeError, ValueError):
                continue
        log.error("spool_line_unreadable", length_bytes=len(line))
        _append_durably(self._unreadable, line + b"\n")
        return None


def _append_durably(path: Path, data: bytes) -> None:
    _make_durably(path.parent)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A disk that fills up takes a part first and fails after.
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)


def _make_durably(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
