"""The rules page names every reason that leaves an install without a click, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from appsprint.domain.attribution import OrganicReason

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "attribution-rules.md"
REASON = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


def test_every_reason_for_no_credit_is_on_the_page() -> None:
    """Both ways: none is missing, and none is told that the rule does not know."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("## When nobody gets credit")[2].partition("\n## ")[0]

    assert sorted(REASON.findall(section)) == sorted(OrganicReason)
