"""Inserting many rows with few statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appsprint.adapters.sqlite.bulk import insert_new_rows, insert_rows

INSERT = "INSERT INTO numbers (id, word) VALUES (?, ?)"
IGNORING = f"{INSERT} ON CONFLICT (id) DO NOTHING"
# Either side of every size that one statement takes.
AMOUNTS = [0, 1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 600]
ids = st.lists(st.integers(0, 400), max_size=400)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty table in memory."""
    with closing(new_table()) as made:
        yield made


def new_table() -> sqlite3.Connection:
    """A table with a key."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    return connection


def rows(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """What is in the table, in the order in which it was inserted."""
    return connection.execute("SELECT id, word FROM numbers ORDER BY id").fetchall()


@pytest.mark.parametrize("amount", AMOUNTS)
def test_all_rows_are_inserted(connection: sqlite3.Connection, amount: int) -> None:
    """Each once, with its own values."""
    wanted = [(number, f"word {number}") for number in range(amount)]
    insert_rows(connection, INSERT, wanted)

    assert rows(connection) == wanted


@pytest.mark.parametrize("amount", AMOUNTS)
def test_few_statements_insert_many_rows(connection: sqlite3.Connection, amount: int) -> None:
    """At most three of each size below the largest."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    insert_rows(connection, INSERT, [(number, "x") for number in range(amount)])
    connection.set_trace_callback(None)

    assert len(statements) <= amount // 256 + 4 * 3


def test_rows_go_in_in_order(connection: sqlite3.Connection) -> None:
    """So that ids which the database makes rise with the rows."""
    connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    insert_rows(connection, "INSERT INTO words (word) VALUES (?)", [(str(n),) for n in range(600)])

    words = connection.execute("SELECT word FROM words ORDER BY id").fetchall()
    assert words == [(str(number),) for number in range(600)]


@given(ids, ids)
@example([7], [1, 2, 7, 4])
@example([], [3] * 300)
def test_only_new_rows_are_inserted(before: list[int], after: list[int]) -> None:
    """Of equal rows the first counts, and what was there stays as it was."""
    with closing(new_table()) as connection:
        insert_new_rows(connection, INSERT, [(one, "before") for one in before])
        wanted = [(one, f"after {place}") for place, one in enumerate(after)]
        insert_new_rows(connection, INSERT, wanted)

        first_places = {one: place for place, one in reversed(list(enumerate(after)))}
        expected = [
            (one, f"after {place}")
            for place, one in enumerate(after)
            if one not in before and first_places[one] == place
        ]
        assert rows(connection) == sorted({(one, "before") for one in before} | set(expected))


@given(ids, ids)
def test_rows_that_a_statement_leaves_out_are_not_counted(
    before: list[int], after: list[int]
) -> None:
    """With a conflict clause, repeats are neither inserted nor counted."""
    with closing(new_table()) as connection:
        insert_rows(connection, IGNORING, [(one, "x") for one in before])
        told = insert_rows(connection, IGNORING, [(one, "y") for one in after])

        assert told == len(set(after) - set(before))


def test_another_failure_is_not_a_repeat(connection: sqlite3.Connection) -> None:
    """A broken statement is an error, not a row that is there already."""
    with pytest.raises(sqlite3.OperationalError):
        insert_new_rows(connection, "INSERT INTO missing (id) VALUES (?)", [(1,)])
