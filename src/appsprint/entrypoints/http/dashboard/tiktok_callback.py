"""Where TikTok sends the browser back to after the access request."""

from __future__ import annotations

from litestar import MediaType, Response

from appsprint.domain.query import parse_query
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.tiktok import place_of
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.entrypoints.http.error_responses import error_body, error_headers, note_error
from appsprint.errors import AppsprintError, AuthorizationDenied
from appsprint.services.connections import CALLBACK_PATH


@page("GET", CALLBACK_PATH, role=None)
def finish_tiktok(request: PageRequest) -> PageResponse:
    """Finish the connection and go back to where it was begun; JSON for whoever prefers it."""
    given = parse_query(request.scope["query_string"].decode("latin-1"))
    wants_json = prefers_json(request.headers.get("accept", ""))
    signed_in = visit_of(request).signed_in
    try:
        connection = services_of(request).connections.finish(
            auth_code=given.get("auth_code"),
            state=given.get("state"),
            finished_by=None if signed_in is None else signed_in.member.id,
        )
    except AppsprintError as exc:
        if wants_json:
            return _failure_json(exc)
        if isinstance(exc, AuthorizationDenied) and signed_in is not None:
            return redirect(place_of(exc.app_id), notice=_DENIED, tone="warn")
        return _failure_page(request, exc)
    if wants_json:
        body = {"app_id": connection.app_id, "status": connection.status}
        return Response(body, media_type=MediaType.JSON)
    place = f"{place_of(connection.app_id)}?result=connected"
    return redirect(place, notice="TikTok Ads is connected.")


_DENIED = (
    "TikTok Ads was not connected: the request was not approved. Nothing was changed; to try "
    "again, click Connect TikTok Ads."
)
_HEADINGS = {
    "authorization_denied": "TikTok Ads was not connected",
    "invalid_state": "This page does nothing more",
}


def prefers_json(accept: str) -> bool:
    """Whether an ``Accept`` header ranks JSON above HTML; a browser's never does."""
    return _quality(accept, "application", "json") > _quality(accept, "text", "html")


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


def _failure_page(request: PageRequest, exc: AppsprintError) -> PageResponse:
    status, body = error_body(exc)
    note_error(exc, status=status, method="GET", route="page")
    return render(
        request,
        "tiktok_refused.html",
        status=status,
        message=body["message"],
        heading=_HEADINGS.get(exc.code, "That did not work"),
    )


HANDLERS = (finish_tiktok,)
