"""Inserts many rows with few statements.

Python gives up its interpreter lock around every SQLite step, and getting it back costs more
than the step when the server's loop is busy. A statement with many rows pays that once.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

Row = tuple[object, ...]
# SQLite allows 32,766 parameters in a statement since 3.32; every size is prepared only once.
MAX_ROWS = 256


def insert_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> int:
    """Run ``insert``, a statement with one ``VALUES (?, …)`` group, for all ``rows`` in order.

    Returns:
        How many were inserted: fewer than ``rows`` where the statement leaves some out.
    """
    return sum(
        connection.execute(statement, parameters).rowcount
        for statement, parameters, _ in _statements(insert, rows)
    )


def insert_new_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet.

    ``insert`` has no conflict clause. Almost always all rows are new, so a group that fails is
    the exception and only then its rows are tried one by one.
    """
    for statement, parameters, group in _statements(insert, rows):
        try:
            connection.execute(statement, parameters)
        except sqlite3.IntegrityError:
            for row in group:
                with contextlib.suppress(sqlite3.IntegrityError):
                    connection.execute(insert, row)


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
