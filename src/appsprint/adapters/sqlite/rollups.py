"""Rollups in SQLite. A fact's place is its row number."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from appsprint.adapters.sqlite.bulk import Row, insert_rows
from appsprint.adapters.sqlite.rows import day_of, from_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork, credited_network
from appsprint.domain.money import MICROS
from appsprint.domain.rollup import (
    FactMark,
    FactSum,
    Rollup,
    RollupKey,
    RollupKind,
    RollupSum,
    RollupSums,
)

_SQL = queries("rollups")
_MINUTE_MS = 60_000


class SqliteRollups:
    """See ``ports.rollups.RollupRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[Rollup]:
        return [_rollup(row) for row in self._connection.execute(_SQL["select_rollups"])]

    def of_app(self, app_id: AppId, network: AdNetwork) -> Sequence[Rollup]:
        rows = self._connection.execute(_SQL["select_rollups_of_app"], (app_id, network))
        return [_rollup(row) for row in rows]

    def is_intact(self, rollup: Rollup) -> bool:
        row = self._connection.execute(_SQL["is_intact"], _key(rollup)).fetchone()
        return row is not None and bool(row[0])

    def head(self) -> FactMark:
        row = self._connection.execute(_SQL["head"]).fetchone()
        return FactMark(row["decisions"], row["events"])

    def origin(self, app_id: AppId) -> FactMark:
        head = self.head()
        row = self._connection.execute(_SQL["origin"], {"app_id": app_id}).fetchone()
        return FactMark(
            head.decisions if row["decisions"] is None else row["decisions"],
            head.events if row["events"] is None else row["events"],
        )

    def changes(
        self, app_ids: Sequence[AppId], since: FactMark, until: FactMark
    ) -> Sequence[FactSum]:
        values = {
            "apps": json.dumps(app_ids),
            "since_decisions": since.decisions,
            "since_events": since.events,
            "until_decisions": until.decisions,
            "until_events": until.events,
        }
        return [_fact_sum(row) for row in self._connection.execute(_SQL["changes"], values)]

    def sums(
        self,
        rollup: Rollup,
        kinds: Sequence[RollupKind],
        first_on: date,
        last_on: date,
        *,
        folding: str | None = None,
    ) -> RollupSums:
        query = _SQL["select_sums" if folding is None else "select_folded_sums"]
        values = {
            "app_id": rollup.app_id,
            "network": rollup.network,
            "number": rollup.number,
            "first_on": first_on.isoformat(),
            "last_on": last_on.isoformat(),
            "currency": folding,
        }
        return dict(
            _sum(kind, row)
            for kind in kinds
            for row in self._connection.execute(query, {**values, "kind": kind})
        )

    def begin(self, rollup: Rollup) -> None:
        values = {
            "app_id": rollup.app_id,
            "network": rollup.network,
            "number": rollup.number,
            "time_zone": rollup.time_zone,
            "decisions": rollup.mark.decisions,
            "events": rollup.mark.events,
        }
        self._connection.execute(_SQL["insert_rollup"], values)

    def advance(self, rollup: Rollup, changes: RollupSums, until: FactMark) -> bool:
        values = {
            "app_id": rollup.app_id,
            "network": rollup.network,
            "number": rollup.number,
            "from_decisions": rollup.mark.decisions,
            "from_events": rollup.mark.events,
            "decisions": until.decisions,
            "events": until.events,
        }
        if not self._connection.execute(_SQL["move_rollup"], values).rowcount:
            return False
        rows = [_sum_row(rollup, key, found) for key, found in changes.items()]
        insert_rows(self._connection, _SQL["add_sums"], rows)
        emptied = [
            _sum_key(rollup, key)
            for key, found in changes.items()
            if found.installs < 0 or found.reinstalls < 0 or found.events < 0
        ]
        self._connection.executemany(_SQL["delete_empty_sum"], emptied)
        return True

    def discard(self, rollup: Rollup, *, limit: int) -> bool:
        values = (*_key(rollup), limit)
        if self._connection.execute(_SQL["delete_some_sums"], values).rowcount == limit:
            return False
        self._connection.execute(_SQL["delete_rollup"], _key(rollup))
        return True


def _key(rollup: Rollup) -> tuple[object, ...]:
    return rollup.app_id, rollup.network, rollup.number


def _rollup(row: sqlite3.Row) -> Rollup:
    return Rollup(
        app_id=AppId(row["app_id"]),
        network=AdNetwork(row["network"]),
        number=row["number"],
        time_zone=row["time_zone"],
        mark=FactMark(row["decisions_mark"], row["events_mark"]),
    )


def _fact_sum(row: sqlite3.Row) -> FactSum:
    network, clicked_minute = row["network"], row["clicked_minute"]
    is_install, is_reinstall = row["event_type"] is None, row["is_reinstall"]
    return FactSum(
        app_id=AppId(row["app_id"]),
        network=None if network is None else credited_network(network),
        occurred_at=from_ms(row["minute"] * _MINUTE_MS),
        clicked_at=None if clicked_minute is None else from_ms(clicked_minute * _MINUTE_MS),
        country=row["country"] or None,
        link_id=row["link_id"] or None,
        campaign_id=row["campaign_id"] or None,
        campaign_name=row["campaign_name"] or None,
        adgroup_id=row["adgroup_id"] or None,
        adgroup_name=row["adgroup_name"] or None,
        ad_id=row["ad_id"] or None,
        ad_name=row["ad_name"] or None,
        reason=row["reason"],
        event_type=row["event_type"],
        event_name=row["event_name"],
        currency=row["currency"] or None,
        installs=row["amount"] if is_install and not is_reinstall else 0,
        reinstalls=row["amount"] if is_install and is_reinstall else 0,
        events=0 if is_install else row["amount"],
        revenue_micros=0 if is_install else row["revenue_units"] * MICROS + row["revenue_rest"],
        is_tagged=bool(row["is_tagged"]),
    )


def _sum(kind: RollupKind, row: sqlite3.Row) -> tuple[RollupKey, RollupSum]:
    key = RollupKey(
        kind=kind,
        day_on=day_of(row["day_on"]),
        value=row["value"] or None,
        name=row["name"] or None,
        campaign_id=row["campaign_id"] or None,
        currency=row["currency"] or None,
        is_tagged=bool(row["is_tagged"]),
    )
    micros = row["revenue_units"] * MICROS + row["revenue_rest"]
    return key, RollupSum(row["installs"], row["reinstalls"], row["events"], micros)


def _sum_row(rollup: Rollup, key: RollupKey, found: RollupSum) -> Row:
    units, rest = divmod(found.revenue_micros, MICROS)
    counts = (found.installs, found.reinstalls, found.events)
    return (*_sum_key(rollup, key), *counts, units, rest)


def _sum_key(rollup: Rollup, key: RollupKey) -> Row:
    texts = (key.value, key.name, key.campaign_id, key.currency)
    named = (text or "" for text in texts)
    return (*_key(rollup), key.kind, key.day_on.isoformat(), *named, key.is_tagged)
