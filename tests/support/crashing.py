"""A server in a process of its own that can be killed, and phones that do not give up."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    SandboxServer,
)

TOKEN = "owner-token-of-the-crash-test"
STORE_URL = "https://apps.apple.com/us/app/example/id1234567890"
WEB_VIEW = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)
WAIT_SECONDS = 40.0


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Look again and again until it is true.

    Raises:
        AssertionError: It did not become true in time.
    """
    end = time.monotonic() + WAIT_SECONDS
    while not is_true():
        assert time.monotonic() < end, f"waited too long for {what}"
        threading.Event().wait(0.02)


def free_port() -> int:
    """A port that was free a moment ago; a server that is killed comes back on it."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class KillableServer:
    """``appsprint serve`` on a fixed port; what it says goes to a file beside its database."""

    def __init__(self, folder: Path, sandbox: SandboxServer) -> None:
        self.database = folder / "appsprint.db"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "server.log"
        self._environment = {
            "APPSPRINT_APPLE_ADSERVICES_URL": "off",
            **os.environ,
            "APPSPRINT_DATABASE_URL": f"sqlite:///{self.database}",
            "APPSPRINT_PORT": str(port),
            "APPSPRINT_ADMIN_TOKEN": TOKEN,
            "APPSPRINT_TRUSTED_PROXIES": "127.0.0.0/8",
            "APPSPRINT_DELIVERY_WAIT_SECONDS": "0.02",
            "APPSPRINT_RETRY_FIRST_SECONDS": "0.05",
            "APPSPRINT_TIKTOK_APP_ID": DEFAULT_APP_ID,
            "APPSPRINT_TIKTOK_SECRET": DEFAULT_SECRET,
            "APPSPRINT_TIKTOK_API_URL": sandbox.api_url,
            "APPSPRINT_TIKTOK_AUTH_URL": sandbox.auth_url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it can store."""
        command = [sys.executable, "-m", "appsprint", "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stderr=log)
        wait_until(self._is_ready, "the server")

    def kill(self) -> None:
        """End it as a power cut would: nothing is finished, nothing is said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=WAIT_SECONDS)

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """One call of the management API."""
        answer = httpx.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=20,
        )
        answer.raise_for_status()
        return answer.json()

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


def connect_tiktok(server: KillableServer, app_path: str) -> None:
    """The whole connection, approved on the sandbox's page."""
    page = server.call("POST", f"{app_path}/tiktok/authorize")["authorize_url"]
    approved = httpx.get(f"{page}&auto=approve")
    httpx.get(approved.headers["location"])
    server.call("PUT", f"{app_path}/tiktok/advertiser", {"advertiser_id": EUR_ADVERTISER_ID})
    credentials = {"pixel_id": DEFAULT_PIXEL_CODE, "access_token": DEFAULT_EVENTS_TOKEN}
    server.call("PUT", f"{app_path}/tiktok/events-api", credentials)


class Phone(threading.Thread):
    """Clicks, installs and sends events, repeating what was not acknowledged, until stopped."""

    def __init__(self, server: KillableServer, link: str, api_key: str, number: int) -> None:
        super().__init__(daemon=True)
        self._base = server.url
        self._link = re.sub(r"__[A-Z_]+__", "1845821818257457", link)
        self._api_key = api_key
        self._number = number
        self._stopping = threading.Event()
        # Making a client for each request would cost more than the request.
        self._client = httpx.Client(timeout=10)
        self.clicks: list[str] = []
        self.installs: list[str] = []
        self.events: list[str] = []
        self.strange: list[str] = []

    def stop(self) -> None:
        """End after the round that it is in."""
        self._stopping.set()

    def run(self) -> None:
        """One person after another, each from an address of its own."""
        turn = 0
        while not self._stopping.is_set():
            turn += 1
            self._live(f"81.{self._number}.{turn // 250}.{turn % 250 + 1}")
        self._client.close()

    def _live(self, address: str) -> None:
        ttclid = f"E_C_P_{uuid.uuid4().hex}"
        browser = {"User-Agent": f"{WEB_VIEW} musical_ly_40.6.0 BytedanceWebview/d8a21c6"}
        if self._send("GET", f"{self._link}&ttclid={ttclid}", address, None, browser, 302):
            self.clicks.append(ttclid)
        phone_id = str(uuid.uuid4()).upper()
        body: dict[str, object] = {
            "appsprintId": phone_id,
            "deviceModel": "iPhone15,4",
            "osVersion": "18.5",
            "locale": "en_US",
            "installTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "sdkWebViewUserAgent": WEB_VIEW,
        }
        if self._send("POST", f"{self._base}/v1/sdk/install", address, body, {}, 200):
            self.installs.append(phone_id)
        events = [_event(phone_id, kind) for kind in ("purchase", "session_start", "login")]
        batch: dict[str, object] = {"events": events}
        if self._send("POST", f"{self._base}/v1/sdk/events/batch", address, batch, {}, 200):
            self.events += [str(event["eventId"]) for event in events]

    def _send(
        self,
        method: str,
        url: str,
        address: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
        expected: int,
    ) -> bool:
        """Repeat one request until it is acknowledged; False when the phone is stopped before."""
        sent = {"X-API-Key": self._api_key, "X-Forwarded-For": address, **headers}
        while not self._stopping.is_set():
            try:
                answer = self._client.request(method, url, json=body, headers=sent)
            except httpx.TransportError:
                self._stopping.wait(0.02)
                continue
            if answer.status_code == expected:
                return True
            self.strange.append(f"{method} {answer.status_code}")
        return False


def _event(phone_id: str, kind: str) -> dict[str, object]:
    event: dict[str, object] = {
        "appsprintId": phone_id,
        "eventId": str(uuid.uuid4()),
        "eventType": kind,
        "timestamp": time.time_ns() // 1_000_000,
    }
    return event | ({"revenue": 9.99, "currency": "EUR"} if kind == "purchase" else {})
