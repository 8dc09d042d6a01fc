"""Connecting an app to an ad network, and ending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from appsprint.domain.connection import (
    Connection,
    ConnectionStatus,
    CredentialCheck,
    EventsApiState,
    OAuthState,
)
from appsprint.domain.connection_states import CheckedCredential
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AdNetworkUnavailable,
    Conflict,
    ConnectionRevoked,
    InvalidInput,
    MalformedRequest,
    NotFound,
)
from appsprint.ports.ad_network import EventsCredential
from tests.support.control_plane import ControlPlane
from tests.support.fake_network import ADVERTISER, OTHER_ADVERTISER

PIXEL = "CQ6FR3RC77U6L0AM21H0"
EVENTS_TOKEN = "events-token"


def state_of(authorize_url: str) -> str:
    """The state that the network would bring back."""
    return parse_qs(urlsplit(authorize_url).query)["state"][0]


def connect(plane: ControlPlane, app_id: AppId, auth_code: str = "code-1") -> Connection:
    """Approve as a person would."""
    url = plane.services.connections.authorize(app_id, started_by="tok_1")
    return plane.services.connections.finish(auth_code=auth_code, state=state_of(url))


def activate(plane: ControlPlane, app_id: AppId) -> None:
    """Everything that a connection needs."""
    connect(plane, app_id)
    plane.services.connections.choose_advertiser(app_id, ADVERTISER.id)
    plane.services.connections.save_events_api(app_id, pixel_id=PIXEL, access_token=EVENTS_TOKEN)


def stored(plane: ControlPlane, app_id: AppId) -> Connection:
    """The connection as the store has it."""
    found = plane.store.read(lambda uow: uow.connections.get(app_id, AdNetwork.TIKTOK))
    assert found is not None
    return found


def save(plane: ControlPlane, connection: Connection) -> None:
    """Put a connection into a state that another part of the product brings about."""
    plane.store.write(lambda uow: uow.connections.save(connection))


def test_status_follows_the_steps(plane: ControlPlane) -> None:
    """Each step of the product page moves the status on."""
    app = plane.ios_app()
    connections = plane.services.connections

    def status() -> ConnectionStatus:
        return connections.overview(app.id).connection.status

    assert status() is ConnectionStatus.NOT_CONNECTED
    connect(plane, app.id)
    assert status() is ConnectionStatus.CHOOSE_ADVERTISER
    connections.choose_advertiser(app.id, ADVERTISER.id)
    assert status() is ConnectionStatus.NEEDS_EVENTS_API
    connections.save_events_api(app.id, pixel_id=PIXEL, access_token=EVENTS_TOKEN)
    assert status() is ConnectionStatus.ACTIVE


def test_authorising_sends_the_person_to_the_network(plane: ControlPlane) -> None:
    """The way back is this server's, and the state is long and different each time."""
    app = plane.ios_app()

    first = plane.services.connections.authorize(app.id, started_by="tok_1")
    second = plane.services.connections.authorize(app.id, started_by="tok_1")

    assert "redirect_uri=https://app.example.com/oauth/tiktok/callback" in first
    assert len(state_of(first)) >= 43
    assert state_of(first) != state_of(second)


def test_authorising_needs_a_developer_app(plane: ControlPlane) -> None:
    """The answer says which settings are missing."""
    app = plane.ios_app()
    plane.network.flow.configured = False

    with pytest.raises(Conflict, match="APPSPRINT_TIKTOK_APP_ID") as caught:
        plane.services.connections.authorize(app.id, started_by="tok_1")

    assert caught.value.code == "tiktok_app_not_configured"


def test_grant_is_sealed(plane: ControlPlane) -> None:
    """The access token is not in the store in plain text."""
    app = plane.ios_app()

    connection = connect(plane, app.id)

    (token,) = plane.network.flow.grants
    assert connection.oauth is OAuthState.GRANTED
    assert connection.oauth_token is not None
    assert token not in connection.oauth_token
    assert plane.secrets.open(connection.oauth_token) == token
    assert connection.connected_at == plane.clock.now()


@pytest.mark.parametrize("state", [None, "", "unknown", "x" * 10_000, "\ud800"])
def test_unknown_state_is_refused_without_an_exchange(
    plane: ControlPlane, state: str | None
) -> None:
    """A request that was not begun here changes nothing."""
    plane.services.connections.authorize(plane.ios_app().id, started_by="tok_1")

    with pytest.raises(MalformedRequest) as caught:
        plane.services.connections.finish(auth_code="code-1", state=state)

    assert caught.value.code == "invalid_state"
    assert plane.network.flow.used_codes == set()


def test_state_works_once(plane: ControlPlane) -> None:
    """A second use of the same address is refused."""
    app = plane.ios_app()
    state = state_of(plane.services.connections.authorize(app.id, started_by="tok_1"))
    plane.services.connections.finish(auth_code="code-1", state=state)

    with pytest.raises(MalformedRequest):
        plane.services.connections.finish(auth_code="code-2", state=state)

    assert plane.network.flow.used_codes == {"code-1"}


@pytest.mark.parametrize(
    ("age", "is_good"),
    [
        pytest.param(timedelta(minutes=10), True, id="last instant"),
        pytest.param(timedelta(minutes=10, milliseconds=1), False, id="too old"),
    ],
)
def test_state_lives_ten_minutes(plane: ControlPlane, age: timedelta, is_good: bool) -> None:
    """A person needs minutes; longer invites replay."""
    app = plane.ios_app()
    state = state_of(plane.services.connections.authorize(app.id, started_by="tok_1"))
    plane.clock.advance(age)

    if is_good:
        connected = plane.services.connections.finish(auth_code="code-1", state=state)
        assert connected.oauth is OAuthState.GRANTED
    else:
        with pytest.raises(MalformedRequest):
            plane.services.connections.finish(auth_code="code-1", state=state)


def test_denial_uses_up_the_state_and_changes_nothing(plane: ControlPlane) -> None:
    """Coming back without a code is a no; a reconnection keeps what there was."""
    app = plane.ios_app()
    activate(plane, app.id)
    before = stored(plane, app.id)
    state = state_of(plane.services.connections.authorize(app.id, started_by="tok_1"))

    with pytest.raises(MalformedRequest) as denied:
        plane.services.connections.finish(auth_code=None, state=state)
    with pytest.raises(MalformedRequest) as used:
        plane.services.connections.finish(auth_code="code-9", state=state)

    assert (denied.value.code, used.value.code) == ("authorization_denied", "invalid_state")
    assert stored(plane, app.id) == before


def test_only_who_began_may_finish(plane: ControlPlane) -> None:
    """Somebody else's browser changes nothing and exchanges nothing, and uses the state up."""
    app = plane.ios_app()
    connections = plane.services.connections
    state = state_of(connections.authorize(app.id, started_by="tok_1"))

    with pytest.raises(MalformedRequest, match="somebody else") as foreign:
        connections.finish(auth_code="code-1", state=state, finished_by="tok_2")
    with pytest.raises(MalformedRequest, match="finished already"):
        connections.finish(auth_code="code-1", state=state, finished_by="tok_1")

    assert foreign.value.code == "invalid_state"
    assert plane.network.flow.used_codes == set()
    assert connections.overview(app.id).connection.status is ConnectionStatus.NOT_CONNECTED


@pytest.mark.parametrize("finished_by", ["tok_1", None])
def test_who_began_may_finish_signed_in_or_not(
    plane: ControlPlane, finished_by: str | None
) -> None:
    """A browser that opens a page of the API's is not signed in."""
    state = state_of(plane.services.connections.authorize(plane.ios_app().id, started_by="tok_1"))

    connected = plane.services.connections.finish(
        auth_code="code-1", state=state, finished_by=finished_by
    )

    assert connected.oauth is OAuthState.GRANTED


def test_somebody_late_is_told_so(plane: ControlPlane) -> None:
    """Within a day; what is older is forgotten."""
    connections, app = plane.services.connections, plane.ios_app()
    old = state_of(connections.authorize(app.id, started_by="tok_1"))
    plane.clock.advance(timedelta(hours=25))
    late = state_of(connections.authorize(app.id, started_by="tok_1"))
    plane.clock.advance(timedelta(minutes=11))

    with pytest.raises(MalformedRequest, match="longer than 10 minutes"):
        connections.finish(auth_code="code-1", state=late)
    with pytest.raises(MalformedRequest, match="not begun"):
        connections.finish(auth_code="code-1", state=old)


def test_state_of_a_deleted_app_is_refused(plane: ControlPlane) -> None:
    """There is nothing left to connect."""
    app = plane.ios_app()
    state = state_of(plane.services.connections.authorize(app.id, started_by="tok_1"))
    plane.services.apps.delete(app.id)

    with pytest.raises(MalformedRequest):
        plane.services.connections.finish(auth_code="code-1", state=state)


def test_code_that_the_network_refuses_changes_nothing(plane: ControlPlane) -> None:
    """Its error passes through."""
    app = plane.ios_app()
    plane.network.flow.used_codes.add("code-1")

    with pytest.raises(AdNetworkRefused):
        connect(plane, app.id)

    assert plane.services.connections.overview(app.id).connection.oauth is OAuthState.NONE


def test_reconnecting_keeps_what_still_holds(plane: ControlPlane) -> None:
    """Advertiser, pixel and Events API token survive a new grant that reaches them."""
    app = plane.ios_app()
    activate(plane, app.id)
    before = stored(plane, app.id)
    save(plane, replace(before, oauth=OAuthState.LOST, oauth_error="gone"))

    after = connect(plane, app.id, "code-2")

    assert after == replace(before, oauth_token=after.oauth_token)
    assert after.oauth_token != before.oauth_token
    assert after.status is ConnectionStatus.ACTIVE


def test_reconnecting_drops_an_advertiser_out_of_reach(plane: ControlPlane) -> None:
    """Another account may not see the chosen advertiser; the choice is made again."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.network.flow.accounts = [OTHER_ADVERTISER]

    after = connect(plane, app.id, "code-2")

    assert after.advertiser is None
    assert after.events_api is EventsApiState.READY


def test_reconnecting_keeps_the_advertiser_when_the_network_lists_none(
    plane: ControlPlane,
) -> None:
    """An exchange without a list says nothing about reach; the import will tell."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.network.flow.accounts = []

    assert connect(plane, app.id, "code-2").advertiser == ADVERTISER


def test_accounts_need_a_grant(plane: ControlPlane) -> None:
    """Before connecting, and after the grant was lost, the answer says what to do."""
    app = plane.ios_app()
    with pytest.raises(Conflict) as before:
        plane.services.connections.advertisers(app.id)
    connect(plane, app.id)
    save(plane, replace(stored(plane, app.id), oauth=OAuthState.LOST))

    with pytest.raises(Conflict) as lost:
        plane.services.connections.advertisers(app.id)

    assert (before.value.code, lost.value.code) == ("not_connected", "reconnect_needed")


def test_revoked_grant_is_noticed(plane: ControlPlane) -> None:
    """When the network says that the grant is gone, the connection says so too."""
    app = plane.ios_app()
    connect(plane, app.id)
    plane.network.flow.grants.clear()

    with pytest.raises(ConnectionRevoked):
        plane.services.connections.advertisers(app.id)

    overview = plane.services.connections.overview(app.id)
    assert overview.connection.oauth is OAuthState.LOST
    assert [problem.code for problem in overview.problems] == ["oauth_connection"]


def test_newer_grant_is_not_taken_for_the_lost_one(plane: ControlPlane) -> None:
    """Somebody who reconnects while an old token fails stays connected."""
    app = plane.ios_app()
    connect(plane, app.id)
    plane.network.flow.grants.clear()
    plane.network.flow.meanwhile = lambda: connect(plane, app.id, "code-2")

    with pytest.raises(ConnectionRevoked):
        plane.services.connections.advertisers(app.id)

    assert stored(plane, app.id).oauth is OAuthState.GRANTED


def test_outage_does_not_end_the_grant(plane: ControlPlane) -> None:
    """Time can fix that."""
    app = plane.ios_app()
    connect(plane, app.id)
    plane.network.flow.failure = AdNetworkUnavailable("no answer")

    with pytest.raises(AdNetworkUnavailable):
        plane.services.connections.advertisers(app.id)

    assert stored(plane, app.id).oauth is OAuthState.GRANTED


def test_chosen_advertiser_is_kept_with_its_zone(plane: ControlPlane) -> None:
    """Reports follow its currency and its days."""
    app = plane.ios_app()
    connect(plane, app.id)
    assert plane.services.connections.advertisers(app.id) == [ADVERTISER, OTHER_ADVERTISER]

    overview = plane.services.connections.choose_advertiser(app.id, f" {ADVERTISER.id} ")

    assert overview.connection.advertiser == ADVERTISER


def test_only_an_authorised_advertiser_can_be_chosen(plane: ControlPlane) -> None:
    """Another one's numbers cannot be read."""
    app = plane.ios_app()
    connect(plane, app.id)

    with pytest.raises(InvalidInput) as caught:
        plane.services.connections.choose_advertiser(app.id, "7999")

    assert caught.value.problems[0].field == "advertiser_id"
    assert stored(plane, app.id).advertiser is None


def test_another_advertiser_is_imported_at_once(plane: ControlPlane) -> None:
    """Its first import is due; choosing the same one again changes nothing."""
    app = plane.ios_app()
    activate(plane, app.id)
    save(plane, replace(stored(plane, app.id), last_sync_at=plane.clock.now()))

    same = plane.services.connections.choose_advertiser(app.id, ADVERTISER.id)
    other = plane.services.connections.choose_advertiser(app.id, OTHER_ADVERTISER.id)

    assert same.connection.last_sync_at == plane.clock.now()
    assert other.connection.last_sync_at is None


def test_events_api_can_be_saved_before_connecting(plane: ControlPlane) -> None:
    """Sending needs no grant; from now on the app's events have a way to go."""
    app = plane.ios_app()

    plane.services.connections.save_events_api(
        app.id, pixel_id=f" {PIXEL} ", access_token=f" {EVENTS_TOKEN} ", test_event_code=" T1 "
    )

    saved = stored(plane, app.id)
    assert (saved.pixel_id, saved.test_event_code) == (PIXEL, "T1")
    assert saved.events_token is not None
    assert EVENTS_TOKEN not in saved.events_token
    assert plane.secrets.open(saved.events_token) == EVENTS_TOKEN
    assert saved.can_send
    assert plane.services.directory.routes(app.id)[0].pixel_id == PIXEL


def test_good_token_ends_a_rejection(plane: ControlPlane) -> None:
    """What waited goes out; a test code that is not given again is gone."""
    app = plane.ios_app()
    activate(plane, app.id)
    rejected = replace(
        stored(plane, app.id),
        events_api=EventsApiState.REJECTED,
        events_error="40105",
        test_event_code="T1",
    )
    save(plane, rejected)

    saved = plane.services.connections.save_events_api(app.id, pixel_id=PIXEL, access_token="new")

    after = saved.overview.connection
    assert after.status is ConnectionStatus.ACTIVE
    assert after.events_error is None
    assert after.test_event_code is None


@pytest.mark.parametrize("check", CredentialCheck)
def test_saving_asks_the_network_and_saves_anyway(
    plane: ControlPlane, check: CredentialCheck
) -> None:
    """A refused credential is kept and not used; one that nobody could check is."""
    app = plane.ios_app()
    connect(plane, app.id)
    plane.services.connections.choose_advertiser(app.id, ADVERTISER.id)
    plane.network.flow.check = check

    saved = plane.services.connections.save_events_api(
        app.id, pixel_id=PIXEL, access_token=EVENTS_TOKEN, test_event_code="T1"
    )

    asked = EventsCredential(pixel_id=PIXEL, access_token=EVENTS_TOKEN, test_event_code="T1")
    assert plane.network.flow.checked == [asked]
    assert saved.checked == CheckedCredential(check, f"it is {check}")
    after = stored(plane, app.id)
    assert after.events_token is not None
    assert plane.secrets.open(after.events_token) == EVENTS_TOKEN
    if check.is_refusal:
        assert after.status is ConnectionStatus.TOKEN_REJECTED
        assert after.events_error == saved.checked.message
        (problem,) = saved.overview.problems
        assert (problem.code == "pixel_token_pair") is (check is CredentialCheck.WRONG_PIXEL)
    else:
        assert after.status is ConnectionStatus.ACTIVE


def test_stored_token_can_be_kept(plane: ControlPlane) -> None:
    """The network shows it only once; the pixel and the test code change without it."""
    app = plane.ios_app()
    activate(plane, app.id)

    saved = plane.services.connections.save_events_api(
        app.id, pixel_id="C" * 20, test_event_code="T1"
    )

    after = saved.overview.connection
    assert (after.pixel_id, after.test_event_code) == ("C" * 20, "T1")
    assert plane.network.flow.checked[-1].access_token == EVENTS_TOKEN
    assert plane.secrets.open(after.events_token or "") == EVENTS_TOKEN


def test_no_token_can_be_kept_before_there_is_one(plane: ControlPlane) -> None:
    """The network is not asked."""
    app = plane.ios_app()

    with pytest.raises(InvalidInput) as refused:
        plane.services.connections.save_events_api(app.id, pixel_id=PIXEL)

    assert [problem.field for problem in refused.value.problems] == ["access_token"]
    assert plane.network.flow.checked == []


def test_pixels_need_an_advertiser(plane: ControlPlane) -> None:
    """First connect, then choose: each refusal says which step is next."""
    app = plane.ios_app()
    with pytest.raises(Conflict) as blank:
        plane.services.connections.pixels(app.id)
    connect(plane, app.id)

    with pytest.raises(Conflict) as unchosen:
        plane.services.connections.pixels(app.id)

    assert (blank.value.code, unchosen.value.code) == ("not_connected", "choose_advertiser")


@pytest.mark.parametrize(
    ("pixel_id", "access_token", "test_event_code", "fields"),
    [
        pytest.param("", "", "no good!", ["pixel_id", "access_token", "test_event_code"], id="all"),
        pytest.param("short", "t", None, ["pixel_id"], id="too short"),
        pytest.param("c" * 20, "t", None, ["pixel_id"], id="lower case"),
        pytest.param("C" * 41, "t", None, ["pixel_id"], id="too long"),
        pytest.param("٣" * 20, "t", None, ["pixel_id"], id="digits of another script"),
        pytest.param(PIXEL, "two words", None, ["access_token"], id="space in the token"),
        pytest.param(PIXEL, "x" * 513, None, ["access_token"], id="token too long"),
        pytest.param(PIXEL, "tökén", None, ["access_token"], id="token no header can carry"),
        pytest.param(PIXEL, "a\r\nb", None, ["access_token"], id="token with a line break"),
    ],
)
def test_wrong_credentials_are_told_by_field(
    plane: ControlPlane,
    pixel_id: str,
    access_token: str,
    test_event_code: str | None,
    fields: list[str],
) -> None:
    """Nothing is stored, and the token is not repeated in the answer."""
    app = plane.ios_app()

    with pytest.raises(InvalidInput) as caught:
        plane.services.connections.save_events_api(
            app.id,
            pixel_id=pixel_id,
            access_token=access_token,
            test_event_code=test_event_code,
        )

    assert [problem.field for problem in caught.value.problems] == fields
    assert plane.services.connections.overview(app.id).connection.pixel_id is None


def test_pixel_number_is_told_from_its_code(plane: ControlPlane) -> None:
    """The number in the address bar looks right and is not; people are told where the code is."""
    with pytest.raises(InvalidInput, match="pixel's number") as caught:
        plane.services.connections.save_events_api(
            plane.ios_app().id, pixel_id="7310000000000000001", access_token="t"
        )

    assert "top of the pixel's page" in caught.value.message


def test_disconnecting_revokes_and_erases(plane: ControlPlane) -> None:
    """No token is left anywhere; the pixel and the mapping stay."""
    app = plane.ios_app()
    activate(plane, app.id)

    left = plane.services.connections.disconnect(app.id)

    ended = stored(plane, app.id)
    assert left.revocation_problem is None
    assert plane.network.flow.grants == {}
    assert (ended.oauth, ended.events_api) == (OAuthState.NONE, EventsApiState.MISSING)
    assert (ended.oauth_token, ended.events_token, ended.advertiser) == (None, None, None)
    assert ended.pixel_id == PIXEL
    assert left.overview.connection.status is ConnectionStatus.NOT_CONNECTED
    assert plane.services.directory.routes(app.id)


@pytest.mark.parametrize(
    "failure",
    [
        AdNetworkUnavailable("no answer"),
        AdNetworkRefused("not now", network_code=50000),
        ConnectionRevoked("not yours", network_code=40001),
    ],
)
def test_network_that_cannot_be_told_does_not_stop_it(
    plane: ControlPlane, failure: Exception
) -> None:
    """The tokens are erased all the same, and the answer says what did not work."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.network.flow.failure = failure

    left = plane.services.connections.disconnect(app.id)

    assert left.revocation_problem == str(failure)
    assert stored(plane, app.id).oauth_token is None


def test_token_that_cannot_be_opened_is_erased(plane: ControlPlane) -> None:
    """After a lost secret key, disconnecting is the way out."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.secrets.is_locked = True

    left = plane.services.connections.disconnect(app.id)

    assert left.revocation_problem is not None
    assert stored(plane, app.id).events_token is None


def test_disconnecting_what_was_never_connected_changes_nothing(plane: ControlPlane) -> None:
    """No connection appears, so the app's events are not held for one."""
    app = plane.ios_app()

    plane.services.connections.disconnect(app.id)

    assert plane.services.directory.routes(app.id) == ()


def test_connecting_again_after_disconnecting(plane: ControlPlane) -> None:
    """Everything can be set up anew."""
    app = plane.ios_app()
    activate(plane, app.id)
    plane.services.connections.disconnect(app.id)

    connect(plane, app.id, "code-2")
    plane.services.connections.choose_advertiser(app.id, OTHER_ADVERTISER.id)
    plane.services.connections.save_events_api(app.id, pixel_id=PIXEL, access_token="new")

    assert stored(plane, app.id).status is ConnectionStatus.ACTIVE


def test_unknown_app_has_no_connection(plane: ControlPlane) -> None:
    """Every call says so."""
    connections, nowhere = plane.services.connections, AppId("app_none")

    with pytest.raises(NotFound):
        connections.overview(nowhere)
    with pytest.raises(NotFound):
        connections.authorize(nowhere, started_by="tok_1")
    with pytest.raises(NotFound):
        connections.advertisers(nowhere)
    with pytest.raises(NotFound):
        connections.save_events_api(nowhere, pixel_id=PIXEL, access_token="t")
    with pytest.raises(NotFound):
        connections.disconnect(nowhere)
