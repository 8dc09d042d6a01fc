"""Inserts many rows with few statements.

Python gives up its interpreter lock around every SQLite step, and getting it back costs more
than the step when the server's loop is busy. A statement with many rows pays that once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

Row = tuple[object, ...]
# SQLite allows 32,766 parameters in a statement since 3.32; every size is prepared only once.
MAX_ROWS = 256


def insert_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> None:
    """Run ``insert``, a statement with one ``VALUES (?, …)`` group, for all ``rows`` in order."""
    for statement, parameters, _ in _statements(insert, rows):
        connection.execute(statement, parameters)


def insert_returning(
    connection: sqlite3.Connection, insert: str, rows: Sequence[Row]
) -> list[tuple[object, ...]]:
    """Like ``insert_rows``; what the statement's ``RETURNING`` gives, in no certain order."""
    found: list[tuple[object, ...]] = []
    for statement, parameters, _ in _statements(insert, rows):
        found.extend(connection.execute(statement, parameters))
    return found


def insert_new_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> list[Row]:
    """Insert the rows that are not there yet and return them.

    ``insert`` has no conflict clause. Almost always all rows are new, so a group that fails is
    the exception and only then its rows are tried one by one.
    """
    new: list[Row] = []
    for statement, parameters, group in _statements(insert, rows):
        try:
            connection.execute(statement, parameters)
            new.extend(group)
        except sqlite3.IntegrityError:
            new.extend(row for row in group if _is_inserted(connection, insert, row))
    return new


def _is_inserted(connection: sqlite3.Connection, insert: str, row: Row) -> bool:
    try:
        connection.execute(insert, row)
    except sqlite3.IntegrityError:
        return False
    return True


def _statements(insert: str, rows: Sequence[Row]) -> Iterator[tuple[str, Row, Sequence[Row]]]:
    for start in range(0, len(rows), MAX_ROWS):
        group = rows[start : start + MAX_ROWS]
        yield _widened(insert, len(group)), tuple(chain.from_iterable(group)), group


@cache
def _widened(insert: str, size: int) -> str:
    """``insert`` with its group of values repeated ``size`` times."""
    head, _, tail = insert.partition("VALUES")
    group, closing, rest = tail.partition(")")
    values = ", ".join([f"{group.strip()}{closing}"] * size)
    return f"{head}VALUES {values}{rest}"
