"""Sums for reports in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from appsprint.adapters.sqlite.rows import day_of, from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.cost import UNKNOWN_COUNTRY, AdLevel
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.money import MICROS
from appsprint.domain.reconciliation import Restated, UnsentSum
from appsprint.domain.report import Breakdown, CostSum, InstallSum, ReportDay, RevenueSum

_SQL = queries("reports")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a breakdown's value, name and campaign stand, and the level of its cost rows."""

    value: str
    name: str
    level: AdLevel | None
    campaign_id: str = "NULL"


_COLUMNS = {
    Breakdown.CAMPAIGN: _Columns("a.campaign_id", "a.campaign_name", AdLevel.CAMPAIGN),
    Breakdown.DAY: _Columns("NULL", "NULL", AdLevel.CAMPAIGN),
    Breakdown.ADGROUP: _Columns("a.adgroup_id", "a.adgroup_name", AdLevel.ADGROUP, "a.campaign_id"),
    Breakdown.AD: _Columns("a.ad_id", "a.ad_name", AdLevel.AD, "a.campaign_id"),
    Breakdown.COUNTRY: _Columns("i.country", "NULL", None),
    Breakdown.LINK: _Columns("a.link_id", "NULL", None),
}


@dataclass(frozen=True, slots=True)
class _CostSource:
    """Which table has a breakdown's cost rows, what their value is, and whose level they are of."""

    value: str
    table: str = "cost_rows"
    level: str = "AND level = :level"


_COST_SOURCES = {
    Breakdown.CAMPAIGN: _CostSource("entity_id"),
    Breakdown.DAY: _CostSource("NULL"),
    Breakdown.ADGROUP: _CostSource("entity_id"),
    Breakdown.AD: _CostSource("entity_id"),
    Breakdown.COUNTRY: _CostSource(
        f"nullif(country, '{UNKNOWN_COUNTRY}')", "country_cost_rows", level=""
    ),
}


def cost_query(by: Breakdown) -> str:
    """The query for a breakdown's cost rows; not for links, which have none."""
    source = _COST_SOURCES[by]
    return (
        _SQL["costs"]
        .replace("{value}", source.value)
        .replace("{table}", source.table)
        .replace("{level}", source.level)
    )


class SqliteReports:
    """See ``ports.reports.ReportRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def installs(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        exclude_tagged: bool = False,
    ) -> Sequence[InstallSum]:
        values = _scope(app_id, network, days, exclude_tagged=exclude_tagged)
        return [
            InstallSum(
                value=row["value"],
                name=row["name"],
                campaign_id=row["campaign_id"],
                day_on=day_of(row["day_on"]),
                installs=row["installs"],
                reinstalls=row["reinstalls"],
            )
            for row in self._facts("installs", by, values)
        ]

    def revenue(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        exclude_tagged: bool = False,
    ) -> Sequence[RevenueSum]:
        values = _scope(app_id, network, days, exclude_tagged=exclude_tagged)
        return [
            RevenueSum(
                value=row["value"],
                name=row["name"],
                campaign_id=row["campaign_id"],
                day_on=day_of(row["day_on"]),
                currency=row["currency"],
                revenue_micros=row["revenue_units"] * MICROS + row["revenue_rest"],
                events=row["events"],
            )
            for row in self._facts("revenue", by, values)
        ]

    def costs(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        left_out: Set[str] = frozenset(),
        folding: str | None = None,
    ) -> Sequence[CostSum]:
        source = _COST_SOURCES.get(by)
        if source is None or not days:
            return []
        values = {
            "app_id": app_id,
            "network": network,
            "level": _COLUMNS[by].level,
            "start_on": days[0].day_on.isoformat(),
            "end_on": days[-1].day_on.isoformat(),
            "left_out": json.dumps(sorted(left_out)),
            "folding": folding,
        }
        rows = self._connection.execute(cost_query(by), values)
        return [_cost_sum(row) for row in rows]

    def restated(
        self,
        app_id: AppId,
        network: AdNetwork,
        days: Sequence[ReportDay],
        *,
        left_out: Set[str] = frozenset(),
    ) -> Restated:
        values = {
            "app_id": app_id,
            "network": network,
            "days": _bounds(days),
            "left_out": json.dumps(sorted(left_out)),
        }
        rows = self._connection.execute(_SQL["restated"], values).fetchall()
        return Restated(
            campaign_days=sum(row["campaigns"] for row in rows if row["is_in_force"]),
            first=[_cost_sum(row) for row in rows if not row["is_in_force"]],
            now=[_cost_sum(row) for row in rows if row["is_in_force"]],
        )

    def unsent(
        self, app_id: AppId, network: AdNetwork, *, since: datetime, until: datetime
    ) -> Sequence[UnsentSum]:
        values = {
            "app_id": app_id,
            "network": network,
            "since_ms": to_ms(since),
            "until_ms": to_ms(until),
        }
        return [
            UnsentSum(status=row["status"], reason=row["reason"], events=row["events"])
            for row in self._connection.execute(_SQL["unsent"], values)
        ]

    def _facts(
        self, query: str, by: Breakdown, values: Mapping[str, object]
    ) -> Iterable[sqlite3.Row]:
        columns = _COLUMNS[by]
        sql = (
            _SQL[query]
            .replace("{value}", columns.value)
            .replace("{name}", columns.name)
            .replace("{campaign_id}", columns.campaign_id)
        )
        return self._connection.execute(sql, values)


def _scope(
    app_id: AppId, network: AdNetwork, days: Sequence[ReportDay], *, exclude_tagged: bool
) -> Mapping[str, object]:
    return {
        "app_id": app_id,
        "network": network,
        "days": _bounds(days),
        "exclude_tagged": exclude_tagged,
    }


def _bounds(days: Sequence[ReportDay]) -> str:
    """Days as the queries read them."""
    return json.dumps(
        [(day.day_on.isoformat(), to_ms(day.start_at), to_ms(day.end_at)) for day in days]
    )


def _cost_sum(row: sqlite3.Row) -> CostSum:
    return CostSum(
        value=row["value"],
        day_on=day_of(row["day_on"]),
        currency=row["currency"],
        as_of=from_ms(row["as_of_ms"]),
        spend_micros=_micros(row["spend_units"], row["spend_rest"]),
        impressions=row["impressions"],
        clicks=row["clicks"],
        reported_installs=row["reported_installs"],
        reported_revenue_micros=_micros(
            row["reported_revenue_units"], row["reported_revenue_rest"]
        ),
    )


def _micros(units: int | None, rest: int | None) -> int | None:
    return None if units is None or rest is None else units * MICROS + rest
