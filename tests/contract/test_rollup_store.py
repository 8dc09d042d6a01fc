"""Rollups in SQLite, and that their steps read nothing but what is new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.sql import queries
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.testing.rollup_store import RollupStoreContract

pytestmark = pytest.mark.contract

DATABASE = "store.db"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / DATABASE)
    yield opened
    opened.close()


class TestSqliteRollups(RollupStoreContract):
    """SQLite keeps the contract."""


def test_changes_read_only_new_rows_and_what_they_name(store: SqliteStore, tmp_path: Path) -> None:
    """New rows are found by their numbers, everything else by key."""
    values = {
        "apps": "[]",
        "since_decisions": 0,
        "since_events": 0,
        "until_decisions": 0,
        "until_events": 0,
    }
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {queries('rollups')['changes']}", values)
        plan = [row[3] for row in rows]

    by_number = [step for step in plan if "(rowid>? AND rowid<?)" in step]
    assert [step.split()[1] for step in by_number] == ["m", "e"], plan
    scans = {step.split()[1] for step in plan if step.startswith("SCAN")}
    assert scans == {"json_each", "apps", "moved", "t", "f"}, plan


@pytest.mark.parametrize(
    ("query", "values"),
    [
        pytest.param("head", {}, id="head"),
        pytest.param("origin", {"app_id": "app_1"}, id="origin"),
        pytest.param("is_intact", ("app_1", "tiktok", 1), id="intact"),
    ],
)
def test_marks_are_found_without_reading_a_table(
    store: SqliteStore, tmp_path: Path, query: str, values: dict[str, str] | tuple[object, ...]
) -> None:
    """They are asked at every report."""
    sql = queries("rollups")[query]
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    assert {step for step in plan if step.startswith("SCAN")} <= {"SCAN CONSTANT ROW"}, plan
