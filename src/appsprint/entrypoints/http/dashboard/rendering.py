"""Turns templates into answers, with the headers that keep a page safe."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from litestar import MediaType, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from appsprint import __version__
from appsprint.domain.app import App
from appsprint.domain.counted import amount_of, percent_of
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard import formats
from appsprint.entrypoints.http.dashboard.assets import asset_address
from appsprint.entrypoints.http.dashboard.compression import compress_page
from appsprint.entrypoints.http.dashboard.forms import Form, sentence
from appsprint.entrypoints.http.dashboard.navigation import APP_MENU, SERVER_MENU, has_page
from appsprint.entrypoints.http.dashboard.next_steps import next_step
from appsprint.entrypoints.http.dashboard.visits import (
    NOTICE_COOKIE,
    NOTICE_TONES,
    Notice,
    Visit,
    secret_cookie,
    visit_of,
)

PageResponse = Response[Any]
Connection = ASGIConnection[Any, Any, Any, Any]

# Nothing but our own files: no inline script or style, no frame, no other host.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_NOTICE_LENGTH = 500


def _sources() -> dict[str, str]:
    """Every template's text, read at once: an upgrade must not change those of a running server."""
    folder = files("appsprint.entrypoints.http.dashboard") / "templates"
    return {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.is_file()}


def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader(_sources()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "asset": asset_address,
        "version": __version__,
        "app_menu": APP_MENU,
        "server_menu": SERVER_MENU,
        "amount_of": amount_of,
        "percent_of": percent_of,
        "change": formats.change,
        "has_page": has_page,
        "next_step": next_step,
        "no_form": Form(),
    }
    environment.filters |= {
        "money": formats.money,
        "count": formats.count,
        "number": formats.number,
        "percent": formats.percent,
        "when": formats.when,
        "day": formats.day,
        "sentence": sentence,
    }
    return environment


TEMPLATES = _environment()


def render(
    request: Connection, template: str, *, status: int = 200, **values: object
) -> PageResponse:
    """A page of our own.

    Every template finds ``visit``, ``app`` (None outside of one), ``apps`` (those within reach),
    ``member`` (None when nobody is signed in), ``csrf``, ``notice`` and ``zone``.

    Args:
        template: Its file in ``templates/``.
        values: What it shows besides.
    """
    visit = visit_of(request)
    context: dict[str, object] = {
        "visit": visit,
        "member": None if visit.signed_in is None else visit.signed_in.member,
        "app": visit.app,
        "apps": _apps(request, visit),
        "csrf": visit.csrf,
        "notice": visit.notice,
        "zone": visit.app.time_zone if visit.app else "UTC",
        **values,
    }
    page = TEMPLATES.get_template(template).render(context)
    content, encoding = compress_page(page, request.headers.get("accept-encoding", ""))
    return Response(
        content,
        status_code=status,
        media_type=MediaType.HTML,
        headers={**HEADERS, **encoding},
        cookies=_cookies(request, visit),
    )


def render_text(template: str, **values: object) -> str:
    """A piece of a page, for what is sent after the page; it knows no visitor."""
    return TEMPLATES.get_template(template).render(values)


def redirect(
    place: str,
    *,
    notice: str | None = None,
    tone: str = "good",
    cookies: Sequence[Cookie] = (),
) -> PageResponse:
    """Send the browser on with GET after something was done.

    Args:
        place: A path of ours.
        notice: What the next page shall say, once.
        tone: How it is meant, as the macro ``ui.notice`` has it.
    """
    given = list(cookies)
    if notice is not None:
        given.append(_notice_cookie(Notice(notice[:_NOTICE_LENGTH], tone)))
    return Response(b"", status_code=303, headers={**HEADERS, "Location": place}, cookies=given)


def read_notice(request: Connection) -> Notice | None:
    """What the page before left to be said; None when it left nothing that can be read."""
    raw = request.cookies.get(NOTICE_COOKIE, "")
    try:
        tone, _, text = base64.urlsafe_b64decode(raw.encode()).decode().partition(" ")
    except (binascii.Error, ValueError):
        return None
    return Notice(text[:_NOTICE_LENGTH], tone) if text and tone in NOTICE_TONES else None


def _notice_cookie(notice: Notice) -> Cookie:
    value = base64.urlsafe_b64encode(f"{notice.tone} {notice.text}".encode()).decode()
    return Cookie(
        key=NOTICE_COOKIE, value=value, path="/", httponly=True, samesite="lax", max_age=60
    )


def _apps(request: Connection, visit: Visit) -> Sequence[App]:
    if visit.signed_in is None:
        return ()
    member = visit.signed_in.member
    return [app for app in services_of(request).apps.list() if member.reaches(app.id)]


def _cookies(request: Connection, visit: Visit) -> list[Cookie]:
    """The visitor's secret when it is new, and no notice that was just said."""
    cookies: list[Cookie] = []
    if visit.is_new:
        cookies.append(secret_cookie(services_of(request).settings, visit.secret))
    if visit.notice is not None:
        cookies.append(Cookie(key=NOTICE_COOKIE, value="", path="/", max_age=0))
    return cookies
