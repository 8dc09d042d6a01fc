"""What people may enter as Pixel ID, Events API token and test event code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appsprint.errors import InvalidInput
from appsprint.services.checks import Problems

MAX_EVENTS_TOKEN_LENGTH = 512
# TikTok's codes have 20 characters today (spec, pixel list); the rest is room for change.
_PIXEL_CODE = re.compile(r"[0-9A-Z]{10,40}", re.ASCII)
_PIXEL_NUMBER = re.compile(r"[0-9]{10,40}", re.ASCII)
_TEST_EVENT_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredCredential:
    """A pixel and a token as they were typed or picked.

    Attributes:
        access_token: In plain text, never logged. None keeps the token that is stored, which
            TikTok shows only once.
        test_event_code: None sends live.
    """

    pixel_id: str
    access_token: str | None = None
    test_event_code: str | None = None


def require_credential(entered: EnteredCredential) -> EnteredCredential:
    """The same without spaces around the values.

    Raises:
        InvalidInput: Every value that is not allowed.
    """
    problems = Problems()
    read = EnteredCredential(
        pixel_id=problems.check(_require_pixel_code, entered.pixel_id, otherwise=""),
        access_token=problems.check(_require_token, entered.access_token, otherwise=None),
        test_event_code=problems.check(_read_test_code, entered.test_event_code, otherwise=None),
    )
    problems.raise_if_any()
    return read


def _require_pixel_code(typed: str) -> str:
    field = "pixel_id"
    code = typed.strip()
    if _PIXEL_NUMBER.fullmatch(code):
        raise InvalidInput(
            "this looks like the pixel's number; the Events API needs its code, the Pixel ID of "
            "capital letters and digits at the top of the pixel's page in TikTok Events Manager",
            field=field,
        )
    if _PIXEL_CODE.fullmatch(code) is None:
        raise InvalidInput(
            "must be the Pixel ID from TikTok Events Manager: capital letters and digits, such as "
            "CXXXXXXXXXXXXXXXXXXX",
            field=field,
        )
    return code


def _require_token(typed: str) -> str:
    token = typed.strip()
    is_sendable = token.isascii() and token.isprintable() and " " not in token
    if not 1 <= len(token) <= MAX_EVENTS_TOKEN_LENGTH or not is_sendable:
        raise InvalidInput(
            "must be the access token from Settings → Events API of the pixel, at most "
            f"{MAX_EVENTS_TOKEN_LENGTH} characters without spaces",
            field="access_token",
        )
    return token


def _read_test_code(typed: str) -> str | None:
    code = typed.strip()
    if code and _TEST_EVENT_CODE.fullmatch(code) is None:
        raise InvalidInput(
            "must be the code from Test Events, such as TEST12345", field="test_event_code"
        )
    return code or None
