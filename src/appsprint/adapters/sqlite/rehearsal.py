"""A rehearsal in SQLite: temporary tables and views that stand before the stored ones.

SQLite looks a name up in the ``temp`` schema first, so the same queries that serve the product
read the store as it stood, and write decisions where only this connection sees them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from appsprint.adapters.sqlite.installs import attribution_from, install_from
from appsprint.adapters.sqlite.rows import DAY_MS, from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.adapters.sqlite.unit_of_work import SqliteUnitOfWork
from appsprint.domain.handover import groups_of
from appsprint.domain.ids import ClickId, InstallId
from appsprint.domain.quality import Finding
from appsprint.domain.quality_rules import Consequence, QualityRule
from appsprint.domain.revision import DecisionCause
from appsprint.ports.installs import Attribution
from appsprint.ports.quality import JudgedClick
from appsprint.ports.rehearsal import (
    Arrival,
    CampaignCredit,
    ChangedCredit,
    FactArrived,
    InstallArrived,
    RehearsedPeriod,
)

_SQL = queries("rehearsal")
# Between two commits; a snapshot that is held for long keeps the log from being emptied.
_ROWS_AT_ONCE = 500
_HOUR_MS = 3_600_000
# In this order: what is filled first is read by what comes after.
_PREPARATION = (
    *("make_idless", "make_undecidable", "fill_undecidable"),
    *("make_moment", "begin_moment", "make_arrivals", "fill_arrivals", "index_arrivals"),
    *("make_attributions", "keep_credit_of_others", "shorten_explanations"),
    *("index_decisions", "index_decisions_in_force", "index_credit", "index_credit_of_links"),
    *("make_passing_clicks", "fill_passing_clicks", "make_link_totals", "fill_link_totals"),
    *("make_link_hours", "fill_link_hours", "make_findings", "count_credit", "count_lost_credit"),
    *("make_unrelated", "fill_unrelated", "make_unrelated_days"),
    *("make_told", "fill_told", "index_told_by_install", "index_told_by_value"),
    *("hide_later_clicks", "hide_later_installs", "hide_later_identifiers"),
    "hide_later_answers",
    "make_self_checks",
)
_COMPARISON = ("make_changed", "fill_changed", "index_changed")


class SqliteRehearsal:
    """See ``ports.rehearsal.Rehearsal``; the connection is its own and can write nothing stored."""

    def __init__(self, connection: sqlite3.Connection, period: RehearsedPeriod) -> None:
        self._connection = connection
        self._app_id = period.app_id
        self._values = {
            "app_id": period.app_id,
            "since": to_ms(period.since),
            "until": to_ms(period.until),
            "reaches_back_to": to_ms(period.reaches_back_to),
            "day": to_ms(period.since) // DAY_MS,
        }
        self._run(_PREPARATION)
        self._given, self._total = 0, self._one("count_arrivals")
        self._passing = self._passing_clicks()
        self._next_click = next(self._passing, None)
        self.uow = SqliteUnitOfWork(connection)

    def arrivals(self) -> Iterator[Arrival]:
        after = 0
        while True:
            values = {"app_id": self._app_id, "after": after, "limit": _ROWS_AT_ONCE}
            rows = self._connection.execute(_SQL["next_arrivals"], values).fetchall()
            if not rows:
                return
            self._connection.execute("BEGIN")
            try:
                for row in rows:
                    self._move_to(row["at_ms"])
                    yield _arrival(row)
                    self._given += 1
            finally:
                self._connection.execute("COMMIT")
            after = rows[-1]["number"]

    def progress(self) -> tuple[int, int]:
        return self._given, self._total

    def finish(self) -> None:
        self._run(_COMPARISON)
        pairs = self._connection.execute(_SQL["handovers"])
        groups = groups_of((taker, giver) for taker, giver in pairs)
        self._connection.execute("BEGIN")
        self._connection.executemany(
            _SQL["set_group"], [(group, number) for number, group in groups.items()]
        )
        self._connection.execute("COMMIT")
        self._run(("order_changed",))

    def changes(self) -> Iterator[ChangedCredit]:
        group, after = 0, 0
        while True:
            values = {
                "app_id": self._app_id,
                "group": group,
                "after": after,
                "limit": _ROWS_AT_ONCE,
            }
            rows = self._connection.execute(_SQL["next_changed"], values).fetchall()
            if not rows:
                return
            yield from map(self._change, rows)
            group, after = rows[-1]["group_number"], rows[-1]["number"]

    def campaigns(self) -> Sequence[CampaignCredit]:
        rows = self._connection.execute(_SQL["campaigns"], {"app_id": self._app_id})
        return [
            CampaignCredit(
                campaign_id=row["campaign_id"] or None,
                campaign_name=row["campaign_name"],
                is_organic=bool(row["is_organic"]),
                before=row["before"],
                after=row["after"],
            )
            for row in rows
        ]

    def installs(self) -> int:
        return self._one("count_installs")

    def changed(self) -> int:
        return self._one("count_changed")

    def kept(self) -> int:
        return self._one("count_kept")

    def _change(self, row: sqlite3.Row) -> ChangedCredit:
        install_id = InstallId(row["install_id"])
        key = (self._app_id, install_id)
        found = self._connection.execute(_SQL["select_findings"], key).fetchall()
        return ChangedCredit(
            group=row["group_number"],
            appsprint_id=row["appsprint_id"],
            received_at=from_ms(row["received_at_ms"]),
            before=self._decision("stored_decision", install_id, row["old_version"]),
            after=self._decision("rehearsed_decision", install_id),
            findings=[
                Finding(
                    rule=QualityRule(one["rule"]),
                    consequence=Consequence(one["consequence"]),
                    words="",
                )
                for one in found
            ],
            judged_by=_judged_click(found[0]) if found else None,
        )

    def _decision(self, query: str, install_id: InstallId, *version: int) -> Attribution:
        key = (self._app_id, install_id, *version)
        return attribution_from(self._connection.execute(_SQL[query], key).fetchone())

    def _run(self, names: Sequence[str]) -> None:
        for name in names:
            self._connection.execute(_SQL[name], self._values)

    def _one(self, name: str) -> int:
        return int(self._connection.execute(_SQL[name], self._values).fetchone()[0])

    def _move_to(self, at_ms: int) -> None:
        self._connection.execute(_SQL["move_moment"], (at_ms,))
        passed: Counter[tuple[str, int]] = Counter()
        while self._next_click is not None and self._next_click[0] <= at_ms:
            clicked_at_ms, link_id = self._next_click
            passed[link_id, clicked_at_ms // _HOUR_MS] += 1
            self._next_click = next(self._passing, None)
        for (link_id, hour), amount in passed.items():
            values = (self._app_id, link_id, hour, amount)
            self._connection.execute(_SQL["count_clicks_of_hour"], values)
            self._connection.execute(_SQL["count_clicks"], (amount, self._app_id, link_id))

    def _passing_clicks(self) -> Iterator[tuple[int, str]]:
        after = 0
        while rows := self._connection.execute(
            _SQL["next_passing_clicks"], (after, _ROWS_AT_ONCE)
        ).fetchall():
            for _, at_ms, link_id in rows:
                yield at_ms, link_id
            after = rows[-1]["number"]


def _judged_click(row: sqlite3.Row) -> JudgedClick | None:
    if row["click_id"] is None:
        return None
    return JudgedClick(ClickId(row["click_id"]), row["campaign_id"], row["campaign_name"])


def _arrival(row: sqlite3.Row) -> Arrival:
    if row["kind"]:
        cause = DecisionCause(row["cause"])
        return FactArrived(InstallId(row["install_id"]), cause, from_ms(row["at_ms"]))
    return InstallArrived(install_from(row))
