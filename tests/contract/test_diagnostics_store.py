"""What the diagnostics count in SQLite, and that nothing else is read for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.sql import queries
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.testing.diagnostics_store import DiagnosticsStoreContract

pytestmark = pytest.mark.contract


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


class TestSqliteDiagnostics(DiagnosticsStoreContract):
    """SQLite keeps the contract."""


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("newest_clicks", ["clicks USING INDEX sqlite_autoindex_clicks_1 (app_id=?)"]),
        ("delivery_sums", ["deliveries USING INDEX sqlite_autoindex_deliveries_1 (app_id=?)"]),
        (
            "unsent",
            [
                "deliveries USING INDEX deliveries_skipped (app_id=?)",
                "deliveries USING INDEX deliveries_dead (app_id=?)",
            ],
        ),
        ("undelivered", ["events USING INDEX sqlite_autoindex_events_1 (app_id=?)"]),
    ],
)
def test_the_newest_rows_are_read_backwards(
    store: SqliteStore, tmp_path: Path, query: str, searches: list[str]
) -> None:
    """Along an index that is in their order already, so reading ends with the limit."""
    del store
    values = dict.fromkeys(("app_id", "network", "since_ms", "max_rows", "examples"), 1)
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {queries('diagnostics')[query]}", values)
        plan = [row[3] for row in rows]

    found = [step.removeprefix("SEARCH ") for step in plan if step.startswith("SEARCH ")]
    assert found[: len(searches)] == searches
