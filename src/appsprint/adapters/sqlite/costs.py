"""Campaigns and cost rows in SQLite."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from appsprint.adapters.sqlite.rows import from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.belonging import Landing, landing_slug
from appsprint.domain.cost import (
    AdEntity,
    AdLevel,
    CostPart,
    CostRow,
    CostVersion,
    CountingRules,
    EntityVersion,
)
from appsprint.domain.cost_schedule import SETTLE_TIME, Backfill, DayRange
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.costs import Reading

_SQL = queries("costs")


class SqliteCosts:
    """See ``ports.costs.CostRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save_entities(
        self, app_id: AppId, network: AdNetwork, entities: Sequence[AdEntity], *, at: datetime
    ) -> None:
        for entity in entities:
            self._save_entity((app_id, network, entity.level, entity.id), entity, to_ms(at))

    def entities(
        self, app_id: AppId, network: AdNetwork, *, level: AdLevel | None = None
    ) -> Sequence[AdEntity]:
        levels = tuple(AdLevel) if level is None else (level,)
        return [
            _entity(row)
            for wanted in levels
            for row in self._connection.execute(_SQL["select_entities"], (app_id, network, wanted))
        ]

    def history(
        self, app_id: AppId, network: AdNetwork, level: AdLevel, entity_id: str
    ) -> Sequence[EntityVersion]:
        key = (app_id, network, level, entity_id)
        return [_version(row) for row in self._connection.execute(_SQL["select_versions"], key)]

    def landings(self, app_id: AppId, network: AdNetwork) -> Sequence[Landing]:
        values = {"app_id": app_id, "network": network}
        rows = self._connection.execute(_SQL["select_landings"], values)
        return [
            Landing(
                ad_id=row["ad_id"],
                adgroup_id=row["adgroup_id"],
                campaign_id=row["campaign_id"],
                app_id=AppId(row["owner_id"]),
            )
            for row in rows
        ]

    def save_costs(
        self,
        app_id: AppId,
        network: AdNetwork,
        rows: Sequence[CostRow],
        *,
        currency: str | None,
    ) -> int:
        return sum(self._save_cost(app_id, network, row, currency) for row in rows)

    def versions(
        self, app_id: AppId, network: AdNetwork, level: AdLevel, entity_id: str, day_on: date
    ) -> Sequence[CostVersion]:
        key = (app_id, network, level, day_on.isoformat(), entity_id)
        return [
            _cost_version(row)
            for row in self._connection.execute(_SQL["select_cost_versions"], key)
        ]

    def note_reading(self, app_id: AppId, network: AdNetwork, reading: Reading) -> None:
        account = (app_id, network, reading.advertiser_id, reading.part)
        at_ms = to_ms(reading.read_at)
        self._connection.executemany(
            _SQL["save_reading"],
            [(*account, day_on.isoformat(), at_ms) for day_on in reading.days],
        )

    def readings(
        self, app_id: AppId, network: AdNetwork, advertiser_id: str, *, since: date
    ) -> Mapping[CostPart, Mapping[date, datetime]]:
        values = {
            "app_id": app_id,
            "network": network,
            "advertiser_id": advertiser_id,
            "since": since.isoformat(),
            "settle_seconds": SETTLE_TIME.total_seconds(),
        }
        found: defaultdict[CostPart, dict[date, datetime]] = defaultdict(dict)
        for row in self._connection.execute(_SQL["select_readings"], values):
            day_on = date.fromisoformat(row["day_on"])
            found[CostPart(row["part"])][day_on] = from_ms(row["read_at_ms"])
        return dict(found)

    def backfill(self, app_id: AppId, network: AdNetwork) -> Backfill | None:
        row = self._connection.execute(_SQL["select_backfill"], (app_id, network)).fetchone()
        return None if row is None else _backfill(row)

    def begin_backfill(self, app_id: AppId, network: AdNetwork, backfill: Backfill) -> None:
        values = (
            app_id,
            network,
            backfill.advertiser_id,
            backfill.days.start_on.isoformat(),
            backfill.days.end_on.isoformat(),
            to_ms(backfill.started_at),
        )
        self._connection.execute(_SQL["save_backfill"], values)

    def end_backfill(self, app_id: AppId, network: AdNetwork) -> None:
        self._connection.execute(_SQL["delete_backfill"], (app_id, network))

    def latest_currency(self, app_id: AppId, network: AdNetwork) -> str | None:
        row = self._connection.execute(_SQL["latest_currency"], (app_id, network)).fetchone()
        return None if row is None else str(row["currency"])

    def _save_entity(self, key: tuple[str, ...], entity: AdEntity, at_ms: int) -> None:
        row = self._connection.execute(_SQL["select_entity"], key).fetchone()
        known = None if row is None else _entity(row)
        if known == entity:
            return
        counting = entity.counting or CountingRules()
        values = (
            *key,
            entity.name,
            entity.campaign_id,
            entity.adgroup_id,
            entity.advertiser_id,
            entity.objective,
            entity.status,
            entity.is_deleted,
            entity.landing_page_url,
            counting.event,
            counting.click_window,
            counting.view_window,
            counting.engaged_view_window,
            at_ms,
        )
        self._connection.execute(_SQL["save_entity"], values)
        version = _versioned(entity)
        if known is None or _versioned(known) != version:
            slug = landing_slug(entity.landing_page_url)
            self._connection.execute(_SQL["save_version"], (*key, at_ms, *version, slug))

    def _save_cost(
        self, app_id: AppId, network: AdNetwork, row: CostRow, currency: str | None
    ) -> bool:
        known = (*row.figures, currency)
        part = row.level if row.country is None else row.country
        key = (app_id, network, part, row.day_on.isoformat(), row.entity_id)
        sql = _COST_SQL[row.country is not None]
        present = self._connection.execute(sql["select_cost_in_force"], key).fetchone()
        if present is not None:
            as_of_ms, *figures = present
            if tuple(figures) == known or as_of_ms > to_ms(row.as_of):
                return False
            self._connection.execute(sql["supersede_cost"], key)
        self._connection.execute(sql["insert_cost"], (*key, to_ms(row.as_of), *known))
        return True


def _cost_sql(table: str, part: str) -> Mapping[str, str]:
    """The queries over one of the two tables of cost rows, which differ in one column."""
    return {
        name: _SQL[name].replace("{table}", table).replace("{part}", part)
        for name in ("select_cost_in_force", "supersede_cost", "insert_cost")
    }


# By whether a row is one by country.
_COST_SQL = {
    False: _cost_sql("cost_rows", "level"),
    True: _cost_sql("country_cost_rows", "country"),
}


def _entity(row: sqlite3.Row) -> AdEntity:
    level = AdLevel(row["level"])
    counting = CountingRules(
        event=row["counts_event"],
        click_window=row["click_window"],
        view_window=row["view_window"],
        engaged_view_window=row["engaged_view_window"],
    )
    return AdEntity(
        level=level,
        id=row["entity_id"],
        name=row["name"],
        campaign_id=row["campaign_id"],
        adgroup_id=row["adgroup_id"],
        advertiser_id=row["advertiser_id"],
        objective=row["objective"],
        status=row["status"],
        is_deleted=bool(row["is_deleted"]),
        landing_page_url=row["landing_page_url"],
        counting=None if counting == CountingRules() else counting,
    )


def _versioned(entity: AdEntity) -> tuple[str, str | None, bool, str | None]:
    """What makes a new version when it changes; a status goes to and fro and makes none."""
    return entity.name, entity.objective, entity.is_deleted, entity.landing_page_url


def _version(row: sqlite3.Row) -> EntityVersion:
    return EntityVersion(
        valid_from=from_ms(row["valid_from_ms"]),
        name=row["name"],
        objective=row["objective"],
        is_deleted=bool(row["is_deleted"]),
        landing_page_url=row["landing_page_url"],
    )


def _cost_version(row: sqlite3.Row) -> CostVersion:
    reading = CostRow(
        level=AdLevel(row["level"]),
        entity_id=row["entity_id"],
        day_on=date.fromisoformat(row["day_on"]),
        as_of=from_ms(row["as_of_ms"]),
        spend_micros=row["spend_micros"],
        impressions=row["impressions"],
        clicks=row["clicks"],
        reported_installs=row["reported_installs"],
        reported_revenue_micros=row["reported_revenue_micros"],
    )
    return CostVersion(row=reading, currency=row["currency"], is_in_force=bool(row["is_in_force"]))


def _backfill(row: sqlite3.Row) -> Backfill:
    start_on, end_on = (date.fromisoformat(row[name]) for name in ("start_on", "end_on"))
    return Backfill(
        advertiser_id=row["advertiser_id"],
        days=DayRange(start_on, end_on),
        started_at=from_ms(row["started_at_ms"]),
    )
