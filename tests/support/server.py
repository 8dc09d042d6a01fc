"""A real server on the loopback address, and the ways in which tests talk to it."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from appsprint.bootstrap import build
from appsprint.config import Settings
from appsprint.domain.app import App
from appsprint.domain.ids import KeyId
from appsprint.domain.link import Link
from appsprint.entrypoints.http.server import Server, ServerPlan, ServerRole, bind
from appsprint.services.apps import NewApp
from appsprint.services.links import NewLink
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL

WAIT_SECONDS = 20.0
LOOPBACK = ip_network("127.0.0.1/32")


class LiveServer:
    """A whole server on a thread: its routes, its loops and its store.

    Args:
        folder: For the database; the next server on it goes on where this one ended.
        role: What it does; all by default.
        settings: What differs from the defaults of a test: quick loops, and proxies on this
            machine are trusted, so that a test can say where a request comes from.
    """

    def __init__(self, folder: Path, *, role: ServerRole = ServerRole.ALL, **settings: Any) -> None:
        self.database = folder / "appsprint.db"
        chosen: dict[str, Any] = {
            "database_url": f"sqlite:///{self.database}",
            "public_url": "https://app.example.com",
            "link_url": "https://go.example",
            "trusted_proxies": (LOOPBACK,),
            "tiktok_api_url": "http://127.0.0.1:9",
            "apple_adservices_url": None,
            "delivery_wait_seconds": 0.02,
            "retry_first_seconds": 0.05,
            "log_level": "error",
            **settings,
        }
        self.process = build(Settings(**chosen), is_server=True)
        self.services = self.process.services
        self.store = self.process.store
        self._server = Server(
            ServerPlan(
                services=self.services,
                spool=self.process.spool,
                listener=bind("127.0.0.1", 0),
                role=role,
            )
        )
        self.url = self._server.url
        self.http = httpx.Client(base_url=self.url, timeout=WAIT_SECONDS)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
        self.stop()
        self.process.close()

    def new_app(self, platform: str = "ios") -> LiveApp:
        """A new app with its first key and an ad link."""
        url = APP_STORE_URL if platform == "ios" else PLAY_STORE_URL
        created = self.services.apps.create(
            NewApp(name=f"Example {platform}", platform=platform, store_url=url)
        )
        link = self.services.links.create(
            created.app.id, NewLink(network="tiktok", name="Spring link", destination_url=url)
        )
        return LiveApp(app=created.app, key=created.plain_key, key_id=created.key.id, link=link)

    def stop(self) -> None:
        """Answer what is under way and end, as for a signal; the store stays open."""
        self._server.stop()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process writes to the database for as long as this lasts."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 5000")
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def raw(self, request: bytes, *, seconds: float = WAIT_SECONDS) -> RawAnswer:
        """Send bytes that no well-behaved client would, and read until the server hangs up.

        Args:
            request: Sent as it is.
            seconds: After so long a silence the connection counts as ended.
        """
        host = urlsplit(self.url)
        received = b""
        with (
            socket.create_connection((host.hostname, host.port), timeout=seconds) as link,
            suppress(OSError),
        ):
            link.sendall(request)
            while chunk := link.recv(65_536):
                received += chunk
        return read_raw(received)

    def send_and_leave(self, request: bytes) -> None:
        """Send bytes and hang up without waiting for an answer."""
        host = urlsplit(self.url)
        with socket.create_connection((host.hostname, host.port), timeout=WAIT_SECONDS) as link:
            link.sendall(request)

    def metric(self, name: str) -> float:
        """The value of a counter."""
        lines = self.http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveApp:
    """An app on a live server."""

    app: App
    key: str
    key_id: KeyId
    link: Link

    @property
    def click_path(self) -> str:
        """The path of its ad link."""
        return f"/c/{self.link.slug}"


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What a server said, as far as it said anything."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_raw(received: bytes) -> RawAnswer:
    """The first answer in what was received; status 0 for none."""
    # What asks for the rest of a request is not yet the answer to it.
    received = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    if not status.startswith("HTTP/"):
        return RawAnswer(0, {}, b"")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    lowered = {name.lower(): value for name, value in headers.items()}
    return RawAnswer(int(status.split()[1]), lowered, body)
