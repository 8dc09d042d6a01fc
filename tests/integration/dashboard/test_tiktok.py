"""Integrations → TikTok Ads: the steps of the product page, one by one."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from appsprint.domain.app import App
from appsprint.domain.connection import CredentialCheck, EventsApiState, Pixel
from appsprint.entrypoints.http.dashboard.next_steps import next_step
from appsprint.errors import AdNetworkUnavailable, ConnectionRevoked
from appsprint.services.links import NewLink
from appsprint.services.troubleshooting import TroubleCode
from appsprint.testing.builders import make_connection
from tests.support.browser import Browser, text_of
from tests.support.control_plane import APP_STORE_URL, NOON, ControlPlane
from tests.support.fake_network import ADVERTISER, PIXEL

TOKEN = "a-token-of-the-pixel"
PASTED = "CXXXXXXXXXXXXXXXXXXX"


def states(page: str) -> list[str]:
    """How each step stands, in order."""
    return re.findall(r'<li class="(\w+)" id="step-', page)


def approve(browser: Browser, place: str) -> None:
    """Begin, approve at TikTok, come back."""
    leaving = browser.post(f"{place}/connect")
    [address] = re.findall(r'content="0; url=([^"]+)"', leaving.text)
    state = parse_qs(urlsplit(address.replace("&amp;", "&")).query)["state"][0]
    back = browser.get(f"/oauth/tiktok/callback?auth_code={state}&state={state}")
    assert back.headers["location"] == f"{place}?result=connected"


def test_the_whole_flow(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Connect, load accounts, pick one, pixel and token, mapping, link: each step turns done."""
    place = f"/apps/{app.id}/integrations/tiktok"
    assert states(owner.get(place).text) == ["current", "later", "later", "later", "later"]

    approve(owner, place)
    page = owner.get(place)
    assert "TikTok Ads is connected." in text_of(page)
    assert states(page.text)[:2] == ["done", "current"]

    offered = owner.post(f"{place}/accounts")
    [account] = re.findall(r'<option value="(\d+)"', offered.text)[:1]
    page = owner.follow(owner.post(f"{place}/advertiser", advertiser_id=account))
    assert states(page.text)[1:3] == ["done", "current"]

    page = owner.follow(
        owner.post(f"{place}/events-api", pixel_id=PASTED, access_token=TOKEN, test_event_code="")
    )
    assert states(page.text) == ["done", "done", "done", "done", "current"]
    assert TOKEN not in page.text

    wanted = NewLink(network="tiktok", name="Spring", destination_url=APP_STORE_URL)
    plane.services.links.create(app.id, wanted)
    page = owner.get(place)
    assert states(page.text) == ["done"] * 5
    assert "Active" in text_of(page)


def test_denial_leads_back(owner: Browser, app: App) -> None:
    """TikTok sends nothing when a person says no."""
    leaving = owner.post(f"/apps/{app.id}/integrations/tiktok/connect")
    [state] = re.findall(r"state=([\w-]+)", leaving.text)[:1]

    back = owner.get(f"/oauth/tiktok/callback?state={state}")

    assert back.headers["location"] == f"/apps/{app.id}/integrations/tiktok"
    page = owner.follow(back)
    assert "TikTok Ads was not connected" in text_of(page)
    assert states(page.text)[0] == "current"


def test_a_bad_pixel_and_token_are_told(owner: Browser, app: App) -> None:
    """At their fields; the token is never repeated."""
    answer = owner.post(
        f"/apps/{app.id}/integrations/tiktok/events-api", pixel_id="x", access_token="a b"
    )

    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert "a b" not in re.findall(r'value="([^"]*)"', answer.text)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (CredentialCheck.WRONG_PIXEL, "Pixel ID and access token do not belong together"),
        (CredentialCheck.TOKEN_REJECTED, "TikTok rejected the token"),
        (None, "TikTok rejected the token"),
    ],
)
def test_a_refused_credential_has_its_own_advice(
    plane: ControlPlane, owner: Browser, app: App, check: CredentialCheck | None, said: str
) -> None:
    """A new token for the same pixel does not help when it is the pixel that is wrong."""
    refused = make_connection(
        app_id=app.id, events_api=EventsApiState.REJECTED, events_check=check, events_error="40001"
    )
    plane.store.write(lambda uow: uow.connections.save(refused))

    page = text_of(owner.get(f"/apps/{app.id}/integrations/tiktok"))

    assert said in page
    assert ("for the same Pixel ID" in page) is (check is not CredentialCheck.WRONG_PIXEL)
    assert "wait and then go out" not in page
    assert "40001." in page


def test_an_account_that_is_not_reached_is_told(owner: Browser, app: App) -> None:
    """And one that nobody connected."""
    place = f"/apps/{app.id}/integrations/tiktok"
    assert owner.post(f"{place}/accounts").status_code == 409
    approve(owner, place)

    answer = owner.post(f"{place}/advertiser", advertiser_id="1")

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        (ConnectionRevoked("no permission", network_code=40102), 409, "Reconnect TikTok Ads"),
        (AdNetworkUnavailable("TikTok gave no answer"), 503, "TikTok gave no answer."),
    ],
)
def test_trouble_with_tiktok_is_told_on_the_page(
    plane: ControlPlane, owner: Browser, app: App, failure: Exception, status: int, said: str
) -> None:
    """With the next step, and everything else still there."""
    place = f"/apps/{app.id}/integrations/tiktok"
    approve(owner, place)
    plane.network.flow.failure = failure

    answer = owner.post(f"{place}/accounts")

    assert answer.status_code == status
    assert said in text_of(answer)
    assert "Diagnostics" in text_of(answer)


def test_disconnecting_keeps_what_was_set_up(plane: ControlPlane, owner: Browser, app: App) -> None:
    """The Pixel ID is filled in for the next time, the token is gone."""
    place = f"/apps/{app.id}/integrations/tiktok"
    approve(owner, place)
    owner.post(f"{place}/events-api", pixel_id=PASTED, access_token=TOKEN)

    page = owner.follow(owner.post(f"{place}/disconnect"))

    assert "TikTok Ads is disconnected." in text_of(page)
    assert f'value="{PASTED}"' in page.text
    assert plane.services.connections.overview(app.id).connection.events_token is None
    approve(owner, place)
    assert states(owner.get(place).text)[0] == "done"


def test_the_checklist_fills_itself_in(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Each item by what there is; the key by being copied."""
    place = f"/apps/{app.id}/start"
    assert "0 of 7" in text_of(owner.get(place))

    assert "1 of 7" in text_of(owner.follow(owner.post(f"{place}/key-copied")))
    wanted = NewLink(network="tiktok", name="Spring", destination_url=APP_STORE_URL)
    plane.services.links.create(app.id, wanted)

    assert "2 of 7" in text_of(owner.get(place))
    assert "2 of 7" in text_of(owner.get(f"/apps/{app.id}"))


def test_the_pixel_is_picked_from_a_list(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Which is asked for after the page; what is typed counts, else what is picked."""
    place = f"/apps/{app.id}/integrations/tiktok"
    approve(owner, place)
    owner.post(f"{place}/advertiser", advertiser_id=ADVERTISER.id)
    plane.network.flow.web_sources = [PIXEL, Pixel("D1SHARED000000000001", "Shop", is_owned=False)]
    page = owner.get(place).text
    assert f'hx-get="{place}/pixels"' in page
    assert PIXEL.code not in page

    offered = text_of(owner.get(f"{place}/pixels"))
    owner.post(f"{place}/events-api", picked_pixel=PIXEL.code, pixel_id="", access_token=TOKEN)

    assert f"Example web ({PIXEL.code})" in offered
    assert "Shop (D1SHARED000000000001, shared by another account)" in offered
    assert pixel_of(plane, app) == PIXEL.code
    owner.post(f"{place}/events-api", picked_pixel="D1SHARED000000000001", pixel_id=PIXEL.code)
    assert pixel_of(plane, app) == "D1SHARED000000000001"
    owner.post(f"{place}/events-api", picked_pixel=PIXEL.code, pixel_id="D1TYPED0000000000001")
    assert pixel_of(plane, app) == "D1TYPED0000000000001"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (ConnectionRevoked("no permission", network_code=40001), "paste the Pixel ID"),
        (AdNetworkUnavailable("TikTok gave no answer"), "TikTok gave no answer."),
    ],
)
def test_a_list_of_pixels_that_cannot_be_had_is_told(
    plane: ControlPlane, owner: Browser, app: App, failure: Exception, said: str
) -> None:
    """In its place, in an answer that the page takes; the Pixel ID can be typed."""
    place = f"/apps/{app.id}/integrations/tiktok"
    approve(owner, place)
    owner.post(f"{place}/advertiser", advertiser_id=ADVERTISER.id)
    plane.network.flow.hides_pixels = isinstance(failure, ConnectionRevoked)
    plane.network.flow.failure = None if plane.network.flow.hides_pixels else failure

    answer = owner.get(f"{place}/pixels")

    assert answer.status_code == 200
    assert "The pixels cannot be listed now." in text_of(answer)
    assert said in text_of(answer)
    assert 'name="pixel_id"' in answer.text


def test_credentials_that_tiktok_refuses_are_no_good_news(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """They are saved, which the message says without looking like success."""
    plane.network.flow.check = CredentialCheck.TOKEN_REJECTED
    place = f"/apps/{app.id}/integrations/tiktok"

    page = owner.follow(owner.post(f"{place}/events-api", pixel_id=PASTED, access_token=TOKEN))

    [told] = re.findall(r'<div id="notices"[^>]*>\s*<div class="notice (\w+)"', page.text)
    assert told == "warn"


def pixel_of(plane: ControlPlane, app: App) -> str | None:
    """The Pixel ID that is saved."""
    return plane.services.connections.overview(app.id).connection.pixel_id


@pytest.mark.parametrize("code", list(TroubleCode))
def test_every_finding_leads_to_where_it_is_mended(
    owner: Browser, app: App, code: TroubleCode
) -> None:
    """The address exists, and so does the place on its page."""
    address, label = next_step(code, app.id)
    path, _, place = address.partition("#")

    page = owner.get(path)

    assert page.status_code == 200
    assert label
    assert not place or f'id="{place}"' in page.text


def test_findings_have_links(owner: Browser, app: App) -> None:
    """Beside their advice, on the page of TikTok Ads and on the overview."""
    for page in ("", "/integrations/tiktok"):
        text = owner.get(f"/apps/{app.id}{page}").text
        assert f'<a href="/apps/{app.id}/links">Open Ad links</a>' in text


def test_an_import_is_seen_by_the_diagnostics(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """At once, whoever imported: the worker changes nothing but the connection."""
    place = f"/apps/{app.id}/integrations/tiktok"
    waiting = replace(make_connection(), app_id=app.id, last_sync_at=None)
    plane.store.write(lambda uow: uow.connections.save(waiting))
    assert "Nothing was imported yet." in text_of(owner.get(place))
    imported = replace(waiting, last_sync_at=NOON)
    plane.store.write(lambda uow: uow.connections.save(imported))
    assert "Nothing was imported yet." not in text_of(owner.get(place))
