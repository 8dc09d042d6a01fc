"""The delivery queue in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from appsprint.adapters.sqlite.bulk import Row, insert_rows
from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.delivery_rows import (
    attempt_of,
    claimed_of,
    conditions_of,
    delivery_of,
    delivery_row,
    packed,
    unpacked,
)
from appsprint.adapters.sqlite.rows import from_ms, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.delivery import OPEN_STATUSES, Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.link import AdNetwork
from appsprint.ports.deliveries import (
    ClaimedDelivery,
    DeadLetters,
    DeliveryDetail,
    DeliveryFilter,
    DeliverySums,
    NetworkCall,
    ReasonSum,
    Settlement,
)

_SQL = queries("deliveries")
_FEW = 20_000
_HOUR_MS = 3_600_000
_END_MS = 2**62


class SqliteDeliveries:
    """See ``ports.deliveries.DeliveryRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, deliveries: Sequence[Delivery]) -> None:
        rows = [delivery_row(delivery) for delivery in deliveries]
        insert_rows(self._connection, _SQL["insert_delivery"], rows)

    def has_due(self, app_id: AppId, network: AdNetwork, *, now: datetime) -> bool:
        values = {"app_id": app_id, "network": network, "now_ms": to_ms(now), "limit": 1}
        return self._connection.execute(_SQL["select_due"], values).fetchone() is not None

    def claim_due(
        self,
        app_id: AppId,
        network: AdNetwork,
        *,
        now: datetime,
        limit: int,
        lease_id: str,
        lease: timedelta,
    ) -> int:
        now_ms = to_ms(now)
        queue = (app_id, network)
        self._end_leases(_SQL["take_expired_leases"], (*queue, now_ms))
        taken = self._leased(queue)
        values = {"app_id": app_id, "network": network, "now_ms": now_ms}
        values["limit"] = limit + len(taken)
        due = (row[0] for row in self._connection.execute(_SQL["select_due"], values))
        ids = list(islice((one for one in due if one not in taken), limit))
        if ids:
            row = (lease_id, *queue, now_ms, to_ms(now + lease), _json(ids))
            self._connection.execute(_SQL["insert_lease"], row)
        return len(ids)

    def claimed(self, lease_id: str) -> Sequence[ClaimedDelivery]:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return [claimed_of(row) for row in cursor.execute(_SQL["select_claimed"], (lease_id,))]

    def release_leases(self) -> int:
        return self._end_leases(_SQL["take_leases"], ())

    def release_lease(self, lease_id: str) -> int:
        _, held = self._lease(lease_id)
        self._connection.execute(_SQL["delete_lease"], (lease_id,))
        return len(held)

    def settle(
        self,
        lease_id: str,
        settlements: Sequence[Settlement],
        *,
        call: NetworkCall | None,
        at: datetime,
    ) -> int:
        app_id, held = self._lease(lease_id)
        left = dict.fromkeys(held)
        ours: list[tuple[Settlement, list[DeliveryId]]] = []
        for settlement in settlements:
            ids = [one for one in settlement.delivery_ids if one in left]
            for one in ids:
                del left[one]
            if ids:
                ours.append((settlement, ids))
        if not ours:
            return 0
        self._keep_lease(lease_id, list(left))
        call_id = None if call is None else self._insert_call(app_id, call, at, ours)
        for settlement, ids in ours:
            self._settle(settlement, ids, _Part(app_id, call_id, call, to_ms(at)))
        return len(held) - len(left)

    def page(
        self, app_id: AppId, wanted: DeliveryFilter, *, after: DeliveryId | None, limit: int
    ) -> Sequence[Delivery]:
        [waiting] = self._connection.execute(_SQL["count_waiting"], (app_id,)).fetchone()
        conditions = conditions_of(wanted, few_wait=waiting <= _FEW)
        query, parameters = with_conditions(_SQL["page_deliveries"], conditions)
        values = {"app_id": app_id, "after": after, "limit": limit, **parameters}
        return [delivery_of(row) for row in self._connection.execute(query, values)]

    def get(self, app_id: AppId, delivery_id: DeliveryId) -> DeliveryDetail | None:
        key = (app_id, delivery_id)
        row = self._connection.execute(_SQL["select_delivery"], key).fetchone()
        if row is None:
            return None
        values = {"app_id": app_id, "delivery_id": delivery_id}
        attempts = self._connection.execute(_SQL["select_attempts"], values)
        kept = self._connection.execute(_SQL["select_payloads"], key).fetchone()
        return DeliveryDetail(
            delivery=delivery_of(row),
            payload=unpacked(kept["payloads"], delivery_id) if kept else None,
            attempts=tuple(attempt_of(attempt) for attempt in attempts),
        )

    def dead_letters(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        accepted_before: datetime,
    ) -> DeadLetters:
        query, parameters = with_conditions(_SQL["count_dead"], _chosen(ids, wanted))
        values = {"app_id": app_id, "before_ms": to_ms(accepted_before), **parameters}
        amount, doubtful = self._connection.execute(query, values).fetchone()
        return DeadLetters(amount=amount, doubtful=doubtful)

    def redrive(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        now: datetime,
        forget_before: datetime,
        limit: int,
    ) -> int:
        query, parameters = with_conditions(_SQL["redrive"], _chosen(ids, wanted))
        instants = {"now_ms": to_ms(now), "before_ms": to_ms(forget_before)}
        values = {"app_id": app_id, "limit": limit, **instants, **parameters}
        return self._connection.execute(query, values).rowcount

    def open_count(self, app_id: AppId, network: AdNetwork) -> int:
        counts = self.counts(app_id, network)
        return sum(counts.get(status, 0) for status in OPEN_STATUSES)

    def counts(self, app_id: AppId, network: AdNetwork) -> Mapping[str, int]:
        rows = self._connection.execute(_SQL["count_by_status"], (app_id, network))
        return {row["status"]: row["amount"] for row in rows}

    def counts_by_event(
        self, app_id: AppId, network: AdNetwork, *, since: datetime, newest: int
    ) -> Mapping[str, Mapping[str, int]]:
        values = {"app_id": app_id, "network": network, "since": to_ms(since), "newest": newest}
        found: dict[str, dict[str, int]] = {}
        for row in self._connection.execute(_SQL["count_by_event"], values):
            found.setdefault(row["sdk_event"], {})[row["status"]] = row["amount"]
        return found

    def sums(self, app_id: AppId, network: AdNetwork, *, newest: int) -> DeliverySums:
        values = {"app_id": app_id, "network": network, "newest": newest}
        return DeliverySums(
            totals=self.counts(app_id, network),
            unsent=[
                ReasonSum(
                    status=DeliveryStatus(row["status"]), reason=row["reason"], amount=row["amount"]
                )
                for row in self._connection.execute(_SQL["unsent_by_reason"], values)
            ],
            newest=newest,
        )

    def payments(
        self,
        app_id: AppId,
        network: AdNetwork,
        network_event: str,
        *,
        most: int,
        exact_at: Sequence[datetime],
    ) -> Sequence[tuple[datetime, int]]:
        key = {"app_id": app_id, "network": network, "network_event": network_event}
        found = self._payments_within(key, 0, _END_MS, limit=most + 1)
        if len(found) > most:
            exact = {to_ms(one) // _HOUR_MS * _HOUR_MS for one in exact_at}
            rows = self._connection.execute(_SQL["payment_hours"], key)
            found = [(at_ms, amount) for at_ms, amount in rows if at_ms not in exact]
            for hour in exact:
                found += self._payments_within(key, hour, hour + _HOUR_MS - 1, limit=-1)
        return [(from_ms(at_ms), amount) for at_ms, amount in sorted(found)]

    def _payments_within(
        self, key: Mapping[str, str], first_ms: int, last_ms: int, *, limit: int
    ) -> list[tuple[int, int]]:
        values = {**key, "first_ms": first_ms, "last_ms": last_ms, "limit": limit}
        rows = self._connection.execute(_SQL["payment_counts"], values)
        return [(at_ms, amount) for at_ms, amount in rows]

    def _leased(self, queue: tuple[AppId, AdNetwork]) -> set[str]:
        rows = self._connection.execute(_SQL["select_leased"], queue)
        return {one for row in rows for one in msgspec.json.decode(row[0])}

    def _lease(self, lease_id: str) -> tuple[AppId, list[DeliveryId]]:
        """Whose a lease is and what it still holds; nothing when it ended."""
        row = self._connection.execute(_SQL["select_lease"], (lease_id,)).fetchone()
        if row is None:
            return AppId(""), []
        return AppId(row["app_id"]), msgspec.json.decode(row["delivery_ids"])

    def _keep_lease(self, lease_id: str, ids: list[DeliveryId]) -> None:
        if ids:
            self._connection.execute(_SQL["update_lease"], (_json(ids), lease_id))
        else:
            self._connection.execute(_SQL["delete_lease"], (lease_id,))

    def _end_leases(self, take: str, key: Row) -> int:
        """End leases whose worker is gone: the network may have what they held."""
        amount = 0
        for app_id, claimed_at_ms, ids in self._connection.execute(take, key).fetchall():
            values = {"app_id": app_id, "claimed_at_ms": claimed_at_ms, "delivery_ids": ids}
            self._connection.execute(_SQL["doubt"], values)
            amount += len(msgspec.json.decode(ids))
        return amount

    def _insert_call(
        self,
        app_id: AppId,
        call: NetworkCall,
        at: datetime,
        settled: Sequence[tuple[Settlement, Sequence[DeliveryId]]],
    ) -> int | None:
        answer = call.answer
        payloads = {
            one: call.payloads[one] for _, ids in settled for one in ids if one in call.payloads
        }
        values = (
            *(app_id, to_ms(at), answer.http_status, answer.code, answer.message),
            *(answer.request_id, answer.duration_ms, call.test_event_code, packed(payloads)),
        )
        return self._connection.execute(_SQL["insert_call"], values).lastrowid

    def _settle(self, settlement: Settlement, ids: list[DeliveryId], part: _Part) -> None:
        is_sent = settlement.status is DeliveryStatus.SENT
        values: dict[str, object] = {
            "app_id": part.app_id,
            "delivery_ids": _json(ids),
            "status": settlement.status,
            "reason": settlement.reason,
            "counts": settlement.counts,
            "maybe_accepted_at_ms": to_ms_or_none(settlement.maybe_accepted_at),
            "keeps_place": settlement.keeps_place,
            "next_attempt_at_ms": to_ms_or_none(settlement.next_attempt_at),
            "sent_at_ms": part.at_ms if is_sent else None,
        }
        if part.call is None:
            self._connection.execute(_SQL["settle"], values)
            return
        values["pixel_id"] = part.call.pixel_id
        values["test_event_code"] = part.call.test_event_code
        values["call_id"] = part.call_id
        self._connection.execute(_SQL["settle_call"], values)
        if settlement.outcome is not None and not is_sent:
            rows = [(part.app_id, one, part.call_id, settlement.outcome.value) for one in ids]
            insert_rows(self._connection, _SQL["insert_attempt"], rows)


@dataclass(frozen=True, slots=True)
class _Part:
    """What all deliveries of one call share in the books."""

    app_id: AppId
    call_id: int | None
    call: NetworkCall | None
    at_ms: int


def _chosen(ids: Sequence[DeliveryId] | None, wanted: DeliveryFilter) -> dict[str, object]:
    if ids is None:
        return conditions_of(replace(wanted, status=None))
    return {"delivery_id IN (SELECT value FROM json_each(?))": _json(ids)}


def _json(ids: Sequence[DeliveryId]) -> str:
    return msgspec.json.encode(ids).decode()
