"""How answers are printed: JSON or tables on stdout, talk on stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from appsprint.errors import AppsprintError, InvalidInput

# A table that goes into a file or a pipe must not break at the width of nobody's screen.
_WIDTH_OF_FILES = 10_000
_NOTHING = "–"
_INSTANT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$")

Answer: TypeAlias = msgspec.Struct | Mapping[str, object]


def tell(message: str) -> None:
    """Say something to the person; never part of the data."""
    typer.echo(message, err=True)


def tell_error(exc: AppsprintError) -> None:
    """What went wrong, and each field's problem when there are several."""
    tell(f"Error: {exc.message}")
    if isinstance(exc, InvalidInput) and len(exc.problems) > 1:
        for problem in exc.problems:
            tell(f"  {problem.field}: {problem.message}")


def print_json(answer: Answer) -> None:
    """The answer as the HTTP API gives it, indented."""
    typer.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2))


def print_one(answer: Answer, *, as_json: bool) -> None:
    """One thing: JSON, or a line for each field."""
    if as_json:
        print_json(answer)
        return
    lines = _flat(as_plain(answer), "")
    width = max((len(name) for name, _ in lines), default=0)
    for name, value in lines:
        # Never folded, so that a long address can be copied.
        typer.echo(f"{typer.style(name.ljust(width), bold=True)}  {shown(value)}")


def print_items(answer: Answer, columns: Sequence[str], *, as_json: bool) -> None:
    """A list: JSON whole, or a table of some columns; says how to go on when there is more.

    Args:
        answer: Has ``items`` and perhaps ``next_cursor``.
        columns: Names of fields; ``a.b`` is a field of a field.
    """
    if as_json:
        print_json(answer)
        return
    plain = as_plain(answer)
    print_table(table_of(plain["items"], columns))
    if not plain["items"]:
        tell("There are none.")
    if plain.get("next_cursor"):
        tell(f"There are more: --cursor {plain['next_cursor']}")


def print_lines(lines: Iterable[str]) -> None:
    """Lines on stdout; characters that steer terminals are replaced."""
    for line in lines:
        typer.echo(shown(line))


def table_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """Rows as a table; numbers stand to the right."""
    table = Table(header_style="bold")
    for column in columns:
        values = [value for row in rows if (value := _at(row, column)) is not None]
        is_numeric = values and all(map(_is_number, values))
        table.add_column(
            column.replace("_", " ").replace(".", " "),
            justify="right" if is_numeric else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(shown(_at(row, column)) for column in columns))
    return table


def print_table(table: Table) -> None:
    """A table on stdout, as wide as the terminal or, in a file, as wide as it needs."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_FILES
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.print(table)


def shown(value: object) -> str:
    """A value in a cell: an instant to the second, a thing as its values.

    Characters that steer terminals are replaced, because names come from outside.
    """
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or _NOTHING
    if isinstance(value, dict):
        return " ".join(shown(item) for item in value.values() if item is not None) or _NOTHING
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = _INSTANT.sub(r"\1 \2Z", text)
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_plain(answer: Answer) -> dict[str, Any]:
    """The answer as plain dicts, lists, texts and numbers."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer))
    return plain


def _flat(value: Mapping[str, Any], prefix: str) -> list[tuple[str, object]]:
    """The fields of a thing, and of the things in it, in their order."""
    found: list[tuple[str, object]] = []
    for name, item in value.items():
        if isinstance(item, dict):
            found += _flat(item, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", item))
    return found


def _at(row: Mapping[str, Any], path: str) -> object:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
