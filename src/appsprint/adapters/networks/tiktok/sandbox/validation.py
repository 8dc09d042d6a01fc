"""The checks of ``POST /event/track/``, in TikTok's order: body, top level, pixel right, events.

Pure: what the token may write and what time it is come in as arguments. One broken event refuses
the whole request, as TikTok does; the message names the event (Events API 2.0, developer portal,
page 1771100865818625).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.answers import (
    ApiError,
    Code,
    missing_fields,
    parameter_error,
)
from appsprint.adapters.networks.tiktok.sandbox.event_rules import check_event
from appsprint.adapters.networks.tiktok.sandbox.event_warnings import EventWarning, warnings_of
from appsprint.adapters.networks.tiktok.sandbox.requests import json_or_none
from appsprint.adapters.networks.tiktok.sandbox.track_request import (
    MAX_EVENTS,
    decode_body,
    payloads_of,
)

EVENT_SOURCES = ("web", "app", "offline", "crm")


class CheckedEvent(msgspec.Struct, frozen=True, gc=False):
    """One event that passed every rule.

    A struct without garbage collection, because the sandbox keeps a million of them. ``payload``
    is the event as JSON. ``event_id`` is None when it was absent or empty: such an event is never
    a duplicate. ``event_time`` is in Unix seconds.
    """

    event: str
    event_id: str | None
    event_time: int
    warnings: tuple[EventWarning, ...]
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRequest:
    """A ``/event/track/`` request that TikTok would accept.

    ``test_event_code`` is None for live events; an empty one selects no test either.
    """

    pixel_code: str
    test_event_code: str | None
    events: tuple[CheckedEvent, ...]


def check_track_request(
    body: bytes, *, may_write: Callable[[str], bool], now_seconds: float
) -> TrackRequest:
    """The parsed request; the first broken rule raises an ``ApiError``.

    Args:
        body: The request's body as it arrived.
        may_write: Whether the caller's token may write to a pixel code.
        now_seconds: The present, in Unix seconds.
    """
    request = decode_body(body, now_seconds=now_seconds)
    if request is None or not may_write(request.event_source_id):
        raise refusal_of(body, may_write=may_write, now_seconds=now_seconds)
    return TrackRequest(
        pixel_code=request.event_source_id,
        test_event_code=request.test_event_code or None,
        events=tuple(
            CheckedEvent(
                event.event,
                event.event_id or None,
                event.event_time,
                warnings_of(event, now_seconds=now_seconds),
                payload,
            )
            for event, payload in zip(request.data, payloads_of(body), strict=True)
        ),
    )


def refusal_of(body: bytes, *, may_write: Callable[[str], bool], now_seconds: float) -> ApiError:
    """The error for the first broken rule, in TikTok's order.

    A body that breaks none, though its types do not fit, counts as unreadable.
    """
    request = json_or_none(body)
    if not isinstance(request, dict):
        return parameter_error(_UNREADABLE)
    try:
        _check_top_level(request)
        _check_pixel_right(request, may_write)
        _check_events(request["data"], now_seconds)
    except ApiError as error:
        data = request.get("data")
        return ApiError(error.code, error.message, count=len(data) if isinstance(data, list) else 0)
    return parameter_error(_UNREADABLE)


def _check_top_level(request: Mapping[str, Any]) -> None:
    required = ("event_source", "event_source_id", "data")
    if absent := [name for name in required if request.get(name) in (None, "")]:
        raise missing_fields(*absent)
    if request["event_source"] not in EVENT_SOURCES:
        allowed = "['web','app','offline','crm']"
        raise parameter_error(f"Invalid value for event_source: must be one of {allowed}.")
    if not isinstance(request["event_source_id"], str):
        raise parameter_error("Invalid value for event_source_id: not a valid string.")
    if not isinstance(request["data"], list):
        raise parameter_error("Invalid value for data: not a valid list.")
    if not isinstance(request.get("test_event_code", ""), str | None):
        raise parameter_error("Invalid value for test_event_code: not a valid string.")


def _check_pixel_right(request: Mapping[str, Any], may_write: Callable[[str], bool]) -> None:
    source, source_id = request["event_source"], request["event_source_id"]
    if source != "web":
        # The sandbox has web pixels only: no token has rights on an app, a set or a CRM source.
        message = f"No permission to operate {source} event source: {source_id}"
        raise ApiError(Code.NO_PERMISSION, message)
    if not may_write(source_id):
        raise ApiError(Code.NO_PERMISSION, f"No permission to operate pixel code: {source_id}")


def _check_events(data: list[object], now_seconds: float) -> None:
    if not 1 <= len(data) <= MAX_EVENTS:
        raise parameter_error(f"data: Length must be between 1 and {MAX_EVENTS}.")
    for index, event in enumerate(data):
        check_event(event, index, now_seconds=now_seconds)


_UNREADABLE = "Invalid JSON body."
