"""The accuracy page knows every parameter of a world."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from appsprint.simulation.plan import WorldPlan
from benchmarks.attribution_accuracy import WORLDS

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "accuracy.md"


def test_every_parameter_and_world_is_on_the_page() -> None:
    """With its name as it is given to the command."""
    page = PAGE.read_text(encoding="utf-8")

    for parameter in fields(WorldPlan):
        assert f"| `{parameter.name}` |" in page
    for world in WORLDS:
        assert f"| {world} |" in page
