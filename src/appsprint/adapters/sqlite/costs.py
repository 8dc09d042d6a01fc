"""Campaigns and cost rows in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
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
            values = (
                app_id,
                network,
                entity.level,
                entity.id,
                entity.name,
                entity.campaign_id,
                entity.adgroup_id,
                entity.objective,
                entity.status,
                entity.is_deleted,
                to_ms(at),
            )
            self._connection.execute(_SQL["save_entity"], values)

    def entities(
        self, app_id: AppId, network: AdNetwork, *, level: AdLevel | None = None
    ) -> Sequence[AdEntity]:
        levels = tuple(AdLevel) if level is None else (level,)
        return [
            _entity(row)
            for wanted in levels
            for row in self._connection.execute(_SQL["select_entities"], (app_id, network, wanted))
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
    return AdEntity(
        level=AdLevel(row["level"]),
        id=row["entity_id"],
        name=row["name"],
        campaign_id=row["campaign_id"],
        adgroup_id=row["adgroup_id"],
        objective=row["objective"],
        status=row["status"],
        is_deleted=bool(row["is_deleted"]),
    )
