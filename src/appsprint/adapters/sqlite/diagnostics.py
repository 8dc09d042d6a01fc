"""What the diagnostics count, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import ClickId, DeliveryId, LinkId
from appsprint.domain.inapp_event import sdk_event_name
from appsprint.ports.diagnostics import (
    DeliverySum,
    Scope,
    SeenClick,
    UndeliveredSum,
    UnsentExample,
    UnsentSum,
)

_SQL = queries("diagnostics")


class SqliteDiagnostics:
    """See ``ports.diagnostics.DiagnosticsRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def clicks(self, scope: Scope) -> Sequence[SeenClick]:
        return [
            SeenClick(
                id=ClickId(row["click_id"]),
                link_id=LinkId(row["link_id"]),
                occurred_at=from_ms(row["occurred_at_ms"]),
                user_agent=row["user_agent"],
                page_url=row["page_url"],
            )
            for row in self._rows("newest_clicks", scope)
        ]

    def deliveries(self, scope: Scope) -> Sequence[DeliverySum]:
        return [
            DeliverySum(
                status=DeliveryStatus(row["status"]),
                pixel_id=row["pixel_id"],
                amount=row["amount"],
                first_sent_at=from_ms_or_none(row["first_sent_at_ms"]),
                last_sent_at=from_ms_or_none(row["last_sent_at_ms"]),
            )
            for row in self._rows("delivery_sums", scope)
        ]

    def unsent(self, scope: Scope, *, examples: int) -> Sequence[UnsentSum]:
        rows = self._rows("unsent", scope, examples=examples)
        by_reason = groupby(rows, key=lambda row: (row["status"], row["reason"], row["amount"]))
        return [
            UnsentSum(
                status=DeliveryStatus(status),
                reason=reason,
                amount=amount,
                examples=tuple(_example(row) for row in some),
            )
            for (status, reason, amount), some in by_reason
        ]

    def undelivered(self, scope: Scope) -> Sequence[UndeliveredSum]:
        return [
            UndeliveredSum(
                reason=row["reason"],
                sdk_event=sdk_event_name(row["event_type"], row["event_name"]),
                amount=row["amount"],
            )
            for row in self._rows("undelivered", scope)
        ]

    def _rows(self, name: str, scope: Scope, **values: int) -> Iterable[sqlite3.Row]:
        bounds = {
            "app_id": scope.app_id,
            "network": scope.network,
            "since_ms": to_ms(scope.since),
            "max_rows": scope.max_rows,
        }
        return self._connection.execute(_SQL[name], bounds | values)


def _example(row: sqlite3.Row) -> UnsentExample:
    return UnsentExample(
        delivery_id=DeliveryId(row["delivery_id"]),
        event_id=row["event_id"],
        sdk_event=row["sdk_event"],
        network_event=row["network_event"],
        created_at=from_ms(row["created_at_ms"]),
        answer=row["answer"],
    )
