"""The drawing of a connection's states is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from appsprint.domain.connection import ConnectionStatus
from tests.support.connection_machine import STEPS, Edge, explored

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "connection-states.md"
ARROW = re.compile(r"^    (\w+) --> (\w+): (\w+)$", re.MULTILINE)


def test_the_drawing_has_every_step_and_no_other() -> None:
    """The arrows of the page are the steps that can happen."""
    arrows = ARROW.findall(PAGE.read_text(encoding="utf-8"))
    drawn = [
        Edge(ConnectionStatus(source), label, ConnectionStatus(target))
        for source, target, label in arrows
    ]

    assert len(drawn) == len(set(drawn))
    assert set(drawn) == explored()[1]


def test_the_page_explains_every_state_and_step() -> None:
    """Each has a row in a table."""
    page = PAGE.read_text(encoding="utf-8")

    assert all(f"| `{status}` |" in page for status in ConnectionStatus)
    assert all(f"| {label} |" in page for label in STEPS)
