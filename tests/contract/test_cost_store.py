"""Campaigns and costs in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.testing.cost_store import CostStoreContract

pytestmark = pytest.mark.contract


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


class TestSqliteCosts(CostStoreContract):
    """SQLite keeps the contract."""
