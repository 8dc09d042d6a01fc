"""The one table from errors to HTTP answers, for the plain routes and for the framework's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from appsprint.errors import (
    AdNetworkRefused,
    AppsprintError,
    CallerError,
    ConfigurationError,
    Conflict,
    InvalidInput,
    MalformedRequest,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    TooLarge,
    Unavailable,
    WrongContentType,
)

log = structlog.get_logger()

# The nearest class of an error counts, so each branch of the tree needs one line.
STATUSES: Mapping[type[AppsprintError], int] = {
    CallerError: 400,
    MalformedRequest: 400,
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    WrongContentType: 415,
    InvalidInput: 422,
    RateLimited: 429,
    Unavailable: 503,
    # The account's owner has to act at the network: what was asked does not fit its state now.
    AdNetworkRefused: 409,
    ConfigurationError: 503,
}
MAX_DETAILS = 100
_INTERNAL = "something went wrong on the server; its log says what. Nothing was confirmed."
# What the framework finds wrong before a handler runs.
_FRAMEWORK: Mapping[int, tuple[str, str]] = {
    400: ("malformed_request", "the request cannot be read"),
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not take this method; see the Allow header"),
    413: ("too_large", "the body is larger than 1 MB"),
    415: ("wrong_content_type", "send JSON with Content-Type: application/json"),
}

ErrorBody = dict[str, Any]


def error_body(exc: BaseException) -> tuple[int, ErrorBody]:
    """The status and the JSON object to answer with; 500 without any detail for a bug."""
    if isinstance(exc, AppsprintError):
        status = _status_of(type(exc))
        if status is not None:
            return status, _body(exc.code, exc.message, _details(exc))
    if isinstance(exc, HTTPException) and exc.status_code < 500:
        code, message = _FRAMEWORK.get(exc.status_code, (f"http_{exc.status_code}", exc.detail))
        return exc.status_code, _body(code, message, [])
    return 500, _body("internal_error", _INTERNAL, [])


def error_headers(exc: BaseException) -> dict[str, str]:
    """The headers that go with an error's answer; no cache keeps any of them."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(exc, NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(exc, Unavailable):
        headers["Retry-After"] = "1"
    if isinstance(exc, HTTPException) and exc.headers:
        headers |= dict(exc.headers)
    return headers


def note_error(exc: BaseException, *, status: int, method: str, route: str) -> None:
    """Log what an operator has to know: bugs with their trace, and what did not work.

    Args:
        route: The pattern of the path, never the path itself: it can hold a secret.
    """
    if status == 500:
        log.error("request_failed", method=method, route=route, exc_info=exc)
    elif status == 503:
        log.warning("request_unavailable", method=method, route=route, error=str(exc))


def answer_error(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes | ErrorBody]:
    """The framework's exception handler: every failure as JSON in the one shape."""
    status, body = error_body(exc)
    route = str(request.scope.get("path_template", "unknown"))
    note_error(exc, status=status, method=request.method, route=route)
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=error_headers(exc))


def _status_of(kind: type[AppsprintError]) -> int | None:
    return next((STATUSES[cls] for cls in kind.__mro__ if cls in STATUSES), None)


def _details(exc: AppsprintError) -> list[dict[str, str]]:
    if not isinstance(exc, InvalidInput):
        return []
    return [
        {"field": problem.field, "message": problem.message}
        for problem in exc.problems[:MAX_DETAILS]
    ]


def _body(code: str, message: str, details: list[dict[str, str]]) -> ErrorBody:
    return {"error": code, "message": message, "details": details}
