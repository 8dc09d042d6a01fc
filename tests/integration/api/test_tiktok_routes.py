"""Routes of the connection to TikTok."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.connection import CredentialCheck
from appsprint.domain.ids import AppId
from appsprint.errors import AdNetworkRefused, AdNetworkUnavailable
from appsprint.services.troubleshooting import ACTIONS, TroubleCode
from tests.support.control_plane import ControlPlane
from tests.support.facts import put_campaign
from tests.support.fake_network import ADVERTISER

Client = TestClient[Litestar]
PIXEL = "CQ6FR3RC77U6L0AM21H0"
CREDENTIALS = {"pixel_id": PIXEL, "access_token": "events-secret"}


def approve(client: Client, base: str, auth_code: str = "code-1") -> Any:
    """Connect as a person would, and come back for JSON."""
    url = client.post(f"{base}/tiktok/authorize").json()["authorize_url"]
    state = parse_qs(urlsplit(url).query)["state"][0]
    return client.get(
        f"/oauth/tiktok/callback?auth_code={auth_code}&state={state}",
        headers={"Accept": "application/json"},
    )


def test_app_that_was_never_connected(client: Client, base: str) -> None:
    """Every field of the contract is there."""
    assert client.get(f"{base}/tiktok").json() == {
        "status": "not_connected",
        "advertiser": None,
        "pixel_id": None,
        "events_api": {
            "state": "missing",
            "last_error": None,
            "check": None,
            "test_event_code": None,
        },
        "oauth": {"state": "none", "last_error": None, "connected_at": None},
        "last_sync_at": None,
        "counts": {
            "pending": 0,
            "retrying": 0,
            "sent": 0,
            "skipped": 0,
            "dead": 0,
            "open": 0,
        },
        "problems": [],
    }


def test_whole_way_to_an_active_connection(client: Client, base: str) -> None:
    """Connect, load accounts, choose, save: the status follows."""
    assert approve(client, base).json()["status"] == "choose_advertiser"

    accounts = client.get(f"{base}/tiktok/advertisers").json()
    assert accounts["items"][0] == {
        "id": ADVERTISER.id,
        "name": "Example EU",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
    }
    chosen = client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": ADVERTISER.id})
    assert chosen.json()["status"] == "needs_events_api"
    assert chosen.json()["advertiser"] == accounts["items"][0]
    saved = client.put(f"{base}/tiktok/events-api", json=CREDENTIALS | {"test_event_code": "T1"})

    assert saved.json()["status"] == "active"
    assert saved.json()["pixel_id"] == PIXEL
    assert saved.json()["events_api"] == {
        "state": "ready",
        "last_error": None,
        "check": "valid",
        "test_event_code": "T1",
    }
    present = client.get(f"{base}/tiktok").json()
    assert saved.json() == present | {"check": "valid", "check_message": "it is valid"}
    assert "events-secret" not in saved.text


def test_pixels_are_picked_from_tiktoks_list(client: Client, base: str) -> None:
    """Each with the id that saving takes."""
    early = client.get(f"{base}/tiktok/pixels")
    approve(client, base)
    client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": ADVERTISER.id})

    listed = client.get(f"{base}/tiktok/pixels").json()

    assert (early.status_code, early.json()["error"]) == (409, "not_connected")
    expected = {"pixel_id": PIXEL, "name": "Example web", "is_owned": True}
    assert listed == {"items": [expected], "next_cursor": None}


def test_refused_credentials_are_saved_and_told(
    plane: ControlPlane, client: Client, base: str
) -> None:
    """At once, with the next step; a token that is left out stays."""
    plane.network.flow.check = CredentialCheck.WRONG_PIXEL

    saved = client.put(f"{base}/tiktok/events-api", json=CREDENTIALS)
    plane.network.flow.check = CredentialCheck.VALID
    again = client.put(f"{base}/tiktok/events-api", json={"pixel_id": PIXEL})

    assert (saved.status_code, saved.json()["check"]) == (200, "wrong_pixel")
    assert saved.json()["status"] == "token_rejected"
    assert saved.json()["events_api"]["check"] == "wrong_pixel"
    assert saved.json()["events_api"]["last_error"] == saved.json()["check_message"]
    assert (again.json()["check"], again.json()["events_api"]["state"]) == ("valid", "ready")


def test_connecting_needs_a_developer_app(plane: ControlPlane, client: Client, base: str) -> None:
    """The answer says what to set."""
    plane.network.flow.configured = False

    answer = client.post(f"{base}/tiktok/authorize")

    assert answer.status_code == 409
    assert answer.json()["error"] == "tiktok_app_not_configured"
    assert "APPSPRINT_TIKTOK_SECRET" in answer.json()["message"]


def test_accounts_need_a_connection(client: Client, base: str) -> None:
    """Loading and choosing before connecting is a conflict."""
    loading = client.get(f"{base}/tiktok/advertisers")
    choosing = client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": "7"})

    assert (loading.status_code, loading.json()["error"]) == (409, "not_connected")
    assert (choosing.status_code, choosing.json()["error"]) == (409, "not_connected")


def test_lost_grant_asks_for_a_reconnection(plane: ControlPlane, client: Client, base: str) -> None:
    """The call that notices says so, and the status shows it from then on."""
    approve(client, base)
    plane.network.flow.grants.clear()

    answer = client.get(f"{base}/tiktok/advertisers")

    assert (answer.status_code, answer.json()["error"]) == (409, "connection_revoked")
    shown = client.get(f"{base}/tiktok").json()
    assert shown["status"] == "reconnect_needed"
    assert shown["oauth"]["last_error"]
    assert [problem["code"] for problem in shown["problems"]] == ["oauth_connection"]
    assert all(shown["problems"][0].values())


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (AdNetworkUnavailable("no answer"), 503),
        (AdNetworkRefused("no", network_code=40002), 409),
    ],
)
def test_failure_of_the_network_is_passed_on(
    plane: ControlPlane, client: Client, base: str, failure: Exception, status: int
) -> None:
    """It is never our 500."""
    approve(client, base)
    plane.network.flow.failure = failure

    answer = client.get(f"{base}/tiktok/advertisers")

    assert answer.status_code == status
    assert answer.json()["message"] == str(failure)
    assert ("retry-after" in answer.headers) is (status == 503)


def test_advertiser_out_of_reach_is_refused(client: Client, base: str) -> None:
    """Only one of the authorised."""
    approve(client, base)

    answer = client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": "7"})

    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "advertiser_id"


def test_wrong_credentials_are_told_by_field(client: Client, base: str) -> None:
    """Both at once, without repeating the token."""
    wrong = {"pixel_id": "7310000000000000001", "access_token": "my secret"}

    answer = client.put(f"{base}/tiktok/events-api", json=wrong)

    assert answer.status_code == 422
    messages = {detail["field"]: detail["message"] for detail in answer.json()["details"]}
    assert "pixel's number" in messages["pixel_id"]
    assert set(messages) == {"pixel_id", "access_token"}
    assert "my secret" not in answer.text


def test_disconnecting(plane: ControlPlane, client: Client, base: str) -> None:
    """Tokens are revoked and erased; the answer is the connection that is left."""
    approve(client, base)
    client.put(f"{base}/tiktok/events-api", json=CREDENTIALS)

    answer = client.delete(f"{base}/tiktok")

    assert answer.status_code == 200
    assert answer.json()["status"] == "not_connected"
    assert answer.json()["pixel_id"] == PIXEL
    assert answer.json()["revocation"] == {"done": True, "message": None}
    assert plane.network.flow.grants == {}
    assert client.delete(f"{base}/tiktok").status_code == 200


def test_disconnecting_while_tiktok_is_away(plane: ControlPlane, client: Client, base: str) -> None:
    """It succeeds and says what did not."""
    approve(client, base)
    plane.network.flow.failure = AdNetworkUnavailable("no answer")

    answer = client.delete(f"{base}/tiktok")

    assert answer.status_code == 200
    assert answer.json()["revocation"] == {"done": False, "message": "no answer"}


def test_mapping_is_the_whole_table(client: Client, base: str) -> None:
    """A row has the four fields of the contract."""
    items = client.get(f"{base}/tiktok/mapping").json()["items"]

    assert items[0] == {
        "sdk_event": "purchase",
        "tiktok_event": "Purchase",
        "kind": "standard",
        "is_default": True,
    }
    assert {"sdk_event": "install", "tiktok_event": None, "kind": None, "is_default": True} in items


def test_mapping_takes_its_own_answer_back(client: Client, base: str) -> None:
    """What was read can be changed and sent back as it is."""
    table = client.get(f"{base}/tiktok/mapping").json()
    table["items"][0]["tiktok_event"] = None
    del table["next_cursor"]

    answer = client.put(f"{base}/tiktok/mapping", json=table)

    assert answer.status_code == 200
    assert answer.json()["items"][0] == {
        "sdk_event": "purchase",
        "tiktok_event": None,
        "kind": None,
        "is_default": False,
    }
    assert answer.json()["items"][1:] == table["items"][1:]


def test_mapping_merges(client: Client, base: str) -> None:
    """Rows that are not named stay as they were."""
    first = {"sdk_event": "login", "tiktok_event": "app_login"}
    client.put(f"{base}/tiktok/mapping", json={"items": [first]})
    second = {"sdk_event": "custom:level up", "tiktok_event": "LevelUp"}

    items = client.put(f"{base}/tiktok/mapping", json={"items": [second]}).json()["items"]

    assert first | {"kind": "custom", "is_default": False} in items
    assert second | {"kind": "custom", "is_default": False} in items


def test_mapping_warns_of_rows_that_no_campaign_uses(
    plane: ControlPlane, client: Client, app: dict[str, Any], base: str
) -> None:
    """Setting a row tells its own warnings, reading tells all; the rows are in force either way."""
    put_campaign(plane.store, AppId(app["id"]), "1", "WEB_CONVERSIONS")
    row = {"sdk_event": "login", "tiktok_event": "Lead"}

    answer = client.put(f"{base}/tiktok/mapping", json={"items": [row]})

    assert answer.status_code == 200
    assert answer.json()["warnings"] == [
        row
        | {
            "code": "objective_rejected",
            "message": "Sales campaigns do not optimize for Lead.",
            "action": ACTIONS[TroubleCode.OBJECTIVE_REJECTED],
        }
    ]
    told = client.get(f"{base}/tiktok/mapping").json()["warnings"]
    assert {one["sdk_event"] for one in told} == {"login", "start_trial", "sign_up", "register"}


def test_mapping_tells_every_bad_row(client: Client, base: str) -> None:
    """By its place, and nothing is set."""
    rows = [
        {"sdk_event": "login", "tiktok_event": "Contact"},
        {"sdk_event": "login2", "tiktok_event": "Contact"},
        {"sdk_event": "search", "tiktok_event": "CompletePayment"},
        {"sdk_event": "share", "tiktok_event": "9lives"},
    ]

    answer = client.put(f"{base}/tiktok/mapping", json={"items": rows})

    assert answer.status_code == 422
    messages = {detail["field"]: detail["message"] for detail in answer.json()["details"]}
    assert list(messages) == [
        "items[1].sdk_event",
        "items[2].tiktok_event",
        "items[3].tiktok_event",
    ]
    assert "Purchase" in messages["items[2].tiktok_event"]
    assert client.get(f"{base}/tiktok/mapping").json()["items"][0]["is_default"]


def test_mapping_tells_wrong_types_by_row(client: Client, base: str) -> None:
    """Nested fields are named like the rest."""
    rows = [{"sdk_event": 5}, "login", {"sdk_event": "login", "tiktok_event": None, "extra": 1}]

    answer = client.put(f"{base}/tiktok/mapping", json={"items": rows})

    assert [detail["field"] for detail in answer.json()["details"]] == [
        "items[0].sdk_event",
        "items[0].tiktok_event",
        "items[1]",
        "items[2].extra",
    ]


@pytest.mark.parametrize("event", ["purchase", "custom:level up", "custom:a/b", "custom:ü?#%"])
def test_reset_takes_any_event_name(client: Client, base: str, event: str) -> None:
    """Names with slashes and signs are the rest of the path, encoded."""
    row = {"sdk_event": event, "tiktok_event": "Contact"}
    client.put(f"{base}/tiktok/mapping", json={"items": [row]})

    answer = client.delete(f"{base}/tiktok/mapping/{quote(event, safe='')}")

    assert answer.status_code == 200
    assert (answer.json()["sdk_event"], answer.json()["is_default"]) == (event, True)
    items = client.get(f"{base}/tiktok/mapping").json()["items"]
    assert all(item["is_default"] for item in items)


def test_reset_of_no_event_is_refused(client: Client, base: str) -> None:
    """A name that is none is told."""
    assert client.delete(f"{base}/tiktok/mapping/jump").status_code == 422
