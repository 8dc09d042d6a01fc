"""Campaigns and cost rows in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.belonging import Landing, landing_slug
from appsprint.domain.cost import AdEntity, AdLevel, CostRow, CountingRules, EntityVersion
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork

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
        key = (app_id, network, row.level, row.day_on.isoformat(), row.entity_id)
        present = self._connection.execute(_SQL["select_cost_in_force"], key).fetchone()
        if present is not None:
            as_of_ms, *figures = present
            if tuple(figures) == known or as_of_ms > to_ms(row.as_of):
                return False
            self._connection.execute(_SQL["supersede_cost"], key)
        values = (*key, to_ms(row.as_of), *known)
        self._connection.execute(_SQL["insert_cost"], values)
        return True


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
