"""Both sides of the ledger in SQLite."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from appsprint.adapters.sqlite.rows import to_day
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId, IdPrefix, first_id_at
from appsprint.domain.ledger import UNTOLD_ON, DayCounts, DayRows, InstallFate
from appsprint.domain.visit import VisitKind
from appsprint.ports.ledger import LedgerWindow, LinkSums

_SQL = queries("ledger")

_DAY_MS = 86_400_000
_FORGOTTEN = "forgotten:"
# An id is made when a request is read, or, for events, when it is stored; clocks may be set.
_ID_MARGIN = timedelta(days=1)

_Values = Mapping[str, str | int]
_Fields = defaultdict[date, dict[str, Any]]


class SqliteLedger:
    """See ``ports.ledger.LedgerRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def counts(self, app_id: AppId, window: LedgerWindow | None = None) -> Mapping[date, DayCounts]:
        values = _values(app_id, window)
        found: _Fields = defaultdict(lambda: {"visits": {}, "forgotten": {}})
        for day_on, row in self._rows("day_counts", values):
            _put_count(found[day_on], row["kind"], row["amount"])
        for day_on, row in self._rows("received_counts", values):
            names = ("received", "duplicates", "refused", "stored")
            found[day_on].update({name: row[name] for name in names})
        return {day_on: DayCounts(**fields) for day_on, fields in found.items()}

    def rows(self, app_id: AppId, window: LedgerWindow | None = None) -> Mapping[date, DayRows]:
        values = _values(app_id, window)
        found: _Fields = defaultdict(
            lambda: (
                {"visits": Counter(), "fates": {}, "by_status": Counter()}
                | {"by_skip_reason": Counter(), "own_events": 0, "skipped_and_delivered": 0}
            )
        )
        self._add_visits(found, values)
        for day_on, row in self._rows("installs", values):
            found[day_on] |= {"installs": row["installs"], "erased_installs": row["erased"]}
        for day_on, row in self._rows("fates", values):
            found[day_on]["fates"][InstallFate(row["fate"])] = row["amount"]
        for day_on, row in self._rows("refused", values):
            found[day_on]["refused"] = row["amount"]
        for day_on, row in self._rows("outcomes", values):
            _put_outcome(found[day_on], row)
        for day_on, row in self._rows("deliveries", values):
            found[day_on]["deliveries"] = row["amount"]
        return {day_on: DayRows(**fields) for day_on, fields in found.items()}

    def links(self, app_id: AppId) -> LinkSums:
        row = self._connection.execute(_SQL["links"], {"app_id": app_id}).fetchone()
        return LinkSums(**dict(row))

    def _add_visits(self, found: _Fields, values: _Values) -> None:
        for day_on, row in self._rows("visits", values):
            found[day_on]["visits"][VisitKind(row["kind"])] = row["amount"]
        clicks: Counter[int] = Counter()
        # Hashes of whole clicks: their texts would be a gigabyte for a million.
        seen: set[int] = set()
        repeated: Counter[int] = Counter()
        for day, client_ip, user_agent, page_url in self._connection.execute(
            _SQL["clicks"], values
        ):
            clicks[day] += 1
            if client_ip:  # Of a forgotten click nobody can tell.
                before = len(seen)
                seen.add(hash((day, client_ip, user_agent, page_url)))
                repeated[day] += len(seen) == before
        for day, amount in clicks.items():
            fields = found[_date(day)]
            fields["visits"][VisitKind.CLICK] = amount
            fields["repeated_clicks"] = repeated[day]

    def _rows(self, query: str, values: _Values) -> Iterator[tuple[date, sqlite3.Row]]:
        for row in self._connection.execute(_SQL[query], values):
            yield _date(row["day"]), row


def _values(app_id: AppId, window: LedgerWindow | None) -> _Values:
    if window is None:
        return _bounds(app_id, UNTOLD_ON, date.max, first_id="")
    made_at = datetime.combine(window.start_on, time.min, UTC) - _ID_MARGIN
    first_id = first_id_at(IdPrefix.CLICK, made_at).removeprefix(IdPrefix.CLICK)
    return _bounds(app_id, window.start_on, window.end_on, first_id=first_id)


def _bounds(app_id: AppId, first_on: date, last_on: date, *, first_id: str) -> _Values:
    first_day, last_day = to_day(first_on), to_day(last_on)
    return {
        "app_id": app_id,
        "first_day": first_day,
        "last_day": last_day,
        "first_id": first_id,
        "first_ms": first_day * _DAY_MS,
        "last_ms": (last_day + 1) * _DAY_MS - 1,
    }


def _put_count(fields: dict[str, Any], kind: str, amount: int) -> None:
    if kind == "install":
        fields["installs"] = amount
    elif kind == "delivery":
        fields["deliveries"] = amount
    elif kind.startswith(_FORGOTTEN):
        fields["forgotten"][VisitKind(kind.removeprefix(_FORGOTTEN))] = amount
    else:
        fields["visits"][VisitKind(kind)] = amount


def _put_outcome(fields: dict[str, Any], row: sqlite3.Row) -> None:
    amount = row["amount"]
    fields["own_events"] += amount if row["is_own"] else 0
    if row["status"] is None:
        fields["by_skip_reason"][row["skip_reason"]] += amount
    elif row["skip_reason"] is None:
        fields["by_status"][DeliveryStatus(row["status"])] += amount
    else:
        fields["skipped_and_delivered"] += amount


def _date(day: int) -> date:
    return UNTOLD_ON + timedelta(days=day)
