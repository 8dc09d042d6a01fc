"""The store as the services see it: units of work over one file."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from pathlib import Path
from typing import TypeVar

from appsprint.adapters.sqlite.connection import open_reader, open_rehearsal, open_writer
from appsprint.adapters.sqlite.lock import ServerLock
from appsprint.adapters.sqlite.migrations import Migration, is_outdated, migrate
from appsprint.adapters.sqlite.rehearsal import SqliteRehearsal
from appsprint.adapters.sqlite.unit_of_work import SqliteUnitOfWork
from appsprint.adapters.sqlite.writer import Item, Job, Writer
from appsprint.domain.click import Click, FilteredVisit
from appsprint.errors import StoreUnavailable
from appsprint.ports.rehearsal import Rehearsal, RehearsedPeriod
from appsprint.ports.store import Completion, CompletionSink, ItemsWork, UnitOfWork

T = TypeVar("T")


class SqliteStore:
    """One SQLite file; see ``ports.store.Store`` for what every method promises.

    Args:
        path: The file; it and its folder are made when they are missing.
        exclusive: Take the server's lock, so that a second server is refused. The command line
            works beside a server without it, unless the file still has an older schema: then no
            server may run on it while it is changed.
        on_foreign_change: Called when another process changed the file.
        busy_timeout_ms: How long a write waits for another process's transaction.
    """

    def __init__(
        self,
        path: Path,
        *,
        exclusive: bool = False,
        on_foreign_change: Callable[[], None] = lambda: None,
        busy_timeout_ms: int = 5_000,
    ) -> None:
        self._path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._lock = ServerLock(path)
        self._readers = threading.local()
        self._open_readers: list[sqlite3.Connection] = []
        _make_file(path)
        if exclusive:
            self._lock.acquire()
        try:
            guard = nullcontext() if exclusive else self._lock
            connection, self.migrated = _open(path, busy_timeout_ms, guard)
        except Exception:
            self._lock.release()
            raise
        self._writer = Writer(connection, on_foreign_change=on_foreign_change)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` on one snapshot, on the calling thread."""
        connection, unit_of_work = self._reader()
        try:
            connection.execute("BEGIN")
            try:
                return work(unit_of_work)
            finally:
                connection.rollback()
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"the database cannot be read now: {exc}") from exc

    def rehearse(self, period: RehearsedPeriod, work: Callable[[Rehearsal], T]) -> T:
        """Run ``work`` over a connection of its own, on the calling thread."""
        try:
            with closing(open_rehearsal(self._path)) as connection:
                return work(SqliteRehearsal(connection, period))
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"the past cannot be read now: {exc}") from exc

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` on the writer and wait until its commit is durable."""
        future: Future[T] = Future()
        self._writer.put(Job(work, _FUTURES, future))
        return future.result()

    def enqueue(
        self, work: Callable[[UnitOfWork], object], sink: CompletionSink, ticket: object
    ) -> None:
        """Queue ``work``; the sink learns the outcome after the commit."""
        self._writer.put(Job(work, sink, ticket))

    def enqueue_item(
        self, work: ItemsWork, item: object, sink: CompletionSink, ticket: object
    ) -> None:
        """Queue an item; the sink learns the outcome after the commit."""
        self._writer.put(Job(Item(work, item), sink, ticket))

    def enqueue_click(
        self, click: Click | FilteredVisit, sink: CompletionSink, ticket: object
    ) -> None:
        """Queue a click; the sink learns the outcome after the commit."""
        self._writer.put(Job(click, sink, ticket))

    def clear_deleted(self) -> None:
        """Move the log into the database and empty it: it holds pages as they were before."""
        try:
            with closing(
                open_writer(self._path, busy_timeout_ms=self._busy_timeout_ms)
            ) as connection:
                is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"the database's log cannot be emptied now: {exc}") from exc
        if is_busy:
            raise StoreUnavailable("the database's log cannot be emptied while it is read")

    def backlog(self) -> int:
        """About how many writes wait for the writer."""
        return self._writer.backlog()

    def close(self) -> None:
        """Finish what is queued, close every connection and give the lock back."""
        self._writer.close()
        for connection in self._open_readers:
            connection.close()
        self._open_readers.clear()
        self._lock.release()

    def _reader(self) -> tuple[sqlite3.Connection, SqliteUnitOfWork]:
        """This thread's reading connection."""
        found: tuple[sqlite3.Connection, SqliteUnitOfWork] | None
        found = getattr(self._readers, "pair", None)
        if found is None:
            connection = open_reader(self._path)
            found = (connection, SqliteUnitOfWork(connection))
            self._readers.pair = found
            self._open_readers.append(connection)
        return found


def _make_file(path: Path) -> None:
    """An empty file where there is none, for its owner only: it will hold people's addresses.

    What SQLite puts beside a database takes over its permissions.

    Raises:
        StoreUnavailable: It cannot be made there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never one that exists: closing it would drop the locks that this process has on it
        # (SQLite, "How To Corrupt An SQLite Database File", 2.2).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as exc:
        raise StoreUnavailable(f"the database {path} cannot be made: {exc.strerror}") from exc


def _open(
    path: Path, busy_timeout_ms: int, guard: AbstractContextManager[None]
) -> tuple[sqlite3.Connection, Sequence[Migration]]:
    """The writing connection to a database of the program's schema, and the steps that ran.

    Args:
        guard: Held while a schema that somebody may use is changed.
    """
    connection = open_writer(path, busy_timeout_ms=busy_timeout_ms)
    try:
        with guard if is_outdated(connection) else nullcontext():
            return connection, migrate(connection)
    except sqlite3.Error as exc:
        connection.close()
        raise StoreUnavailable(f"the database {path.name} cannot be used: {exc}") from exc
    except Exception:
        connection.close()
        raise


class _Futures:
    """Completes ``Future`` tickets; for callers that wait on their own thread."""

    def deliver(self, completions: Sequence[Completion]) -> None:
        for ticket, result, error in completions:
            assert isinstance(ticket, Future)  # noqa: S101 only ``write`` uses this sink
            if error is None:
                ticket.set_result(result)
            else:
                ticket.set_exception(error)


_FUTURES = _Futures()
