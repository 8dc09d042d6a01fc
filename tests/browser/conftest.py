"""A real Chromium against a real server, with TikTok's sandbox beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from scripts.chromium import find_chromium
from tests.browser.site import Site, open_site
from tests.browser.watch import Watch

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests; each page has a profile of its own."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here: scripts/chromium.py installs it")
    browser = playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with two apps and some traffic; tests change what belongs to themselves only."""
    with open_site(tmp_path_factory.mktemp("site")) as opened:
        opened.fill()
        yield opened


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Site]:
    """A server that nobody has seen yet."""
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens pages whose console and requests are watched; they are closed and judged at the end."""
    watches: list[Watch] = []

    def open_one(
        site: Site,
        *,
        width: int = 1280,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        watches.append(Watch(context, allowed=(site.url, site.sandbox_url)))
        return context.new_page()

    yield open_one
    for watch in watches:
        watch.finish()
