"""Deliveries, claims and attempts as SQLite's rows."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping, Sequence, Set
from typing import Any

import msgspec

from appsprint.adapters.sqlite.bulk import Row
from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.delivery import (
    OPEN_STATUSES,
    AttemptOutcome,
    DeadReason,
    Delivery,
    DeliveryStatus,
    NetworkAnswer,
    SkipReason,
    WebContext,
)
from appsprint.domain.ids import AppId, DeliveryId, EventId, InstallId
from appsprint.domain.link import AdNetwork
from appsprint.ports.deliveries import AttemptRecord, ClaimedDelivery, DeliveryFilter

_SQL = queries("deliveries")
# Payloads of one call resemble each other: the fastest level makes a tenth of them.
_LEVEL = 1
_STATUS_OF = {one.value: DeliveryStatus.SKIPPED for one in SkipReason} | {
    one.value: DeliveryStatus.DEAD for one in DeadReason
}
_payloads = msgspec.json.Decoder(dict[str, msgspec.Raw])


def conditions_of(wanted: DeliveryFilter, *, few_wait: bool = False) -> dict[str, object]:
    """A filter as SQL conditions, told so that an index finds what is rare among very many.

    An index of one status serves only statements that name the status themselves.

    Args:
        few_wait: What waits is looked up first; very many are found sooner by looking at all.
    """
    status = wanted.status or _STATUS_OF.get(wanted.reason or "")
    return {
        f"status = '{status}'": True if status else None,
        _SQL["part_open"]: True if few_wait and status in OPEN_STATUSES else None,
        "reason = ?": wanted.reason,
        "sdk_event = ?": wanted.sdk_event,
        "network_event = ?": wanted.network_event,
        f"event_id = ? AND {_SQL['part_of_event']}": wanted.event_id,
        f"appsprint_id = ? AND {_SQL['part_of_device']}": wanted.appsprint_id,
        "created_at_ms >= ?": to_ms_or_none(wanted.since),
        "created_at_ms < ?": to_ms_or_none(wanted.until),
    }


def delivery_row(delivery: Delivery) -> Row:
    """The parameters of ``insert_delivery``."""
    return (
        delivery.app_id,
        delivery.id,
        delivery.network.value,
        delivery.event_id,
        delivery.event_row_id,
        delivery.install_id,
        delivery.appsprint_id,
        delivery.sdk_event,
        delivery.network_event,
        delivery.network_event_id,
        delivery.pixel_id,
        delivery.status.value,
        delivery.reason,
        delivery.attempts,
        to_ms_or_none(delivery.maybe_accepted_at),
        to_ms(delivery.created_at),
        to_ms_or_none(delivery.next_attempt_at),
        to_ms_or_none(delivery.sent_at),
    )


def delivery_of(row: sqlite3.Row) -> Delivery:
    """A row of ``deliveries``."""
    return Delivery(
        id=DeliveryId(row["delivery_id"]),
        app_id=AppId(row["app_id"]),
        network=AdNetwork(row["network"]),
        event_id=row["event_id"],
        event_row_id=EventId(row["event_row_id"]),
        install_id=InstallId(row["install_id"]),
        appsprint_id=row["appsprint_id"],
        sdk_event=row["sdk_event"],
        network_event=row["network_event"],
        network_event_id=row["network_event_id"],
        pixel_id=row["pixel_id"],
        test_event_code=row["test_event_code"],
        status=DeliveryStatus(row["status"]),
        reason=row["reason"],
        attempts=row["attempts"],
        maybe_accepted_at=from_ms_or_none(row["maybe_accepted_at_ms"]),
        created_at=from_ms(row["created_at_ms"]),
        next_attempt_at=from_ms_or_none(row["next_attempt_at_ms"]),
        sent_at=from_ms_or_none(row["sent_at_ms"]),
    )


def claimed_of(row: tuple[Any, ...]) -> ClaimedDelivery:
    """A plain row of ``select_claimed``; by place, because it is read a thousand at a time."""
    return ClaimedDelivery(
        id=row[0],
        sdk_event=row[1],
        network_event=row[2],
        network_event_id=row[3],
        attempts=row[4],
        maybe_accepted_at=from_ms_or_none(row[5]),
        occurred_at=from_ms(row[6]),
        revenue_micros=row[7],
        currency=row[8],
        parameters=row[9],
        context=WebContext(
            network_click_id=row[10],
            page_url=row[11],
            client_ips=_present(row[12:15]),
            user_agents=_present(row[15:17]),
        ),
        locale=row[17],
        customer_user_id=row[18],
        is_credit_moved=bool(row[19]),
        limits_data_use=bool(row[20]),
    )


def _present(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(filter(None, values))


def attempt_of(row: sqlite3.Row) -> AttemptRecord:
    """A row of ``select_attempts``."""
    return AttemptRecord(
        at=from_ms(row["at_ms"]),
        outcome=AttemptOutcome(row["outcome"]),
        test_event_code=row["test_event_code"],
        answer=NetworkAnswer(
            http_status=row["http_status"],
            code=row["code"],
            message=row["message"],
            request_id=row["request_id"],
            duration_ms=row["duration_ms"],
        ),
    )


def packed(payloads: Mapping[DeliveryId, bytes]) -> bytes | None:
    """What a call carried, as it is kept; None when nothing of it is."""
    if not payloads:
        return None
    members = b",".join(b'"%b":%b' % (key.encode(), value) for key, value in payloads.items())
    return zlib.compress(b"{%b}" % members, _LEVEL)


def unpacked(kept: bytes | None, delivery_id: DeliveryId) -> bytes | None:
    """One delivery's payload among those of a call."""
    if kept is None:
        return None
    found = _payloads.decode(zlib.decompress(kept)).get(delivery_id)
    return None if found is None else bytes(found)


def without(kept: bytes, ids: Set[DeliveryId]) -> bytes | None:
    """What a call carried, less these deliveries; None when nothing is left."""
    payloads = _payloads.decode(zlib.decompress(kept))
    return packed({DeliveryId(key): bytes(raw) for key, raw in payloads.items() if key not in ids})
