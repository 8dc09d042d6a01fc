"""The reference of the HTTP API says what the server does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from appsprint.domain.inapp_event import RefusalReason

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "http-api.md").read_text(encoding="utf-8")


def test_the_page_lists_the_management_routes() -> None:
    """The routes on the page are those of the OpenAPI document."""
    script = runpy.run_path(str(ROOT / "scripts" / "http_reference.py"))

    assert script["page_with_routes"](PAGE) == PAGE


def test_the_page_lists_the_sdk_routes() -> None:
    """Every SDK route that the server knows is on the page."""
    source = (ROOT / "src/appsprint/entrypoints/http/sdk.py").read_text(encoding="utf-8")
    routes = set(re.findall(r'"(/v1/[a-z/-]+)": \{', source))

    assert len(routes) > 8
    assert [route for route in routes if route not in PAGE] == []


def test_the_page_lists_every_refusal() -> None:
    """Every reason for refusing an event is explained."""
    assert [reason for reason in RefusalReason if f"`{reason}`" not in PAGE] == []
