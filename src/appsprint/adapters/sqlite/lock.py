"""One server per database file: an advisory lock on a file beside it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from appsprint.errors import AlreadyRunning, StoreUnavailable


class ServerLock:
    """Held by a running server; the operating system frees it when the process ends."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            AlreadyRunning: Another server holds it.
            StoreUnavailable: The file beside the database cannot be made.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise StoreUnavailable(f"{self._path} cannot be made: {exc.strerror}") from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            owner = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunning(
                f"another server (process {owner}) already uses {self._path.with_suffix('').name}: "
                "stop it, or give this one another APPSPRINT_DATABASE_URL"
            ) from exc
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; without effect when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
