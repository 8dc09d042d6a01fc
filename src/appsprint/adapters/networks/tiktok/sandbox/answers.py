"""What the sandbox says: TikTok's codes, its JSON envelope, plain pages and gateway errors.

TikTok answers business errors with HTTP 200 and a ``code`` other than 0; other statuses
come only from the gateway in front of it (developer portal, "Conventions", v1.3).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from http import HTTPStatus

import msgspec


class Code(IntEnum):
    """The members of TikTok's code table that the sandbox answers with."""

    OK = 0
    PARTIAL_SUCCESS = 20001
    NO_PERMISSION = 40001
    PARAMETER_ERROR = 40002
    PII_NOT_HASHED = 40062
    RATE_LIMITED = 40100
    BAD_AUTH_PARAMETERS = 40101
    TOKEN_MISSING = 40104
    TOKEN_REJECTED = 40105
    AUTH_CODE_USED = 40110
    APP_MISMATCH = 40113
    PIXEL_RATE_LIMITED = 40132
    ADVERTISER_RATE_LIMITED = 40133


class ApiError(Exception):
    """A business error: TikTok's code and message.

    ``count`` is how many events the refused request carried, 0 when that is unknown or
    the endpoint takes none. It only feeds the request log.
    """

    def __init__(self, code: int, message: str, *, count: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.count = count


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP response, complete."""

    status: int = HTTPStatus.OK
    content_type: str = "application/json"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an API handler returns: ``data``, and how many events or rows it was about."""

    data: Mapping[str, object]
    count: int = 0


def parameter_error(message: str) -> ApiError:
    return ApiError(Code.PARAMETER_ERROR, message)


def missing_fields(*names: str) -> ApiError:
    """The error for absent required fields, in the form recorded from live replies."""
    return parameter_error(f"Missing required field(s): {', '.join(names)}.")


def new_request_id(now: datetime) -> str:
    """A request id of TikTok's shape: the UTC second and 20 upper-case hex digits."""
    return f"{now:%Y%m%d%H%M%S}{secrets.token_hex(10).upper()}"


def envelope(
    code: int, message: str, *, request_id: str, data: Mapping[str, object] | None = None
) -> Answer:
    """TikTok's JSON envelope; ``data`` is an empty object unless given."""
    body = {"code": code, "message": message, "request_id": request_id, "data": data or {}}
    return Answer(body=msgspec.json.encode(body), headers={"X-TT-LOGID": request_id})


def json_answer(value: object, status: int = HTTPStatus.OK) -> Answer:
    """An answer of the sandbox's own control API (no envelope)."""
    return Answer(status=status, body=msgspec.json.encode(value))


def plain(status: int, text: str) -> Answer:
    return Answer(status=status, content_type="text/plain; charset=utf-8", body=text.encode())


def html(text: str, status: int = HTTPStatus.OK) -> Answer:
    """A page of the sandbox itself: no script, nothing from elsewhere, never cached."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    return Answer(
        status=status,
        content_type="text/html; charset=utf-8",
        body=text.encode("utf-8", "replace"),
        headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
    )


def redirect(location: str) -> Answer:
    return Answer(
        status=HTTPStatus.FOUND,
        content_type="text/plain; charset=utf-8",
        headers={"Location": location, "Cache-Control": "no-store"},
    )


def gateway_error(status: int) -> Answer:
    """The nginx page that TikTok's gateway sends instead of JSON when it fails."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status=status, content_type="text/html", body=page.encode())


# The router of TikTok's gateway answers paths without the trailing slash like this.
NOT_FOUND = plain(HTTPStatus.NOT_FOUND, "404 page not found")
METHOD_NOT_ALLOWED = plain(HTTPStatus.METHOD_NOT_ALLOWED, "405 method not allowed")
