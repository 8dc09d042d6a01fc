"""SQLite tells what arrives as every store must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.testing.arrival_store import ArrivalStoreContract

pytestmark = pytest.mark.contract


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


class TestSqliteArrivals(ArrivalStoreContract):
    """Arrivals."""
