"""What arrives, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.rows import from_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.inapp_event import sdk_event_name
from appsprint.ports.arrivals import Arrival, ArrivalKind, ArrivalMark

_SQL = queries("arrivals")


class SqliteArrivals:
    """See ``ports.arrivals.ArrivalRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def head(self) -> ArrivalMark:
        return ArrivalMark._make(self._connection.execute(_SQL["head"]).fetchone())

    def between(
        self, since: ArrivalMark, until: ArrivalMark, *, app_id: AppId | None, limit: int
    ) -> Sequence[Arrival]:
        found: list[Arrival] = []
        for kind, first, last in zip(ArrivalKind, since, until, strict=True):
            if first < last:
                conditions: dict[str, object] = {
                    "t.rowid > ?": max(first, last - limit),
                    "t.rowid <= ?": last,
                    # The sign keeps SQLite to the row numbers.
                    "+t.app_id = ?": app_id,
                }
                found += self._rows(kind, conditions, limit)
        return _newest_first(found)

    def newest(self, app_id: AppId, *, limit: int) -> Sequence[Arrival]:
        of_app = {"t.app_id = ?": app_id}
        return _newest_first(
            [one for kind in ArrivalKind for one in self._rows(kind, of_app, limit)]
        )

    def _rows(
        self, kind: ArrivalKind, conditions: Mapping[str, object], limit: int
    ) -> Iterator[Arrival]:
        query, values = with_conditions(_SQL[kind.value], conditions)
        return map(_arrival, self._connection.execute(query, {"limit": limit, **values}))


def _newest_first(found: list[Arrival]) -> Sequence[Arrival]:
    return sorted(found, key=lambda one: one.at, reverse=True)


def _arrival(row: sqlite3.Row) -> Arrival:
    kind, install_id, name = ArrivalKind(row["kind"]), row["install_id"], row["name"]
    is_event = kind is ArrivalKind.EVENT
    return Arrival(
        kind=kind,
        app_id=AppId(row["app_id"]),
        id=row["id"],
        install_id=None if install_id is None else InstallId(install_id),
        at=from_ms(row["at_ms"]),
        name=sdk_event_name(name, row["event_name"]) if is_event else name,
        detail=row["detail"],
        revenue_micros=row["revenue_micros"],
        currency=row["currency"],
        is_test=bool(row["is_test"]),
    )
