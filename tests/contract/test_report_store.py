"""Sums for reports in SQLite, and that they are found by index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.reports import cost_query
from appsprint.adapters.sqlite.sql import queries
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.report import Breakdown
from appsprint.testing.report_store import ReportStoreContract

pytestmark = pytest.mark.contract

DATABASE = "store.db"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / DATABASE)
    yield opened
    opened.close()


class TestSqliteReports(ReportStoreContract):
    """SQLite keeps the contract."""


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("installs", ["i", "a"]),
        ("revenue", ["e", "i", "a"]),
    ],
)
def test_facts_are_found_by_index(
    store: SqliteStore, tmp_path: Path, query: str, searches: list[str]
) -> None:
    """Tables are read in the order of the query, and none from end to end."""
    sql = plain(query)
    values = {
        "app_id": "app_1",
        "network": "tiktok",
        "days": "[]",
        "exclude_tagged": False,
    }
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    tables = [
        step.split()[:2]
        for step in plan
        if step.startswith(("SCAN", "SEARCH")) and "VIRTUAL TABLE" not in step
    ]
    assert tables == [["SEARCH", name] for name in searches], plan


@pytest.mark.parametrize(
    ("by", "table"),
    [(Breakdown.AD, "cost_rows"), (Breakdown.COUNTRY, "country_cost_rows")],
)
def test_costs_are_found_by_index(
    store: SqliteStore, tmp_path: Path, by: Breakdown, table: str
) -> None:
    """By app, network and the stretch of days."""
    values = {
        "app_id": "app_1",
        "network": "tiktok",
        "level": "ad",
        "start_on": "2026-03-01",
        "end_on": "2026-03-31",
        "left_out": "[]",
        "folding": None,
    }
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        plan = [
            row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {cost_query(by)}", values)
        ]

    assert any(f"SEARCH {table} " in step and "day_on>? AND day_on<?" in step for step in plan), (
        plan
    )


def test_what_was_not_sent_is_found_by_its_status(store: SqliteStore, tmp_path: Path) -> None:
    """Each status has an index of its own, and most deliveries, the sent ones, are not read."""
    values = {"app_id": "app_1", "network": "tiktok", "since_ms": 0, "until_ms": 1}
    sql = f"EXPLAIN QUERY PLAN {queries('reports')['unsent']}"
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        plan = " | ".join(row[3] for row in connection.execute(sql, values))

    for index in ("deliveries_due", "deliveries_skipped", "deliveries_dead"):
        assert f"INDEX {index} (app_id=?" in plan, plan


def test_days_are_stretches_of_the_time_indexes(store: SqliteStore, tmp_path: Path) -> None:
    """Installs and revenue events are read by app and time, nothing else of the app is."""
    sql = {query: plain(query) for query in ("installs", "revenue")}
    values = {"app_id": "app_1", "network": "tiktok", "days": "[]", "exclude_tagged": 0}
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        plans = {
            query: " | ".join(
                row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)
            )
            for query, text in sql.items()
        }

    assert (
        "installs_by_day (app_id=? AND installed_at_ms>? AND installed_at_ms<?)"
        in (plans["installs"])
    )
    assert (
        "events_with_revenue (app_id=? AND occurred_at_ms>? AND occurred_at_ms<?)"
        in (plans["revenue"])
    )


def plain(query: str) -> str:
    """A query with nothing in the places of its breakdown's columns."""
    text = queries("reports")[query]
    for place in ("{value}", "{name}", "{campaign_id}"):
        text = text.replace(place, "NULL")
    return text
