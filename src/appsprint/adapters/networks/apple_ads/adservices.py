"""Asks Apple's AdServices API about a token; see ``domain.apple_ads`` for Apple's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import structlog

from appsprint import __version__
from appsprint.domain.apple_ads import (
    CLAIM_FIELDS,
    AppleAnswer,
    AppleClaim,
    Claimed,
    NoClaim,
)

log = structlog.get_logger()

MAX_ANSWER_BYTES = 64 * 1024
MAX_FIELD_LENGTH = 100
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_RECORD = msgspec.json.Decoder(dict[str, Any])
_STATUSES: Mapping[int, NoClaim] = {400: NoClaim.INVALID_TOKEN, 404: NoClaim.NOT_FOUND}


class AppleAdServices:
    """See ``ports.apple_ads.AdServices``.

    Args:
        url: Of the API, the whole address.
        timeout_seconds: How long to wait for an answer.
    """

    def __init__(self, *, url: str, timeout_seconds: float = 10.0) -> None:
        self._url = f"{url.rstrip('/')}/"
        self._client = httpx.Client(
            timeout=timeout_seconds,
            headers={"Content-Type": "text/plain", "User-Agent": f"appsprint/{__version__}"},
            follow_redirects=False,
            # A company's proxy is for the way out, not for a stand-in on this machine.
            trust_env=httpx.URL(url).host not in _LOOPBACK_HOSTS,
        )

    def resolve(self, token: str) -> AppleAnswer:
        """What Apple says of a token's install; what cannot be read counts as no answer."""
        try:
            answer = self._client.post(self._url, content=token.encode("utf-8", "replace"))
        except httpx.HTTPError as exc:
            log.warning("apple_unavailable", error=type(exc).__name__)
            return NoClaim.UNAVAILABLE
        if answer.status_code == httpx.codes.OK:
            return read_record(answer.content)
        return _STATUSES.get(answer.status_code, NoClaim.UNAVAILABLE)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


class SwitchedOff:
    """In place of Apple, where the operator wants it not to be asked."""

    def resolve(self, token: str) -> AppleAnswer:
        """Nothing is said, and nobody is asked."""
        del token
        return NoClaim.SWITCHED_OFF

    def close(self) -> None:
        """There is nothing to give back."""


def read_record(body: bytes) -> AppleAnswer:
    """Apple's record as a claim, or that there is none."""
    try:
        record = _RECORD.decode(body) if len(body) <= MAX_ANSWER_BYTES else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        record = {}
    if record.get("attribution") is False:
        return NoClaim.NONE
    found = {name: _text(record.get(name)) for name in CLAIM_FIELDS}
    fields = {name: text for name, text in found.items() if text}
    if record.get("attribution") is not True or "campaignId" not in fields:
        log.warning("apple_answer_unreadable", length_bytes=len(body))
        return NoClaim.UNAVAILABLE
    return Claimed(AppleClaim(fields))


def _text(value: object) -> str:
    """Ids come as integers, the rest as texts; anything else says nothing."""
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value)[:MAX_FIELD_LENGTH] if is_plain else ""
