"""What people do: a newcomer's first start, and connecting TikTok with all that can go wrong."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from appsprint.sandboxes import SANDBOX_ACCESS
from tests.browser.conftest import OpenPage
from tests.browser.site import OWNER, PASSWORD, Site
from tests.support.control_plane import PLAY_STORE_URL

pytestmark = pytest.mark.browser

PHONE = Path(__file__).parents[2] / "docs/start/phone.sh"


def expect_step(page: Page, number: int, state: str) -> None:
    """A step of connecting stands so, or does soon: a part gets its attributes after its text."""
    expect(page.locator(".steps > li").nth(number - 1)).to_have_class(state)


def connect(page: Page, answer: str = "Approve") -> None:
    """Press the button, answer TikTok's request, come back."""
    page.get_by_role("button", name=re.compile("onnect TikTok Ads")).first.click()
    page.get_by_role("button", name=answer).click()


def save_credentials(page: Page, token: str) -> None:
    """Paste the Pixel ID and a token, and save."""
    page.get_by_label("Pixel ID").fill(SANDBOX_ACCESS.pixel_id)
    page.get_by_label("Events API access token").fill(token)
    page.get_by_role("button", name="Save").click()


def test_a_newcomer_gets_from_the_setup_link_to_the_first_report(
    new_site: Site, open_page: OpenPage
) -> None:
    """As ``docs/start/first-hour.md`` says, with the phone that it brings."""
    page = open_page(new_site)
    page.goto(f"/setup/{new_site.process.services.setup.begin()}")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill("password123")
    page.get_by_role("button", name="Create owner account").click()
    expect(page.get_by_text("Is easily guessed.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create owner account").click()

    page.get_by_label("Store URL").fill(PLAY_STORE_URL)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Android app")).to_be_visible()
    page.get_by_label("Name").fill("Miles")
    page.get_by_role("button", name="Create app").click()
    expect(page.get_by_role("heading", name="Miles is ready")).to_be_visible()
    expect(page.get_by_text(new_site.url, exact=True)).to_be_visible()
    key = page.get_by_text(re.compile("^as_live_")).inner_text()
    page.get_by_role("button", name="I have copied the key").click()
    expect(page.get_by_text("1 of 7")).to_be_visible()

    page.get_by_role("link", name="Open").first.click()
    connect(page)
    expect(page.get_by_text("TikTok Ads is connected.")).to_be_visible()
    page.get_by_role("button", name="Load accounts").click()
    page.get_by_role("button", name="Use this account").click()
    expect(page.get_by_text("The advertiser account is chosen.")).to_be_visible()
    save_credentials(page, SANDBOX_ACCESS.events_token)
    expect(page.get_by_text("Pixel ID and access token are saved.")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("Campaigns and metrics are imported.")).to_be_visible()

    page.get_by_role("link", name="Create ad link").click()
    page.get_by_label("Name", exact=True).fill("Spring")
    page.get_by_role("button", name="Create ad link").click()
    link = page.get_by_text(re.compile("/c/.*__CAMPAIGN_ID__")).first.inner_text()
    page.goto(new_site.url)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("4 of 7")).to_be_visible()
    told = subprocess.run(
        ["sh", PHONE, key, link], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    assert '"isAttributed":true' in told
    assert '"stored":2' in told
    expect(page.get_by_text("7 of 7")).to_be_visible()
    page.get_by_role("link", name="TikTok Ads").click()
    for number in range(1, 6):
        expect_step(page, number, "done")

    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".tile", has_text="Installs").locator(".value")).not_to_have_text("0")
    page.get_by_role("link", name="Campaigns").click()
    row = page.get_by_role("row").filter(has_text="FR_Prospecting_Web")
    expect(row.locator("[data-label=Installs]")).to_have_text("1")
    expect(row.locator("[data-label=Revenue]")).to_have_text("€9.99")


def test_connecting_survives_what_can_go_wrong(site: Site, open_page: OpenPage) -> None:
    """Denied, then approved; a wrong token, then the right one; disconnected, and back again."""
    page = open_page(site)
    site.sign_in(page)
    place = f"{site.base}/integrations/tiktok"
    page.goto(place)

    connect(page, "Deny")
    expect(page.get_by_text("TikTok Ads was not connected")).to_be_visible()
    connect(page)
    page.get_by_role("button", name="Load accounts").click()
    page.get_by_role("button", name="Use this account").click()
    expect(page.get_by_text("The advertiser account is chosen.")).to_be_visible()

    page.get_by_label("Pixel", exact=True).select_option(SANDBOX_ACCESS.pixel_id)
    expect(page.get_by_label("Pixel ID")).to_have_value(SANDBOX_ACCESS.pixel_id)
    save_credentials(page, "a-wrong-token")
    expect(page.get_by_text("TikTok rejected the token")).to_be_visible()
    expect_step(page, 3, "failing")
    expect(page.locator("#tiktok-status")).to_have_text("Token rejected")
    save_credentials(page, SANDBOX_ACCESS.events_token)
    expect(page.get_by_text("stored, encrypted")).to_be_visible()
    expect_step(page, 3, "done")
    expect(page.locator("#tiktok-status")).to_have_text("Active")

    page.get_by_text("Disconnect TikTok Ads").click()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("TikTok Ads is disconnected.")).to_be_visible()
    expect(page.locator("#tiktok-status")).to_have_text("Not connected")
    connect(page)
    expect(page.get_by_text("TikTok Ads is connected.")).to_be_visible()


def test_a_colleague_comes_in_by_invitation(site: Site, open_page: OpenPage) -> None:
    """The owner hands over a link; the colleague chooses a password and is in."""
    owner = open_page(site)
    site.sign_in(owner)
    owner.goto("/settings/members")
    owner.get_by_label("E-mail address").fill("carol@example.com")
    owner.get_by_label("Role").last.select_option("editor")
    owner.get_by_role("button", name="Make invitation link").click()
    link = owner.get_by_text(re.compile("/invitations/")).inner_text()

    carol = open_page(site)
    carol.goto(link)
    carol.get_by_label("Password").fill(PASSWORD)
    carol.get_by_role("button", name="Choose password and sign in").click()

    expect(carol.get_by_role("heading", name="Overview")).to_be_visible()
    expect(carol.get_by_role("link", name="Members")).to_have_count(0)


def test_a_dead_letter_is_redriven_after_a_look(new_site: Site, open_page: OpenPage) -> None:
    """From the list to the preview with its warning, and back to a queue without dead letters."""
    new_site.fill()
    page = open_page(new_site)
    new_site.sign_in(page)
    page.get_by_role("link", name="Deliveries", exact=True).click()
    page.get_by_role("link", name="Show Retries used up").click()
    expect(page.get_by_role("region", name="Deliveries").locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Redrive these…").click()
    expect(page.get_by_text("more than 48 hours ago")).to_be_visible()
    page.get_by_role("button", name="Redrive 1 dead letter").click()

    expect(page.get_by_text("1 dead letter waits to be sent again.")).to_be_visible()
    expect(page.get_by_text("Retrying")).not_to_have_count(0)


def test_a_first_test_event_appears_within_a_second(new_site: Site, open_page: OpenPage) -> None:
    """Marked, at the top, without loading anything; held back while paused, then shown."""
    new_site.fill()
    page = open_page(new_site)
    new_site.sign_in(page)
    page.get_by_role("link", name="Live", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Live")
    rows = page.get_by_role("region", name="Arrivals").locator("tbody tr")
    before = rows.count()

    new_site.send_test_event()
    expect(rows.first).to_contain_text("Test event", timeout=1_000)
    expect(rows.first).to_contain_text("Test")
    expect(rows).to_have_count(before + 1)

    page.get_by_role("button", name="Pause").click()
    new_site.send_test_event()
    page.get_by_role("button", name="Resume (1 new)").click()
    expect(rows).to_have_count(before + 2)


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the keyboard is there; it must get there, and be seen to."""
    expect(wanted).to_be_visible()
    for _ in range(80):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    assert wanted.evaluate("one => getComputedStyle(one).outlineStyle") != "none"


def press(page: Page, name: str, role: Literal["button", "link"] = "button") -> None:
    """Go to a button or a link by Tab, and press Enter."""
    reach(page, page.get_by_role(role, name=name, exact=True).first)
    page.keyboard.press("Enter")


def enter(page: Page, label: str, text: str) -> None:
    """Go to a field by Tab, and type."""
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_the_main_flow_needs_no_mouse(new_site: Site, open_page: OpenPage) -> None:
    """From the setup link to an ad link and the report, by Tab, typing and Enter alone."""
    page = open_page(new_site)
    page.goto(f"/setup/{new_site.process.services.setup.begin()}")
    enter(page, "E-mail address", OWNER)
    enter(page, "Password", PASSWORD)
    press(page, "Create owner account")
    enter(page, "Store URL", PLAY_STORE_URL)
    press(page, "Continue")
    enter(page, "Name", "Miles")
    press(page, "Create app")
    press(page, "I have copied the key")
    expect(page.get_by_text("1 of 7")).to_be_visible()

    press(page, "TikTok Ads", "link")
    press(page, "Connect TikTok Ads")
    press(page, "Approve")
    press(page, "Load accounts")
    press(page, "Use this account")
    expect(page.get_by_text("The advertiser account is chosen.")).to_be_visible()
    enter(page, "Pixel ID", SANDBOX_ACCESS.pixel_id)
    enter(page, "Events API access token", SANDBOX_ACCESS.events_token)
    press(page, "Save")
    expect(page.get_by_text("Pixel ID and access token are saved.")).to_be_visible()

    press(page, "Ad links", "link")
    enter(page, "Name", "Spring")
    press(page, "Create ad link")
    expect(page.get_by_text(re.compile("/c/.*__CAMPAIGN_ID__")).first).to_be_visible()
    press(page, "Campaigns", "link")
    press(page, "28 days", "link")
    page.wait_for_url("**days=28*")
