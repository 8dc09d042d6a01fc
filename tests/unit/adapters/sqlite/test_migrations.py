"""Bringing a database to the program's schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.migrations import (
    Migration,
    migrate,
    schema_version,
    shipped_migrations,
)
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.errors import ConfigurationError, NewerDatabase

FIRST = Migration(1, "first", "CREATE TABLE a (x INTEGER);")
SECOND = Migration(2, "second", "CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (1);")
BROKEN = Migration(2, "broken", "CREATE TABLE b (x INTEGER); INSERT INTO missing VALUES (1);")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty database file."""
    made = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    with closing(made):
        yield made


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables."""
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}


def test_shipped_migrations_are_numbered_from_one(connection: sqlite3.Connection) -> None:
    """Without a gap, and they run on an empty file."""
    steps = shipped_migrations()

    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert migrate(connection) == steps
    assert schema_version(connection) == len(steps)
    assert "clicks" in tables(connection)


def test_each_step_runs_once(connection: sqlite3.Connection) -> None:
    """What is missing runs in order; the second time nothing is."""
    assert migrate(connection, [FIRST]) == [FIRST]
    assert migrate(connection, [FIRST, SECOND]) == [SECOND]
    assert migrate(connection, [FIRST, SECOND]) == []
    assert tables(connection) == {"a", "b"}


def test_a_step_that_fails_is_undone_whole(connection: sqlite3.Connection) -> None:
    """The steps before it stay, and the mended step can run."""
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [FIRST, BROKEN])

    assert not connection.in_transaction
    assert (schema_version(connection), tables(connection)) == (1, {"a"})
    assert migrate(connection, [FIRST, SECOND]) == [SECOND]


def test_a_newer_database_is_refused(connection: sqlite3.Connection) -> None:
    """Nothing is changed, and the message says what to do."""
    migrate(connection, [FIRST, SECOND])

    with pytest.raises(NewerDatabase, match="schema 2 and this program knows up to 1"):
        migrate(connection, [FIRST])

    assert schema_version(connection) == 2


@pytest.mark.parametrize("user_version", [0, 1, 99])
def test_somebody_elses_database_is_refused(
    connection: sqlite3.Connection, user_version: int
) -> None:
    """Also one that numbers its own schema."""
    connection.execute("CREATE TABLE notes (x)")
    connection.execute(f"PRAGMA user_version = {user_version}")

    with pytest.raises(ConfigurationError, match="APPSPRINT_DATABASE_URL") as refused:
        migrate(connection)

    assert type(refused.value) is ConfigurationError
    assert tables(connection) == {"notes"}


def test_a_program_without_steps_refuses_nothing_empty(connection: sqlite3.Connection) -> None:
    """Nothing to do is done."""
    assert migrate(connection, []) == []
    assert schema_version(connection) == 0


def test_a_store_says_which_steps_ran(tmp_path: Path) -> None:
    """All on a new file, none on the next start."""
    path = tmp_path / "new" / "store.db"
    first = SqliteStore(path)
    first.close()
    second = SqliteStore(path)
    second.close()

    assert first.migrated == shipped_migrations()
    assert second.migrated == []
