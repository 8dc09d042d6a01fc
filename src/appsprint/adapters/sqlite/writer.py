"""The one writer: a thread that runs queued work in order, many pieces to a commit.

Whatever arrives while one commit is on its way to the disk goes into the next, so the sync is
shared by more requests the busier the server is, and no timer is needed.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import structlog

from appsprint.adapters.sqlite.bulk import MAX_ROWS
from appsprint.adapters.sqlite.clicks import SqliteClicks
from appsprint.adapters.sqlite.unit_of_work import SqliteUnitOfWork
from appsprint.domain.click import Click, FilteredVisit
from appsprint.errors import AppsprintError, Conflict, StoreUnavailable
from appsprint.ports.store import Completion, CompletionSink, ItemsWork

log = structlog.get_logger()

MAX_GROUP = 2_000
# How often the writer looks whether another process changed the file.
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Item:
    """One of many things that the same work takes together."""

    work: ItemsWork
    item: object


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of queued work and where its outcome goes."""

    work: Callable[[SqliteUnitOfWork], object] | Item | Click | FilteredVisit
    sink: CompletionSink
    ticket: object


class Writer:
    """Owns the writing connection; everything it does happens on its own thread."""

    def __init__(
        self, connection: sqlite3.Connection, *, on_foreign_change: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._unit_of_work = SqliteUnitOfWork(connection)
        self._on_foreign_change = on_foreign_change
        self._data_version = self._read_data_version()
        self._looked_at = time.monotonic()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        # Between looking whether the store is open and queueing nobody may close it.
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue one job.

        Raises:
            StoreUnavailable: The store is closing.
        """
        with self._gate:
            if self._closed:
                raise StoreUnavailable("the store is shutting down")
            self._queue.put(job)

    def backlog(self) -> int:
        """About how many jobs wait."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what is queued, then end the thread and close the connection."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group:
                self._deliver(self._commit_group(group))
            self._notice_foreign_changes()

    def _next_group(self) -> tuple[list[Job], bool]:
        """Wait for a job, then take what else is there; False once the store is closing."""
        group: list[Job] = []
        try:
            job = self._queue.get(timeout=LOOK_SECONDS)
            while job is not None:
                group.append(job)
                if len(group) >= MAX_GROUP:
                    return group, True
                job = self._queue.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _commit_group(self, group: Sequence[Job]) -> list[tuple[CompletionSink, Completion]]:
        """Run the group in one transaction; its outcomes are only told after the commit."""
        if self._stores_at_once(group):
            return [(job.sink, (job.ticket, None, None)) for job in group]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._run_all(group)
            self._connection.execute("COMMIT")
        except Exception as exc:  # The top of the writer's loop: it must outlive any group.
            self._roll_back()
            is_bug = not isinstance(exc, sqlite3.Error)
            log.error("store_commit_failed", jobs=len(group), error=str(exc), exc_info=is_bug)
            unavailable = StoreUnavailable(f"the database cannot take writes now: {exc}")
            return [(job.sink, (job.ticket, None, unavailable)) for job in group]
        return outcomes

    def _stores_at_once(self, group: Sequence[Job]) -> bool:
        """Store a group of nothing but clicks; False, and no change, when it takes more than that.

        One statement is a transaction by itself. It gives up the interpreter's lock once, where
        ``BEGIN``, ``INSERT`` and ``COMMIT`` do three times, and each time the event loop takes it.
        """
        clicks = [job.work for job in group if isinstance(job.work, Click)]
        if len(clicks) < len(group) or len(group) > MAX_ROWS:
            return False
        try:
            SqliteClicks(self._connection).add_in_one_statement(clicks)
        except Exception:  # noqa: BLE001 the long way tells which click or what else it was
            return False
        return True

    def _run_all(self, group: Sequence[Job]) -> list[tuple[CompletionSink, Completion]]:
        # Clicks are facts without questions, so they go first and all together.
        outcomes: list[tuple[CompletionSink, Completion]] = []
        clicks: list[Click] = []
        visits: list[FilteredVisit] = []
        for job in group:
            if isinstance(job.work, Click):
                clicks.append(job.work)
                outcomes.append((job.sink, (job.ticket, None, None)))
            elif isinstance(job.work, FilteredVisit):
                visits.append(job.work)
                outcomes.append((job.sink, (job.ticket, None, None)))
        store = SqliteClicks(self._connection)
        store.add_clicks(clicks)
        store.add_filtered_visits(visits)
        others = (job for job in group if not isinstance(job.work, Click | FilteredVisit))
        for _, jobs in groupby(others, key=_items_work):
            outcomes.extend(self._run_jobs(list(jobs)))
        return outcomes

    def _run_jobs(self, jobs: Sequence[Job]) -> Iterator[tuple[CompletionSink, Completion]]:
        """Run plain jobs one by one, and items of one work together."""
        for job in jobs:
            if isinstance(job.work, Item):
                yield from self._run_items(job.work.work, jobs)
                return
            if callable(job.work):
                yield job.sink, self._run_one(job.work, job.ticket)

    def _run_items(
        self, work: ItemsWork, jobs: Sequence[Job]
    ) -> Iterator[tuple[CompletionSink, Completion]]:
        items = [job.work.item for job in jobs if isinstance(job.work, Item)]
        _, results, error = self._run_one(lambda uow: work(uow, items), None)
        if error is not None and len(jobs) > 1:
            for job in jobs:
                yield from self._run_items(work, [job])
            return
        found = [error] if error is not None else cast(Sequence[object], results)
        for job, result in zip(jobs, found, strict=True):
            if isinstance(result, Exception):
                yield job.sink, (job.ticket, None, result)
            else:
                yield job.sink, (job.ticket, result, None)

    def _run_one(self, work: Callable[[SqliteUnitOfWork], object], ticket: object) -> Completion:
        """Run one unit of work so that its failure undoes it and nothing else."""
        self._connection.execute("SAVEPOINT work")
        try:
            result = work(self._unit_of_work)
        except sqlite3.OperationalError:
            raise  # The disk or the lock: it concerns the whole group.
        except AppsprintError as exc:
            failure: Exception = exc
        except sqlite3.IntegrityError as exc:
            log.exception("store_work_refused")
            failure = Conflict(f"it does not fit what is stored: {exc}")
        except Exception as exc:
            log.exception("store_work_failed")
            failure = exc
        else:
            self._connection.execute("RELEASE work")
            return ticket, result, None
        self._connection.execute("ROLLBACK TO work")
        self._connection.execute("RELEASE work")
        return ticket, None, failure

    def _roll_back(self) -> None:
        # When even this fails, the next group's BEGIN fails and it is tried again.
        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()

    def _deliver(self, outcomes: Sequence[tuple[CompletionSink, Completion]]) -> None:
        by_sink: dict[CompletionSink, list[Completion]] = defaultdict(list)
        for sink, completion in outcomes:
            by_sink[sink].append(completion)
        for sink, completions in by_sink.items():
            try:
                sink.deliver(completions)
            except Exception:
                log.exception("store_sink_failed", jobs=len(completions))

    def _notice_foreign_changes(self) -> None:
        """Tell the listener when another process, such as the command line, wrote the file."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            version = self._read_data_version()
            if version != self._data_version:
                self._on_foreign_change()
                self._data_version = version
        except Exception:  # It looks again; the writer must outlive its listener.
            log.exception("store_change_not_noticed")

    def _read_data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def _items_work(job: Job) -> ItemsWork | None:
    return job.work.work if isinstance(job.work, Item) else None
