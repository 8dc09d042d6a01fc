"""Checks, pixels and lost grants of the TikTok adapter, over real sockets to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    OTHER_PIXEL_CODE,
    USD_ADVERTISER_ID,
    SandboxServer,
)
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.domain.connection import CredentialCheck, Pixel
from appsprint.errors import AdNetworkRefused, AdNetworkUnavailable, ConnectionRevoked
from appsprint.ports.ad_network import EventsCredential

pytestmark = pytest.mark.integration

GOOD = EventsCredential(pixel_id=DEFAULT_PIXEL_CODE, access_token=DEFAULT_EVENTS_TOKEN)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A sandbox of this test's own."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def adapter(sandbox: SandboxServer) -> Iterator[TikTokAdapter]:
    """An adapter that waits only half a second for that sandbox."""
    made = TikTokAdapter(
        TikTokSettings(
            app_id=DEFAULT_APP_ID,
            secret=DEFAULT_SECRET,
            api_url=sandbox.api_url,
            auth_url=f"{sandbox.auth_url}?auto=approve",
            timeout_seconds=0.5,
        )
    )
    yield made
    made.close()


def approve(adapter: TikTokAdapter) -> str:
    """The token of a person who approved."""
    url = adapter.flow.authorize_url(state="s", redirect_uri="http://127.0.0.1:9/back")
    location = httpx.get(url, follow_redirects=False).headers["location"]
    return adapter.flow.exchange(parse_qs(urlsplit(location).query)["auth_code"][0]).access_token


def control(sandbox: SandboxServer, method: str, path: str, body: object = None) -> Any:
    """One call of the sandbox's own API."""
    answer = httpx.request(method, f"{sandbox.control_url}/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_good_credential_is_valid_and_leaves_no_event(
    adapter: TikTokAdapter, sandbox: SandboxServer
) -> None:
    """Nothing was accepted, not even as a test."""
    test_mode = EventsCredential(
        pixel_id=DEFAULT_PIXEL_CODE, access_token=DEFAULT_EVENTS_TOKEN, test_event_code="TEST1"
    )
    for credential in (GOOD, test_mode):
        assert adapter.flow.check_credential(credential).check is CredentialCheck.VALID

    assert control(sandbox, "GET", "state")["events"] == {"accepted": 0, "duplicate": 0, "test": 0}


@pytest.mark.parametrize(
    ("pixel_id", "access_token", "check"),
    [
        (DEFAULT_PIXEL_CODE, "revoked", CredentialCheck.TOKEN_REJECTED),
        ("NOSUCHPIXEL", "revoked", CredentialCheck.TOKEN_REJECTED),
        (OTHER_PIXEL_CODE, DEFAULT_EVENTS_TOKEN, CredentialCheck.WRONG_PIXEL),
        ("NOSUCHPIXEL", DEFAULT_EVENTS_TOKEN, CredentialCheck.WRONG_PIXEL),
    ],
)
def test_a_bad_credential_is_told_apart(
    adapter: TikTokAdapter, pixel_id: str, access_token: str, check: CredentialCheck
) -> None:
    """The token is looked at before the pixel, and never shown."""
    found = adapter.flow.check_credential(
        EventsCredential(pixel_id=pixel_id, access_token=access_token)
    )

    assert found.check is check
    assert access_token not in found.message or access_token == "revoked"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rate_limit"},
        {"kind": "server_error"},
        {"kind": "hang"},
        {"kind": "reset"},
        {"kind": "business_error", "code": 50000},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_trouble_at_tiktok_is_not_the_credentials(
    adapter: TikTokAdapter, sandbox: SandboxServer, fault: dict[str, object]
) -> None:
    """It cannot be checked now; a moment later it can."""
    control(sandbox, "POST", "faults", [{**fault, "times": 1, "has_events": False}])

    assert adapter.flow.check_credential(GOOD).check is CredentialCheck.NOT_CHECKABLE
    assert adapter.flow.check_credential(GOOD).check is CredentialCheck.VALID


def test_pixels_are_listed_page_after_page(adapter: TikTokAdapter, sandbox: SandboxServer) -> None:
    """All of them, the newest first; TikTok gives at most twenty at a time."""
    pixels = [
        {
            "pixel_id": f"{number}",
            "pixel_code": f"D1MANY{number:014}",
            "pixel_name": f"Pixel {number}",
            "advertiser_id": EUR_ADVERTISER_ID,
            "create_time": f"2026-02-01 10:00:{number:02}",
        }
        for number in range(41)
    ]
    control(sandbox, "PUT", "world", {"pixels": pixels})

    found = adapter.flow.pixels(approve(adapter), EUR_ADVERTISER_ID)

    newest_first = [
        Pixel(f"D1MANY{number:014}", f"Pixel {number}", is_owned=True)
        for number in range(40, -1, -1)
    ]
    assert found == [*newest_first, Pixel(DEFAULT_PIXEL_CODE, "Sandbox pixel", is_owned=True)]


def test_an_advertiser_without_pixels_has_none(
    adapter: TikTokAdapter, sandbox: SandboxServer
) -> None:
    """An empty list is an answer."""
    advertiser = {
        "advertiser_id": "7399",
        "name": "New",
        "currency": "EUR",
        "timezone": "Etc/GMT",
        "display_timezone": "UTC",
    }
    account = {"account_id": "sandbox-account", "name": "Ada", "advertiser_ids": ["7399"]}
    control(sandbox, "PUT", "world", {"advertisers": [advertiser], "accounts": [account]})

    assert adapter.flow.pixels(approve(adapter), "7399") == []


def test_pixels_need_their_permission(adapter: TikTokAdapter, sandbox: SandboxServer) -> None:
    """A person can leave it out, which ends nothing else."""
    careful = {
        "account_id": "sandbox-account",
        "name": "Ada",
        "advertiser_ids": [EUR_ADVERTISER_ID],
        "withheld_scopes": [8, 800],
    }
    control(sandbox, "PUT", "world", {"accounts": [careful]})
    token = approve(adapter)

    with pytest.raises(AdNetworkRefused):
        adapter.flow.pixels(token, EUR_ADVERTISER_ID)

    assert adapter.flow.reach(token) == {EUR_ADVERTISER_ID}


def test_a_lost_advertiser_is_out_of_reach(adapter: TikTokAdapter, sandbox: SandboxServer) -> None:
    """The token works, and what it reads of that advertiser is refused as a lost connection."""
    token = approve(adapter)
    control(sandbox, "POST", "advertisers/lose", {"advertiser_id": EUR_ADVERTISER_ID})

    assert adapter.flow.reach(token) == {USD_ADVERTISER_ID}
    with pytest.raises(ConnectionRevoked):
        adapter.costs.advertiser(token, EUR_ADVERTISER_ID)


def test_a_grant_can_be_ended_twice(adapter: TikTokAdapter) -> None:
    """Here, or before by the advertiser: what is gone is gone."""
    token = approve(adapter)
    adapter.flow.revoke(token)
    adapter.flow.revoke(token)

    with pytest.raises(ConnectionRevoked) as caught:
        adapter.flow.reach(token)
    assert caught.value.network_code == 40105


def test_a_grant_is_not_ended_without_an_answer(
    adapter: TikTokAdapter, sandbox: SandboxServer
) -> None:
    """The caller is told, because the token still works."""
    token = approve(adapter)
    control(sandbox, "POST", "faults", [{"kind": "hang", "endpoint": "/oauth2/revoke", "times": 1}])

    with pytest.raises(AdNetworkUnavailable):
        adapter.flow.revoke(token)

    assert adapter.flow.reach(token)
