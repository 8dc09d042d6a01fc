"""The first hour and the guides say what the screens say, and lead to what exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts import screenshots

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "src/appsprint/entrypoints/http/dashboard"
IMAGES = ROOT / "docs/images"
GUIDES = sorted([*ROOT.glob("docs/start/*.md"), *ROOT.glob("docs/guides/*.md")])
PAGES = [ROOT / "README.md", *GUIDES]
# What stands on TikTok's screens.
TIKTOK_LABELS = frozenset(
    {"Events API", "Events Manager", "Generate access token", "Test Events", "Website URL"}
)
_QUOTED = re.compile(r"\"([^\"]+)\"|'([^']+)'")
# What a template fills in stands as this: "Delete {{ app.name }}" is seen as "Delete Miles".
_GAP = "\0"


def texts_of_template(source: str) -> Iterator[str]:
    """What stands between tags, and every text in quotes in Jinja's braces."""
    for code in re.findall(r"\{[{%].*?[%}]\}", source, re.DOTALL):
        yield from (one or other for one, other in _QUOTED.findall(code))
    plain = re.sub(r"\{\{.*?\}\}", _GAP, source, flags=re.DOTALL)
    plain = re.sub(r"\{%.*?%\}|\{#.*?#\}", "\1", plain, flags=re.DOTALL)
    for part in re.split(r"<[^>]*>", plain):
        yield from part.split("\1")


def texts_of_module(source: str) -> Iterator[str]:
    """Every text in a module's code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def screen_texts() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every text of the dashboard, and those with a gap for a name as patterns."""
    found = [
        *(one for path in DASHBOARD.rglob("*.html") for one in texts_of_template(path.read_text())),
        *(one for path in DASHBOARD.glob("*.py") for one in texts_of_module(path.read_text())),
    ]
    whole = {" ".join(one.split()) for one in found}
    gaps = [one for one in whole if _GAP in one and re.search(r"\w{3}", one)]
    patterns = (".+".join(map(re.escape, one.split(_GAP))) for one in gaps)
    return frozenset(whole), tuple(re.compile(one) for one in patterns)


def is_on_screen(label: str) -> bool:
    """Whether the dashboard can show just this."""
    whole, patterns = screen_texts()
    return label in whole or any(one.fullmatch(label) for one in patterns)


def bold(page: Path) -> list[str]:
    """The labels that a page names, line breaks folded."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return [" ".join(one.split()) for one in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)]


def links(page: Path) -> list[str]:
    """Where a page leads to and which pictures it shows; other hosts left out."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    return [one for one in found if "://" not in one]


def is_there(page: Path, link: str) -> bool:
    """Whether the file exists, and in it the heading that the link names."""
    name, _, anchor = link.partition("#")
    target = page.parent / name
    if not anchor:
        return target.is_file()
    headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
    return anchor in {re.sub(r"[^\w-]", "", one.lower().replace(" ", "-")) for one in headings}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_every_label_stands_on_a_screen(page: Path) -> None:
    """What is bold is what people look for, letter by letter."""
    unknown = [one for one in bold(page) if one not in TIKTOK_LABELS and not is_on_screen(one)]

    assert unknown == []


def test_a_label_that_nobody_sees_is_found_out() -> None:
    """The test above can fail."""
    assert is_on_screen("Create ad link")
    assert is_on_screen("14 days")
    assert not is_on_screen("Create add link")
    assert not is_on_screen("Create")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_file(page: Path) -> None:
    """Pictures too."""
    assert [one for one in links(page) if not is_there(page, one)] == []


def test_pictures_are_those_of_the_script_and_all_are_shown() -> None:
    """None is left over, none missing, none large."""
    taken = {f"{shot.name}.png" for shot in screenshots.SHOTS}
    shown = {Path(one).name for page in PAGES for one in links(page) if one.endswith(".png")}

    assert {path.name for path in IMAGES.iterdir()} == taken == shown
    assert max(path.stat().st_size for path in IMAGES.iterdir()) < 120_000


def test_without_a_browser_no_picture_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script says why, and nothing is an error."""
    monkeypatch.setenv("PATH", "")

    assert screenshots.main([]) == 0
    assert "No Chromium here" in capsys.readouterr().err
