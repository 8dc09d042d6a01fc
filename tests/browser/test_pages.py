"""Every page: no barrier, no sideways scrolling, light enough, and of use without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import OpenPage
from tests.browser.site import Site

pytestmark = pytest.mark.browser

# Below the app's address, then those of the server. A new page has its line here.
APP_PAGES = (
    "",
    "/start",
    "/integrations/tiktok",
    "/integrations/tiktok/mapping",
    "/links",
    "/reports/campaigns",
    "/reports/campaigns/differences",
    "/quality",
    "/installs",
    "/deliveries",
    "/live",
    "/settings",
    "/settings/keys",
    "/settings/test-devices",
    "/settings/audit",
)
SERVER_PAGES = (
    "/settings/system?books=on&ledger=on",
    "/settings/members",
    "/settings/tokens",
    "/settings/audit",
    "/account",
    "/apps/new",
)
MOST_BYTES = 150_000


def addresses(site: Site) -> list[str]:
    """Every page of the site."""
    paths = (*APP_PAGES, *site.own_pages)
    return [*(f"{site.base}{path}" for path in paths), *SERVER_PAGES, "/nothing-here"]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_pages_have_no_barriers_and_fit(
    site: Site, open_page: OpenPage, width: int, dark: bool
) -> None:
    """In light and in dark, on a wide screen and on a phone; everything unfolded."""
    page = open_page(site, width=width, dark=dark)
    page.goto("/login")
    found = {"/login": barriers(page)}
    site.sign_in(page)
    for path in addresses(site):
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found[path] = barriers(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            found[path].append(f"is {overflow} px too wide")
    told = "\n".join(f"{path} {one}" for path, every in found.items() for one in every)
    assert not told, told


def test_pages_are_light(site: Site, open_page: OpenPage) -> None:
    """HTML, styles and scripts as sent; the chart library aside, which few pages need."""
    page = open_page(site)
    site.sign_in(page)
    for path in addresses(site)[:-1]:
        answer = page.goto(path)
        assert answer is not None
        files: list[str] = page.eval_on_selector_all(
            "link[rel=stylesheet], script[src]", "found => found.map(one => one.href || one.src)"
        )
        assert files
        sent = [page.request.get(one).headers for one in files if "uplot" not in one]
        every = (answer.headers, *sent)
        sizes = [int(headers["content-length"]) for headers in every]

        assert {headers["content-encoding"] for headers in every} == {"gzip"}, path
        assert sum(sizes) <= MOST_BYTES, (path, sizes)


def test_pages_work_without_scripts(site: Site, open_page: OpenPage) -> None:
    """Sign in, change something that scripts would have done in part, sign out."""
    page = open_page(site, scripts=False)
    site.sign_in(page)
    page.goto(f"{site.base}/settings")
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/apps/new")
    page.get_by_label("Store URL").fill("https://apps.apple.com/us/app/example/id42")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("A note on Apple's policy.")).to_be_visible()
    page.goto(site.base)
    page.get_by_text("Show the numbers").click()
    expect(page.get_by_role("columnheader", name="Installs")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_keyboard_is_enough(site: Site, open_page: OpenPage) -> None:
    """Sign in, skip to the content, unfold, choose, without a pointer."""
    page = open_page(site)
    page.goto("/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("ann@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("orbit-lentil-vacuum-9")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apps/*")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Period").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**days=14*")
    page.get_by_text("Show the numbers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Spend")).to_be_visible()
    page.goto(f"{site.base}/settings")
    page.get_by_text("Delete Miles").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete for good")).to_be_hidden()


def test_the_chart_is_drawn(site: Site, open_page: OpenPage) -> None:
    """With an axis and a legend that names each line and, at first, tells the last day."""
    page = open_page(site)
    site.sign_in(page)

    expect(page.locator(".plot canvas")).to_be_visible()
    expect(page.locator(".u-legend")).to_contain_text("Installs")
    expect(page.locator(".u-legend")).to_have_text(re.compile(r"Day\s*\d+ \w+"))


def test_a_viewer_can_look_and_not_act(site: Site, open_page: OpenPage) -> None:
    """Nothing to press, and another app is not to be seen."""
    assert site.app is not None
    site.join("viewer@example.com", "viewer", [site.app.id])
    page = open_page(site)
    site.sign_in(page, "viewer@example.com")

    page.goto(f"{site.base}/integrations/tiktok")
    expect(page.get_by_role("button", name="Connect TikTok Ads")).to_have_count(0)
    expect(page.get_by_role("link", name="Members")).to_have_count(0)
    other = next(one for one in site.process.services.apps.list() if one.name == "Other")
    page.goto(f"/apps/{other.id}")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    expect(page.get_by_text("Other")).to_have_count(0)
