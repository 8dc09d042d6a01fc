"""The page of quality rules knows every rule with its defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from appsprint.domain.quality_rules import SPECS, Consequence, RuleSpec
from appsprint.services.quality import MAX_INSTALLS_AT_ONCE

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "quality-rules.md"


@pytest.mark.parametrize("spec", SPECS.values(), ids=str)
def test_every_rule_has_its_row(spec: RuleSpec) -> None:
    """With its default consequence and limits, in the order of the rules."""
    [row] = [line for line in _lines() if line.startswith(f"| `{spec.rule}` |")]
    limits = ", ".join(f"`{one.name}` {one.default}" for one in spec.thresholds)

    assert row.endswith(f"| `{spec.default}` | {limits} |" if limits else f"| `{spec.default}` | |")


def test_the_order_and_the_consequences_are_those_of_the_code() -> None:
    """The first rule that refuses is the reason, so their order is told too."""
    told = [line.split("`")[1] for line in _lines() if line.startswith("| `")]

    assert told == [*Consequence, *SPECS]
    assert f"{MAX_INSTALLS_AT_ONCE:,} installs at most" in PAGE.read_text(encoding="utf-8")


def _lines() -> list[str]:
    return PAGE.read_text(encoding="utf-8").splitlines()
