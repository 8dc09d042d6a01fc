"""The page about the diagnostics names every item and the bounds that hold."""

from __future__ import annotations

import re
from pathlib import Path

from appsprint.services.diagnostics import MAX_CLICKS, MAX_EVENTS, WINDOW
from appsprint.services.troubleshooting import TroubleCode

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "diagnostics.md"


def test_every_item_has_its_row() -> None:
    """In the order of the answer."""
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [code.value for code in TroubleCode]


def test_bounds_are_those_of_the_program() -> None:
    """How far back, and how many rows at most."""
    text = PAGE.read_text(encoding="utf-8")

    assert WINDOW.days == 7
    assert "over the last seven days" in text
    assert f"newest {MAX_CLICKS:,} clicks and {MAX_EVENTS:,} events" in text
