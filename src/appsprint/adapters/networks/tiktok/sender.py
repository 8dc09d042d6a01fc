"""Sends events to TikTok's Events API 2.0: ``POST /event/track/`` with up to 1,000 of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from appsprint.adapters.networks.tiktok.currencies import SUPPORTED_CURRENCIES
from appsprint.adapters.networks.tiktok.errors import verdict_of
from appsprint.adapters.networks.tiktok.event_names import CUSTOM_NAME
from appsprint.adapters.networks.tiktok.payload import payload_of
from appsprint.adapters.networks.tiktok.transport import TikTokTransport
from appsprint.domain.delivery import DeadReason, DeliverableEvent
from appsprint.ports.ad_network import EventsCredential, SendResult

# A call with more is refused as a whole (Events API 2.0, "data").
MAX_BATCH = 1000
# TikTok documents no bound; its longest click window is 28 days (help, "Attribution settings at
# the ad group level"), so an older event can earn no credit there.
MAX_AGE = timedelta(days=28)


class TikTokEventSender:
    """The port ``EventSender`` for TikTok's web events."""

    def __init__(self, transport: TikTokTransport) -> None:
        self._transport = transport

    def max_batch(self) -> int:
        return MAX_BATCH

    def refuse_locally(self, event: DeliverableEvent, *, now: datetime) -> DeadReason | None:
        if CUSTOM_NAME.fullmatch(event.network_event) is None or not event.network_event_id:
            return DeadReason.INVALID_EVENT
        if now - event.occurred_at > MAX_AGE:
            return DeadReason.TOO_OLD
        if event.revenue_micros is not None and event.currency is not None:
            supported = event.currency in SUPPORTED_CURRENCIES
            return None if supported else DeadReason.UNSUPPORTED_CURRENCY
        return None

    def payload(self, event: DeliverableEvent) -> bytes:
        return payload_of(event)

    def send(self, credential: EventsCredential, payloads: Sequence[bytes]) -> SendResult:
        body = _body(credential, payloads)
        response = self._transport.post("event/track/", body, access_token=credential.access_token)
        return SendResult(answer=response.answer, verdict=verdict_of(response))


def _body(credential: EventsCredential, payloads: Sequence[bytes]) -> bytes:
    """The request around the payloads, which stay byte for byte what they are."""
    head: dict[str, str] = {"event_source": "web", "event_source_id": credential.pixel_id}
    if credential.test_event_code:
        head["test_event_code"] = credential.test_event_code
    return b'%b,"data":[%b]}' % (msgspec.json.encode(head)[:-1], b",".join(payloads))
