"""Builds events for the TikTok tests; a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from appsprint.domain.delivery import DeliverableEvent
from appsprint.domain.ids import DeliveryId

NOON = datetime(2026, 9, 21, 12, 0, 0, tzinfo=UTC)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
PURCHASE = DeliverableEvent(
    delivery_id=DeliveryId("dlv_1"),
    network_event="Purchase",
    network_event_id="evt_1",
    sdk_event="purchase",
    occurred_at=NOON,
    client_ip="203.0.113.7",
    user_agent=SAFARI,
    network_click_id="E_C_P_click",
    page_url="https://track.example/c/abc?ttclid=E_C_P_click",
    revenue_micros=29_980_000,
    currency="EUR",
    parameters=None,
    customer_user_id=None,
    locale=None,
)


def make_event(**changes: Any) -> DeliverableEvent:
    """A purchase with everything that TikTok needs, but for ``changes``."""
    return replace(PURCHASE, **changes)
