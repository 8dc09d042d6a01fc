"""Brings a database to the program's schema, and refuses one that is newer."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from appsprint.errors import ConfigurationError, NewerDatabase

# "ASpr", in the file's header: tells a database of ours from any other (SQLite, "PRAGMA
# application_id").
APPLICATION_ID = 0x41537072
_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step; steps run in order and each runs once."""

    number: int
    name: str
    sql: str


def shipped_migrations() -> Sequence[Migration]:
    """The program's migrations in order."""
    found = []
    for entry in files(__package__).joinpath("migrations").iterdir():
        if match := _FILE_NAME.fullmatch(entry.name):
            text = entry.read_text(encoding="utf-8")
            found.append(Migration(int(match.group(1)), match.group(2), text))
    return sorted(found, key=lambda migration: migration.number)


def schema_version(connection: sqlite3.Connection) -> int:
    """The number of the last migration that ran; 0 for an empty file.

    Raises:
        ConfigurationError: The file is a SQLite database of something else.
    """
    version = _number(connection, "PRAGMA user_version")
    is_empty = version == 0 and _number(connection, "SELECT count(*) FROM sqlite_schema") == 0
    if not is_empty and _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise ConfigurationError(
            "the database file holds other tables and no schema of ours; "
            "point APPSPRINT_DATABASE_URL at another file"
        )
    return version


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Whether the file has tables of an older program, which may be running on it.

    Raises:
        ConfigurationError: See ``schema_version``.
    """
    return 0 < schema_version(connection) < shipped_migrations()[-1].number


def _number(connection: sqlite3.Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Migration] | None = None
) -> Sequence[Migration]:
    """Run what is missing, each step in its own transaction; the steps that ran.

    Raises:
        NewerDatabase: A newer program wrote the file. Nothing was changed.
    """
    steps = shipped_migrations() if migrations is None else migrations
    version = schema_version(connection)
    newest = steps[-1].number if steps else 0
    if version > newest:
        raise NewerDatabase(
            f"the database has schema {version} and this program knows up to {newest}: "
            "start the newer program, or restore a backup made before the upgrade"
        )
    missing = [step for step in steps if step.number > version]
    for step in missing:
        _run(connection, step)
    return missing


def _run(connection: sqlite3.Connection, step: Migration) -> None:
    # executescript would commit first; one script with its own transaction keeps a step whole.
    marks = f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {step.number};"
    script = f"BEGIN IMMEDIATE;\n{step.sql}\n{marks}\nCOMMIT;"
    try:
        connection.executescript(script)
    except sqlite3.Error:
        if connection.in_transaction:
            connection.rollback()
        raise
