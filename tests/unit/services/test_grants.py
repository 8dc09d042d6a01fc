"""Noticing that a grant is gone, or has lost the advertiser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.connection import ConnectionStatus, OAuthState
from appsprint.domain.ids import AppId
from appsprint.errors import AdNetworkRefused, AdNetworkUnavailable, ConnectionRevoked
from tests.support.control_plane import ControlPlane
from tests.support.fake_network import ADVERTISER, OTHER_ADVERTISER, PIXEL
from tests.unit.services.test_connections import activate, connect, stored

EVERY = timedelta(minutes=5)


@pytest.fixture
def app_id(plane: ControlPlane) -> AppId:
    """An active connection, five minutes old."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.clock.advance(EVERY)
    return app.id


def check(plane: ControlPlane) -> int:
    """Check what is due."""
    return plane.services.grants.check_due(every=EVERY)


def test_a_working_grant_stays(plane: ControlPlane, app_id: AppId) -> None:
    """Nothing changes."""
    before = stored(plane, app_id)

    assert check(plane) == 1
    assert stored(plane, app_id) == before


def test_a_revoked_grant_is_noticed(plane: ControlPlane, app_id: AppId) -> None:
    """Without an import, with TikTok's words; sending goes on."""
    plane.network.flow.grants.clear()

    check(plane)

    connection = stored(plane, app_id)
    assert connection.status is ConnectionStatus.RECONNECT_NEEDED
    assert connection.oauth_error == "the access token is revoked"
    assert connection.can_send


def test_a_lost_advertiser_is_noticed(plane: ControlPlane, app_id: AppId) -> None:
    """The grant works, and the account that is imported is out of its reach."""
    for reach in plane.network.flow.grants.values():
        reach.remove(ADVERTISER)

    check(plane)

    connection = stored(plane, app_id)
    assert connection.status is ConnectionStatus.RECONNECT_NEEDED
    assert connection.oauth_error is not None
    assert ADVERTISER.name in connection.oauth_error


def test_another_lost_advertiser_matters_to_nobody(plane: ControlPlane, app_id: AppId) -> None:
    """Only the chosen one is needed."""
    for reach in plane.network.flow.grants.values():
        reach.remove(OTHER_ADVERTISER)

    check(plane)

    assert stored(plane, app_id).oauth is OAuthState.GRANTED


@pytest.mark.parametrize(
    "failure",
    [AdNetworkUnavailable("no answer"), AdNetworkRefused("blocked", network_code=40113)],
)
def test_no_usable_answer_says_nothing(
    plane: ControlPlane, app_id: AppId, failure: Exception
) -> None:
    """The grant is asked about again when the next check is due."""
    plane.network.flow.failure = failure

    assert (check(plane), check(plane)) == (1, 0)
    assert stored(plane, app_id).oauth is OAuthState.GRANTED
    plane.clock.advance(EVERY)
    assert check(plane) == 1


def test_a_token_that_cannot_be_opened_is_no_lost_grant(plane: ControlPlane, app_id: AppId) -> None:
    """That is the operator's business."""
    plane.secrets.is_locked = True

    check(plane)

    assert stored(plane, app_id).oauth is OAuthState.GRANTED


def test_a_fresh_proof_needs_no_check(plane: ControlPlane, app_id: AppId) -> None:
    """A check, an import or an approval within the time; all of them grow old."""
    assert (check(plane), check(plane)) == (1, 0)
    plane.clock.advance(EVERY)
    now = plane.clock.now()
    plane.services.costs.sync(app_id)
    assert stored(plane, app_id).last_sync_at == now
    assert check(plane) == 0
    plane.clock.advance(EVERY)
    connect(plane, app_id, "code-2")
    assert check(plane) == 0
    plane.clock.advance(EVERY)
    assert check(plane) == 1


def test_checks_can_be_turned_off(plane: ControlPlane, app_id: AppId) -> None:
    """Then only the imports notice."""
    assert plane.services.grants.check_due(every=timedelta(0)) == 0


def test_what_has_no_grant_is_not_checked(plane: ControlPlane, app_id: AppId) -> None:
    """Lost, ended or never there."""
    plane.ios_app()
    plane.network.flow.grants.clear()
    check(plane)
    plane.clock.advance(EVERY)
    assert check(plane) == 0

    plane.services.connections.disconnect(app_id)
    assert check(plane) == 0


def test_a_new_grant_is_not_taken_for_the_lost_one(plane: ControlPlane, app_id: AppId) -> None:
    """Somebody who reconnects during the check stays connected."""
    plane.network.flow.grants.clear()
    plane.network.flow.meanwhile = lambda: connect(plane, app_id, "code-2")

    check(plane)

    assert stored(plane, app_id).oauth is OAuthState.GRANTED


def test_pixels_of_the_chosen_advertiser_are_listed(plane: ControlPlane, app_id: AppId) -> None:
    """With the id that events are sent with."""
    assert plane.services.connections.pixels(app_id) == [PIXEL]


def test_a_right_that_was_not_granted_is_no_lost_grant(plane: ControlPlane, app_id: AppId) -> None:
    """The person can leave out the permission to list pixels; the Pixel ID is pasted then."""
    plane.network.flow.hides_pixels = True

    with pytest.raises(AdNetworkRefused, match="paste the Pixel ID"):
        plane.services.connections.pixels(app_id)

    assert stored(plane, app_id).oauth is OAuthState.GRANTED


def test_listing_pixels_notices_a_lost_advertiser(plane: ControlPlane, app_id: AppId) -> None:
    """As loading the accounts does."""
    for reach in plane.network.flow.grants.values():
        reach.remove(ADVERTISER)

    with pytest.raises(ConnectionRevoked):
        plane.services.connections.pixels(app_id)

    assert stored(plane, app_id).oauth is OAuthState.LOST
