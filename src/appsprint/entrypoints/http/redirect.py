"""``GET /c/{slug}``: record the click, then send the person to the store."""

from __future__ import annotations

import asyncio
import string
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

import structlog

from appsprint.config import Network
from appsprint.domain.address import client_address, truncated
from appsprint.domain.click import Click, FilteredVisit
from appsprint.entrypoints.http.asgi import (
    Scope,
    Send,
    header_map,
    send_bytes,
    send_json,
    send_redirect,
)
from appsprint.errors import StoreUnavailable
from appsprint.observability import CLICKS, CLICKS_LOST, CLICKS_SPOOLED
from appsprint.ports.clock import Clock
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Completion, Store
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


class _Waiting:
    """A click on its way to the disk, and what to do once it is there."""

    __slots__ = ("answer", "click", "is_answered", "until")

    def __init__(
        self, click: Click | FilteredVisit, answer: Callable[[], None], until: float
    ) -> None:
        self.click = click
        self.answer = answer
        self.until = until
        self.is_answered = False


class ClickDesk:
    """Stores clicks and lets each wait at most ``wait_seconds``.

    A click that the store does not take in time goes to the spool: the person is never kept
    waiting longer, and the click is not lost. Callbacks instead of a task and a future for each
    click: they were a fifth of the route. Everything but ``deliver`` runs on the event loop.
    """

    def __init__(self, *, store: Store, spool: ClickSpool, wait_seconds: float) -> None:
        self._store = store
        self._spool = spool
        self._wait_seconds = wait_seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Waiting] = deque()
        self._spooling: set[asyncio.Task[None]] = set()
        self._sweeper = self._loop.create_task(self._sweep())

    def record(self, click: Click | FilteredVisit, answer: Callable[[], None]) -> None:
        """Call ``answer`` once the click is durable, in the store or in the spool."""
        waiting = _Waiting(click, answer, time.monotonic() + self._wait_seconds)
        try:
            self._store.enqueue_click(click, self, waiting)
        except StoreUnavailable:
            self._spool_away([waiting])
        else:
            self._waiting.append(waiting)

    def deliver(self, completions: Sequence[Completion]) -> None:
        """Take the store's outcomes, on its writer's thread; one wake-up for each commit."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, completions)

    async def close(self) -> None:
        """Stop watching; every click that still waits has its outcome by then."""
        self._sweeper.cancel()
        await asyncio.gather(self._sweeper, *self._spooling, return_exceptions=True)

    def _settle(self, completions: Sequence[Completion]) -> None:
        refused = []
        for waiting, _, error in completions:
            assert isinstance(waiting, _Waiting)  # noqa: S101 only these are enqueued here
            if error is None:
                _answer_once(waiting)
            elif not waiting.is_answered:
                refused.append(waiting)
        if refused:
            self._spool_away(refused)

    async def _sweep(self) -> None:
        """Look twenty times in each wait for clicks that waited too long.

        One pass over the oldest costs less than a timer for every click.
        """
        while True:
            await asyncio.sleep(self._wait_seconds / 20)
            while self._waiting and self._waiting[0].is_answered:
                self._waiting.popleft()
            now = time.monotonic()
            late = []
            while self._waiting and self._waiting[0].until <= now:
                waiting = self._waiting.popleft()
                if not waiting.is_answered:
                    late.append(waiting)
            if late:
                self._spool_away(late)

    def _spool_away(self, waiting: Sequence[_Waiting]) -> None:
        task = self._loop.create_task(self._spool_and_answer(waiting))
        self._spooling.add(task)
        task.add_done_callback(self._spooling.discard)

    async def _spool_and_answer(self, waiting: Sequence[_Waiting]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, [one.click for one in waiting])
        except StoreUnavailable as exc:
            # Neither disk nor store: the person still gets to the app.
            CLICKS_LOST.inc(len(waiting))
            log.error("clicks_lost", clicks=len(waiting), error=exc.message)
        else:
            CLICKS_SPOOLED.inc(len(waiting))
            log.warning("clicks_spooled", clicks=len(waiting))
        for one in waiting:
            _answer_once(one)


def _answer_once(waiting: _Waiting) -> None:
    if not waiting.is_answered:
        waiting.is_answered = True
        waiting.answer()


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A request to an ad link as it came over the wire.

    Attributes:
        target: Path and query, undecoded.
        headers: Names in lower case, values undecoded, in their order.
        peer: The address that the socket gives; empty without one.
    """

    method: str
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    peer: str


class RedirectRoute:
    """Ad links, for the protocol's short way and as an ASGI handler."""

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

    def take(self, slug: str, request: LinkRequest, answer: Callable[[bytes], None]) -> bool:
        """Record a visit and give ``answer`` the place to go once it is durable.

        Returns:
            False when no link in memory has the slug: nothing was done then, and nothing will be.
        """
        target = self._directory.known_link(slug)
        if target is None:
            return False
        self._record(target, request, answer)
        return True

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer 302 once the click is durable; 404 for a slug that no link has."""
        if scope["method"] not in _METHODS:
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
        location: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._record(target, _request(scope), partial(_resolve, location))
        await send_redirect(send, await location)

    def _record(
        self, target: LinkTarget, request: LinkRequest, answer: Callable[[bytes], None]
    ) -> None:
        visit = self._visit(request)
        if target.app is not None and target.app.truncate_addresses:
            visit = replace(visit, client_ip=truncated(visit.client_ip))
        recorded = self._intake.read(target.link, visit)
        location = _wire_form(store_page_for(target.link, target.app, recorded))
        if target.app is None:
            answer(location)
            return
        CLICKS[type(recorded)].inc()
        self._desk.record(recorded, partial(answer, location))

    async def _find(self, slug: str) -> LinkTarget | None:
        found = self._directory.known_link(slug)
        if found is not None:
            return found
        try:
            return await asyncio.to_thread(self._directory.link, slug)
        except StoreUnavailable:
            return None

    def _visit(self, request: LinkRequest) -> Visit:
        headers = header_map(request.headers)
        return Visit(
            method=request.method,
            path_and_query=request.target.decode("latin-1"),
            headers=headers,
            client_ip=client_address(
                peer=request.peer,
                forwarded_for=headers.get("x-forwarded-for"),
                trusted=self._trusted_proxies,
            ),
            received_at=self._clock.now(),
        )


def _request(scope: Scope) -> LinkRequest:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    client = scope.get("client")
    return LinkRequest(
        method=scope["method"],
        target=raw_path + b"?" + query if query else raw_path,
        headers=scope["headers"],
        peer=client[0] if client else "",
    )


def _resolve(future: asyncio.Future[bytes], location: bytes) -> None:
    # A client that went away has cancelled it.
    if not future.done():
        future.set_result(location)


def _wire_form(url: str) -> bytes:
    """An address as a header takes it: a store page may have letters that are not ASCII."""
    return (url if url.isascii() else quote(url, safe=string.punctuation)).encode()
