"""Builds the framework's application: the management API, its documentation, the dashboard."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State

from appsprint.entrypoints.http.api import (
    apps,
    deliveries,
    exports,
    installs,
    ledger,
    links,
    members,
    privacy,
    quality,
    replay,
    reports,
    self_checks,
    test_devices,
    tiktok,
    tiktok_campaigns,
    tiktok_insight,
    tokens,
)
from appsprint.entrypoints.http.api.openapi import openapi_document
from appsprint.entrypoints.http.api.routing import API_PREFIX, authorise
from appsprint.entrypoints.http.asgi import MAX_BODY_BYTES
from appsprint.entrypoints.http.dashboard.live_feed import LiveFeed
from appsprint.entrypoints.http.dashboard.page import show_error, wants_page
from appsprint.entrypoints.http.dashboard.routes import dashboard_router
from appsprint.entrypoints.http.error_responses import answer_error
from appsprint.services.catalog import Services

API_HANDLERS = (
    *apps.HANDLERS,
    *test_devices.HANDLERS,
    *links.HANDLERS,
    *tiktok.HANDLERS,
    *tiktok_insight.HANDLERS,
    *tiktok_campaigns.HANDLERS,
    *reports.HANDLERS,
    *quality.HANDLERS,
    *installs.HANDLERS,
    *deliveries.HANDLERS,
    *exports.HANDLERS,
    *ledger.HANDLERS,
    *replay.HANDLERS,
    *self_checks.HANDLERS,
    *privacy.HANDLERS,
    *members.HANDLERS,
    *tokens.HANDLERS,
)
DOCUMENT_PATH = "/api/openapi.json"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def create_api(services: Services) -> Litestar:
    """The application behind the hot routes, over the services of one process."""
    document = openapi_document(API_HANDLERS)

    @get(DOCUMENT_PATH, sync_to_thread=False)
    def show_document() -> Response[bytes]:
        """The OpenAPI document of the management API."""
        return Response(document, media_type=MediaType.JSON)

    return Litestar(
        route_handlers=[
            Router(path=API_PREFIX, guards=[authorise], route_handlers=list(API_HANDLERS)),
            show_document,
            dashboard_router(),
        ],
        exception_handlers={Exception: _answer_anything},
        request_max_body_size=MAX_BODY_BYTES,
        response_headers=_HEADERS,
        state=State({"services": services, "live_feed": LiveFeed()}),
        openapi_config=None,
        logging_config=None,
    )


def _answer_anything(request: Request[Any, Any, Any], exc: Exception) -> Response[Any]:
    """What no page answered itself, such as an unknown address: a page for browsers, else JSON."""
    is_api = request.url.path.startswith("/api/")
    if not is_api and wants_page(request.headers.get("accept", "")):
        return show_error(request, exc)
    return answer_error(request, exc)
