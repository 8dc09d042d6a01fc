"""What every store promises of its units of work: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from appsprint.domain.ids import AppId
from appsprint.errors import NotFound, StoreUnavailable
from appsprint.ports.store import Completion, Store, UnitOfWork
from appsprint.testing.builders import Answers, make_app, make_click, put_clicks

WAIT_SECONDS = 30


class StoreContract:
    """The rules of ``ports.store.Store``; ``store`` is a fixture of the subclass."""

    def test_a_write_returns_its_result_once_others_see_it(self, store: Store) -> None:
        """What ``write`` returned is committed."""
        result = store.write(lambda uow: add(uow, "app_1"))

        assert (result, names(store)) == ("app_1", ["app_1"])

    def test_a_unit_of_work_sees_what_it_wrote(self, store: Store) -> None:
        """What one call writes, the next one in the same unit sees."""

        def work(uow: UnitOfWork) -> bool:
            add(uow, "app_1")
            return uow.apps.get(AppId("app_1")) is not None

        assert store.write(work)

    def test_a_write_that_raises_changes_nothing(self, store: Store) -> None:
        """Everything that it wrote before is undone, and the caller gets its error."""

        def work(uow: UnitOfWork) -> None:
            add(uow, "app_1")
            raise NotFound("nothing to find")

        with pytest.raises(NotFound):
            store.write(work)

        assert names(store) == []

    def test_a_write_that_raises_takes_no_other_with_it(self, store: Store) -> None:
        """Writes that share a commit fail one by one."""
        hold = Hold(store)
        outcomes: list[Future[object]] = [Future() for _ in range(5)]
        for number, outcome in enumerate(outcomes):
            store.enqueue(failing(number) if number % 2 else adding(number), Answers(), outcome)
        hold.release()

        errors = [type(outcome.exception(WAIT_SECONDS)) for outcome in outcomes]
        assert errors == [type(None), NotFound, type(None), NotFound, type(None)]
        assert names(store) == ["app_0", "app_2", "app_4"]

    def test_writes_run_in_the_order_in_which_they_were_queued(self, store: Store) -> None:
        """One after another, each sees those before it."""
        hold = Hold(store)
        seen: list[Future[object]] = [Future() for _ in range(20)]
        for number, outcome in enumerate(seen):
            store.enqueue(adding(number), Answers(), outcome)
        hold.release()

        assert [outcome.result(WAIT_SECONDS) for outcome in seen] == list(range(20))

    def test_a_sink_learns_of_an_outcome_after_the_commit(self, store: Store) -> None:
        """Whoever is told can read what was written."""
        sink = Looker(store)
        store.enqueue(adding(0), sink, "ticket")

        assert sink.wait() == [("ticket", 0, None)]
        assert sink.seen == ["app_0"]

    def test_a_sink_learns_of_an_error(self, store: Store) -> None:
        """A ticket comes back with the error of its work and no result."""
        sink = Looker(store)
        store.enqueue(failing(1), sink, "ticket")

        [(ticket, result, error)] = sink.wait()
        assert (ticket, result, type(error)) == ("ticket", None, NotFound)

    def test_a_sink_that_fails_stops_nothing(self, store: Store) -> None:
        """The next write is taken as if nothing had happened."""
        store.enqueue(adding(0), BrokenSink(), "ticket")

        store.write(adding(1))
        assert names(store) == ["app_0", "app_1"]

    def test_items_that_wait_together_go_into_one_call(self, store: Store) -> None:
        """Each gets its own result, in the order in which they were queued."""
        hold, calls = Hold(store), Calls()
        answers: list[Future[object]] = [Future() for _ in range(5)]
        for number, answer in enumerate(answers):
            store.enqueue_item(calls.add_all, number, Answers(), answer)
        hold.release()

        assert [answer.result(WAIT_SECONDS) for answer in answers] == [0, 10, 20, 30, 40]
        assert calls.seen == [[0, 1, 2, 3, 4]]
        assert names(store) == ["app_0", "app_1", "app_2", "app_3", "app_4"]

    def test_work_between_items_keeps_its_place(self, store: Store) -> None:
        """What was queued before it is done before it."""
        hold, calls, seen = Hold(store), Calls(), Future[object]()
        last: Future[object] = Future()
        store.enqueue_item(calls.add_all, 0, Answers(), Future())
        store.enqueue(lambda uow: len(uow.apps.all()), Answers(), seen)
        store.enqueue_item(calls.add_all, 1, Answers(), last)
        hold.release()

        assert (seen.result(WAIT_SECONDS), last.result(WAIT_SECONDS)) == (1, 10)
        assert calls.seen == [[0], [1]]

    def test_an_item_can_be_refused_alone(self, store: Store) -> None:
        """An error as its result is its outcome; the others are stored."""
        hold, answers = Hold(store), [Future[object](), Future[object]()]
        for number, answer in enumerate(answers):
            store.enqueue_item(refusing_odd, number, Answers(), answer)
        hold.release()

        assert answers[0].result(WAIT_SECONDS) == 0
        assert isinstance(answers[1].exception(WAIT_SECONDS), NotFound)
        assert names(store) == ["app_0"]

    def test_items_are_taken_one_by_one_after_a_failure(self, store: Store) -> None:
        """One that breaks the work breaks it for nobody else."""
        hold, calls = Hold(store), Calls(broken=1)
        answers: list[Future[object]] = [Future() for _ in range(3)]
        for number, answer in enumerate(answers):
            store.enqueue_item(calls.add_all, number, Answers(), answer)
        hold.release()

        errors = [type(answer.exception(WAIT_SECONDS)) for answer in answers]
        assert errors == [type(None), ZeroDivisionError, type(None)]
        assert names(store) == ["app_0", "app_2"]

    def test_reads_keep_one_snapshot(self, store: Store) -> None:
        """A write during a read does not change what the read sees."""

        def work(uow: UnitOfWork) -> tuple[int, int]:
            before = len(uow.apps.all())
            with ThreadPoolExecutor(1) as pool:
                pool.submit(store.write, adding(0)).result(WAIT_SECONDS)
            return before, len(uow.apps.all())

        assert store.read(work) == (0, 0)
        assert names(store) == ["app_0"]

    def test_a_read_changes_nothing(self, store: Store) -> None:
        """Writing inside a read is refused or forgotten."""
        with pytest.raises(StoreUnavailable):
            store.read(lambda uow: add(uow, "app_1"))

        assert names(store) == []

    def test_parallel_writers_lose_nothing(self, store: Store) -> None:
        """Twenty threads write at once; every write is there."""
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda number: store.write(adding(number)), range(100)))

        assert len(names(store)) == 100

    def test_what_was_queued_before_closing_is_stored(self, store: Store) -> None:
        """Closing finishes the queue; after that nothing is taken any more."""
        outcomes: list[Future[object]] = [Future() for _ in range(50)]
        for number, outcome in enumerate(outcomes):
            store.enqueue(adding(number), Answers(), outcome)
        store.close()

        assert [outcome.exception(WAIT_SECONDS) for outcome in outcomes] == [None] * 50

    def test_a_closed_store_takes_nothing(self, store: Store) -> None:
        """Every way of writing says so at once."""
        store.close()

        with pytest.raises(StoreUnavailable):
            store.write(adding(0))
        with pytest.raises(StoreUnavailable):
            store.enqueue(adding(0), Answers(), Future())
        with pytest.raises(StoreUnavailable):
            store.enqueue_item(refusing_odd, 0, Answers(), Future())
        with pytest.raises(StoreUnavailable):
            store.enqueue_click(make_click(), Answers(), Future())

    def test_closing_twice_is_harmless(self, store: Store) -> None:
        """The second time nothing is left to do."""
        put_clicks(store, make_click())

        store.close()
        store.close()


class Calls:
    """Work on items that remembers how it was called and gives ten times each number."""

    def __init__(self, *, broken: int | None = None) -> None:
        self.seen: list[list[int]] = []
        self._broken = broken

    def add_all(self, uow: UnitOfWork, items: Sequence[int]) -> list[object]:
        """Add an app for each number; fails after having added some when one is broken."""
        self.seen.append(list(items))
        for number in items:
            add(uow, f"app_{number}")
        if self._broken in items:
            raise ZeroDivisionError
        return [10 * number for number in items]


def refusing_odd(uow: UnitOfWork, items: Sequence[int]) -> list[object]:
    """Add an app for each even number."""
    for number in items:
        if number % 2 == 0:
            add(uow, f"app_{number}")
    return [NotFound("odd") if number % 2 else number for number in items]


class Hold:
    """Keeps the writer busy until it is released, so that what follows shares one commit."""

    def __init__(self, store: Store) -> None:
        self._held = threading.Event()
        self._free = threading.Event()
        store.enqueue(self._hold, Answers(), Future())
        self._held.wait(WAIT_SECONDS)

    def _hold(self, uow: UnitOfWork) -> None:
        self._held.set()
        self._free.wait(WAIT_SECONDS)

    def release(self) -> None:
        """Let the writer go on."""
        self._free.set()


class Looker:
    """A sink that looks into the store the moment it is told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: Future[list[Completion]] = Future()
        self.seen: list[str] = []

    def deliver(self, completions: Sequence[Completion]) -> None:
        """Look, and remember."""
        self.seen = names(self._store)
        self._told.set_result(list(completions))

    def wait(self) -> list[Completion]:
        """What it was told."""
        return self._told.result(WAIT_SECONDS)


class BrokenSink:
    """A sink that breaks its promise not to raise."""

    def deliver(self, completions: Sequence[Completion]) -> None:
        """Fail."""
        raise RuntimeError("nobody listens")


def add(uow: UnitOfWork, app_id: str) -> str:
    """Store an app; its id."""
    uow.apps.add(make_app(id=AppId(app_id), name=app_id))
    return app_id


def adding(number: int) -> Callable[[UnitOfWork], int]:
    """Work that stores an app and returns how many were there before."""

    def work(uow: UnitOfWork) -> int:
        before = len(uow.apps.all())
        add(uow, f"app_{number}")
        return before

    return work


def failing(number: int) -> Callable[[UnitOfWork], None]:
    """Work that stores an app and then raises."""

    def work(uow: UnitOfWork) -> None:
        add(uow, f"app_{number}")
        raise NotFound("nothing to find")

    return work


def names(store: Store) -> list[str]:
    """The ids of all apps, in order."""
    return sorted(app.id for app in store.read(lambda uow: uow.apps.all()))
