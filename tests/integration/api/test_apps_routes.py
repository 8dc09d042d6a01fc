"""Routes of apps and API keys."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL, ControlPlane

Client = TestClient[Litestar]
NEW = {"name": "Example", "platform": "ios", "store_url": APP_STORE_URL}


def details_of(answer: Any) -> dict[str, str]:
    """Field to message of a 422."""
    assert answer.status_code == 422, answer.text
    return {detail["field"]: detail["message"] for detail in answer.json()["details"]}


def test_created_app_has_the_shape_of_the_contract(app: dict[str, Any]) -> None:
    """The key is shown in full, once."""
    key = app["api_keys"][0]

    assert app == {
        "id": app["id"],
        "name": "Example",
        "platform": "ios",
        "store_url": APP_STORE_URL,
        "store_id": "1234567890",
        "time_zone": "UTC",
        "currency": "USD",
        "probabilistic_matching": True,
        "click_lookback_hours": 168,
        "probabilistic_lookback_hours": 24,
        "min_confidence_percent": 75,
        "truncate_addresses": False,
        "reattribution_days": 90,
        "created_at": "2026-03-29T12:00:00Z",
        "api_keys": [key],
    }
    assert app["id"].startswith("app_")
    assert key["key"].startswith("as_live_")
    assert (key["environment"], key["revoked_at"]) == ("live", None)


def test_keys_are_masked_afterwards(client: Client, app: dict[str, Any], base: str) -> None:
    """Neither the app nor the list shows the key again."""
    plain = app["api_keys"][0]["key"]
    masked = f"as_live_…{plain[-4:]}"

    shown, listed = client.get(base).json(), client.get("/api/v1/apps").json()

    assert shown["api_keys"][0]["key"] == masked
    assert listed["items"] == [shown]
    assert listed["next_cursor"] is None


def test_android_app_takes_a_play_store_page(client: Client) -> None:
    """Zone and currency can be given."""
    body = {
        "name": "Example",
        "platform": "android",
        "store_url": PLAY_STORE_URL,
        "time_zone": "Asia/Tokyo",
        "currency": "JPY",
    }

    answer = client.post("/api/v1/apps", json=body).json()

    assert answer["store_id"] == "com.example.app"
    assert (answer["time_zone"], answer["currency"]) == ("Asia/Tokyo", "JPY")


def test_every_wrong_value_is_told(client: Client) -> None:
    """One detail for each field, all at once."""
    wrong = {
        "name": "",
        "platform": "windows",
        "store_url": "x",
        "time_zone": "Mars",
        "currency": "x",
    }

    assert set(details_of(client.post("/api/v1/apps", json=wrong))) == set(wrong)


def test_missing_and_unknown_fields_are_told(client: Client) -> None:
    """A typing error in a name does not pass unseen."""
    answer = client.post("/api/v1/apps", json={"nmae": "x", "platform": 5})

    assert details_of(answer) == {
        "nmae": "is not a field of this call; it takes name, platform, store_url, time_zone, "
        "currency",
        "name": "is missing",
        "platform": "must be text, not a whole number",
        "store_url": "is missing",
    }


def test_wrong_platform_says_why(client: Client) -> None:
    """A Play page for an iOS app."""
    answer = client.post("/api/v1/apps", json=NEW | {"store_url": PLAY_STORE_URL})

    assert "App Store page" in details_of(answer)["store_url"]


def test_patch_changes_what_is_named(client: Client, app: dict[str, Any], base: str) -> None:
    """The answer is the app as it is now."""
    changes = {
        "name": "Other",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "probabilistic_matching": False,
        "click_lookback_hours": 720,
        "probabilistic_lookback_hours": 168,
        "min_confidence_percent": 90,
        "truncate_addresses": True,
        "reattribution_days": 30,
    }

    answer = client.patch(base, json=changes)

    assert answer.status_code == 200
    assert answer.json() == client.get(base).json()
    assert {name: answer.json()[name] for name in changes} == changes
    assert answer.json()["store_url"] == app["store_url"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"click_lookback_hours": 0}, "click_lookback_hours"),
        ({"click_lookback_hours": 721}, "click_lookback_hours"),
        ({"click_lookback_hours": "24"}, "click_lookback_hours"),
        ({"click_lookback_hours": 1.5}, "click_lookback_hours"),
        ({"min_confidence_percent": 49}, "min_confidence_percent"),
        ({"min_confidence_percent": 100}, "min_confidence_percent"),
        ({"reattribution_days": 0}, "reattribution_days"),
        ({"reattribution_days": 366}, "reattribution_days"),
        ({"probabilistic_lookback_hours": 169}, "probabilistic_lookback_hours"),
        ({"probabilistic_lookback_hours": 2**70}, "probabilistic_lookback_hours"),
        ({"probabilistic_matching": "yes"}, "probabilistic_matching"),
        ({"probabilistic_matching": None}, "probabilistic_matching"),
        ({"name": None}, "name"),
        ({"platform": "android"}, "platform"),
        ({"id": "app_1"}, "id"),
    ],
)
def test_patch_refuses_wrong_values(
    client: Client, base: str, changes: dict[str, Any], field: str
) -> None:
    """Null, other types, values out of range, and what cannot change."""
    assert list(details_of(client.patch(base, json=changes))) == [field]


def test_deleted_app_is_gone(client: Client, base: str) -> None:
    """No call finds it any more."""
    assert client.delete(base).status_code == 204

    assert client.get(base).status_code == 404
    assert client.delete(base).status_code == 404
    assert client.get("/api/v1/apps").json()["items"] == []


def test_keys_are_added_and_ended(client: Client, app: dict[str, Any], base: str) -> None:
    """Rotation: a new key beside the old one, then the old one's end."""
    created = client.post(f"{base}/keys", json={"environment": "test"})
    assert created.status_code == 201
    assert created.json()["key"].startswith("as_test_")
    default = client.post(f"{base}/keys")
    assert default.json()["environment"] == "live"

    first = app["api_keys"][0]["id"]
    ended = client.delete(f"{base}/keys/{first}")

    assert ended.status_code == 200
    assert (ended.json()["id"], ended.json()["revoke_mode"]) == (first, "discard")
    assert ended.json()["revoked_at"] is not None
    assert client.delete(f"{base}/keys/{first}?mode=reject").json()["revoke_mode"] == "reject"
    assert len(client.get(base).json()["api_keys"]) == 3


def test_wrong_key_calls_are_explained(client: Client, base: str) -> None:
    """Unknown keys, modes and environments."""
    assert client.delete(f"{base}/keys/key_none").status_code == 404
    wrong_mode = client.delete(f"{base}/keys/key_none?mode=shred")
    assert details_of(wrong_mode) == {"mode": "must be one of reject, discard"}
    wrong_kind = client.post(f"{base}/keys", json={"environment": "prod"})
    assert details_of(wrong_kind) == {"environment": "must be one of live, test"}


def test_lists_go_on_where_they_ended(client: Client) -> None:
    """Pages follow one another without gaps, oldest first, and the last one says so."""
    made = [client.post("/api/v1/apps", json=NEW).json()["id"] for _ in range(5)]

    pages, cursor = [], ""
    while True:
        page = client.get(f"/api/v1/apps?limit=2&cursor={cursor}").json()
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert pages == [made[:2], made[2:4], made[4:]]


def test_limited_token_lists_its_own_apps(plane: ControlPlane, client: Client) -> None:
    """Other apps are invisible, and it makes no new ones."""
    own = client.post("/api/v1/apps", json=NEW).json()["id"]
    client.post("/api/v1/apps", json=NEW)
    _, token = plane.services.access.create_token("Agency", "owner", [own])
    client.headers["Authorization"] = f"Bearer {token}"

    assert [item["id"] for item in client.get("/api/v1/apps").json()["items"]] == [own]
    assert client.post("/api/v1/apps", json=NEW).status_code == 403
