"""Builders for the sandbox's tests: events, requests, reports and a small world."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError
from appsprint.adapters.networks.tiktok.sandbox.api import ROUTES
from appsprint.adapters.networks.tiktok.sandbox.entities import (
    Account,
    Ad,
    AdGroup,
    Advertiser,
    Campaign,
    DeveloperApp,
    EventsToken,
    Grant,
    Pixel,
    ReportRow,
)
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.world import World
from appsprint.adapters.networks.tiktok.sandbox.world_patch import WorldPatch, merged

NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
NOW_SECONDS = int(NOW.timestamp())
SHA256 = "e814ff3dc480a94c7ce9334062ec4733c75a002f4bcec0197f62ffea64059e2f"
PIXEL = "D1TESTPIKSEL00000001"
OTHER_PIXEL = "D1TESTPIKSEL00000002"
EVENTS_TOKEN = "events-token"
TOKEN = "a" * 40
ADVERTISER = "7301"
FOREIGN_ADVERTISER = "7399"


def make_event(**changes: Any) -> dict[str, Any]:
    """A good web purchase; a change to None drops the field, which TikTok would refuse as null."""
    event: dict[str, Any] = {
        "event": "Purchase",
        "event_time": NOW_SECONDS,
        "event_id": "evt_1",
        "user": {"ttclid": "E_C_P_x", "ip": "203.0.113.7", "user_agent": "Mozilla/5.0"},
        "properties": {"value": 9.99, "currency": "EUR"},
        "page": {"url": "https://go.example/c/x"},
    }
    event.update(changes)
    return {name: value for name, value in event.items() if value is not None}


def make_body(*events: Any, **changes: Any) -> bytes:
    """A body for ``/event/track/``; a change to None drops the field."""
    body: dict[str, Any] = {
        "event_source": "web",
        "event_source_id": PIXEL,
        "data": list(events) or [make_event()],
    }
    body.update(changes)
    return json.dumps({k: v for k, v in body.items() if v is not None}).encode()


def make_request(
    path: str = "",
    *,
    query: Mapping[str, str] | None = None,
    token: str | None = TOKEN,
    body: object = None,
    method: str = "GET",
) -> Request:
    """A request as the handlers see it; ``body`` is JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(
        method=method,
        path=path,
        query=query or {},
        access_token=token,
        request_id="20260921120000" + "A" * 20,
        body=raw if body is not None else b"",
    )


def ask(sandbox: Sandbox, endpoint: str, **request: Any) -> Mapping[str, Any]:
    """The ``data`` of an answer; a business error is raised as ``ApiError``."""
    _, handler = ROUTES[endpoint]
    return handler(sandbox, make_request(endpoint, **request)).data


def error_of(call: Callable[[], object]) -> tuple[int, str]:
    """The code and message of the business error that the call raises."""
    try:
        call()
    except ApiError as error:
        return error.code, error.message
    raise AssertionError("no business error was raised")


def make_row(
    ad_id: str = "ad1",
    day: date = date(2026, 9, 20),
    *,
    country_code: str = "",
    visible_from: datetime | None = None,
    **metrics: float | str | None,
) -> ReportRow:
    """A version of a report row; metrics are given by name."""
    numbers = {
        name: None if value is None else Decimal(str(value)) for name, value in metrics.items()
    }
    return ReportRow(
        ad_id=ad_id,
        day=day,
        country_code=country_code,
        visible_from=visible_from,
        metrics=numbers,
    )


def make_world(*rows: ReportRow, **changes: Any) -> World:
    """One advertiser with two campaigns of one ad each, and one advertiser out of reach."""
    base = WorldPatch(
        apps=[DeveloperApp(app_id="app", secret="secret")],
        advertisers=[_advertiser(ADVERTISER), _advertiser(FOREIGN_ADVERTISER)],
        accounts=[Account(account_id="acc", name="Ada", advertiser_ids=[ADVERTISER])],
        pixels=[_pixel(PIXEL, ADVERTISER), _pixel(OTHER_PIXEL, FOREIGN_ADVERTISER)],
        oauth_tokens=[Grant(access_token=TOKEN, app_id="app", advertiser_ids=[ADVERTISER])],
        events_tokens=[EventsToken(access_token=EVENTS_TOKEN, pixel_codes=[PIXEL])],
        campaigns=[
            Campaign(campaign_id="c1", advertiser_id=ADVERTISER, campaign_name="Alpha"),
            Campaign(campaign_id="c2", advertiser_id=ADVERTISER, campaign_name="Beta"),
        ],
        adgroups=[
            AdGroup(adgroup_id="g1", campaign_id="c1", adgroup_name="One"),
            AdGroup(adgroup_id="g2", campaign_id="c2", adgroup_name="Two"),
        ],
        ads=[
            Ad(ad_id="ad1", adgroup_id="g1", ad_name="First"),
            Ad(ad_id="ad2", adgroup_id="g2", ad_name="Second"),
        ],
    )
    return merged(merged(World(), base), WorldPatch(report_rows=list(rows), **changes))


def make_sandbox(*rows: ReportRow, now: datetime = NOW, **changes: Any) -> Sandbox:
    """A sandbox over ``make_world`` whose clock stands still."""
    return Sandbox(make_world(*rows, **changes), now=lambda: now)


def _advertiser(advertiser_id: str) -> Advertiser:
    return Advertiser(
        advertiser_id=advertiser_id,
        name=f"Shop {advertiser_id}",
        currency="EUR",
        timezone="Etc/GMT-1",
        display_timezone="Europe/Paris",
    )


def _pixel(pixel_code: str, advertiser_id: str) -> Pixel:
    return Pixel(
        pixel_id=f"73100{pixel_code[-1]}",
        pixel_code=pixel_code,
        pixel_name=f"Pixel {pixel_code[-1]}",
        advertiser_id=advertiser_id,
    )
