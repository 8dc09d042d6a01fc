"""The product page from end to end: a connected app, real routes, and TikTok's sandbox.

``docs/reference/product-promises.md`` says which sentence each test is for.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    SandboxServer,
)
from appsprint.config import Secret
from tests.support.builders import PIXEL_8
from tests.support.sdk import Sdk, android_install, make_event
from tests.support.server import LiveApp, LiveServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

OWNER = "the-owner-of-this-test-0123456789"
TTCLID = "E.C.P.CqABdGhlIGNsaWNrIG9mIHRoaXMgdGVzdA"
Json = Mapping[str, Any]

# The table "In-app events and default mapping" of the product page.
DEFAULT_ROWS = {
    "purchase": "Purchase",
    "subscribe": "Subscribe",
    "start_trial": "StartTrial",
    "add_payment_info": "AddPaymentInfo",
    "sign_up": "CompleteRegistration",
    "register": "CompleteRegistration",
    "add_to_cart": "AddToCart",
    "add_to_wishlist": "AddToWishlist",
    "initiate_checkout": "InitiateCheckout",
    "view_content": "ViewContent",
    "view_item": "ViewContent",
    "session_start": "ViewContent",
    "search": "Search",
}
ONLY_WHEN_MAPPED = ("login", "achieve_level", "level_complete", "install")


class Device:
    """A person with an Android phone who taps the ad, installs the app and uses it."""

    def __init__(self, site: Site, *, ttclid: str | None = TTCLID) -> None:
        self.site = site
        address = f"203.0.113.{next(site.addresses)}"
        self.sdk = Sdk(site.server, site.app.key, address=address)
        link = site.link.replace("__CAMPAIGN_ID__", "1801").replace("__", "")
        query = urlsplit(link).query + (f"&ttclid={ttclid}" if ttclid else "")
        self.visited = f"{site.app.click_path}?{query}"
        answer = site.server.http.get(
            self.visited, headers={"User-Agent": PIXEL_8, "X-Forwarded-For": address}
        )
        (referrer,) = parse_qs(urlsplit(answer.headers["location"]).query)["referrer"]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = android_install(
            installReferrer=referrer,
            installTimestamp=now,
            referrerClickTimestamp=now,
            referrerInstallBeginTimestamp=now,
        )
        self.id = body["appsprintId"]
        assert self.sdk.install(body).status_code == 200

    def install_id(self) -> str:
        """Our id of the install, which is the id of the install event too."""
        installs = self.site.ask("GET", "/installs")["items"]
        return str(next(one["id"] for one in installs if one["appsprint_id"] == self.id))

    def does(self, *event_types: str, **changes: Any) -> Sequence[str]:
        """In-app events, now; their ids in the same order."""
        events = [
            make_event(
                self.id,
                eventId=str(uuid.uuid4()),
                eventType=event_type,
                timestamp=int(time.time() * 1000),
                **changes,
            )
            for event_type in event_types
        ]
        assert self.sdk.batch(*events).status_code == 200
        return [event["eventId"] for event in events]


class Site:
    """A server whose one app is connected to TikTok's sandbox as the page tells."""

    def __init__(self, server: LiveServer, sandbox: SandboxServer) -> None:
        self.server = server
        self.sandbox = httpx.Client(base_url=sandbox.api_url, timeout=30)
        self.addresses = iter(range(10, 250))
        server.services.access.seed_owner(Secret(OWNER))
        self.app: LiveApp = server.new_app("android")
        self.base = f"/api/v1/apps/{self.app.app.id}"
        self.link: str = self.ask("GET", f"/links/{self.app.link.id}")["url"]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """A call of the management API that must succeed."""
        answer = self.server.http.request(
            method,
            f"{self.base}{path}",
            json=body,
            headers={"Authorization": f"Bearer {OWNER}", "Accept": "application/json"},
        )
        assert answer.status_code < 400, answer.text
        return answer.json()

    def connect(self) -> Json:
        """Approve at TikTok, come back, load accounts, pick one, paste Pixel ID and token."""
        page = self.ask("POST", "/tiktok/authorize")["authorize_url"]
        back = urlsplit(httpx.get(f"{page}&auto=approve").headers["location"])
        finished = self.server.http.get(f"{back.path}?{back.query}")
        assert finished.status_code == 303, finished.text
        listed = [one["id"] for one in self.ask("GET", "/tiktok/advertisers")["items"]]
        assert EUR_ADVERTISER_ID in listed
        self.ask("PUT", "/tiktok/advertiser", {"advertiser_id": EUR_ADVERTISER_ID})
        return self.paste(DEFAULT_EVENTS_TOKEN)

    def paste(self, access_token: str) -> Json:
        """Save Pixel ID and token."""
        body = {"pixel_id": DEFAULT_PIXEL_CODE, "access_token": access_token}
        found: Json = self.ask("PUT", "/tiktok/events-api", body)
        return found

    def connection_if(self, status: str) -> Json | None:
        """The connection if it has a status."""
        found: Json = self.ask("GET", "/tiktok")
        return found if found["status"] == status else None

    def map(self, sdk_event: str, tiktok_event: str | None) -> None:
        """Set one row of the mapping."""
        row = {"sdk_event": sdk_event, "tiktok_event": tiktok_event}
        self.ask("PUT", "/tiktok/mapping", {"items": [row]})

    def kept(self) -> object:
        """What connecting again must leave as it is."""
        link = self.ask("GET", f"/links/{self.app.link.id}")
        return link, self.ask("GET", "/tiktok/mapping")["items"]

    def outcome(self, event_id: str) -> tuple[str, str | None]:
        """What became of an event, once that is settled: its status, and why."""

        def settled() -> Json | None:
            found = self.ask("GET", f"/events?event_id={event_id}")["items"]
            (one,) = found[0]["outcomes"]
            return None if one["status"] in {"pending", "retrying"} else one

        one = wait_for(settled)
        assert one is not None
        return one["status"], one["reason"]

    def at_tiktok(self, event_id: str) -> Json | None:
        """What TikTok got for an event; None for nothing."""
        deliveries = self.ask("GET", f"/deliveries?event_id={event_id}")["items"]
        if not deliveries:
            return None
        query = {"event_id": deliveries[0]["network_event_id"]}
        found = self.sandbox.get("/sandbox/api/events", params=query).json()["events"]
        payload: Json | None = found[0]["payload"] if found else None
        return payload


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Connected; tests leave the mapping as it is shipped, and the connection active."""
    with SandboxServer() as sandbox:
        settings: dict[str, Any] = {
            "tiktok_api_url": sandbox.api_url,
            "tiktok_auth_url": sandbox.auth_url,
            "tiktok_app_id": DEFAULT_APP_ID,
            "tiktok_secret": Secret(DEFAULT_SECRET),
            "tiktok_sync_minutes": 0,
        }
        folder = tmp_path_factory.mktemp("product-page")
        with LiveServer(folder, **settings) as server:
            made = Site(server, sandbox)
            assert made.connect()["status"] == "active"
            yield made
            made.sandbox.close()


@pytest.fixture(scope="module")
def device(site: Site) -> Device:
    """Somebody who came through the ad."""
    return Device(site)


@pytest.fixture(scope="module")
def shipped(site: Site, device: Device) -> Mapping[str, str]:
    """Every event of the SDK, sent once under the shipped mapping: its id by its type."""
    types = [*DEFAULT_ROWS, *(event for event in ONLY_WHEN_MAPPED if event != "install")]
    ids = dict(zip(types, device.does(*types), strict=True))
    for event_id in ids.values():
        site.outcome(event_id)
    return ids


@pytest.mark.parametrize(("sdk_event", "tiktok_event"), DEFAULT_ROWS.items())
def test_a_shipped_row_arrives_under_its_name(
    site: Site, shipped: Mapping[str, str], sdk_event: str, tiktok_event: str
) -> None:
    """Each row of the page's table, at TikTok."""
    got = site.at_tiktok(shipped[sdk_event])

    assert got is not None
    assert got["event"] == tiktok_event


@pytest.mark.parametrize("sdk_event", ["login", "achieve_level", "level_complete"])
def test_an_event_without_a_shipped_row_is_not_sent(
    site: Site, shipped: Mapping[str, str], sdk_event: str
) -> None:
    """It is kept, and the reason with it."""
    assert site.outcome(shipped[sdk_event]) == ("skipped", "not_mapped")
    assert site.at_tiktok(shipped[sdk_event]) is None


@pytest.mark.parametrize("sdk_event", ONLY_WHEN_MAPPED)
def test_it_is_sent_once_it_is_mapped(site: Site, sdk_event: str) -> None:
    """Under a custom name of the advertiser's own."""
    site.map(sdk_event, "my-Own_Event1")
    try:
        device = Device(site)
        event_id = device.install_id() if sdk_event == "install" else device.does(sdk_event)[0]

        assert site.outcome(event_id) == ("sent", None)
        got = site.at_tiktok(event_id)
    finally:
        site.ask("DELETE", f"/tiktok/mapping/{sdk_event}")

    assert got is not None
    assert got["event"] == "my-Own_Event1"


def test_a_default_can_be_another_event_or_none(site: Site, device: Device) -> None:
    """For what comes from then on; a blank row sends nothing."""
    try:
        site.map("search", "ViewContent")
        (overridden,) = device.does("search")
        site.map("search", None)
        (blank,) = device.does("search")

        assert site.outcome(overridden) == ("sent", None)
        assert site.outcome(blank) == ("skipped", "not_mapped")
        got = site.at_tiktok(overridden)
    finally:
        site.ask("DELETE", "/tiktok/mapping/search")

    assert got is not None
    assert got["event"] == "ViewContent"


def test_a_purchase_brings_its_value_and_currency(site: Site, shipped: Mapping[str, str]) -> None:
    """As the app gave them; there is nothing to enable."""
    got = site.at_tiktok(shipped["purchase"])

    assert got is not None
    assert (got["properties"]["value"], got["properties"]["currency"]) == (9.99, "USD")


def test_an_event_carries_the_click_as_it_was_visited(
    site: Site, device: Device, shipped: Mapping[str, str]
) -> None:
    """The address that TikTok ties the pixel to, its click id, and the phone's own address."""
    got = site.at_tiktok(shipped["purchase"])

    assert got is not None
    assert got["page"]["url"] == f"https://go.example{device.visited}"
    assert got["user"]["ttclid"] == TTCLID
    assert got["user"]["ip"] == device.sdk.headers["X-Forwarded-For"]
    assert got["user"]["user_agent"].startswith("Mozilla/5.0 (Linux; Android")


def test_an_event_without_web_context_is_skipped(site: Site) -> None:
    """TikTok gets nothing of it, and the diagnostics say how many there are and what to do."""
    (event_id,) = Device(site, ttclid=None).does("purchase")

    assert site.outcome(event_id) == ("skipped", "missing_ttclid")
    assert site.at_tiktok(event_id) is None
    items = site.ask("GET", "/tiktok/diagnostics")["items"]
    found = next(item for item in items if item["code"] == "web_context")
    assert found["state"] == "warning"
    assert found["evidence"]["skipped_reasons"] == {"missing_ttclid": 1}


def test_an_install_without_a_click_brings_tiktok_nothing(site: Site) -> None:
    """The numbers differ for people without a TikTok click: only we count them."""
    body = android_install()
    sdk = Sdk(site.server, site.app.key, address="198.51.100.77")
    sdk.install(body)
    event = make_event(body["appsprintId"], timestamp=int(time.time() * 1000))
    sdk.batch(event)

    assert site.outcome(event["eventId"]) == ("skipped", "not_attributed")
    assert site.at_tiktok(event["eventId"]) is None


def test_a_rejected_token_is_mended_by_connecting_again(site: Site, device: Device) -> None:
    """As the page says: a new token, disconnect, connect, paste; what waited goes out."""
    site.sandbox.post("/sandbox/api/tokens/revoke", json={"access_token": DEFAULT_EVENTS_TOKEN})
    (event_id,) = device.does("purchase")
    rejected = wait_for(lambda: site.connection_if("token_rejected"))
    assert rejected is not None
    assert rejected["problems"][0]["code"] == "events_api_token"
    token = {"access_token": DEFAULT_EVENTS_TOKEN, "pixel_codes": [DEFAULT_PIXEL_CODE]}
    site.sandbox.put("/sandbox/api/world", json={"events_tokens": [token]})

    site.ask("DELETE", "/tiktok")
    assert site.connect()["status"] == "active"

    assert site.outcome(event_id) == ("sent", None)


def test_lost_access_is_mended_by_connecting_again(site: Site) -> None:
    """The import finds out, and the page's advice mends it; mapping and links are as before."""
    before = site.kept()
    people = site.sandbox.get("/sandbox/api/state").json()["accounts"]
    site.sandbox.post("/sandbox/api/advertisers/lose", json={"advertiser_id": EUR_ADVERTISER_ID})
    refused = site.server.http.post(
        f"{site.base}/tiktok/sync", headers={"Authorization": f"Bearer {OWNER}"}
    )
    assert refused.status_code >= 400
    assert site.ask("GET", "/tiktok")["status"] == "reconnect_needed"
    site.sandbox.put("/sandbox/api/world", json={"accounts": people})

    site.ask("DELETE", "/tiktok")
    assert site.connect()["status"] == "active"

    assert site.ask("POST", "/tiktok/sync")["rows"] > 0
    assert site.kept() == before
