"""Writes rows as a file of typed columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

Cell = str | int | float | bool | None
Row = dict[str, Cell]


class ColumnType(StrEnum):
    """What a column holds; any cell can be None."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    AMOUNT = "amount"
    """Money as decimal text with at most six places."""
    INSTANT = "instant"
    """RFC 3339 text, kept to the millisecond in UTC."""


Columns = Mapping[str, ColumnType]


class TableWriter(Protocol):
    """A columnar file format."""

    def write(self, columns: Columns, pages: Iterator[Sequence[Row]]) -> Iterator[bytes]:
        """The bytes of one file, in pieces, while ``pages`` are read.

        Args:
            columns: Names and types in the file's order; every row has exactly these names.
            pages: Rows in the file's order.
        """
        ...
