"""Live: clicks, installs and events as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.response import Stream

from appsprint.domain.access import Role
from appsprint.domain.app import App
from appsprint.domain.ids import AppId
from appsprint.domain.inapp_event import TEST_EVENT_TYPE
from appsprint.domain.money import from_micros
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard import formats
from appsprint.entrypoints.http.dashboard.install_view import MATCHES, NOT_MEANT
from appsprint.entrypoints.http.dashboard.live_feed import Batch, LiveFeed
from appsprint.entrypoints.http.dashboard.page import admit, page, page_options
from appsprint.entrypoints.http.dashboard.rendering import (
    HEADERS,
    PageResponse,
    render,
    render_text,
)
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of
from appsprint.errors import InvalidInput
from appsprint.ports.arrivals import Arrival, ArrivalKind, ArrivalMark

PATH = "/apps/{app_id:str}/live"
EVENT_STREAM = "text/event-stream"
# Proxies that gather answers would keep them back (nginx, "proxy_buffering").
STREAM_HEADERS = {**HEADERS, "X-Accel-Buffering": "no"}
_SHOWN = 50
_KINDS: Mapping[ArrivalKind, tuple[str, str]] = {
    ArrivalKind.CLICK: ("Click", "info"),
    ArrivalKind.INSTALL: ("Install", "good"),
    ArrivalKind.EVENT: ("Event", "quiet"),
    ArrivalKind.REFUSED: ("Refused", "bad"),
}
_MAX_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """What the address asks for, as texts; empty means any.

    Attributes:
        q: Part of a name or an id.
        tests: "only" for test events alone.
    """

    kind: str = ""
    q: str = ""
    tests: str = ""

    def query(self) -> str:
        """The address's query."""
        given = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return urlencode({name: text for name, text in given.items() if text})

    def shows(self, one: Arrival) -> bool:
        """Whether an arrival is asked for."""
        if self.kind and one.kind != self.kind:
            return False
        if self.tests and not one.is_test:
            return False
        texts = (one.name, one.detail, one.id, one.install_id)
        return not self.q or any(self.q.casefold() in (text or "").casefold() for text in texts)


@page("GET", PATH, role=Role.VIEWER)
def show_live(request: PageRequest, app_id: PathId) -> PageResponse:
    """The newest arrivals; scripts add what comes, and without them the page loads itself again."""
    del app_id
    app, view = app_of(request), _view(request)
    mark, found = services_of(request).live.newest(app.id, limit=_SHOWN)
    return render(
        request,
        "live.html",
        view=view,
        mark=_mark_text(mark),
        arrivals=[one for one in found if view.shows(one)],
        **_WORDS,
    )


@get(
    f"{PATH}/stream",
    guards=[admit],
    opt=page_options(Role.VIEWER),
    media_type=EVENT_STREAM,
)
async def stream_live(request: PageRequest, app_id: PathId) -> Stream:
    """The rows of what arrives, as server-sent events (HTML standard, 9.2)."""
    if EVENT_STREAM not in request.headers.get("accept", ""):
        raise InvalidInput("this address is a stream of events for the page beside it")
    feed: LiveFeed = request.app.state.live_feed
    feed.check_room()
    last = request.headers.get("last-event-id") or request.query_params.get("after") or ""
    batches = feed.listen(services_of(request).live, AppId(app_id), _read_mark(last))
    return Stream(
        _told(batches, app_of(request), _view(request)),
        media_type=EVENT_STREAM,
        headers=STREAM_HEADERS,
    )


async def _told(
    batches: AsyncIterator[Batch | None], app: App, view: LiveView
) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    async for batch in batches:
        if batch is None:
            yield ": nothing new\n\n"
            continue
        mark, found = batch
        shown = [one for one in found if view.shows(one)]
        yield f"id: {_mark_text(mark)}\ndata: {_rows(app, shown)}\n\n" if shown else ": \n\n"


def _rows(app: App, shown: list[Arrival]) -> str:
    text = render_text("live_rows.html", app=app, zone=app.time_zone, arrivals=shown, **_WORDS)
    return " ".join(text.split())


def _view(request: PageRequest) -> LiveView:
    told = request.query_params
    kind = told.get("kind", "")
    return LiveView(
        kind=kind if kind in set(ArrivalKind) else "",
        q=told.get("q", "").strip()[:_MAX_TEXT],
        tests="only" if told.get("tests") else "",
    )


def _mark_text(mark: ArrivalMark) -> str:
    return ".".join(map(str, mark))


def _read_mark(text: str) -> ArrivalMark | None:
    """None for what is no mark of ours: then only what comes from now on is told."""
    parts = text.split(".")
    if len(parts) != len(ArrivalMark._fields) or len(text) > _MAX_TEXT:
        return None
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return ArrivalMark._make(map(int, parts))


def _said(one: Arrival) -> str:
    """What there is to say of an arrival besides its name."""
    if one.kind is ArrivalKind.INSTALL:
        return MATCHES.get(one.detail or "", one.detail or "")
    if one.kind is ArrivalKind.REFUSED:
        return f"Event id {one.detail}" if one.detail else ""
    revenue = (
        None
        if one.revenue_micros is None
        else formats.money(from_micros(one.revenue_micros), one.currency or "")
    )
    not_sent = NOT_MEANT.get(one.detail or "", one.detail)
    return ", ".join(filter(None, (revenue, not_sent)))


def _named(one: Arrival) -> str:
    if one.kind is ArrivalKind.REFUSED:
        return (one.name or "").replace("_", " ").capitalize()
    if one.name == TEST_EVENT_TYPE:
        return "Test event"
    return one.name or "Unknown"


_WORDS: dict[str, Any] = {"kinds": _KINDS, "said": _said, "named": _named}
HANDLERS = (show_live, stream_live)
