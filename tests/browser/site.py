"""One server with TikTok's sandbox, as a browser reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page

from appsprint.adapters.networks.tiktok.sandbox import SandboxServer
from appsprint.bootstrap import Process, build
from appsprint.config import Secret, Settings
from appsprint.domain.app import App
from appsprint.domain.delivery import DeadReason, DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.server import Server, ServerPlan, bind
from appsprint.sandboxes import SANDBOX_ACCESS, start_sandbox
from appsprint.services.apps import NewApp
from appsprint.services.links import NewLink
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL
from tests.support.facts import put_apple_claim, put_delivery, put_event, put_install
from tests.support.sdk import android_install, make_event

PASSWORD = "orbit-lentil-vacuum-9"
OWNER = "ann@example.com"
CAMPAIGN = "1801234500000000001"


@dataclass(slots=True)
class Site:
    """A running server.

    Attributes:
        app: The app that most tests look at; set by ``fill``.
        own_pages: Addresses of single things, below the app's.
    """

    url: str
    sandbox_url: str
    process: Process
    app: App | None = None
    own_pages: tuple[str, ...] = ()
    _device: str = ""
    _headers: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Where the pages of the app are."""
        assert self.app is not None
        return f"/apps/{self.app.id}"

    def join(self, email: str, role: str, app_ids: list[str] | None = None) -> None:
        """A member with the password of all tests."""
        members = self.process.services.members
        _, secret = members.invite(email, role, app_ids)
        members.accept(secret, PASSWORD)

    def sign_in(self, page: Page, email: str = OWNER) -> None:
        """Through the form, as a person."""
        page.goto("/login")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)

    def fill(self) -> None:
        """Two apps, an owner, a link, an install from it and a purchase."""
        apps = self.process.services.apps
        self.join(OWNER, "owner")
        made = apps.create(NewApp(name="Miles", platform=None, store_url=PLAY_STORE_URL))
        apps.create(NewApp(name="Other", platform=None, store_url=APP_STORE_URL))
        self.app = made.app
        self.play(made.app.id, made.plain_key)
        self._give_up(made.app.id)

    def _give_up(self, app_id: AppId) -> None:
        """A dead letter that TikTok may have taken three days ago."""
        now, store = self.process.services.clock.now(), self.process.store
        install = put_install(store, app_id, now, link_id="lnk_1")
        put_apple_claim(store, install)
        letter = put_delivery(
            store,
            put_event(store, install, now),
            status=DeliveryStatus.DEAD,
            reason=DeadReason.RETRIES_EXHAUSTED,
            maybe_accepted_at=now - timedelta(days=3),
        )
        one = f"/installs/{install.id}"
        self.own_pages = (one, f"{one}/erase", f"/deliveries/{letter.id}", "/deliveries/redrive")

    def play(self, app_id: AppId, key: str) -> None:
        """A click on a new ad link, its install, and a purchase."""
        wanted = NewLink(network="tiktok", name="Spring", destination_url=PLAY_STORE_URL)
        link = self.process.services.links.create(app_id, wanted)
        with httpx.Client(base_url=self.url) as phone:
            clicked = phone.get(
                f"/c/{link.slug}?ttclid=E.C.P.abc&utm_id={CAMPAIGN}&utm_campaign=Spring",
                headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/121.0"},
            )
            store = urlsplit(clicked.headers["location"])
            referrer = dict(httpx.QueryParams(store.query))["referrer"]
            now = self.process.services.clock.now().isoformat(timespec="milliseconds")
            body = android_install(installReferrer=referrer, installTimestamp=now)
            headers = {"Authorization": f"Bearer {key}", "x-api-key": key}
            phone.post("/v1/sdk/install", json=body, headers=headers).raise_for_status()
        self._device, self._headers = body["appsprintId"], headers

    def send_test_event(self) -> None:
        """The device of ``play`` sends what developers send first."""
        event = make_event(self._device, eventType="__test")
        with httpx.Client(base_url=self.url, headers=self._headers) as phone:
            phone.post("/v1/sdk/event", json=event).raise_for_status()


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """Start both servers, and end them again."""
    with ExitStack() as stack:
        sandbox = start_sandbox()
        stack.callback(sandbox.stop)
        listener = stack.enter_context(closing(bind("127.0.0.1", 0)))
        process = build(_settings(folder, listener.getsockname()[1], sandbox), is_server=True)
        stack.callback(process.close)
        plan = ServerPlan(services=process.services, spool=process.spool, listener=listener)
        server = stack.enter_context(Server(plan))
        yield Site(url=server.url, sandbox_url=sandbox.api_url, process=process)


def _settings(folder: Path, port: int, sandbox: SandboxServer) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'appsprint.db'}",
        port=port,
        # A phone that tells its address by header, as behind a proxy.
        trusted_proxies=(ip_network("127.0.0.0/8"),),
        tiktok_app_id=SANDBOX_ACCESS.app_id,
        tiktok_secret=Secret(SANDBOX_ACCESS.secret),
        tiktok_api_url=sandbox.api_url,
        tiktok_auth_url=sandbox.auth_url,
        apple_adservices_url=None,
        delivery_wait_seconds=0.05,
        log_level="error",
    )
