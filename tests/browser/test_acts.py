"""What a marketer does once connected: mapping, links, reports; and all of it without scripts."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from appsprint.sandboxes import SANDBOX_ACCESS
from tests.browser.conftest import OpenPage
from tests.browser.site import CAMPAIGN, OWNER, PASSWORD, Site
from tests.support.control_plane import APP_STORE_URL

pytestmark = pytest.mark.browser


def test_a_mapping_is_corrected_saved_and_reset(site: Site, open_page: OpenPage) -> None:
    """A name that TikTok reserves is told at its row, with what to use instead."""
    page = open_page(site)
    site.sign_in(page)
    page.goto(f"{site.base}/integrations/tiktok/mapping")
    row = page.get_by_role("row").filter(has=page.get_by_label("start_trial", exact=True))
    row.get_by_label("start_trial").fill("1 bad name")
    assert row.get_by_label("start_trial").evaluate("one => !one.validity.valid")
    expect(row.locator(".problem")).to_contain_text("A letter, then letters")
    row.get_by_label("start_trial").fill("purchase")
    expect(row.locator(".problem")).to_have_text("TikTok spells it Purchase.")
    row.get_by_label("start_trial").fill("")
    expect(row.locator(".hint")).to_have_text("Off, once saved")
    row.get_by_label("start_trial").fill("CompletePayment")
    page.get_by_role("button", name="Save mapping").click()
    expect(row.locator(".problem")).to_contain_text("Purchase")

    row.get_by_label("start_trial").fill("TrialBegan")
    page.get_by_role("button", name="Save mapping").click()
    expect(page.get_by_text("The event mapping is saved")).to_be_visible()
    expect(row).to_contain_text("Custom event · changed")
    page.get_by_role("button", name="Reset start_trial to its default").click()
    expect(row.get_by_label("start_trial")).to_have_value("StartTrial")


def test_a_link_is_copied_and_tested(site: Site, open_page: OpenPage) -> None:
    """One click copies it; the test tells an address that was changed from one that was not."""
    page = open_page(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    site.sign_in(page)
    page.goto(f"{site.base}/links")
    page.get_by_role("link", name="Spring").click()
    page.get_by_role("button", name="Copy the ad link").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert "/c/" in copied

    tested = page.locator("#try")
    tested.get_by_label("Address").fill(copied)
    tested.get_by_role("button", name="Test").click()
    expect(tested.get_by_text("This is the ad link as it was generated.")).to_be_visible()
    tested.get_by_label("Address").fill(copied.partition("?")[0])
    tested.get_by_role("button", name="Test").click()
    expect(tested.get_by_text("Copy the link again")).to_be_visible()
    expect(page.locator(".qr svg")).to_be_visible()


def test_a_report_is_its_address(site: Site, open_page: OpenPage) -> None:
    """Period, search, columns and order are in it, so a colleague sees the same."""
    page = open_page(site)
    site.sign_in(page)
    page.goto(f"{site.base}/reports/campaigns")
    page.get_by_role("link", name="28 days").click()
    page.wait_for_url("**days=28*")
    page.get_by_label("Search").fill(CAMPAIGN)
    page.get_by_text("Columns and comparison").click()
    page.get_by_label("CPM", exact=True).uncheck()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url(f"**q={CAMPAIGN}*")
    expect(page.get_by_role("columnheader", name="CPM")).to_have_count(0)
    page.get_by_role("link", name="Installs", exact=True).last.click()
    page.wait_for_url("**sort=installs*")

    colleague = open_page(site)
    site.sign_in(colleague)
    colleague.goto(page.url)

    assert parse_qs(urlsplit(page.url).query)["q"] == [CAMPAIGN]
    for one in (page, colleague):
        rows = one.get_by_role("region", name="Report by campaign").locator("tbody tr")
        expect(rows).to_have_count(1)
        expect(rows.first.locator("[data-label=Installs]")).to_have_text(re.compile("^1"))
        expect(one.get_by_role("columnheader", name="CPM")).to_have_count(0)
        csv = one.get_by_role("link", name="Download CSV").get_attribute("href")
        assert csv is not None
        same = parse_qs(csv.split("?")[1])
        assert (same["q"], same["sort"]) == ([CAMPAIGN], ["installs"])


def test_a_newcomer_needs_no_scripts(new_site: Site, open_page: OpenPage) -> None:
    """From the setup link to a saved pixel, which is picked from the list."""
    page = open_page(new_site, scripts=False)
    page.goto(f"/setup/{new_site.process.services.setup.begin()}")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create owner account").click()
    page.get_by_label("Store URL").fill(APP_STORE_URL)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Miles")
    page.get_by_role("button", name="Create app").click()
    page.get_by_role("button", name="I have copied the key").click()
    page.get_by_role("link", name="TikTok Ads").click()
    page.get_by_role("button", name="Connect TikTok Ads").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Load accounts").click()
    page.get_by_role("button", name="Use this account").click()
    page.get_by_role("link", name="List the pixels").click()
    page.get_by_label("Pixel", exact=True).select_option(SANDBOX_ACCESS.pixel_id)
    page.get_by_label("Events API access token").fill(SANDBOX_ACCESS.events_token)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("stored, encrypted")).to_be_visible()
    expect(page.get_by_text(SANDBOX_ACCESS.pixel_id, exact=True)).to_be_visible()
