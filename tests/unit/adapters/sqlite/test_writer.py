"""The one writer: groups, failures, other processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.errors import Conflict, StoreUnavailable
from appsprint.ports.store import UnitOfWork
from appsprint.testing.builders import (
    APP_ID,
    Answers,
    make_click,
    make_visit,
    put_clicks,
)
from appsprint.testing.store import Hold, add, adding, names

WAIT_SECONDS = 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store that hardly waits for others."""
    opened = SqliteStore(tmp_path / "store.db", busy_timeout_ms=50)
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path, store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """Another process's connection to the same file."""
    del store
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
        yield connection


def test_what_waits_shares_one_commit(store: SqliteStore, other: sqlite3.Connection) -> None:
    """However many pieces of work there are."""
    before = data_version(other)
    hold = Hold(store)
    answers: list[Future[object]] = [Future() for _ in range(300)]
    for number, answer in enumerate(answers):
        store.enqueue(adding(number), Answers(), answer)
    assert store.backlog() >= 299
    hold.release()
    for answer in answers:
        answer.result(WAIT_SECONDS)

    assert len(names(store)) == 300
    assert data_version(other) - before <= 2


def test_more_than_one_group_is_stored(store: SqliteStore) -> None:
    """A group has an end; what is left goes into the next."""
    hold = Hold(store)
    clicks = [make_click() for _ in range(4_500)]
    answers: list[Future[object]] = [Future() for _ in clicks]
    for click, answer in zip(clicks, answers, strict=True):
        store.enqueue_click(click, Answers(), answer)
    hold.release()
    for answer in answers:
        answer.result(WAIT_SECONDS)

    last = clicks[-1]
    assert store.read(lambda uow: uow.clicks.get(APP_ID, last.id)) == last
    assert store.read(lambda uow: uow.links.counts(APP_ID, last.link_id)).clicks == 4_500


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ZeroDivisionError(), ZeroDivisionError),
        (sqlite3.IntegrityError("UNIQUE"), Conflict),
        (sqlite3.ProgrammingError("binding"), sqlite3.ProgrammingError),
        (OverflowError("too large"), OverflowError),
    ],
)
def test_a_failing_unit_of_work_undoes_only_itself(
    store: SqliteStore, error: Exception, told: type[Exception]
) -> None:
    """Whatever its error; a broken rule of the tables is a conflict."""

    def fail(uow: UnitOfWork) -> None:
        add(uow, "app_failing")
        raise error

    answers = in_one_group(store, adding(0), fail, adding(1))

    assert isinstance(answers[1].exception(WAIT_SECONDS), told)
    assert [answer.exception(WAIT_SECONDS) for answer in (answers[0], answers[2])] == [None, None]
    assert names(store) == ["app_0", "app_1"]


def test_a_click_beside_a_failing_unit_of_work_is_stored(store: SqliteStore) -> None:
    """Clicks depend on nobody."""

    def fail(uow: UnitOfWork) -> None:
        raise ZeroDivisionError

    click, hold, answer, failed = make_click(), Hold(store), Future[object](), Future[object]()
    store.enqueue(fail, Answers(), failed)
    store.enqueue_click(click, Answers(), answer)
    hold.release()

    assert answer.exception(WAIT_SECONDS) is None
    assert store.read(lambda uow: uow.clicks.get(APP_ID, click.id)) == click


def test_trouble_with_the_disk_undoes_the_whole_group(store: SqliteStore) -> None:
    """Nobody is told that a write is durable; all are told to try again."""

    def break_disk(uow: UnitOfWork) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    answers = in_one_group(store, adding(0), break_disk, adding(1))

    assert {type(answer.exception(WAIT_SECONDS)) for answer in answers} == {StoreUnavailable}
    assert names(store) == []
    store.write(adding(2))
    assert names(store) == ["app_2"]


def test_a_click_that_cannot_be_stored_does_not_end_the_writer(store: SqliteStore) -> None:
    """Its group fails; the next one is stored as ever."""
    hopeless = make_click(user_agent="half a flower \ud83c")
    with pytest.raises(StoreUnavailable):
        put_clicks(store, hopeless)

    click = make_click()
    put_clicks(store, click, make_visit())
    assert store.read(lambda uow: uow.clicks.get(APP_ID, click.id)) == click


def test_a_locked_file_is_unavailable_until_it_is_free(
    store: SqliteStore, other: sqlite3.Connection
) -> None:
    """Writes fail after the time that the store waits, reads go on, and then all is well."""
    store.write(adding(0))
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked"):
        store.write(adding(1))
    with pytest.raises(StoreUnavailable):
        put_clicks(store, make_click())
    assert names(store) == ["app_0"]

    other.execute("ROLLBACK")
    store.write(adding(2))
    assert names(store) == ["app_0", "app_2"]


def test_a_change_by_another_process_is_noticed(tmp_path: Path) -> None:
    """Once, while nothing else happens; our own writes are no news."""
    calls: list[int] = []
    noticed = threading.Event()

    def listen() -> None:
        calls.append(1)
        noticed.set()

    store = SqliteStore(tmp_path / "store.db", on_foreign_change=listen)
    with closing(SqliteStore(tmp_path / "store.db")) as command_line:
        store.write(adding(0))
        command_line.write(adding(1))
        assert noticed.wait(WAIT_SECONDS)
    store.close()

    assert calls == [1]


def test_a_listener_that_fails_is_asked_again(tmp_path: Path) -> None:
    """The writer outlives it, and the change is not forgotten."""
    calls: list[int] = []
    heard = threading.Event()

    def listen() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise StoreUnavailable("not now")
        heard.set()

    store = SqliteStore(tmp_path / "store.db", on_foreign_change=listen)
    with closing(SqliteStore(tmp_path / "store.db")) as command_line:
        command_line.write(adding(0))
        assert heard.wait(WAIT_SECONDS)
    store.write(adding(1))
    store.close()


def test_reading_after_closing_is_refused(store: SqliteStore) -> None:
    """By the thread that read before as well."""
    names(store)
    store.close()

    with pytest.raises(StoreUnavailable):
        names(store)


def in_one_group(
    store: SqliteStore, *works: Callable[[UnitOfWork], object]
) -> list[Future[object]]:
    """Queue several pieces of work so that they share a commit."""
    hold = Hold(store)
    answers: list[Future[object]] = []
    for work in works:
        answers.append(Future())
        store.enqueue(work, Answers(), answers[-1])
    hold.release()
    return answers


def data_version(connection: sqlite3.Connection) -> int:
    """Rises with every commit of others."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def test_the_log_is_not_emptied_under_a_reader(store: SqliteStore) -> None:
    """It may still see the pages as they were; once it has ended they are gone."""

    def read(uow: UnitOfWork) -> None:
        uow.apps.all()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(store.write, adding(0)).result(WAIT_SECONDS)
            pool.submit(store.clear_deleted).result(WAIT_SECONDS)

    with pytest.raises(StoreUnavailable):
        store.read(read)

    store.clear_deleted()
    assert names(store) == ["app_0"]
