"""Ad links: made, tried, changed, archived."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from appsprint.domain.app import App
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL, ControlPlane


def make(owner: Browser, app: App, name: str = "Spring", url: str = APP_STORE_URL) -> str:
    """The address of a new link's page."""
    made = owner.post(f"/apps/{app.id}/links", name=name, destination_url=url)
    assert made.status_code == 303, text_of(made)
    return str(made.headers["location"])


def test_a_link_is_made_and_shown(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Ready to be copied, with a picture, and with the hint on targeting."""
    assert "No ad link yet" in text_of(owner.get(f"/apps/{app.id}/links"))

    page = owner.get(make(owner, app)).text

    [counted] = plane.services.links.page(app.id)
    url = plane.services.links.url_of(counted.link)
    assert f'data-copy="{url.replace("&", "&amp;")}"' in page
    assert "<svg" in page
    assert "operating system targeting to iOS" in page
    listed = owner.get(f"/apps/{app.id}/links").text
    assert "Spring" in listed
    assert "Active" in listed


def test_a_new_link_is_seen_by_the_diagnostics(owner: Browser, app: App) -> None:
    """At once, and not when they are next due; so is its end."""
    attention = f"/apps/{app.id}/integrations/tiktok"
    assert "There is no ad link yet." in text_of(owner.get(attention))
    place = make(owner, app)
    assert "There is no ad link yet." not in text_of(owner.get(attention))
    owner.post(f"{place}/archive")
    assert "There is no ad link yet." in text_of(owner.get(attention))


@pytest.mark.parametrize(
    ("name", "url", "problem"),
    [
        ("", APP_STORE_URL, "must be 1 to 200"),
        ("Spring", PLAY_STORE_URL, "App Store"),
        ("Spring", "javascript:alert(1)", "App Store"),
        ("Spring", "https://apps.apple.com/us/app/other/id999", "another app"),
    ],
)
def test_what_is_wrong_is_told(owner: Browser, app: App, name: str, url: str, problem: str) -> None:
    """Beside its field; nothing is made."""
    answer = owner.post(f"/apps/{app.id}/links", name=name, destination_url=url)

    assert answer.status_code == 422
    assert problem.lower() in text_of(answer).lower()
    assert "No ad link yet" in text_of(owner.get(f"/apps/{app.id}/links"))


def test_a_link_can_have_windows_of_its_own(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Its page says which count; an empty field follows the app again, nonsense is told."""
    place = make(owner, app)
    assert "168 hours, by address and device 24 hours" in text_of(owner.get(place))

    owner.post(place, name="Spring", click_lookback_hours="48", probabilistic_lookback_hours="6")

    said = text_of(owner.get(place))
    assert "48 hours (this link’s window), by address and device 6 hours (this link’s" in said
    owner.post(place, name="Spring", click_lookback_hours="", probabilistic_lookback_hours="6")
    link = plane.services.links.page(app.id)[0].link
    assert (link.click_lookback_hours, link.probabilistic_lookback_hours) == (None, 6)
    log = text_of(owner.get(f"/apps/{app.id}/settings/audit"))
    assert "click lookback hours: none → 48" in log
    assert owner.post(place, name="Spring", click_lookback_hours="x").status_code == 422


def test_any_address_can_be_tried(plane: ControlPlane, owner: Browser, app: App) -> None:
    """As generated, as visited, changed, or something else altogether."""
    place = make(owner, app)
    [counted] = plane.services.links.page(app.id)
    url = plane.services.links.url_of(counted.link)
    visited = (
        url.replace("__CAMPAIGN_NAME__", "Spring%20%26%20Sun")
        .replace("__CAMPAIGN_ID__", "1845")
        .replace("__AID__", "2")
        .replace("__AID_NAME__", "g")
        .replace("__CID__", "3")
        .replace("__CID_NAME__", "a")
        .replace("__PLACEMENT__", "TikTok")
        + "&ttclid=E_C_P_x"
    )

    def try_out(address: str) -> str:
        return text_of(owner.get(f"{place}?address={quote(address, safe='')}"))

    generated = try_out(url)
    assert "This is the ad link as it was generated" in generated
    assert "filled in by TikTok" in generated
    assert "This is the ad link as it was generated" in try_out(visited)
    assert "Spring & Sun" in try_out(visited)
    assert "E_C_P_x" in try_out(visited)
    assert "Parameters of the ad link are missing" in try_out(url.partition("&")[0])
    assert "another address" in try_out(APP_STORE_URL)
    assert "another address" in try_out('"><script>alert(1)</script>')
    assert owner.get(f"{place}?address=%00%ff").status_code == 200
    assert f"Then leads to {APP_STORE_URL}" in try_out(url)


def test_a_link_is_changed(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Its name and the stand-in for the campaign; a bad name is told."""
    place = make(owner, app)

    owner.follow(owner.post(place, name="Summer", campaign_name="Sun"))
    refused = owner.post(place, name="", campaign_name="")

    [counted] = plane.services.links.page(app.id)
    assert (counted.link.name, counted.link.campaign_name) == ("Summer", "Sun")
    assert refused.status_code == 422


def test_an_archived_link_says_so(owner: Browser, app: App) -> None:
    """It cannot be archived twice from the page."""
    place = make(owner, app)

    page = owner.follow(owner.post(f"{place}/archive"))

    assert "its clicks earn no install any more" in text_of(page)
    assert "Archive this link" not in page.text


def test_many_links_have_pages(plane: ControlPlane, owner: Browser, app: App) -> None:
    """The newest first, fifty at a time."""
    for number in range(51):
        make(owner, app, f"Link {number:02}")
    first = owner.get(f"/apps/{app.id}/links").text
    assert "Link 50" in first
    assert "Link 00" not in first
    after = first.partition("?after=")[2].partition('"')[0]

    assert "Link 00" in owner.get(f"/apps/{app.id}/links?after={after}").text


def test_a_viewer_copies_only(owner: Browser, sign_in: SignedIn, app: App) -> None:
    """No form to make, change or archive."""
    place = make(owner, app)
    viewer = sign_in("viewer")

    assert "Create ad link</h2>" not in viewer.get(f"/apps/{app.id}/links").text
    page = viewer.get(place).text
    assert "data-copy" in page
    assert "Archive" not in page
