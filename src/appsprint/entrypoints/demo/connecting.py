"""What an operator does before the first click, through the management API and TikTok's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from appsprint.domain.connection import ConnectionStatus
from appsprint.entrypoints.demo.ads import ADVERTISER_CURRENCY, ADVERTISER_ZONE, DemoApp
from appsprint.entrypoints.demo.funnel import OWN_MAPPING
from appsprint.entrypoints.demo.sandbox_world import paste_links
from appsprint.entrypoints.demo.wire import DemoFailed, Reply, Wire, fail

API = "/api/v1"
_LINK_NAMES = ("Prospecting videos", "Second market")
_REDIRECTS = (302, 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApp:
    """An app that is ready for traffic.

    Attributes:
        links: The finished addresses of its ad links.
    """

    app: DemoApp
    app_id: str
    live_key: str
    test_key: str
    links: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where its resources are in the management API."""
        return f"{API}/apps/{self.app_id}"


def connect(api: Wire, sandbox: Wire, app: DemoApp, tell: Callable[[str], None]) -> ConnectedApp:
    """Make the app, connect it to its ad account, map events, create its ad links.

    Raises:
        DemoFailed: A call was answered with an error.
    """
    tell(f"{app.name}: creating the app and a test key")
    made = _create_app(api, app)
    path = f"{API}/apps/{made['id']}"
    test_key = api.ask("POST", f"{path}/keys", {"environment": "test"})
    tell(f"{app.name}: connecting TikTok Ads through its authorisation page")
    _authorise(api, sandbox, path)
    _choose_advertiser(api, path, app)
    tell(f"{app.name}: saving the Pixel ID and token, mapping events, creating ad links")
    credentials = {"pixel_id": app.account.pixel_code, "access_token": app.account.events_token}
    api.ask("PUT", f"{path}/tiktok/events-api", credentials)
    items = [{"sdk_event": ours, "tiktok_event": theirs} for ours, theirs in OWN_MAPPING.items()]
    api.ask("PUT", f"{path}/tiktok/mapping", {"items": items})
    links = tuple(_create_link(api, path, app, name) for name in _LINK_NAMES)
    paste_links(sandbox, app.platform, links)
    return ConnectedApp(
        app=app,
        app_id=made["id"],
        live_key=made["api_keys"][0]["key"],
        test_key=test_key["key"],
        links=links,
    )


def reconnect(api: Wire, sandbox: Wire, connected: ConnectedApp) -> None:
    """Approve once more on TikTok's page; the advertiser is picked again where it is asked for.

    Raises:
        DemoFailed: A call was answered with an error.
    """
    _authorise(api, sandbox, connected.path)
    found = api.ask("GET", f"{connected.path}/tiktok")
    if found["status"] == ConnectionStatus.CHOOSE_ADVERTISER:
        _choose_advertiser(api, connected.path, connected.app)


def _create_app(api: Wire, app: DemoApp) -> Mapping[str, Any]:
    body = {
        "name": app.name,
        "platform": app.platform.value,
        "store_url": app.store_url,
        "time_zone": ADVERTISER_ZONE,
        "currency": ADVERTISER_CURRENCY,
    }
    made: Mapping[str, Any] = api.ask("POST", f"{API}/apps", body)
    return made


def _create_link(api: Wire, path: str, app: DemoApp, name: str) -> str:
    body = {"network": "tiktok", "name": name, "destination_url": app.store_url}
    return str(api.ask("POST", f"{path}/links", body)["url"])


def _authorise(api: Wire, sandbox: Wire, path: str) -> None:
    """Begin, approve on TikTok's page as a person would, and come back."""
    authorize_url = api.ask("POST", f"{path}/tiktok/authorize")["authorize_url"]
    page = sandbox.send("GET", _target(authorize_url))
    form = _ApprovalForm()
    form.feed(page.body.decode())
    answer = sandbox.send("GET", form.approval())
    callback = _location("GET", form.approval(), answer)
    _location("GET", callback, api.send("GET", _target(callback)))


def _location(method: str, target: str, reply: Reply) -> str:
    if reply.status not in _REDIRECTS:
        fail(method, target, reply)
    return reply.headers["location"]


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _choose_advertiser(api: Wire, path: str, app: DemoApp) -> None:
    """Load the accounts, and pick the one whose name is the app's."""
    listed = api.ask("GET", f"{path}/tiktok/advertisers")["items"]
    chosen = next((one["id"] for one in listed if one["name"] == app.account.name), None)
    if chosen is None:
        raise DemoFailed(f"TikTok lists no advertiser {app.account.name!r}")
    api.ask("PUT", f"{path}/tiktok/advertiser", {"advertiser_id": chosen})


class _ApprovalForm(HTMLParser):
    """Reads the form of the authorisation page, and what pressing "Approve" sends."""

    def __init__(self) -> None:
        super().__init__()
        self._action: str | None = None
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._action = given.get("action")
        elif tag == "input":
            self._fields[given["name"]] = given.get("value", "")
        elif tag == "button" and given.get("value") == "approve":
            self._fields[given["name"]] = given["value"]

    def approval(self) -> str:
        """Path and query of the request that the button makes.

        Raises:
            DemoFailed: The page had no such form.
        """
        if self._action is None or "approve" not in self._fields.values():
            raise DemoFailed("TikTok's authorisation page shows nothing to approve")
        return f"{self._action}?{urlencode(self._fields)}"
