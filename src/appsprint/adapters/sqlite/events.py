"""In-app events, refusals and received counts in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from appsprint.adapters.sqlite.bulk import Row, insert_rows
from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.rows import from_ms, to_day, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId, DeliveryId, EventId, InstallId
from appsprint.domain.inapp_event import InAppEvent, RefusalReason, RefusedEvent
from appsprint.domain.link import AdNetwork
from appsprint.ports.events import (
    EventFilter,
    EventWithOutcome,
    NetworkOutcome,
    ReceivedCounts,
)

_SQL = queries("events")


class SqliteEvents:
    """See ``ports.events.EventRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, events: Sequence[InAppEvent]) -> set[EventId]:
        rows = [_event_row(event) for event in events]
        # Not by RETURNING: reading a row gives up the interpreter's lock, once for each event.
        if insert_rows(self._connection, _SQL["insert_event"], rows) == len(rows):
            return {event.id for event in events}
        return {event.id for event in events if self._is_stored(event)}

    def refuse(self, refusals: Sequence[RefusedEvent]) -> None:
        rows: list[Row] = [
            (
                refusal.app_id,
                refusal.id,
                to_ms(refusal.received_at),
                refusal.reason,
                refusal.event_id,
                refusal.appsprint_id,
                refusal.excerpt,
            )
            for refusal in refusals
        ]
        insert_rows(self._connection, _SQL["insert_refusal"], rows)

    def count(self, app_id: AppId, counts: ReceivedCounts, *, day_on: date) -> None:
        parts = (counts.received, counts.duplicates, counts.refused, counts.stored)
        self._connection.execute(_SQL["add_counts"], (app_id, to_day(day_on), *parts))

    def page(
        self, app_id: AppId, wanted: EventFilter, *, after: EventId | None, limit: int
    ) -> Sequence[EventWithOutcome]:
        query, parameters = with_conditions(
            _SQL["page_events"],
            {
                "e.event_type = ?": wanted.event_type,
                "e.event_name = ?": wanted.event_name,
                "e.event_id = ?": wanted.event_id,
                "e.appsprint_id = ?": wanted.appsprint_id,
                # As a list of ids, or SQLite would look through all events of the app.
                "e.id IN (SELECT o.id FROM events AS o "
                "WHERE o.app_id = :app_id AND o.install_id = ?)": wanted.install_id,
                "e.received_at_ms >= ?": to_ms_or_none(wanted.since),
                "e.received_at_ms < ?": to_ms_or_none(wanted.until),
            },
        )
        values = {"app_id": app_id, "after": after, "limit": limit, **parameters}
        return [_with_outcome(row) for row in self._connection.execute(query, values)]

    def refusals(self, app_id: AppId, *, after: str | None, limit: int) -> Sequence[RefusedEvent]:
        values = {"app_id": app_id, "after": after, "limit": limit}
        rows = self._connection.execute(_SQL["page_refusals"], values)
        return [_refusal(row) for row in rows]

    def unattributed_of(self, app_id: AppId, install_id: InstallId) -> Sequence[InAppEvent]:
        rows = self._connection.execute(_SQL["unattributed_events"], (app_id, install_id))
        return [_event(row) for row in rows]

    def set_skip_reason(
        self, app_id: AppId, event_ids: Sequence[EventId], reason: str | None
    ) -> None:
        for event_id in event_ids:
            self._connection.execute(_SQL["set_skip_reason"], (reason, app_id, event_id))

    def _is_stored(self, event: InAppEvent) -> bool:
        found = self._connection.execute(_SQL["is_stored"], (event.app_id, event.id))
        return found.fetchone() is not None


def _event_row(event: InAppEvent) -> Row:
    return (
        event.app_id,
        event.id,
        event.event_id,
        event.install_id,
        event.appsprint_id,
        event.environment.value,
        event.event_type,
        event.event_name,
        to_ms(event.occurred_at),
        event.device_timestamp_ms,
        to_ms(event.received_at),
        event.revenue_micros,
        event.currency,
        event.parameters,
        event.client_ip,
        event.skip_reason,
        event.limits_data_use,
    )


def _event(row: sqlite3.Row) -> InAppEvent:
    return InAppEvent(
        id=EventId(row["id"]),
        app_id=AppId(row["app_id"]),
        event_id=row["event_id"],
        install_id=InstallId(row["install_id"]),
        appsprint_id=row["appsprint_id"],
        environment=Environment(row["environment"]),
        event_type=row["event_type"],
        event_name=row["event_name"],
        occurred_at=from_ms(row["occurred_at_ms"]),
        device_timestamp_ms=row["device_timestamp_ms"],
        received_at=from_ms(row["received_at_ms"]),
        revenue_micros=row["revenue_micros"],
        currency=row["currency"],
        parameters=row["parameters"],
        client_ip=row["client_ip"],
        skip_reason=row["skip_reason"],
        limits_data_use=None if row["limits_data_use"] is None else bool(row["limits_data_use"]),
    )


def _with_outcome(row: sqlite3.Row) -> EventWithOutcome:
    event = _event(row)
    if row["status"] is not None:
        outcome = NetworkOutcome(
            network=AdNetwork(row["network"]),
            status=row["status"],
            reason=row["reason"],
            delivery_id=DeliveryId(row["delivery_id"]),
        )
    elif event.skip_reason is not None:
        outcome = NetworkOutcome(
            network=AdNetwork.TIKTOK, status="skipped", reason=event.skip_reason
        )
    else:
        return EventWithOutcome(event=event, outcomes=())
    return EventWithOutcome(event=event, outcomes=(outcome,))


def _refusal(row: sqlite3.Row) -> RefusedEvent:
    return RefusedEvent(
        id=row["refusal_id"],
        app_id=AppId(row["app_id"]),
        received_at=from_ms(row["received_at_ms"]),
        reason=RefusalReason(row["reason"]),
        event_id=row["event_id"],
        appsprint_id=row["appsprint_id"],
        excerpt=row["excerpt"],
    )
