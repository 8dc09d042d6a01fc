"""Reads named queries from the ``queries/*.sql`` files beside it, once."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def queries(noun: str) -> dict[str, str]:
    """The queries of ``queries/<noun>.sql`` by name, comments included.

    Each query in a file begins with a line ``-- name: <name>``.
    """
    text = files(__package__).joinpath("queries", f"{noun}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {
        name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
