"""The counts and problems beside a connection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import App
from appsprint.domain.connection import Connection, CredentialCheck, EventsApiState, OAuthState
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.link import AdNetwork
from appsprint.services.connection_health import ConnectionOverview
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install


def overview(plane: ControlPlane, app: App, **changes: object) -> ConnectionOverview:
    """The overview of a connection in this state."""
    blank = Connection(app_id=app.id, network=AdNetwork.TIKTOK)
    connection = replace(blank, **changes)  # type: ignore[arg-type]
    plane.store.write(lambda uow: uow.connections.save(connection))
    return plane.services.connections.overview(app.id)


def deliver(plane: ControlPlane, app: App, status: DeliveryStatus, amount: int = 1) -> None:
    """Deliveries in a status."""
    install = put_install(plane.store, app.id, NOON)
    for _ in range(amount):
        put_delivery(plane.store, put_event(plane.store, install, NOON), status=status)


def test_every_status_is_counted(plane: ControlPlane) -> None:
    """Also those that there are none of; what waits is pending and retrying together."""
    app = plane.ios_app()
    for amount, status in enumerate(DeliveryStatus, start=1):
        if status is not DeliveryStatus.RETRYING:
            deliver(plane, app, status, amount)

    found = overview(plane, app, events_api=EventsApiState.READY)

    expected = {status: amount for amount, status in enumerate(DeliveryStatus, start=1)}
    assert found.counts == expected | {DeliveryStatus.RETRYING: 0}
    assert found.waiting == 1


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        pytest.param(
            {"oauth": OAuthState.LOST, "oauth_error": "40102"},
            "oauth_connection",
            "40102",
            id="grant lost",
        ),
        pytest.param(
            {"events_api": EventsApiState.REJECTED, "events_error": "40105"},
            "events_api_token",
            "40105",
            id="token rejected",
        ),
        pytest.param(
            {
                "events_api": EventsApiState.REJECTED,
                "events_error": "40001",
                "events_check": CredentialCheck.WRONG_PIXEL,
            },
            "pixel_token_pair",
            "40001",
            id="wrong pixel",
        ),
        pytest.param(
            {"last_sync_error": "gateway"}, "sync_freshness", "gateway", id="import failed"
        ),
    ],
)
def test_problem_tells_what_happened_and_what_to_do(
    plane: ControlPlane, changes: dict[str, object], code: str, words: str
) -> None:
    """Each problem has a code, the network's words and the next step."""
    found = overview(plane, plane.ios_app(), **changes)

    (problem,) = found.problems
    assert problem.code == code
    assert words in problem.message
    assert problem.action


def test_new_connection_has_no_problem(plane: ControlPlane) -> None:
    """What is left to set up is no trouble."""
    assert overview(plane, plane.ios_app()).problems == ()


def test_events_that_wait_without_a_token_are_told(plane: ControlPlane) -> None:
    """After disconnecting, what happens meanwhile waits for new credentials."""
    app = plane.ios_app()
    deliver(plane, app, DeliveryStatus.PENDING)

    (problem,) = overview(plane, app).problems

    assert (problem.code, problem.message[:13]) == ("events_api_missing", "1 event waits")


def test_events_that_were_not_sent_are_told(plane: ControlPlane) -> None:
    """Skipped and dead ones are counted apart."""
    app = plane.ios_app()
    deliver(plane, app, DeliveryStatus.SKIPPED, 2)
    deliver(plane, app, DeliveryStatus.DEAD)

    (problem,) = overview(plane, app, events_api=EventsApiState.READY).problems

    assert problem.code == "events_not_sent"
    assert "3 events" in problem.message
    assert "2 were skipped" in problem.message
