"""Taking events in: one outcome each, stored with their deliveries or not at all."""

from __future__ import annotations

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.inapp_event import RefusalReason
from appsprint.errors import InstallNotFound
from appsprint.ports.events import NetworkOutcome, ReceivedCounts
from appsprint.ports.store import UnitOfWork
from appsprint.services.events import EventBatch, EventOutcome, EventStatus
from appsprint.testing.builders import HOME, HOUR
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event, make_unread_event

STORED, DUPLICATE, REFUSED = EventStatus.STORED, EventStatus.DUPLICATE, EventStatus.REFUSED


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def test_an_event_is_stored_as_it_was_read(scene: IntakeScene) -> None:
    """With our id, the install's, and where it came from."""
    device = scene.organic_device()
    read = make_read_event(
        device,
        event_type="custom",
        event_name="boss",
        occurred_at=NOON - HOUR,
        device_timestamp_ms=5,
        parameters='{"a":1}',
    )

    [outcome] = scene.record([read], received_at=NOON + HOUR)

    assert outcome == EventOutcome(read.event_id, STORED)
    [found] = scene.events()
    event = found.event
    assert event.id.startswith("evt_")
    assert event.install_id.startswith("ins_")
    assert (event.event_id, event.appsprint_id, event.client_ip) == (read.event_id, device, HOME)
    assert (event.event_type, event.event_name) == ("custom", "boss")
    assert (event.occurred_at, event.received_at) == (NOON - HOUR, NOON + HOUR)
    assert (event.device_timestamp_ms, event.parameters) == (5, '{"a":1}')
    assert (event.revenue_micros, event.currency) == (9_990_000, "USD")


def test_an_eligible_event_has_its_delivery_at_once(scene: IntakeScene) -> None:
    """Written with it; an event that is not mapped or not attributed has a reason instead."""
    credited, organic = scene.credited_device(), scene.organic_device()
    scene.record(
        [
            make_read_event(credited, 0),
            make_read_event(credited, 1, event_type="login"),
            make_read_event(organic, 2),
        ]
    )

    events = scene.events()
    assert [one.outcomes[0].status for one in events] == ["pending", "skipped", "skipped"]
    assert [one.outcomes[0].reason for one in events] == [None, "not_mapped", "not_attributed"]
    [delivery] = scene.deliveries()
    assert (delivery.event_row_id, delivery.network_event) == (events[0].event.id, "Purchase")


def test_an_event_that_is_earlier_than_its_install_counts_like_any_other(
    scene: IntakeScene,
) -> None:
    """A clock that was set in between makes it so; it is stored, credited and sent."""
    device = scene.credited_device()

    [outcome] = scene.record([make_read_event(device, occurred_at=NOON - 5 * HOUR)])

    assert outcome.status is STORED
    [found] = scene.events()
    assert (found.event.occurred_at, found.event.skip_reason) == (NOON - 5 * HOUR, None)
    assert [one.status for one in scene.deliveries()] == [DeliveryStatus.PENDING]
    assert scene.ledger().is_balanced


def test_an_event_with_revenue_below_zero_is_skipped(scene: IntakeScene) -> None:
    """It is eligible, stored and counted, and never sent."""
    scene.record([make_read_event(scene.credited_device(), revenue_micros=-1)])

    [delivery] = scene.deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SKIPPED, "refund")


def test_a_repeat_is_a_duplicate(scene: IntakeScene) -> None:
    """Nothing is stored, queued or changed by it."""
    read = make_read_event(scene.credited_device())
    scene.record([read])
    before = scene.events(), scene.deliveries()

    assert scene.record([read]) == [EventOutcome(read.event_id, DUPLICATE)]
    assert (scene.events(), scene.deliveries()) == before


def test_a_repeat_within_one_request_is_a_duplicate(scene: IntakeScene) -> None:
    """The first of the two is stored, and has one delivery."""
    device = scene.credited_device()
    first = make_read_event(device, 0)
    again = make_read_event(device, 1, event_id=first.event_id, event_type="login")

    statuses = [outcome.status for outcome in scene.record([first, again])]

    assert statuses == [STORED, DUPLICATE]
    assert [one.event.event_type for one in scene.events()] == ["purchase"]
    assert len(scene.deliveries()) == 1


def test_one_bad_event_costs_no_other(scene: IntakeScene) -> None:
    """Each has its outcome, in the order of the request."""
    device = scene.credited_device()
    read = [make_read_event(device, 1), make_read_event("stranger", 3)]
    unread = [make_unread_event(0), make_unread_event(2, event_id=None)]

    outcomes = scene.record(read, unread)

    assert outcomes == [
        EventOutcome("sdk-bad", REFUSED, RefusalReason.INVALID_REVENUE),
        EventOutcome(read[0].event_id, STORED),
        EventOutcome(None, REFUSED, RefusalReason.INVALID_REVENUE),
        EventOutcome(read[1].event_id, REFUSED, RefusalReason.INSTALL_NOT_FOUND),
    ]


def test_refused_events_are_kept_for_the_operator(scene: IntakeScene) -> None:
    """With the reason and the start of the text."""
    device = scene.organic_device()
    scene.record([make_read_event(device), make_read_event("stranger", 1)], [make_unread_event(2)])

    refusals = scene.services.events.refusals(scene.app.id, after=None, limit=10)
    assert {(one.reason, one.event_id, one.excerpt) for one in refusals} >= {
        (RefusalReason.INVALID_REVENUE, "sdk-bad", '{"revenue":"lots"}')
    }
    assert {one.received_at for one in refusals} == {NOON}
    assert len(refusals) == 2


def test_events_of_installs_that_nobody_knows(scene: IntakeScene) -> None:
    """The SDK registers again and sends all again, so nothing is stored, refused or counted."""
    with pytest.raises(InstallNotFound):
        scene.record([make_read_event("stranger"), make_read_event("other", 1)])
    with pytest.raises(InstallNotFound):
        scene.record([make_read_event("stranger")], [make_unread_event(1)])

    assert scene.events() == []
    assert scene.ledger().counts == ReceivedCounts()
    assert scene.services.events.refusals(scene.app.id, after=None, limit=10) == []


def test_another_apps_install_is_unknown(scene: IntakeScene) -> None:
    """Ids made on devices are scoped by app."""
    other = IntakeScene(scene.plane)
    device = other.organic_device()

    with pytest.raises(InstallNotFound):
        scene.record([make_read_event(device)])


def test_a_request_of_bad_events_only_is_answered(scene: IntakeScene) -> None:
    """Registering again would not help."""
    assert [one.status for one in scene.record([], [make_unread_event()])] == [REFUSED]


def test_an_empty_request_is_nothing(scene: IntakeScene) -> None:
    """No outcome, no count."""
    assert scene.record([]) == []
    assert scene.ledger().counts == ReceivedCounts()


@pytest.mark.parametrize("route", ["test key", "sandbox flag", "__test"])
def test_test_events_are_kept_apart(scene: IntakeScene, route: str) -> None:
    """Stored and shown, never sent on."""
    read = make_read_event(
        scene.credited_device(),
        is_sandbox=route == "sandbox flag",
        event_type="__test" if route == "__test" else "purchase",
    )
    environment = Environment.TEST if route == "test key" else Environment.LIVE

    assert [one.status for one in scene.record([read], environment=environment)] == [STORED]
    [found] = scene.events()
    assert found.event.is_test
    assert [(one.status, one.reason) for one in found.outcomes] == [("skipped", "test_event")]
    assert scene.deliveries() == []


def test_without_a_network_events_have_no_outcome(plane: ControlPlane) -> None:
    """They are stored; what is connected later sends what comes later."""
    scene = IntakeScene(plane, is_connected=False)
    device = scene.organic_device()
    scene.record([make_read_event(device)])
    scene.connect()
    scene.record([make_read_event(device, event_type="login")])

    assert [one.outcomes for one in scene.events()] == [
        (),
        (NetworkOutcome(network=scene.link.network, status="skipped", reason="not_mapped"),),
    ]


def test_a_mapping_counts_for_what_comes_after_it(scene: IntakeScene) -> None:
    """Events that were stored before keep their outcome."""
    device = scene.credited_device()
    scene.record([make_read_event(device, event_type="login")])
    scene.map({"login": "Login", "purchase": None})
    scene.record([make_read_event(device, event_type="login"), make_read_event(device, 1)])

    assert [one.outcomes[0].reason for one in scene.events()] == ["not_mapped", None, "not_mapped"]
    assert [one.network_event for one in scene.deliveries()] == ["Login"]


def test_a_request_that_fails_leaves_no_part_behind(scene: IntakeScene) -> None:
    """Events, deliveries, refusals and counts go together."""
    device = scene.credited_device()
    batch = EventBatch(
        app=scene.app,
        environment=Environment.LIVE,
        received_at=NOON,
        client_ip=HOME,
        events=[make_read_event(device)],
        unread=[make_unread_event(1)],
    )

    def work(uow: UnitOfWork) -> None:
        scene.services.event_intake.record(uow, [batch])
        raise InstallNotFound("the power went off")

    with pytest.raises(InstallNotFound):
        scene.store.write(work)

    assert (scene.events(), scene.deliveries()) == ([], [])
    assert scene.ledger().counts == ReceivedCounts()


def test_every_request_is_counted(scene: IntakeScene) -> None:
    """Received is duplicates, refused and stored together."""
    device = scene.credited_device()
    read = [make_read_event(device, 0), make_read_event(device, 1)]
    scene.record(read, [make_unread_event(2)])
    scene.record(read)

    ledger = scene.ledger()
    assert ledger.counts == ReceivedCounts(received=5, duplicates=2, refused=1, stored=2)
    assert ledger.is_balanced
