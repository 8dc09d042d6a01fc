"""Care of the database file: what it is, bringing it up to date, copying it while it is in use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appsprint.adapters.sqlite.connection import open_reader
from appsprint.adapters.sqlite.inspection import SqliteInspection
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.errors import ConfigurationError, StoreUnavailable

# 4 MiB at SQLite's page size: often enough for a progress bar, seldom enough to cost nothing.
_PAGES_A_STEP = 1024

# How many pages are copied, and how many there are.
CopyListener = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """The database file from outside.

    Attributes:
        size_bytes: Of the file; 0 when there is none yet.
        log_size_bytes: Of the write-ahead log beside it.
        schema: The number of the last migration that ran; 0 when there is no file.
        newest_schema: The number that this program brings it to.
    """

    path: Path
    size_bytes: int
    log_size_bytes: int
    schema: int
    newest_schema: int


class SqliteMaintenance:
    """Works on one file, beside a running server except where it says otherwise."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inspection = SqliteInspection(path)

    def describe(self) -> DatabaseFacts:
        """What the file is; it is not made when there is none.

        Raises:
            ConfigurationError: It holds something else than our tables.
            StoreUnavailable: It cannot be read.
        """
        versions = self._inspection.versions() if self._path.exists() else None
        return DatabaseFacts(
            path=self._path.absolute(),
            size_bytes=_size(self._path),
            log_size_bytes=_size(self._path.with_name(f"{self._path.name}-wal")),
            schema=versions.present if versions else 0,
            newest_schema=versions.newest if versions else SqliteInspection.newest_schema(),
        )

    def damages(self) -> Sequence[str]:
        """What is broken in the stored bytes; reads the whole file once.

        Raises:
            StoreUnavailable: There is no file, or it cannot be read.
        """
        return self._inspection.damages()

    def migrate(self) -> Sequence[str]:
        """Bring the file to the program's schema; the names of the steps that ran.

        Raises:
            AlreadyRunning: A server uses the file; stop it first.
            NewerDatabase: A newer program wrote it.
        """
        store = SqliteStore(self._path, exclusive=True)
        store.close()
        return [f"{step.number:04d}_{step.name}" for step in store.migrated]

    def back_up(self, target: Path, *, on_progress: CopyListener = lambda done, total: None) -> int:
        """Copy the database as it is at this moment; the size of the copy in bytes.

        The copy appears under its name only when it is whole and on the disk. It is readable by
        its owner only, as it holds what the original holds. Writers are not held up.

        Raises:
            ConfigurationError: ``target`` exists already, or its folder does not.
            StoreUnavailable: There is no database, or it cannot be copied.
        """
        if not self._path.exists():
            raise StoreUnavailable(f"there is no database file {self._path}")
        if target.exists():
            raise ConfigurationError(f"{target} exists already: name a new file")
        partial = target.with_name(f"{target.name}.partial")
        try:
            partial.unlink(missing_ok=True)
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _copy(self._path, partial, on_progress)
            _make_durable(partial)
            partial.rename(target)
            _make_durable(target.parent)
        except (OSError, sqlite3.Error) as exc:
            partial.unlink(missing_ok=True)
            raise StoreUnavailable(f"the database cannot be copied to {target}: {exc}") from exc
        return _size(target)


def _copy(source: Path, target: Path, on_progress: CopyListener) -> None:
    """SQLite's online backup, of one snapshot.

    Without a transaction of its own a copy begins anew whenever somebody writes (SQLite, "Using
    the SQLite Online Backup API"), and beside a busy server it would never end.
    """

    def report(status: int, remaining: int, total: int) -> None:
        del status
        on_progress(total - remaining, total)

    with closing(open_reader(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        reader.backup(writer, pages=_PAGES_A_STEP, progress=report, sleep=0)
        # One file that can be moved about: without the log that the original has beside it.
        writer.execute("PRAGMA journal_mode = DELETE")


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
