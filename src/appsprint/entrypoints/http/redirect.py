"""``GET /c/{slug}``: record the click, then send the person to the store."""

from __future__ import annotations

import asyncio
import string
import time
from collections import deque
from collections.abc import Sequence
from urllib.parse import quote

import structlog

from appsprint.config import Network
from appsprint.domain.address import client_address
from appsprint.domain.click import Click, FilteredVisit
from appsprint.entrypoints.http.asgi import (
    Scope,
    Send,
    header_map,
    send_bytes,
    send_json,
    send_redirect,
)
from appsprint.entrypoints.http.loop_sink import LoopSink
from appsprint.errors import StoreUnavailable
from appsprint.observability import CLICKS, CLICKS_LOST, CLICKS_SPOOLED
from appsprint.ports.clock import Clock
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store
from appsprint.services.clicks import ClickIntake, Visit, store_page_for
from appsprint.services.directory import Directory, LinkTarget

log = structlog.get_logger()

PREFIX = "/c/"
_METHODS = frozenset({"GET", "HEAD"})
_NOT_FOUND = (
    b"<!doctype html><html lang=en><meta charset=utf-8>"
    b"<meta name=viewport content='width=device-width'><title>Link not found</title>"
    b"<body style='font:16px/1.5 system-ui;margin:15vh auto;max-width:30em;padding:0 1em'>"
    b"<h1>This link does not exist</h1><p>It may have been typed wrong. "
    b"Open the app&rsquo;s page in your store instead.</p>"
)


class ClickDesk:
    """Stores clicks and waits for each at most ``wait_seconds``.

    A click that the store does not take in time goes to the spool: the person is never kept
    waiting longer, and the click is not lost.
    """

    def __init__(
        self, *, store: Store, spool: ClickSpool, sink: LoopSink, wait_seconds: float
    ) -> None:
        self._store = store
        self._spool = spool
        self._sink = sink
        self._wait_seconds = wait_seconds
        self._waiting: deque[tuple[float, asyncio.Future[None], Click | FilteredVisit]] = deque()
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())

    async def record(self, click: Click | FilteredVisit) -> None:
        """Return once the click is durable, in the store or in the spool."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            self._store.enqueue_click(click, self._sink, future)
            self._waiting.append((time.monotonic() + self._wait_seconds, future, click))
            await future
        except StoreUnavailable:
            await self._spool_away([click])

    async def close(self) -> None:
        """Stop watching; every click that still waits has its outcome by then."""
        self._sweeper.cancel()
        await asyncio.gather(self._sweeper, return_exceptions=True)

    async def _sweep(self) -> None:
        """Look twenty times in each wait for clicks that waited too long.

        One pass over the oldest costs less than a timer for every click.
        """
        while True:
            await asyncio.sleep(self._wait_seconds / 20)
            while self._waiting and self._waiting[0][1].done():
                self._waiting.popleft()
            now = time.monotonic()
            late = []
            while self._waiting and self._waiting[0][0] <= now:
                _, future, click = self._waiting.popleft()
                if not future.done():
                    late.append((future, click))
            if late:
                await self._spool_away([click for _, click in late])
                for future, _ in late:
                    if not future.done():
                        future.set_result(None)

    async def _spool_away(self, clicks: Sequence[Click | FilteredVisit]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, clicks)
        except StoreUnavailable as exc:
            # Neither disk nor store: the person still gets to the app.
            CLICKS_LOST.inc(len(clicks))
            log.error("clicks_lost", clicks=len(clicks), error=exc.message)
            return
        CLICKS_SPOOLED.inc(len(clicks))
        log.warning("clicks_spooled", clicks=len(clicks))


class RedirectRoute:
    """The ASGI handler of ad links."""

    def __init__(
        self,
        *,
        directory: Directory,
        intake: ClickIntake,
        desk: ClickDesk,
        clock: Clock,
        trusted_proxies: Sequence[Network],
    ) -> None:
        self._directory = directory
        self._intake = intake
        self._desk = desk
        self._clock = clock
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer 302 once the click is durable; 404 for a slug that no link has."""
        method: str = scope["method"]
        if method not in _METHODS:
            await send_json(
                send,
                405,
                {"error": "method_not_allowed", "message": "use GET"},
                {b"allow": b"GET, HEAD"},
            )
            return
        target = await self._find(scope["path"][len(PREFIX) :])
        if target is None:
            await send_bytes(send, 404, _NOT_FOUND, b"text/html; charset=utf-8")
            return
        visit = self._visit(scope, method)
        recorded = self._intake.read(target.link, visit)
        if target.app is not None:
            await self._desk.record(recorded)
            CLICKS[type(recorded)].inc()
        location = store_page_for(target.link, target.app, recorded)
        await send_redirect(send, _wire_form(location))

    async def _find(self, slug: str) -> LinkTarget | None:
        found = self._directory.known_link(slug)
        if found is not None:
            return found
        try:
            return await asyncio.to_thread(self._directory.link, slug)
        except StoreUnavailable:
            return None

    def _visit(self, scope: Scope, method: str) -> Visit:
        headers = header_map(scope)
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        whole = raw_path + b"?" + query if query else raw_path
        client = scope.get("client")
        return Visit(
            method=method,
            path_and_query=whole.decode("latin-1"),
            headers=headers,
            client_ip=client_address(
                peer=client[0] if client else "",
                forwarded_for=headers.get("x-forwarded-for"),
                trusted=self._trusted_proxies,
            ),
            received_at=self._clock.now(),
        )


def _wire_form(url: str) -> bytes:
    """An address as a header takes it: a store page may have letters that are not ASCII."""
    return (url if url.isascii() else quote(url, safe=string.punctuation)).encode()
