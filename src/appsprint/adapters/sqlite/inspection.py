"""Looks at the SQLite file itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from appsprint.adapters.sqlite.connection import open_reader
from appsprint.adapters.sqlite.migrations import schema_version, shipped_migrations
from appsprint.adapters.sqlite.rows import from_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import StoreUnavailable
from appsprint.ports.inspection import SchemaVersions, StorageSizes

_SQL = queries("inspection")

T = TypeVar("T")


class SqliteInspection:
    """See ``ports.inspection.StoreInspection``; opens the file anew for each question."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def versions(self) -> SchemaVersions:
        return SchemaVersions(present=self._ask(schema_version), newest=self.newest_schema())

    @staticmethod
    def newest_schema() -> int:
        """The number of the newest migration that the program ships."""
        return max((step.number for step in shipped_migrations()), default=0)

    def damages(self) -> Sequence[str]:
        return self._ask(_damages)

    def sizes(self) -> StorageSizes:
        return StorageSizes(
            store_bytes=_size(self._path),
            log_bytes=_size(self._path.with_name(f"{self._path.name}-wal")),
        )

    def engine(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def oldest_due_at(self, app_id: AppId, network: AdNetwork) -> datetime | None:
        row = self._ask(
            lambda connection: connection.execute(_SQL["oldest_due"], (app_id, network)).fetchone()
        )
        return from_ms_or_none(row[0])

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        if not self._path.exists():
            raise StoreUnavailable(f"there is no database file {self._path.name}")
        try:
            with closing(open_reader(self._path)) as connection:
                return question(connection)
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"the database cannot be read: {exc}") from exc


def _size(path: Path) -> int:
    """0 for a file that is not there: the log comes and goes."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _damages(connection: sqlite3.Connection) -> Sequence[str]:
    try:
        rows = connection.execute(_SQL["damages"]).fetchall()
    except sqlite3.OperationalError:
        raise  # The disk or a lock: it says nothing about the file.
    except sqlite3.DatabaseError as exc:
        return [str(exc)]  # Too broken to be checked to the end.
    return [str(row[0]) for row in rows if row[0] != "ok"]
