"""Reads events of SDK requests (SDK wire protocol §4), each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from appsprint.domain.app import App, Environment
from appsprint.domain.inapp_event import RefusalReason, fold_event_type, occurred_at_ms
from appsprint.domain.money import MAX_AMOUNT, is_currency_code, to_micros
from appsprint.entrypoints.http.sdk_install import is_id
from appsprint.entrypoints.http.sdk_json import UNREADABLE, read_json
from appsprint.errors import TooLarge
from appsprint.services.events import EventBatch, ReadEvent, UnreadEvent

MAX_EVENTS = 500
MAX_EVENT_BYTES = 95_000
MAX_NAME_LENGTH = 255
MAX_NESTING = 32
MAX_TIMESTAMP_MS = 10**15
EXCERPT_LENGTH = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _BatchBody(msgspec.Struct):
    events: list[msgspec.Raw]


class _EventBody(msgspec.Struct):
    """An event whose fields have the right types; what they hold is checked after."""

    eventId: str  # noqa: N815 the wire's spelling
    eventType: str  # noqa: N815
    timestamp: int
    appsprintId: str | None = None  # noqa: N815
    postbackId: str | None = None  # noqa: N815
    eventName: str | None = None  # noqa: N815
    revenue: int | float | None = None
    currency: str | None = None
    parameters: msgspec.Raw = msgspec.Raw(b"null")
    isSandbox: bool | None = None  # noqa: N815
    googleAdsConsent: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815


class _ConsentBody(msgspec.Struct):
    adUserData: str = ""  # noqa: N815 the wire's spelling


# The SDK's only word on consent for ads. UNSPECIFIED, and what is none of these, says nothing.
_CONSENTS = {"DENIED": True, "GRANTED": False}
_LIMIT = b'"limited_data_use"'
_CONSENT = msgspec.json.Decoder(_ConsentBody)
_BATCH = msgspec.json.Decoder(_BatchBody)
_EVENT = msgspec.json.Decoder(_EventBody)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])

# Which refusal a field of the wrong type means; the order is that of the checks.
_FIELD_REASONS: Mapping[str, tuple[RefusalReason, msgspec.json.Decoder[Any]]] = {
    "eventId": (RefusalReason.INVALID_EVENT_ID, msgspec.json.Decoder(str)),
    "eventType": (RefusalReason.INVALID_EVENT_TYPE, msgspec.json.Decoder(str)),
    "timestamp": (RefusalReason.INVALID_TIMESTAMP, msgspec.json.Decoder(int)),
    "appsprintId": (RefusalReason.INVALID_INSTALL_ID, msgspec.json.Decoder(str | None)),
    "postbackId": (RefusalReason.INVALID_INSTALL_ID, msgspec.json.Decoder(str | None)),
    "eventName": (RefusalReason.INVALID_EVENT_NAME, msgspec.json.Decoder(str | None)),
    "revenue": (RefusalReason.INVALID_REVENUE, msgspec.json.Decoder(int | float | None)),
    "currency": (RefusalReason.INVALID_CURRENCY, msgspec.json.Decoder(str | None)),
}
_REQUIRED = frozenset({"eventId", "eventType", "timestamp"})


class _RefusedError(Exception):
    """One event did not pass a check; caught where the batch is read."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsArrival:
    """What the server knows of a request besides its events."""

    app: App
    environment: Environment
    client_ip: str
    received_at: datetime


def split_batch(body: bytes) -> Sequence[msgspec.Raw]:
    """The events of a batch, unread.

    Raises:
        MalformedRequest: Not JSON.
        InvalidInput: Not an object with a list ``events``.
        TooLarge: More than 500 events.
    """
    events = read_json(_BATCH, body).events
    if len(events) > MAX_EVENTS:
        raise TooLarge(f"a batch has at most {MAX_EVENTS} events", code="too_many_events")
    return events


def read_events(raws: Sequence[msgspec.Raw], arrival: EventsArrival) -> EventBatch:
    """The events, each checked by itself; one that fails refuses nothing but itself."""
    received_at_ms = (arrival.received_at - _EPOCH) // timedelta(milliseconds=1)
    events: list[ReadEvent] = []
    unread: list[UnreadEvent] = []
    for position, raw in enumerate(raws):
        try:
            events.append(_read(_decode(raw), position, received_at_ms))
        except _RefusedError as exc:
            unread.append(_unread(raw, position, exc.reason))
    return EventBatch(
        app=arrival.app,
        environment=arrival.environment,
        received_at=arrival.received_at,
        client_ip=arrival.client_ip,
        events=events,
        unread=unread,
    )


def _decode(raw: msgspec.Raw) -> _EventBody:
    if len(memoryview(raw)) > MAX_EVENT_BYTES:
        raise _RefusedError(RefusalReason.TOO_LARGE)
    try:
        return _EVENT.decode(raw)
    except UNREADABLE as exc:
        raise _RefusedError(_why_undecodable(raw)) from exc


def _why_undecodable(raw: msgspec.Raw) -> RefusalReason:
    """The first field that cannot be read; the parameters when it is none of the others."""
    found = _fields_in(raw)
    if found is None:
        return RefusalReason.NOT_AN_OBJECT
    for name, (reason, decoder) in _FIELD_REASONS.items():
        value = found.get(name)
        if value is None:
            if name in _REQUIRED:
                return reason
            continue
        try:
            decoder.decode(value)
        except UNREADABLE:
            return reason
    return RefusalReason.INVALID_PARAMETERS


def _fields_in(raw: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    """The fields of an event, unread; None when it is no object."""
    try:
        return _FIELDS.decode(raw)
    except UNREADABLE:
        return None


def _read(event: _EventBody, position: int, received_at_ms: int) -> ReadEvent:
    """The event with every field checked; the first that is wrong refuses it."""
    if not is_id(event.eventId):
        raise _RefusedError(RefusalReason.INVALID_EVENT_ID)
    appsprint_id = event.postbackId if event.appsprintId is None else event.appsprintId
    if appsprint_id is None or not is_id(appsprint_id):
        raise _RefusedError(RefusalReason.INVALID_INSTALL_ID)
    event_type = fold_event_type(event.eventType)
    if event_type is None:
        raise _RefusedError(RefusalReason.INVALID_EVENT_TYPE)
    if abs(event.timestamp) > MAX_TIMESTAMP_MS:
        raise _RefusedError(RefusalReason.INVALID_TIMESTAMP)
    happened_ms = occurred_at_ms(event.timestamp, received_at_ms=received_at_ms)
    return ReadEvent(
        position=position,
        event_id=event.eventId,
        appsprint_id=appsprint_id,
        event_type=event_type,
        event_name=_name(event.eventName),
        occurred_at=_EPOCH + timedelta(milliseconds=happened_ms),
        device_timestamp_ms=event.timestamp,
        revenue_micros=_revenue_micros(event.revenue),
        currency=_currency(event.currency),
        parameters=_parameters(event.parameters),
        is_sandbox=event.isSandbox is True,
        limits_data_use=_limits_data_use(event),
    )


def _limits_data_use(event: _EventBody) -> bool | None:
    """What the event says of the person's consent; None when it says nothing.

    Yes when user data for ads is refused, or when the developer's own parameter says so.
    """
    if _LIMIT in bytes(event.parameters) and _parameter(event.parameters, "limited_data_use"):
        return True
    consent = bytes(event.googleAdsConsent)
    return None if consent == b"null" else _CONSENTS.get(_ad_user_data(consent))


def _parameter(raw: msgspec.Raw, name: str) -> bool:
    """Whether one of the developer's parameters is ``true``."""
    found = (_fields_in(raw) or {}).get(name)
    return found is not None and bytes(found) == b"true"


def _ad_user_data(consent: bytes) -> str:
    """Empty when it cannot be read; consent never refuses an event."""
    try:
        return _CONSENT.decode(consent).adUserData
    except UNREADABLE:
        return ""


def _name(value: str | None) -> str | None:
    if not value:
        return None
    if len(value) > MAX_NAME_LENGTH:
        raise _RefusedError(RefusalReason.INVALID_EVENT_NAME)
    return value


def _revenue_micros(value: float | None) -> int | None:
    if value is None:
        return None
    # The shortest text of a float is what the app wrote, so no binary fraction comes in.
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) > MAX_AMOUNT:
        raise _RefusedError(RefusalReason.INVALID_REVENUE)
    return to_micros(amount)


def _currency(value: str | None) -> str | None:
    if not value:
        return None
    folded = value.strip().upper()
    if not is_currency_code(folded):
        raise _RefusedError(RefusalReason.INVALID_CURRENCY)
    return folded


def _parameters(raw: msgspec.Raw) -> str | None:
    """The developer's map as JSON text; None without one."""
    data = bytes(raw)
    if data == b"null":
        return None
    if not data.startswith(b"{") or _nesting(data) > MAX_NESTING:
        raise _RefusedError(RefusalReason.INVALID_PARAMETERS)
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        raise _RefusedError(RefusalReason.INVALID_PARAMETERS) from exc


def _nesting(data: bytes) -> int:
    """At least how deep the JSON nests; brackets in texts count too, which only errs upwards."""
    if data.count(b"{") + data.count(b"[") <= MAX_NESTING:
        return 0
    depth = deepest = 0
    for byte in data:
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _unread(raw: msgspec.Raw, position: int, reason: RefusalReason) -> UnreadEvent:
    text = bytes(raw)[:EXCERPT_LENGTH].decode(errors="replace")
    fields = _fields_in(raw) or {}
    return UnreadEvent(
        position=position,
        reason=reason,
        event_id=_id_in(fields, "eventId"),
        appsprint_id=_id_in(fields, "appsprintId") or _id_in(fields, "postbackId"),
        excerpt=text,
    )


def _id_in(fields: Mapping[str, msgspec.Raw], name: str) -> str | None:
    """An id if the event can be read that far."""
    found = fields.get(name)
    try:
        value = None if found is None else _FIELD_REASONS["eventId"][1].decode(found)
    except UNREADABLE:
        return None
    return str(value) if is_id(value) else None
