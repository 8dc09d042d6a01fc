"""The loops beside a server: they repeat, they outlive errors, they end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from appsprint.adapters.spool.file import FileSpool
from appsprint.config import Settings
from appsprint.domain.connection import ConnectionStatus, EventsApiState
from appsprint.domain.ids import AppId
from appsprint.domain.rollup import Rollup
from appsprint.entrypoints.worker.loops import Loop, Worker
from appsprint.errors import StoreUnavailable
from appsprint.testing.builders import make_click, make_connection
from tests.support.control_plane import ControlPlane, build_control_plane
from tests.support.intake import IntakeScene, make_read_event
from tests.support.sending import FakeTikTok
from tests.support.waiting import wait_for

WAIT_SECONDS = 20
NEVER = 3600.0
# Ids that count up look very old to the loop that forgets.
KEEPING = Settings(
    retention_clicks_days=0,
    retention_installs_days=0,
    retention_events_days=0,
    retention_deliveries_days=0,
)


class Passes:
    """Counts passes, and lets a test wait for the n-th."""

    def __init__(self, work: Callable[[int], object] = lambda number: None) -> None:
        self._work = work
        self._changed = threading.Condition()
        self.amount = 0

    def __call__(self) -> object:
        with self._changed:
            self.amount += 1
            self._changed.notify_all()
        return self._work(self.amount)

    def wait_for(self, amount: int) -> None:
        """Return once there were so many passes."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.amount >= amount, WAIT_SECONDS)


@pytest.fixture
def started() -> Iterator[Callable[[Loop], Loop]]:
    """Starts loops, and ends them after the test."""
    loops: list[Loop] = []

    def start(loop: Loop) -> Loop:
        loop.start()
        loops.append(loop)
        return loop

    yield start
    for loop in loops:
        loop.stop()
        loop.join(WAIT_SECONDS)


def test_a_loop_repeats_its_work(started: Callable[[Loop], Loop]) -> None:
    """With a pause between."""
    passes = Passes()
    started(Loop("test", passes, seconds=0.001))

    passes.wait_for(5)


def test_a_pass_that_says_so_is_repeated_at_once(started: Callable[[Loop], Loop]) -> None:
    """While it returns True, the pause is left out."""
    passes = Passes(lambda number: number < 5)
    started(Loop("test", passes, seconds=NEVER))

    passes.wait_for(5)
    assert passes.amount == 5


@pytest.mark.parametrize("error", [StoreUnavailable("not now"), ZeroDivisionError()])
def test_a_loop_outlives_its_errors(started: Callable[[Loop], Loop], error: Exception) -> None:
    """Expected ones and others."""

    def fail(number: int) -> None:
        raise error

    passes = Passes(fail)
    started(Loop("test", passes, seconds=0.001))

    passes.wait_for(3)


def test_a_loop_that_is_stopped_ends_after_its_pass() -> None:
    """It does not wait for its pause."""
    passes = Passes()
    loop = Loop("test", passes, seconds=NEVER)
    loop.start()
    passes.wait_for(1)

    loop.stop()
    loop.join(WAIT_SECONDS)
    assert passes.amount == 1


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """Services whose network remembers what it took."""
    built = build_control_plane(tmp_path, settings=KEEPING)
    built.network.sender = FakeTikTok()
    yield built
    built.store.close()


@pytest.fixture
def spool(tmp_path: Path) -> FileSpool:
    """An empty spool."""
    return FileSpool(tmp_path / "spool")


@pytest.fixture
def worker(plane: ControlPlane, spool: FileSpool) -> Iterator[Worker]:
    """A worker that the test starts."""
    made = Worker(plane.services, spool)
    yield made
    made.stop(WAIT_SECONDS)


def wait_until_taken(plane: ControlPlane, amount: int) -> None:
    """Return once the network took so many events."""
    sender = plane.network.sender
    assert isinstance(sender, FakeTikTok)
    wait_for(lambda: sum(sender.taken.values()) >= amount)


def connected_scene(plane: ControlPlane) -> IntakeScene:
    """An app whose connection can send."""
    scene = IntakeScene(plane)
    save(plane, scene.app.id)
    return scene


def save(plane: ControlPlane, app_id: AppId, state: EventsApiState = EventsApiState.READY) -> None:
    """Save the app's connection in a state."""
    connection = make_connection(
        app_id=app_id, events_api=state, events_token=plane.secrets.seal("events-token")
    )
    plane.store.write(lambda uow: uow.connections.save(connection))


def test_a_worker_sends_what_is_due(plane: ControlPlane, worker: Worker) -> None:
    """What was there before it, and what comes while it runs."""
    scene = connected_scene(plane)
    device = scene.credited_device()
    scene.record([make_read_event(device)])
    worker.start()
    wait_until_taken(plane, 1)

    scene.record([make_read_event(device)])
    wait_until_taken(plane, 2)


def test_a_worker_takes_over_from_a_dead_process(plane: ControlPlane, worker: Worker) -> None:
    """Without waiting for the leases of the dead to run out."""
    scene = connected_scene(plane)
    scene.record([make_read_event(scene.credited_device())])
    claimed = plane.store.write(
        lambda uow: uow.deliveries.claim_due(
            scene.app.id,
            plane.network.network,
            now=plane.clock.now(),
            limit=9,
            lease_id="snd_dead",
            lease=timedelta(hours=1),
        )
    )
    assert claimed == 1

    worker.start()
    wait_until_taken(plane, 1)


def test_a_worker_sends_for_an_app_that_is_connected_later(
    plane: ControlPlane, worker: Worker
) -> None:
    """And again after its token was refused and replaced."""
    scene = connected_scene(plane)
    save(plane, scene.app.id, EventsApiState.REJECTED)
    device = scene.credited_device()
    scene.record([make_read_event(device)])
    worker.start()
    save(plane, scene.app.id)
    wait_until_taken(plane, 1)

    save(plane, scene.app.id, EventsApiState.REJECTED)
    scene.record([make_read_event(device)])
    save(plane, scene.app.id)
    wait_until_taken(plane, 2)


def test_full_batches_follow_one_another_without_a_pause(
    plane: ControlPlane, worker: Worker
) -> None:
    """More waits than one call takes."""
    sender = plane.network.sender
    assert isinstance(sender, FakeTikTok)
    sender.batch = 2
    scene = connected_scene(plane)
    device = scene.credited_device()
    scene.record([make_read_event(device, number) for number in range(9)])
    worker.start()

    wait_until_taken(plane, 9)
    assert sorted(map(len, sender.calls)) == [1, 2, 2, 2, 2]


def test_a_worker_notices_a_lost_grant(plane: ControlPlane, worker: Worker) -> None:
    """Without an import: the connection says so, and sending goes on."""
    app_id = plane.ios_app().id
    lost = make_connection(app_id=app_id, oauth_token=plane.secrets.seal("revoked"))
    plane.store.write(lambda uow: uow.connections.save(lost))
    worker.start()

    def status() -> ConnectionStatus:
        return plane.services.connections.overview(app_id).connection.status

    wait_for(lambda: status() is ConnectionStatus.RECONNECT_NEEDED)


def test_a_worker_empties_the_spool(plane: ControlPlane, worker: Worker, spool: FileSpool) -> None:
    """Soon after its start."""
    scene = IntakeScene(plane)
    click = make_click(app_id=scene.app.id, link_id=scene.link.id)
    spool.append([click])
    worker.start()

    wait_for(spool.is_empty)
    assert plane.store.read(lambda uow: uow.clicks.get(scene.app.id, click.id)) == click


def test_a_worker_that_could_not_start_can_be_stopped(plane: ControlPlane, worker: Worker) -> None:
    """The error that kept it from starting is the one that is told."""
    plane.store.close()
    with pytest.raises(StoreUnavailable):
        worker.start()

    worker.stop(WAIT_SECONDS)


def test_rollups_follow_the_facts(plane: ControlPlane, worker: Worker) -> None:
    """A running worker moves them on by itself."""
    plane.make_app()

    worker.start()

    def rollups() -> Sequence[Rollup]:
        return plane.store.read(lambda uow: uow.rollups.all())

    wait_for(lambda: len(rollups()) == 1)
