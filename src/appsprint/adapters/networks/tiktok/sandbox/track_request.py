"""The shape of an acceptable ``/event/track/`` request, declared as types.

Decoding by type is how a thousand events are judged within milliseconds. It only says yes or no:
when it says no, ``validation`` finds out which rule was broken and how TikTok words that. Both
must draw the same line; a property test holds them to it.

No ``msgspec.Meta`` here: structs with constraints in their types can crash the interpreter while
it exits (msgspec issue 717, seen with 0.22 on Python 3.11).
"""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

MAX_EVENTS = 1000
# TikTok documents no bounds; the allowance for clock skew is our reading.
FUTURE_ALLOWANCE_SECONDS = 600
# No time in seconds reaches this before the year 5138; every time in milliseconds has since 1973.
MILLISECONDS_FROM = 10**11
EVENT_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_\- ]{0,48}[A-Za-z0-9_\-])?")
SHA256_HEX = re.compile(r"[0-9A-Fa-f]{64}")
# Events API 2.0, "properties.currency".
_CURRENCY_CODES = (
    "AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP "
    "GTQ HKD HNL HUF IDR ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO "
    "NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VES "
    "VND ZAR"
)
CURRENCIES = frozenset(_CURRENCY_CODES.split(" "))


class User(msgspec.Struct, frozen=True, gc=False):
    """Who did it: the person's match keys. Absent texts are empty."""

    ttclid: str = ""
    ttp: str = ""
    email: str | list[str] | UnsetType = UNSET
    phone: str | list[str] | UnsetType = UNSET
    external_id: str | list[str] | UnsetType = UNSET
    ip: str = ""
    user_agent: str = ""
    locale: str = ""
    idfa: str = ""
    idfv: str = ""
    gaid: str = ""
    att_status: str = ""
    first_name: str = ""
    last_name: str = ""
    zip_code: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


class Content(msgspec.Struct, frozen=True, gc=False):
    """One item of a purchase or view."""

    content_id: str = ""
    content_category: str = ""
    content_name: str = ""
    brand: str = ""
    price: float = 0.0
    quantity: int = 0


class Properties(msgspec.Struct, frozen=True, gc=False):
    """What it was about and what it was worth."""

    value: float | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    content_type: str = ""
    content_ids: list[str] = []
    contents: list[Content] = []
    num_items: int = 0
    search_string: str = ""
    query: str = ""
    description: str = ""
    order_id: str = ""
    shop_id: str = ""
    status: str = ""
    delivery_category: str = ""
    predicted_ltv: float = 0.0


class Page(msgspec.Struct, frozen=True, gc=False):
    """Where it happened."""

    url: str = ""
    referrer: str = ""


_NO_USER, _NO_PROPERTIES, _NO_PAGE = User(), Properties(), Page()


class TrackedEvent(msgspec.Struct, frozen=True, gc=False):
    """One event. ``event_time`` is in Unix seconds; an absent ``event_id`` is empty."""

    event: str
    event_time: int
    event_id: str = ""
    user: User = _NO_USER
    properties: Properties = _NO_PROPERTIES
    page: Page = _NO_PAGE
    limited_data_use: bool = False


class TrackBody(msgspec.Struct, frozen=True, gc=False):
    """The whole request."""

    event_source: Literal["web"]
    event_source_id: str
    data: list[TrackedEvent]
    test_event_code: str | None = None


class _Payloads(msgspec.Struct, gc=False):
    """The same events as the JSON text that arrived."""

    data: list[msgspec.Raw]


_BODY = msgspec.json.Decoder(TrackBody)
_PAYLOADS = msgspec.json.Decoder(_Payloads)


def decode_body(body: bytes, *, now_seconds: float) -> TrackBody | None:
    """The request; None when it breaks any rule that does not depend on the token."""
    try:
        # msgspec does not look into the texts of fields that it skips.
        body.decode()
        request = _BODY.decode(body)
    except (ValueError, RecursionError):
        return None
    if not request.event_source_id or not 1 <= len(request.data) <= MAX_EVENTS:
        return None
    latest = min(now_seconds + FUTURE_ALLOWANCE_SECONDS, MILLISECONDS_FROM)
    return request if all(_is_acceptable(event, latest) for event in request.data) else None


def payloads_of(body: bytes) -> list[bytes]:
    """The JSON text of each event of a body that ``decode_body`` accepted, in order."""
    return [bytes(raw) for raw in _PAYLOADS.decode(body).data]


def _is_acceptable(event: TrackedEvent, latest: float) -> bool:
    currency = event.properties.currency
    return (
        0 < event.event_time <= latest
        and EVENT_NAME.fullmatch(event.event) is not None
        and (currency is UNSET or currency in CURRENCIES)
        and _are_hashes(event.user.email)
        and _are_hashes(event.user.phone)
        and _are_hashes(event.user.external_id)
    )


def _are_hashes(value: str | Iterable[str] | UnsetType) -> bool:
    if isinstance(value, UnsetType):
        return True
    texts = (value,) if isinstance(value, str) else value
    return all(map(SHA256_HEX.fullmatch, texts))
