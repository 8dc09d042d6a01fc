"""The few pages that people see in a browser: home, setup, and the way back from TikTok.

Rendered here, without scripts, under a policy that allows nothing but their own style.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from appsprint import __version__
from appsprint.domain.query import parse_query
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.error_responses import error_body, error_headers, note_error
from appsprint.errors import AppsprintError, NotFound
from appsprint.services.connections import CALLBACK_PATH

PageRequest = Request[None, None, State]
PageResponse = Response[Any]

_TEMPLATES = Environment(
    loader=PackageLoader("appsprint.entrypoints.http"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def _read_style() -> tuple[str, str]:
    """The style sheet, and its hash as a content security policy names it."""
    # Without the autoescaping environment, as nothing in it comes from outside.
    style = _TEMPLATES.loader.get_source(_TEMPLATES, "style.css")[0] if _TEMPLATES.loader else ""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, f"'sha256-{digest}'"


_STYLE, _STYLE_HASH = _read_style()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {_STYLE_HASH}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@get("/", sync_to_thread=False)
def show_home() -> PageResponse:
    """Tell that the server runs, and where to go."""
    return _page("home.html", version=__version__)


@get("/setup/{secret:str}", sync_to_thread=True)
def show_setup(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Offer to make the first owner token, to whoever has the one-time link."""
    access = services_of(request).access
    if not access.is_setup_secret(secret) or not access.needs_setup():
        return _failure_page(NotFound(_NO_SETUP))
    return _page("setup.html")


@post("/setup/{secret:str}", sync_to_thread=True, status_code=200)
def finish_setup(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Make the first owner token and show it, this once."""
    services = services_of(request)
    try:
        token = services.access.finish_setup(secret)
    except AppsprintError as exc:
        return _failure_page(exc)
    return _page("setup_done.html", token=token, base_url=services.settings.base_url)


@get(CALLBACK_PATH, sync_to_thread=True)
def finish_tiktok(request: PageRequest) -> PageResponse:
    """Where TikTok sends the browser back to: finish the connection."""
    given = parse_query(request.scope["query_string"].decode("latin-1"))
    wants_json = prefers_json(request.headers.get("accept", ""))
    try:
        connection = services_of(request).connections.finish(
            auth_code=given.get("auth_code"), state=given.get("state")
        )
    except AppsprintError as exc:
        return _failure_json(exc) if wants_json else _failure_page(exc)
    if wants_json:
        body = {"app_id": connection.app_id, "status": connection.status}
        return Response(body, media_type=MediaType.JSON)
    place = f"/apps/{quote(connection.app_id, safe='')}/integrations/tiktok?result=connected"
    return Response(b"", status_code=303, headers={**_HEADERS, "Location": place})


@get("/apps/{app_id:str}/integrations/tiktok", sync_to_thread=False)
def show_tiktok(request: PageRequest, app_id: FromPath[str]) -> PageResponse:
    """Say how connecting went; anybody may open this, so it tells nothing of the app."""
    del app_id
    given = parse_query(request.scope["query_string"].decode("latin-1"))
    if given.get("result") == "connected":
        return _message(
            "TikTok Ads is connected",
            "You can close this page and go on where you began.",
            "Next: load the accounts and pick the advertiser, then save the Pixel ID and the "
            "Events API access token.",
            tone="good",
        )
    return _message(
        "TikTok Ads",
        "The management API tells where the connection of your app stands: "
        "GET /api/v1/apps/{app_id}/tiktok.",
    )


PAGES = (show_home, show_setup, finish_setup, finish_tiktok, show_tiktok)


def prefers_json(accept: str) -> bool:
    """Whether an ``Accept`` header ranks JSON above HTML; a browser's never does."""
    return _quality(accept, "application", "json") > _quality(accept, "text", "html")


_NO_SETUP = (
    "This setup link is not valid, or it was used already. Start the server again to get a new "
    "one while there is no owner."
)

_HEADINGS = {
    "authorization_denied": "TikTok Ads was not connected",
    "invalid_state": "This page does nothing more",
}


def _quality(accept: str, kind: str, subtype: str) -> float:
    """How much a media type is wanted, 0 to 1; the most specific range decides."""
    best = (-1, 0.0)
    for item in accept.lower().split(","):
        media_range, *parameters = (part.strip() for part in item.split(";"))
        ranges = {f"{kind}/{subtype}": 2, f"{kind}/*": 1, "*/*": 0}
        if media_range in ranges:
            best = max(best, (ranges[media_range], _weight(parameters)))
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _failure_json(exc: AppsprintError) -> PageResponse:
    status, body = error_body(exc)
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=error_headers(exc))


def _failure_page(exc: AppsprintError) -> PageResponse:
    status, body = error_body(exc)
    note_error(exc, status=status, method="GET", route="page")
    heading = _HEADINGS.get(exc.code, "That did not work")
    return _message(heading, _sentence(body["message"]), tone="bad", status=status)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"


def _message(heading: str, *lines: str, tone: str = "", status: int = 200) -> PageResponse:
    return _page("message.html", status=status, heading=heading, lines=lines, tone=tone)


def _page(template: str, *, status: int = 200, **values: object) -> PageResponse:
    content = _TEMPLATES.get_template(template).render(style=_STYLE, **values)
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=_HEADERS)
