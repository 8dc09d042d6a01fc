"""Looking at deliveries and redriving dead letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.delivery import Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, DeliveryId, EventId
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.deliveries import DeliveryFilter
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

ALL = DeliveryFilter()


def deliver(
    plane: ControlPlane, app: App, *statuses: DeliveryStatus, reason: str | None = None
) -> list[Delivery]:
    """One delivery for each status, oldest first."""
    install = put_install(plane.store, app.id, NOON)
    return [
        put_delivery(plane.store, put_event(plane.store, install, NOON), status=one, reason=reason)
        for one in statuses
    ]


def test_pages_go_from_the_newest_down(plane: ControlPlane) -> None:
    """A page begins below the one before, and filters hold on every page."""
    app = plane.ios_app()
    made = deliver(plane, app, *[DeliveryStatus.PENDING] * 3, DeliveryStatus.SENT)
    wanted = DeliveryFilter(status=DeliveryStatus.PENDING)

    first = plane.services.deliveries.page(app.id, wanted, limit=2)
    rest = plane.services.deliveries.page(app.id, wanted, after=first[-1].id, limit=2)

    assert [*first, *rest] == made[2::-1]


def test_one_delivery_shows_its_attempts(plane: ControlPlane) -> None:
    """Payload and the network's answer are there."""
    app = plane.ios_app()
    (sent,) = deliver(plane, app, DeliveryStatus.SENT)

    found = plane.services.deliveries.get(app.id, sent.id)

    assert found.delivery == sent
    assert found.payload == b'{"event":"Purchase"}'
    assert [attempt.answer.request_id for attempt in found.attempts] == ["req-1"]


def test_redrive_returns_dead_letters_only(plane: ControlPlane) -> None:
    """Deliveries in another state are left alone, and asking twice finds nothing more."""
    app = plane.ios_app()
    dead, sent, skipped = deliver(
        plane, app, DeliveryStatus.DEAD, DeliveryStatus.SENT, DeliveryStatus.SKIPPED
    )
    ids = [dead.id, dead.id, sent.id, skipped.id, DeliveryId("dlv_none")]
    plane.clock.advance(timedelta(hours=1))

    assert plane.services.deliveries.redrive(app.id, ids=ids, dry_run=True).amount == 1
    assert plane.services.deliveries.redrive(app.id, ids=ids).amount == 1
    assert plane.services.deliveries.redrive(app.id, ids=ids).amount == 0

    again = plane.services.deliveries.get(app.id, dead.id).delivery
    assert again.status is DeliveryStatus.RETRYING
    assert again.network_event_id == dead.network_event_id
    assert again.next_attempt_at == plane.clock.now()


def test_redrive_by_filter(plane: ControlPlane) -> None:
    """All dead letters that match; an empty filter means all of them."""
    app = plane.ios_app()
    deliver(plane, app, *[DeliveryStatus.DEAD] * 3, reason="too_old")
    deliver(plane, app, *[DeliveryStatus.DEAD] * 2, reason="invalid_event")
    deliveries = plane.services.deliveries
    too_old = DeliveryFilter(status=DeliveryStatus.DEAD, reason="too_old")

    assert deliveries.redrive(app.id, wanted=too_old, dry_run=True).amount == 3
    assert deliveries.redrive(app.id, wanted=too_old).amount == 3
    assert deliveries.redrive(app.id, wanted=ALL, dry_run=True).amount == 2
    assert deliveries.redrive(app.id, wanted=ALL).amount == 2


def test_dry_run_counts_beyond_one_page(plane: ControlPlane) -> None:
    """It says the same number as the redrive does, however many there are."""
    app = plane.ios_app()
    install = put_install(plane.store, app.id, NOON)
    event = put_event(plane.store, install, NOON)
    dead = put_delivery(plane.store, event, status=DeliveryStatus.DEAD)

    def copy(number: int) -> Delivery:
        return replace(
            dead,
            id=DeliveryId(f"dlv_copy{number:028x}"),
            event_row_id=EventId(f"evt_copy{number}"),
        )

    plane.store.write(lambda uow: uow.deliveries.add([copy(number) for number in range(2_500)]))

    assert plane.services.deliveries.redrive(app.id, wanted=ALL, dry_run=True).amount == 2_501
    assert plane.services.deliveries.redrive(app.id, wanted=ALL).amount == 2_501


@pytest.mark.parametrize(
    ("ids", "wanted", "field"),
    [
        pytest.param(None, None, "ids", id="neither"),
        pytest.param(["dlv_1"], ALL, "ids", id="both"),
        pytest.param([], None, "ids", id="no id"),
        pytest.param(["dlv_1"] * 1_001, None, "ids", id="too many ids"),
        pytest.param(
            None, DeliveryFilter(status=DeliveryStatus.SENT), "filter.status", id="not dead"
        ),
    ],
)
def test_redrive_needs_one_clear_choice(
    plane: ControlPlane,
    ids: list[DeliveryId] | None,
    wanted: DeliveryFilter | None,
    field: str,
) -> None:
    """An unclear call is refused before anything moves."""
    with pytest.raises(InvalidInput) as caught:
        plane.services.deliveries.redrive(plane.ios_app().id, ids=ids, wanted=wanted)

    assert caught.value.problems[0].field == field


def test_deliveries_of_other_apps_are_out_of_reach(plane: ControlPlane) -> None:
    """They are not shown, and not redriven."""
    own, other = plane.ios_app(), plane.ios_app()
    (dead,) = deliver(plane, other, DeliveryStatus.DEAD)
    deliveries = plane.services.deliveries

    assert deliveries.page(own.id, ALL) == []
    assert deliveries.redrive(own.id, ids=[dead.id]).amount == 0
    assert deliveries.redrive(own.id, wanted=ALL).amount == 0
    with pytest.raises(NotFound):
        deliveries.get(own.id, dead.id)


def test_unknown_app_has_no_deliveries(plane: ControlPlane) -> None:
    """Every call says so."""
    deliveries, nowhere = plane.services.deliveries, AppId("app_none")

    with pytest.raises(NotFound):
        deliveries.page(nowhere, ALL)
    with pytest.raises(NotFound):
        deliveries.get(nowhere, DeliveryId("dlv_1"))
    with pytest.raises(NotFound):
        deliveries.redrive(nowhere, wanted=ALL)
    with pytest.raises(NotFound):
        deliveries.redrive(nowhere, wanted=ALL, dry_run=True)
