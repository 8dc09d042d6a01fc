"""Routes of installs and in-app events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install, put_refusal

Client = TestClient[Litestar]


@pytest.fixture
def app_id(app: dict[str, Any]) -> AppId:
    """The app's id."""
    return AppId(app["id"])


def test_install_rows_have_the_fields_of_the_contract(
    plane: ControlPlane, client: Client, app_id: AppId, base: str
) -> None:
    """A credited install and an organic one, newest first."""
    first = put_install(plane.store, app_id, NOON, link_id="lnk_1", campaign_id="c1")
    second = put_install(plane.store, app_id, NOON)

    items = client.get(f"{base}/installs").json()["items"]

    assert [item["id"] for item in items] == [second.id, first.id]
    assert items[1] == {
        "id": first.id,
        "appsprint_id": first.appsprint_id,
        "platform": "ios",
        "environment": "live",
        "installed_at": "2026-03-29T12:00:00Z",
        "received_at": "2026-03-29T12:00:00Z",
        "is_attributed": True,
        "match_type": "ip_user_agent",
        "confidence": 0.7,
        "network": "tiktok",
        "click_id": items[1]["click_id"],
        "link_id": "lnk_1",
        "campaign_id": "c1",
        "campaign_name": None,
        "is_reinstall": False,
        "earlier_install_id": None,
        "tags": [],
        "rejected_for": None,
        "withheld_for": None,
    }
    assert (items[0]["is_attributed"], items[0]["click_id"]) == (False, None)


def test_one_install_explains_its_decision(
    plane: ControlPlane, client: Client, app_id: AppId, base: str
) -> None:
    """The candidates are there as an object, and every version of the decision."""
    install = put_install(plane.store, app_id, NOON, link_id="lnk_1")

    shown = client.get(f"{base}/installs/{install.id}").json()

    assert shown["explanation"] == {"candidates": [{"click_id": "clk_1", "verdict": "won"}]}
    assert [decision["version"] for decision in shown["decisions"]] == [1]
    assert (shown["device_model"], shown["country"]) == ("iPhone16,1", "US")
    assert shown["test_reason"] is None
    assert client.get(f"{base}/installs/ins_none").status_code == 404


@pytest.mark.parametrize(
    ("query", "amount"),
    [
        ("", 3),
        ("is_attributed=true", 2),
        ("is_attributed=false", 1),
        ("is_reinstall=true", 0),
        ("is_reinstall=false", 3),
        ("campaign_id=c1", 1),
        ("link_id=lnk_1", 2),
        ("match_type=organic", 1),
        ("appsprint_id=nobody", 0),
        ("customer_user_id=nobody", 0),
        ("start=2026-03-29T12:00:00Z", 2),
        ("end=2026-03-29T12:00:00Z", 1),
        ("start=2026-03-29&end=2026-03-30", 2),
        ("start=2026-03-29T14:00:00%2B02:00", 2),
        ("utm_source=unknown-parameters-are-ignored", 3),
    ],
)
def test_installs_are_filtered(
    plane: ControlPlane, client: Client, app_id: AppId, base: str, query: str, amount: int
) -> None:
    """Everything that is given has to fit; the end is not included."""
    put_install(plane.store, app_id, NOON - timedelta(days=1), link_id="lnk_1")
    put_install(plane.store, app_id, NOON, link_id="lnk_1", campaign_id="c1")
    put_install(plane.store, app_id, NOON)

    assert len(client.get(f"{base}/installs?{query}").json()["items"]) == amount


def test_event_rows_have_the_fields_of_the_contract(
    plane: ControlPlane, client: Client, app_id: AppId, base: str
) -> None:
    """With the outcome at each network: a delivery's status, or skipped and why."""
    install = put_install(plane.store, app_id, NOON, link_id="lnk_1")
    sent = put_event(plane.store, install, NOON)
    put_delivery(plane.store, sent, status=DeliveryStatus.SENT)
    put_event(plane.store, install, NOON, revenue=None, skip_reason="not_mapped")

    skipped_row, sent_row = client.get(f"{base}/events").json()["items"]

    assert sent_row == {
        "id": sent.id,
        "event_id": sent.event_id,
        "event_type": "purchase",
        "event_name": None,
        "environment": "live",
        "appsprint_id": install.appsprint_id,
        "install_id": install.id,
        "occurred_at": "2026-03-29T12:00:00Z",
        "received_at": "2026-03-29T12:00:00Z",
        "revenue": "9.99",
        "currency": "USD",
        "parameters": {"level": 3},
        "outcomes": [{"network": "tiktok", "status": "sent", "reason": None}],
    }
    assert skipped_row["revenue"] is None
    assert skipped_row["outcomes"] == [
        {"network": "tiktok", "status": "skipped", "reason": "not_mapped"}
    ]


def test_events_are_filtered(plane: ControlPlane, client: Client, app_id: AppId, base: str) -> None:
    """By type, id and install."""
    install = put_install(plane.store, app_id, NOON)
    purchase = put_event(plane.store, install, NOON)
    put_event(plane.store, install, NOON, event_type="login")

    def ids(query: str) -> list[str]:
        return [item["event_id"] for item in client.get(f"{base}/events?{query}").json()["items"]]

    assert ids("event_type=purchase") == [purchase.event_id]
    assert ids(f"event_id={purchase.event_id}") == [purchase.event_id]
    assert len(ids(f"install_id={install.id}")) == 2
    assert ids("event_name=x") == ids("appsprint_id=x") == ids("start=2027-01-01") == []


def test_refused_events_are_listed(
    plane: ControlPlane, client: Client, app_id: AppId, base: str
) -> None:
    """With the reason and the start of what came."""
    first, second = (put_refusal(plane.store, app_id, NOON) for _ in range(2))

    page = client.get(f"{base}/refused-events?limit=1").json()
    rest = client.get(f"{base}/refused-events?cursor={page['next_cursor']}").json()

    assert [item["id"] for item in (*page["items"], *rest["items"])] == [second.id, first.id]
    assert rest["items"][0] == {
        "id": first.id,
        "event_id": "sdk-x",
        "received_at": "2026-03-29T12:00:00Z",
        "reason": "invalid_revenue",
        "excerpt": '{"revenue":"lots"}',
    }


@pytest.mark.parametrize("path", ["installs", "events", "deliveries"])
def test_event_plane_lists_go_on_where_they_ended(
    plane: ControlPlane, client: Client, app_id: AppId, base: str, path: str
) -> None:
    """Pages of any size make the same list."""
    for _ in range(5):
        install = put_install(plane.store, app_id, NOON)
        put_delivery(plane.store, put_event(plane.store, install, NOON))
    whole = [item["id"] for item in client.get(f"{base}/{path}").json()["items"]]

    found: list[str] = []
    page = client.get(f"{base}/{path}?limit=2").json()
    found += [item["id"] for item in page["items"]]
    while page["next_cursor"] is not None:
        page = client.get(f"{base}/{path}?limit=2&cursor={page['next_cursor']}").json()
        found += [item["id"] for item in page["items"]]

    assert found == whole
    assert len(whole) == 5
