"""How routes of the API are declared: who may call them, what they take and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import msgspec
from anyio import to_thread
from litestar import HttpMethod, MediaType, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath

from appsprint.domain.access import ApiToken, Role
from appsprint.domain.ids import AppId
from appsprint.errors import NotAllowed, NotAuthenticated, NotFound
from appsprint.services.acting import act_as, actor_of
from appsprint.services.catalog import Services
from appsprint.services.checks import quoted

ApiRequest = Request[ApiToken, None, State]
PathId = FromPath[str]
Handler = Callable[..., Any]

API_PREFIX = "/api/v1"
_ENDPOINT = "endpoint"


class ApiTag(StrEnum):
    """The sections of the API's documentation."""

    APPS = "Apps and keys"
    LINKS = "Ad links"
    TIKTOK = "TikTok"
    REPORTS = "Reports"
    INSTALLS = "Installs and events"
    DELIVERIES = "Deliveries"
    EXPORTS = "Exports"
    PRIVACY = "Privacy"
    ACCESS = "Access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is declared about one route besides its function.

    Attributes:
        needs_all_apps: Refused to tokens that are limited to some apps.
        answer: The type of the answer's body; None when it has none.
        texts: Media types besides JSON that it can answer with, line by line.
    """

    role: Role
    tag: ApiTag
    status: int
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    answer: Any
    needs_all_apps: bool
    texts: tuple[str, ...]


def route(
    method: str,
    path: str,
    *,
    role: Role,
    tag: ApiTag,
    answer: Any,
    status: int = 200,
    body: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    needs_all_apps: bool = False,
    texts: tuple[str, ...] = (),
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a function a route of the API; it runs in a thread, so it may block."""
    endpoint = Endpoint(
        role=role,
        tag=tag,
        status=status,
        body=body,
        query=query,
        answer=answer,
        needs_all_apps=needs_all_apps,
        texts=texts,
    )
    return HTTPRouteHandler(
        path,
        http_method=HttpMethod(method),
        status_code=status,
        # A stream tells its own type, and only when the route tells none.
        media_type=None if answer is None and texts else MediaType.JSON,
        sync_to_thread=True,
        opt={_ENDPOINT: endpoint},
    )


def endpoint_of(handler: BaseRouteHandler) -> Endpoint:
    """What ``route`` declared about a handler."""
    return cast(Endpoint, handler.opt[_ENDPOINT])


def services_of(request: ASGIConnection[Any, Any, Any, Any]) -> Services:
    """The use cases that the application was made for."""
    return cast(Services, request.app.state.services)


async def authorise(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """The guard of every API route: who is calling, may they, and is the app within reach.

    Who is calling acts from here on, which a guard on a thread of its own could not say. An app
    that the token does not reach answers as one that does not exist.

    Raises:
        NotAuthenticated: No bearer token, or not a valid one.
        NotFound: There is no such app for this token.
        NotAllowed: The token's role or reach is not enough.
    """
    token = await to_thread.run_sync(_caller, connection, endpoint_of(handler))
    connection.scope["user"] = token
    act_as(actor_of(token))


def _caller(connection: ASGIConnection[Any, Any, Any, Any], endpoint: Endpoint) -> ApiToken:
    services = services_of(connection)
    token = services.access.authenticate(_bearer(connection.headers.get("authorization", "")))
    app_id = connection.path_params.get("app_id")
    if app_id is not None and not token.reaches(AppId(app_id)):
        raise NotFound(f"there is no app {quoted(app_id)}")
    if not token.has_role(endpoint.role):
        raise NotAllowed(f"this needs the role {endpoint.role}; your token has {token.role}")
    if endpoint.needs_all_apps and token.app_ids is not None:
        raise NotAllowed("this needs a token for all apps; yours is limited to some")
    if app_id is not None:
        services.apps.get(AppId(app_id))
    return token


def _bearer(header: str) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("send your API token as Authorization: Bearer <token>")
    return token.strip()
