"""Deliveries to the sandbox: what its answers make of the queue, over HTTP."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    SandboxServer,
)
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.isolation import REFUSED_BEFORE_STOPPING
from appsprint.domain.link import AdNetwork
from appsprint.testing.builders import APP_ID, NOON
from tests.support.control_plane import StandingClock
from tests.support.sending import SendingRig

pytestmark = pytest.mark.integration
NO_PLACE = "Invalid value for event_id: not a valid string."
MINUTE = timedelta(minutes=1)


class Scene:
    """A queue whose sender is TikTok's adapter, and the sandbox on the other side."""

    def __init__(self, rig: SendingRig, sandbox: SandboxServer) -> None:
        self.rig = rig
        self._sandbox = sandbox

    def connect(self, token: str = DEFAULT_EVENTS_TOKEN, **changes: Any) -> None:
        """Connect the sandbox's pixel, live."""
        pixel = {"pixel_id": DEFAULT_PIXEL_CODE, "test_event_code": None}
        self.rig.connect(token, **(pixel | changes))

    def fault(self, **fault: Any) -> None:
        """Let calls with events go wrong."""
        self._call("POST", "faults", [{"endpoint": "/event/track/", **fault}])

    def clear_faults(self) -> None:
        """All is well again."""
        self._call("DELETE", "faults")

    def arrived(self, kind: str = "events") -> list[str]:
        """The ids that the sandbox took, in order."""
        answer = self._call("GET", "events?limit=5000&tests=true&duplicates=true")
        return [event["event_id"] for event in answer[kind]]

    def calls(self) -> int:
        """How many calls with events it got."""
        return sum(
            one["count"]
            for one in self._call("GET", "state")["requests"]
            if one["path"].endswith("/event/track/")
        )

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = httpx.request(method, f"{self._sandbox.control_url}/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A connected app at noon."""
    store = SqliteStore(tmp_path / "store.db")
    rig = SendingRig(store)
    with SandboxServer(now=lambda: now_of(rig.clock)) as sandbox:
        adapter = TikTokAdapter(TikTokSettings(api_url=sandbox.api_url))
        rig.service = rig.make_service(store, adapter)
        made = Scene(rig, sandbox)
        made.connect()
        yield made
        adapter.close()
    store.close()


def now_of(clock: StandingClock) -> datetime:
    """The scene's time is the sandbox's."""
    return clock.now()


@pytest.mark.parametrize(
    ("message", "most_calls"),
    [(None, 3), (NO_PLACE, math.ceil(math.log2(500)) + 4)],
    ids=["TikTok names its place", "TikTok names no place"],
)
def test_one_bad_event_dies_alone(scene: Scene, message: str | None, most_calls: int) -> None:
    """With TikTok's words; the other 499 are taken once."""
    ids = scene.rig.queue(500)
    bad = ids[321]
    scene.fault(kind="bad_event", event_id=bad, message=message)
    scene.rig.service.drain(scene.rig.connection)

    details = scene.rig.details()
    assert details[bad].delivery.status is DeliveryStatus.DEAD
    [attempt] = details[bad].attempts
    assert attempt.answer.code == 40002
    assert message is None or attempt.answer.message == message
    assert sorted(scene.arrived()) == sorted(set(ids) - {bad})
    assert scene.arrived("duplicates") == []
    assert scene.calls() <= most_calls


def test_a_batch_that_is_refused_as_a_whole_waits_for_its_cause(scene: Scene) -> None:
    """Few calls; once TikTok takes events again, all go that were not refused alone."""
    ids = scene.rig.queue(300)
    scene.fault(kind="business_error", code=40002, message="properties: a field is unknown")
    scene.rig.service.drain(scene.rig.connection)

    assert scene.calls() <= 30
    scene.clear_faults()
    scene.rig.clock.advance(MINUTE)
    scene.rig.service.drain(scene.rig.connection)
    statuses = scene.rig.statuses()
    dead = {one for one in ids if statuses[one] == "dead"}
    assert len(dead) == REFUSED_BEFORE_STOPPING
    assert set(scene.arrived()) == set(ids) - dead


def test_a_breached_minute_is_waited_out(scene: Scene) -> None:
    """Five minutes without a call, as TikTok asks; then everything goes."""
    scene.rig.queue(2)
    scene.fault(kind="minute_limit", times=1)
    scene.rig.service.drain(scene.rig.connection)
    scene.rig.queue(2)
    for _ in range(4):
        scene.rig.clock.advance(MINUTE)
        scene.rig.service.drain(scene.rig.connection)
    assert scene.calls() == 1

    scene.rig.clock.advance(MINUTE)
    scene.rig.service.drain(scene.rig.connection)
    assert (scene.calls(), len(scene.arrived())) == (2, 4)


def test_a_new_token_sends_what_waited_in_order_of_time(scene: Scene) -> None:
    """Whatever came while the connection was paused, too."""
    scene.connect("revoked")
    ids = scene.rig.queue(3)
    scene.rig.service.drain(scene.rig.connection)
    assert scene.rig.is_paused
    scene.rig.clock.advance(timedelta(hours=30))
    ids += scene.rig.queue(2)

    scene.connect()
    scene.rig.service.drain(scene.rig.connection)
    assert scene.arrived() == ids


def test_test_mode_reaches_tiktok_and_counts_for_nothing(scene: Scene) -> None:
    """The sandbox sees a test, the log says so, and no payment is counted."""
    scene.connect(test_event_code="TEST123")
    [event_id] = scene.rig.queue()
    scene.rig.service.drain(scene.rig.connection)

    assert (scene.arrived(), scene.arrived("tests")) == ([], [event_id])
    assert scene.rig.delivery(event_id).test_event_code == "TEST123"
    counted = scene.rig.store.read(
        lambda uow: uow.deliveries.payments(
            APP_ID, AdNetwork.TIKTOK, "Purchase", most=9, exact_at=()
        )
    )
    assert list(counted) == []


def test_an_event_that_grew_too_old_is_not_sent(scene: Scene) -> None:
    """While the connection was paused; TikTok is not asked."""
    scene.connect("revoked")
    [event_id] = scene.rig.queue(occurred_at=NOON)
    scene.rig.clock.advance(timedelta(days=28, seconds=1))
    scene.connect()
    scene.rig.service.drain(scene.rig.connection)

    delivery = scene.rig.delivery(event_id)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DEAD, "too_old")
    assert scene.calls() == 0
