"""The delivery queue in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from appsprint.adapters.sqlite.bulk import Row, insert_rows
from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.delivery import (
    AttemptOutcome,
    Delivery,
    DeliveryStatus,
    NetworkAnswer,
    WebContext,
)
from appsprint.domain.ids import AppId, DeliveryId, EventId, InstallId
from appsprint.domain.link import AdNetwork
from appsprint.ports.deliveries import (
    AttemptRecord,
    ClaimedDelivery,
    DeliveryDetail,
    DeliveryFilter,
    Settlement,
)

_SQL = queries("deliveries")


class SqliteDeliveries:
    """See ``ports.deliveries.DeliveryRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, deliveries: Sequence[Delivery]) -> None:
        rows = [_delivery_row(delivery) for delivery in deliveries]
        insert_rows(self._connection, _SQL["insert_delivery"], rows)

    def claim_due(
        self,
        app_id: AppId,
        network: AdNetwork,
        *,
        now: datetime,
        limit: int,
        lease_id: str,
        lease: timedelta,
    ) -> Sequence[ClaimedDelivery]:
        values = {
            "app_id": app_id,
            "network": network,
            "now_ms": to_ms(now),
            "limit": limit,
            "lease_id": lease_id,
            "lease_until_ms": to_ms(now + lease),
        }
        if self._connection.execute(_SQL["claim_due"], values).rowcount == 0:
            return []
        rows = self._connection.execute(_SQL["select_claimed"], (lease_id,))
        return [_claimed(row) for row in rows]

    def release_leases(self) -> int:
        return self._connection.execute(_SQL["release_leases"]).rowcount

    def release_lease(self, lease_id: str) -> int:
        return self._connection.execute(_SQL["release_lease"], (lease_id,)).rowcount

    def settle(
        self, settlements: Sequence[Settlement], *, answer: NetworkAnswer | None, at: datetime
    ) -> int:
        ours = [item for item in settlements if self._settle_one(item)]
        if answer is not None and ours:
            self._note_call(ours, answer, at)
        return len(ours)

    def page(
        self, app_id: AppId, wanted: DeliveryFilter, *, after: DeliveryId | None, limit: int
    ) -> Sequence[Delivery]:
        query, parameters = with_conditions(_SQL["page_deliveries"], _wanted(wanted))
        values = {"app_id": app_id, "after": after, "limit": limit, **parameters}
        return [_delivery(row) for row in self._connection.execute(query, values)]

    def get(self, app_id: AppId, delivery_id: DeliveryId) -> DeliveryDetail | None:
        key = (app_id, delivery_id)
        row = self._connection.execute(_SQL["select_delivery"], key).fetchone()
        if row is None:
            return None
        attempts = self._connection.execute(_SQL["select_attempts"], key)
        return DeliveryDetail(
            delivery=_delivery(row),
            payload=row["payload"],
            attempts=tuple(_attempt(attempt) for attempt in attempts),
        )

    def redrive(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        now: datetime,
    ) -> int:
        if ids is None:
            return self._redrive(app_id, _wanted(wanted), now)
        return sum(self._redrive(app_id, {"delivery_id = ?": one}, now) for one in set(ids))

    def open_count(self, app_id: AppId, network: AdNetwork) -> int:
        row = self._connection.execute(_SQL["count_open"], (app_id, network)).fetchone()
        return int(row[0])

    def counts(self, app_id: AppId, network: AdNetwork) -> Mapping[str, int]:
        rows = self._connection.execute(_SQL["count_by_status"], (app_id, network))
        return {row["status"]: row["amount"] for row in rows}

    def payments(
        self, app_id: AppId, network: AdNetwork, network_event: str
    ) -> Sequence[tuple[datetime, int]]:
        key = (app_id, network, network_event)
        rows = self._connection.execute(_SQL["payment_counts"], key)
        return [(from_ms(at_ms), amount) for at_ms, amount in rows]

    def _redrive(self, app_id: AppId, wanted: Mapping[str, object], now: datetime) -> int:
        query, parameters = with_conditions(_SQL["redrive"], wanted)
        values = {"app_id": app_id, "now_ms": to_ms(now), **parameters}
        return self._connection.execute(query, values).rowcount

    def _settle_one(self, item: Settlement) -> bool:
        delivery = item.delivery
        values = (
            delivery.status,
            delivery.reason,
            delivery.attempts,
            to_ms_or_none(delivery.maybe_accepted_at),
            to_ms_or_none(delivery.next_attempt_at),
            to_ms_or_none(delivery.sent_at),
            delivery.pixel_id,
            item.payload,
            delivery.app_id,
            delivery.id,
            item.lease_id,
        )
        return self._connection.execute(_SQL["settle"], values).rowcount > 0

    def _note_call(
        self, settlements: Sequence[Settlement], answer: NetworkAnswer, at: datetime
    ) -> None:
        values = (
            settlements[0].delivery.app_id,
            to_ms(at),
            answer.http_status,
            answer.code,
            answer.message,
            answer.request_id,
            answer.duration_ms,
        )
        call_id = self._connection.execute(_SQL["insert_call"], values).lastrowid
        rows: list[Row] = [
            (item.delivery.app_id, item.delivery.id, call_id, item.outcome)
            for item in settlements
            if item.outcome is not None
        ]
        insert_rows(self._connection, _SQL["insert_attempt"], rows)


def _wanted(wanted: DeliveryFilter) -> dict[str, object]:
    return {
        "status = ?": wanted.status,
        "reason = ?": wanted.reason,
        "sdk_event = ?": wanted.sdk_event,
        "network_event = ?": wanted.network_event,
        "event_id = ?": wanted.event_id,
        "appsprint_id = ?": wanted.appsprint_id,
        "created_at_ms >= ?": to_ms_or_none(wanted.since),
        "created_at_ms < ?": to_ms_or_none(wanted.until),
    }


def _delivery_row(delivery: Delivery) -> Row:
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


def _delivery(row: sqlite3.Row) -> Delivery:
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
        status=DeliveryStatus(row["status"]),
        reason=row["reason"],
        attempts=row["attempts"],
        maybe_accepted_at=from_ms_or_none(row["maybe_accepted_at_ms"]),
        created_at=from_ms(row["created_at_ms"]),
        next_attempt_at=from_ms_or_none(row["next_attempt_at_ms"]),
        sent_at=from_ms_or_none(row["sent_at_ms"]),
    )


def _claimed(row: sqlite3.Row) -> ClaimedDelivery:
    return ClaimedDelivery(
        delivery=_delivery(row),
        lease_id=row["lease_id"],
        occurred_at=from_ms(row["occurred_at_ms"]),
        revenue_micros=row["revenue_micros"],
        currency=row["currency"],
        parameters=row["parameters"],
        context=WebContext(
            network_click_id=row["network_click_id"],
            page_url=row["page_url"],
            client_ips=_present(row["event_ip"], row["install_ip"], row["click_ip"]),
            user_agents=_present(row["install_user_agent"], row["click_user_agent"]),
        ),
        customer_user_id=row["customer_user_id"],
        locale=row["locale"],
    )


def _present(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _attempt(row: sqlite3.Row) -> AttemptRecord:
    return AttemptRecord(
        at=from_ms(row["at_ms"]),
        outcome=AttemptOutcome(row["outcome"]),
        answer=NetworkAnswer(
            http_status=row["http_status"],
            code=row["code"],
            message=row["message"],
            request_id=row["request_id"],
            duration_ms=row["duration_ms"],
        ),
    )
