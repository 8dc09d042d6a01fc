"""Routes of ad links."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.support.control_plane import APP_STORE_URL, NOON, PLAY_STORE_URL, ControlPlane
from tests.support.facts import put_install

Client = TestClient[Litestar]
NEW = {"network": "tiktok", "name": "Spring", "destination_url": APP_STORE_URL}


def test_created_link_has_the_shape_of_the_contract(client: Client, base: str) -> None:
    """The address is finished, TikTok's macros included."""
    answer = client.post(f"{base}/links", json=NEW | {"campaign_name": "Launch"})

    link = answer.json()
    assert answer.status_code == 201
    assert link == {
        "id": link["id"],
        "slug": link["slug"],
        "url": link["url"],
        "destination_url": APP_STORE_URL,
        "network": "tiktok",
        "name": "Spring",
        "campaign_name": "Launch",
        "click_lookback_hours": None,
        "probabilistic_lookback_hours": None,
        "created_at": "2026-03-29T12:00:00Z",
        "archived_at": None,
        "clicks": 0,
        "installs": 0,
    }
    assert re.fullmatch(r"[A-Za-z0-9]{8,10}", link["slug"])
    assert link["url"].startswith(f"https://go.example/c/{link['slug']}?")
    assert "__CAMPAIGN_ID__" in link["url"]


def test_link_carries_its_installs(plane: ControlPlane, client: Client, base: str) -> None:
    """Counts are there, in the list and on the link."""
    link = client.post(f"{base}/links", json=NEW).json()
    app_id = plane.services.apps.list()[0].id
    put_install(plane.store, app_id, NOON, link_id=link["id"])

    shown = client.get(f"{base}/links/{link['id']}").json()

    assert shown == link | {"installs": 1}
    assert client.get(f"{base}/links").json() == {"items": [shown], "next_cursor": None}


def test_a_link_can_have_windows_of_its_own(client: Client, base: str) -> None:
    """What is left out stays, null follows the app again."""
    link = client.post(
        f"{base}/links",
        json=NEW | {"click_lookback_hours": 720, "probabilistic_lookback_hours": 1},
    ).json()
    assert (link["click_lookback_hours"], link["probabilistic_lookback_hours"]) == (720, 1)

    place = f"{base}/links/{link['id']}"
    changed = client.patch(place, json={"click_lookback_hours": None})

    assert changed.json() == link | {"click_lookback_hours": None}
    assert client.get(place).json() == changed.json()


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("click_lookback_hours", 0),
        ("click_lookback_hours", 721),
        ("probabilistic_lookback_hours", 169),
        ("probabilistic_lookback_hours", "a day"),
    ],
)
def test_windows_that_cannot_be(client: Client, base: str, name: str, hours: object) -> None:
    """The field is named, on a new link and on a present one."""
    place = f"{base}/links/{client.post(f'{base}/links', json=NEW).json()['id']}"

    for answer in (
        client.post(f"{base}/links", json=NEW | {name: hours}),
        client.patch(place, json={name: hours}),
    ):
        assert answer.status_code == 422
        assert name in answer.text


def test_links_are_listed_newest_first(client: Client, base: str) -> None:
    """Page by page."""
    made = [client.post(f"{base}/links", json=NEW).json()["id"] for _ in range(3)]

    first = client.get(f"{base}/links?limit=2").json()
    rest = client.get(f"{base}/links?limit=2&cursor={first['next_cursor']}").json()

    assert [item["id"] for item in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": " Autumn "}, {"name": "Autumn"}),
        ({"campaign_name": None}, {"campaign_name": None}),
        ({"campaign_name": ""}, {"campaign_name": None}),
        ({"campaign_name": "New"}, {"campaign_name": "New"}),
        (
            {"destination_url": f"{APP_STORE_URL}?ct=x"},
            {"destination_url": f"{APP_STORE_URL}?ct=x"},
        ),
        ({}, {}),
    ],
)
def test_patch_changes_what_is_named(
    client: Client, base: str, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    """What is left out stays; null removes the campaign name."""
    link = client.post(f"{base}/links", json=NEW | {"campaign_name": "Launch"}).json()

    answer = client.patch(f"{base}/links/{link['id']}", json=changes)

    assert answer.status_code == 200
    assert answer.json() == link | expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"destination_url": PLAY_STORE_URL}, "destination_url"),
        ({"destination_url": None}, "destination_url"),
        ({"destination_url": "https://apps.apple.com/us/app/x/id999"}, "destination_url"),
        ({"name": "x" * 201}, "name"),
        ({"slug": "mine"}, "slug"),
        ({"network": "tiktok"}, "network"),
    ],
)
def test_patch_refuses_wrong_values(
    client: Client, base: str, changes: dict[str, Any], field: str
) -> None:
    """The same checks as for a new link."""
    link = client.post(f"{base}/links", json=NEW).json()

    answer = client.patch(f"{base}/links/{link['id']}", json=changes)

    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == [field]


def test_wrong_platform_says_why(client: Client, base: str) -> None:
    """A Play page for an iOS app's link."""
    answer = client.post(f"{base}/links", json=NEW | {"destination_url": PLAY_STORE_URL})

    assert answer.status_code == 422
    assert "the app is for iOS" in answer.json()["details"][0]["message"]


def test_deleting_archives(client: Client, base: str) -> None:
    """The link stays to be seen, with the time of its end."""
    link = client.post(f"{base}/links", json=NEW).json()
    address = f"{base}/links/{link['id']}"

    answer = client.delete(address)

    assert answer.status_code == 200
    assert answer.json() == link | {"archived_at": "2026-03-29T12:00:00Z"}
    assert client.get(address).json() == answer.json()
    assert client.delete(address).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_links_are_not_found(client: Client, base: str, method: str) -> None:
    """Also one of another app."""
    other = client.post(
        "/api/v1/apps", json={"name": "x", "platform": "ios", "store_url": APP_STORE_URL}
    ).json()["id"]
    theirs = client.post(f"/api/v1/apps/{other}/links", json=NEW).json()["id"]

    for link_id in ("lnk_none", theirs, "%00", "ä", "x" * 500):
        content = b"{}" if method == "PATCH" else None
        answer = client.request(method, f"{base}/links/{link_id}", content=content)
        assert answer.status_code == 404, link_id
        assert answer.json()["error"] == "not_found"
