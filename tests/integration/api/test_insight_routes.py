"""Routes of imports, value-based optimization and diagnostics."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from tests.integration.api.test_tiktok_routes import approve
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install
from tests.support.fake_network import ADVERTISER

Client = TestClient[Litestar]
DAY = date(2026, 3, 28)
CAMPAIGN = AdEntity(level=AdLevel.CAMPAIGN, id="c1", name="Spring", campaign_id="c1")
COST = CostRow(
    level=AdLevel.CAMPAIGN,
    entity_id="c1",
    day_on=DAY,
    as_of=NOON,
    spend_micros=12_500_000,
    impressions=1000,
    clicks=20,
    reported_installs=4,
    reported_revenue_micros=0,
)


@pytest.fixture
def connected(plane: ControlPlane, client: Client, base: str) -> str:
    """The address of an app whose advertiser is chosen."""
    plane.network.costs.listed = [CAMPAIGN]
    plane.network.costs.rows = [COST]
    approve(client, base)
    client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": ADVERTISER.id})
    return base


def test_sync_imports_campaigns_and_costs(client: Client, connected: str) -> None:
    """The answer says what came, and the report shows it."""
    answer = client.post(f"{connected}/tiktok/sync", json={"start": "2026-03-27"})

    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "start": "2026-03-27",
        "end": "2026-03-29",
        "entities": 1,
        "rows": 1,
        "new_versions": 1,
        "started_at": "2026-03-29T12:00:00Z",
        "finished_at": "2026-03-29T12:00:00Z",
    }
    assert client.get(f"{connected}/tiktok").json()["last_sync_at"] == "2026-03-29T12:00:00Z"


def test_sync_needs_no_body(client: Client, connected: str) -> None:
    """The days have their defaults."""
    assert client.post(f"{connected}/tiktok/sync").json()["rows"] == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"start": "yesterday", "end": "2026-13-01"}, ["start", "end"]),
        ({"start": "2026-03-29", "end": "2026-03-01"}, ["start"]),
        ({"start": 5}, ["start"]),
        ({"since": "2026-03-29"}, ["since"]),
    ],
)
def test_sync_refuses_wrong_days(
    client: Client, connected: str, body: dict[str, Any], fields: list[str]
) -> None:
    """Wrong days are told by field."""
    answer = client.post(f"{connected}/tiktok/sync", json=body)

    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == fields


def test_sync_needs_a_connected_advertiser(client: Client, base: str) -> None:
    """Before that there is nothing to import."""
    assert client.post(f"{base}/tiktok/sync").status_code == 409
    approve(client, base)
    assert client.post(f"{base}/tiktok/sync").status_code == 409


def test_vbo_of_a_new_app(client: Client, base: str) -> None:
    """The shape is the same without any event."""
    assert client.get(f"{base}/tiktok/vbo").json() == {
        "unique_payment_events_7d": 0,
        "best_window": {"start": None, "end": None, "count": 0},
        "threshold": 20,
        "unlocked": False,
        "missing": 20,
    }


def test_vbo_counts_accepted_payments(
    plane: ControlPlane, client: Client, app: dict[str, Any], base: str
) -> None:
    """By when they happened: an old burst unlocks, recent days are counted apart."""
    install = put_install(plane.store, AppId(app["id"]), NOON)
    long_ago = NOON - timedelta(days=60)
    for at in [long_ago] * 20 + [NOON]:
        put_delivery(plane.store, put_event(plane.store, install, at), status=DeliveryStatus.SENT)

    assert client.get(f"{base}/tiktok/vbo").json() == {
        "unique_payment_events_7d": 1,
        "best_window": {
            "start": "2026-01-28T12:00:00Z",
            "end": "2026-02-04T12:00:00Z",
            "count": 20,
        },
        "threshold": 20,
        "unlocked": True,
        "missing": 0,
    }


def test_diagnostics_list_every_item(client: Client, connected: str) -> None:
    """Twelve items of the contract, in its order, each with its five fields."""
    items = client.get(f"{connected}/tiktok/diagnostics").json()["items"]

    assert [item["code"] for item in items] == [
        "oauth_connection",
        "events_api_token",
        "pixel_token_pair",
        "ad_link_mismatch",
        "os_targeting",
        "web_context",
        "events_not_sent",
        "first_events_wait",
        "objective_rejected",
        "numbers_differ",
        "value_based_optimization",
        "sync_freshness",
    ]
    for item in items:
        assert set(item) == {"code", "state", "message", "action", "evidence"}
        assert item["state"] in {"ok", "warning", "failing", "unknown"}
    assert items[0]["state"] == "ok"


def test_failed_import_is_diagnosed(plane: ControlPlane, client: Client, connected: str) -> None:
    """The evidence has the network's words."""
    app_id = plane.services.apps.list()[0].id
    present = plane.services.connections.overview(app_id).connection
    failed = replace(present, last_sync_error="no answer")
    plane.store.write(lambda uow: uow.connections.save(failed))

    items = client.get(f"{connected}/tiktok/diagnostics").json()["items"]

    assert items[-1]["state"] == "failing"
    assert items[-1]["evidence"]["last_error"] == "no answer"
