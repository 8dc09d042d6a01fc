"""One in-app event as TikTok's Events API takes it: a member of ``data``, as JSON bytes.

Field by field this follows Events API 2.0 (developer portal, pages 1771100865818625 and
1771100779668482, July 2026). Pure, and the same event always gives the same bytes: what a retry
sends and what the delivery log shows are the payload itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

import msgspec

from appsprint.adapters.networks.tiktok.properties import Properties, properties_of
from appsprint.domain.delivery import DeliverableEvent
from appsprint.domain.money import from_micros

# Amounts leave as JSON numbers: TikTok refuses a value that is text.
_encoder = msgspec.json.Encoder(decimal_format="number")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)


class _User(msgspec.Struct, omit_defaults=True, kw_only=True):
    ttclid: str
    ip: str | None = None
    user_agent: str
    external_id: tuple[str, ...] = ()
    locale: str | None = None


class _Page(msgspec.Struct):
    url: str


class _Event(msgspec.Struct, omit_defaults=True):
    event: str
    event_time: int
    event_id: str
    user: _User
    page: _Page
    properties: Properties | None = None
    limited_data_use: bool = False


def payload_of(event: DeliverableEvent) -> bytes:
    """The event as one JSON object."""
    properties = _properties(event)
    return _encoder.encode(
        _Event(
            event=event.network_event,
            event_time=int(event.occurred_at.timestamp()),
            event_id=event.network_event_id,
            user=_User(
                ttclid=event.network_click_id,
                ip=event.client_ip,
                user_agent=event.user_agent,
                external_id=_external_ids(event.customer_user_id),
                locale=_bcp47(event.locale),
            ),
            page=_Page(url=event.page_url),
            properties=properties if properties != _NO_PROPERTIES else None,
            limited_data_use=event.limits_data_use,
        )
    )


def _properties(event: DeliverableEvent) -> Properties:
    properties = properties_of(event.parameters)
    # A value without its currency would be read as dollars.
    if event.revenue_micros is not None and event.currency is not None:
        properties.value = from_micros(event.revenue_micros)
        properties.currency = event.currency
    return properties


def _external_ids(customer_user_id: str | None) -> tuple[str, ...]:
    """The customer's id hashed: trimmed, its case kept, as TikTok's own tag template does it.

    A value that looks like a hash already is hashed like any other: some apps have raw ids of
    that form, and those must not leave in plain.
    """
    text = (customer_user_id or "").strip()
    return (sha256(text.encode("utf-8", "replace")).hexdigest(),) if text else ()


@lru_cache(maxsize=1024)
def _bcp47(locale: str | None) -> str | None:
    """``en-US`` from the platforms' ``en_US`` and ``en_US@calendar=…``; None for anything else."""
    if not locale:
        return None
    text = locale.partition("@")[0].replace("_", "-")
    return text if _LOCALE.fullmatch(text) else None


_NO_PROPERTIES = Properties()
