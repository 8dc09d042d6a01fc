"""The guides name what is on the screen: every label in square brackets exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appsprint.entrypoints.http.dashboard.navigation import APP_MENU, SERVER_MENU

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src/appsprint/entrypoints/http/dashboard/templates"
GUIDES = sorted([*(ROOT / "docs/guides").glob("*.md"), *(ROOT / "docs/start").glob("*.md")])


def screen_texts() -> str:
    """What templates and menu can show."""
    menu = [text for entry in (*APP_MENU, *SERVER_MENU) for text in (entry.label, entry.group)]
    return "\n".join(
        [*menu, *(one.read_text(encoding="utf-8") for one in TEMPLATES.glob("*.html"))]
    )


def labels(guide: Path) -> list[str]:
    """What stands in square brackets and is no link."""
    return re.findall(r"\[([^\[\]]+)\](?!\()", " ".join(guide.read_text("utf-8").split()))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_labels_of_a_guide_are_on_the_screen(guide: Path) -> None:
    """Letter by letter, so that a renamed button is noticed."""
    texts = screen_texts()

    assert [label for label in labels(guide) if label not in texts] == []


def test_there_are_guides_with_labels() -> None:
    """The check looks at something."""
    assert sum(len(labels(guide)) for guide in GUIDES) > 20
