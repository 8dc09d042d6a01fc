"""Routes of deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.delivery import Delivery, DeliveryStatus
from appsprint.domain.ids import AppId
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

Client = TestClient[Litestar]
PIXEL = "CQ6FR3RC77U6L0AM21H0"


@pytest.fixture
def deliveries(plane: ControlPlane, app: dict[str, Any]) -> dict[str, Delivery]:
    """One delivery for each status but retrying."""
    install = put_install(plane.store, AppId(app["id"]), NOON, link_id="lnk_1")
    reasons = {DeliveryStatus.SKIPPED: "missing_ttclid", DeliveryStatus.DEAD: "too_old"}
    return {
        status.value: put_delivery(
            plane.store,
            put_event(plane.store, install, NOON),
            status=status,
            reason=reasons.get(status),
            pixel_id=PIXEL,
        )
        for status in DeliveryStatus
        if status is not DeliveryStatus.RETRYING
    }


def test_rows_have_the_fields_of_the_contract(
    client: Client, base: str, deliveries: dict[str, Delivery]
) -> None:
    """What TikTok sees has its own id, as text."""
    sent = deliveries["sent"]

    items = client.get(f"{base}/deliveries?status=sent").json()["items"]

    assert items == [
        {
            "id": sent.id,
            "network": "tiktok",
            "event_id": sent.event_id,
            "install_id": sent.install_id,
            "appsprint_id": sent.appsprint_id,
            "sdk_event": "purchase",
            "tiktok_event": "Purchase",
            "network_event_id": sent.network_event_id,
            "pixel_id": PIXEL,
            "status": "sent",
            "reason": None,
            "created_at": "2026-03-29T12:00:00Z",
            "next_attempt_at": None,
            "sent_at": "2026-03-29T12:00:00Z",
        }
    ]


def test_one_delivery_shows_payload_and_attempts(
    client: Client, base: str, deliveries: dict[str, Delivery]
) -> None:
    """The payload is an object, an attempt has TikTok's words."""
    shown = client.get(f"{base}/deliveries/{deliveries['sent'].id}").json()
    waiting = client.get(f"{base}/deliveries/{deliveries['pending'].id}").json()

    assert shown["payload"] == {"event": "Purchase"}
    assert shown["attempts"] == [
        {
            "at": "2026-03-29T12:00:00Z",
            "outcome": "delivered",
            "http_status": 200,
            "code": 0,
            "message": "OK",
            "request_id": "req-1",
            "duration_ms": 12,
        }
    ]
    assert (waiting["payload"], waiting["attempts"]) == (None, [])
    assert waiting["next_attempt_at"] == "2026-03-29T12:00:00Z"
    assert client.get(f"{base}/deliveries/dlv_none").status_code == 404


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("status=dead", ["dead"]),
        ("status=retrying", []),
        ("reason=missing_ttclid", ["skipped"]),
        ("status=dead&reason=missing_ttclid", []),
        ("tiktok_event=Subscribe", []),
        ("sdk_event=login", []),
        ("end=2026-03-29", []),
        ("appsprint_id=x", []),
    ],
)
def test_deliveries_are_filtered(
    client: Client,
    base: str,
    deliveries: dict[str, Delivery],
    query: str,
    statuses: list[str],
) -> None:
    """Everything that is given has to fit."""
    assert len(deliveries) == 4

    items = client.get(f"{base}/deliveries?{query}").json()["items"]

    assert [item["status"] for item in items] == statuses


def test_deliveries_of_one_event(
    client: Client, base: str, deliveries: dict[str, Delivery]
) -> None:
    """By the SDK's id."""
    event_id = deliveries["dead"].event_id

    (item,) = client.get(f"{base}/deliveries?event_id={event_id}").json()["items"]

    assert item["id"] == deliveries["dead"].id


def test_redrive_by_ids_and_by_filter(
    client: Client, base: str, deliveries: dict[str, Delivery]
) -> None:
    """A dry run counts; the real one moves dead letters only, once."""
    dead = deliveries["dead"].id
    address = f"{base}/deliveries/redrive"
    by_filter = {"filter": {"status": "dead", "reason": "too_old"}}

    assert client.post(address, json={"ids": [dead], "dry_run": True}).json() == {
        "would_redrive": 1
    }
    assert client.post(address, json=by_filter | {"dry_run": True}).json() == {"would_redrive": 1}
    assert client.post(address, json={"ids": [dead, deliveries["sent"].id]}).json() == {
        "redriven": 1
    }
    assert client.post(address, json=by_filter).json() == {"redriven": 0}
    assert client.post(address, json={"filter": {}}).json() == {"redriven": 0}

    again = client.get(f"{base}/deliveries/{dead}").json()
    assert (again["status"], again["reason"]) == ("retrying", None)
    assert again["network_event_id"] == deliveries["dead"].network_event_id


def test_redriving_warns_of_what_may_be_counted_twice(
    client: Client, base: str, plane: ControlPlane, app: dict[str, Any]
) -> None:
    """In the dry run and afterwards; it is done all the same."""
    install = put_install(plane.store, AppId(app["id"]), NOON, link_id="lnk_1")
    for age in (timedelta(hours=49), timedelta(hours=47)):
        event = put_event(plane.store, install, NOON)
        put_delivery(
            plane.store,
            event,
            status=DeliveryStatus.DEAD,
            reason="dedupe_horizon_passed",
            maybe_accepted_at=plane.clock.now() - age,
        )
    address = f"{base}/deliveries/redrive"
    body = {"filter": {"reason": "dedupe_horizon_passed"}}

    dry = client.post(address, json=body | {"dry_run": True}).json()
    assert (dry["would_redrive"], dry["past_dedupe_horizon"]) == (2, 1)
    assert "may count them twice" in dry["warning"]
    done = client.post(address, json=body).json()
    assert done == {"redriven": 2, "past_dedupe_horizon": 1, "warning": dry["warning"]}


def test_what_was_sent_as_a_test_says_so(
    client: Client, base: str, plane: ControlPlane, app: dict[str, Any]
) -> None:
    """The row and its attempt carry the code."""
    install = put_install(plane.store, AppId(app["id"]), NOON, link_id="lnk_1")
    event = put_event(plane.store, install, NOON)
    sent = put_delivery(plane.store, event, status=DeliveryStatus.SENT, test_event_code="TEST123")

    shown = client.get(f"{base}/deliveries/{sent.id}").json()
    assert shown["test_event_code"] == "TEST123"
    assert [attempt["test_event_code"] for attempt in shown["attempts"]] == ["TEST123"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["ids"]),
        ({"ids": None, "filter": None}, ["ids"]),
        ({"ids": ["dlv_1"], "filter": {}}, ["ids"]),
        ({"ids": []}, ["ids"]),
        ({"ids": ["x"] * 1_001}, ["ids"]),
        ({"ids": [1]}, ["ids"]),
        ({"filter": {"status": "sent"}}, ["filter.status"]),
        ({"filter": {"status": "gone", "since": 1}}, ["filter.since", "filter.status"]),
        ({"filter": {"start": "soon"}}, ["filter.start"]),
        ({"filter": [], "dry_run": "yes"}, ["filter", "dry_run"]),
    ],
)
def test_unclear_redrives_are_refused(
    client: Client, base: str, body: dict[str, Any], fields: list[str]
) -> None:
    """Exactly one of ids and filter, with values that make sense."""
    answer = client.post(f"{base}/deliveries/redrive", json=body)

    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == fields
