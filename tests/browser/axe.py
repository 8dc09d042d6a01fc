"""Looks for barriers on a page with axe-core."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

_SCRIPT = Path(__file__).parents[2] / "assets/node_modules/axe-core/axe.min.js"


def barriers(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 AA and good practice), with the element; empty when all is well."""
    page.evaluate(_source())
    options = {"resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@cache
def _source() -> str:
    if not _SCRIPT.is_file():
        pytest.skip("axe-core was not fetched: make setup does it where npm can be reached")
    return _SCRIPT.read_text(encoding="utf-8")
