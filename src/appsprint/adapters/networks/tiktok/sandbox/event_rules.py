"""What TikTok asks of one event of ``/event/track/``: types, names, times, hashes, currencies.

Rules follow the Events API 2.0 reference (developer portal, pages 1771100865818625 and
1771100779668482, July 2026) and TikTok's help pages on custom events (February 2026). TikTok does
not publish the wording of most messages: where no live reply is on record the wording is ours.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from appsprint.adapters.networks.tiktok.sandbox.answers import (
    ApiError,
    Code,
    missing_fields,
    parameter_error,
)
from appsprint.adapters.networks.tiktok.sandbox.track_request import (
    CURRENCIES,
    EVENT_NAME,
    FUTURE_ALLOWANCE_SECONDS,
    MILLISECONDS_FROM,
    SHA256_HEX,
)

HASHED_FIELDS = ("email", "phone", "external_id")


class _Kind(NamedTuple):
    """The JSON types that a field may have, and what is wrong with any other.

    A list counts here whatever it holds; its members are looked at afterwards.
    """

    types: frozenset[type]
    problem: str


def check_event(event: object, index: int, *, now_seconds: float) -> None:
    """Raise an ``ApiError`` for the first rule that the event breaks, if it breaks one.

    ``index`` is its place in ``data``, from 0; messages name it.
    """
    if not isinstance(event, dict):
        raise parameter_error(f"Invalid value for data.{index}: not a valid object.")
    _check_name(event.get("event"), index)
    _check_time(event.get("event_time"), index, now_seconds)
    if "event_id" in event and not isinstance(event["event_id"], str):
        raise parameter_error("Invalid value for event_id: not a valid string.")
    for name, kinds in _OBJECTS.items():
        if name in event:
            _check_types(event[name], kinds, f"Invalid value for data.{index}.{name}")
    if not isinstance(event.get("limited_data_use", False), bool):
        raise _invalid(f"data.{index}.limited_data_use", "not a valid boolean")
    _check_hashes(event.get("user", {}), index)
    _check_properties(event.get("properties", {}), index)


def _check_name(name: object, index: int) -> None:
    if name is None or name == "":
        raise missing_fields(f"data.{index}.event")
    if not isinstance(name, str):
        raise _invalid(f"data.{index}.event", "not a valid string")
    if not EVENT_NAME.fullmatch(name):
        raise _invalid(
            f"data.{index}.event",
            "must be a letter, then at most 49 letters, digits, '_', '-' or inner spaces",
        )


def _check_time(event_time: object, index: int, now_seconds: float) -> None:
    path = f"data.{index}.event_time"
    if event_time is None:
        raise missing_fields(path)
    if not isinstance(event_time, int) or isinstance(event_time, bool):
        raise _invalid(path, "not a valid integer")
    if event_time > MILLISECONDS_FROM:
        raise _invalid(path, "must be in seconds, not milliseconds")
    if event_time > now_seconds + FUTURE_ALLOWANCE_SECONDS:
        raise _invalid(path, "is in the future")
    if event_time <= 0:
        raise _invalid(path, "must be a positive Unix time")


def _check_types(value: object, kinds: Mapping[str, _Kind], subject: str) -> None:
    if not isinstance(value, dict):
        raise parameter_error(f"{subject}: not a valid object.")
    for name, item in value.items():
        kind = kinds.get(name)
        # The exact type, because a JSON boolean is an int to isinstance.
        if kind is not None and type(item) not in kind.types:
            raise parameter_error(f"{subject}.{name}: {kind.problem}.")


def _check_hashes(user: Mapping[str, Any], index: int) -> None:
    for name in HASHED_FIELDS:
        value = user.get(name)
        if value is None:
            continue
        for text in value if isinstance(value, list) else (value,):
            if not isinstance(text, str):
                raise _invalid(f"data.{index}.user.{name}", "not a valid string")
            if not SHA256_HEX.fullmatch(text):
                message = f"data.{index}.user.{name}: PII must be hashed with SHA-256."
                raise ApiError(Code.PII_NOT_HASHED, message)


def _check_properties(properties: Mapping[str, Any], index: int) -> None:
    path = f"data.{index}.properties"
    if properties.get("currency", "EUR") not in CURRENCIES:
        raise _invalid(f"{path}.currency", "not a supported currency")
    if not all(isinstance(item, str) for item in properties.get("content_ids", ())):
        raise _invalid(f"{path}.content_ids", "not a valid list of strings")
    for position, content in enumerate(properties.get("contents", ())):
        # Unlike the rest, this path is on record from live replies, in another form.
        _check_types(content, _CONTENT_KINDS, f"Batch.{index}.properties.contents.{position}")


def _invalid(path: str, problem: str) -> ApiError:
    return parameter_error(f"Invalid value for {path}: {problem}.")


_TEXT = _Kind(frozenset({str}), "not a valid string")
_TEXT_OR_TEXTS = _Kind(frozenset({str, list}), "not a valid string")
_TEXTS = _Kind(frozenset({list}), "not a valid list of strings")
_LIST = _Kind(frozenset({list}), "not a valid list")
_NUMBER = _Kind(frozenset({int, float}), "not a valid number")
_INTEGER = _Kind(frozenset({int}), "not a valid integer")

_USER_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(HASHED_FIELDS, _TEXT_OR_TEXTS),
    **dict.fromkeys(("ttclid", "ttp", "ip", "user_agent", "locale"), _TEXT),
    **dict.fromkeys(("idfa", "idfv", "gaid", "att_status"), _TEXT),
    **dict.fromkeys(("first_name", "last_name", "zip_code", "city", "state", "country"), _TEXT),
}
_PROPERTY_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(("value", "predicted_ltv"), _NUMBER),
    **dict.fromkeys(("content_type", "search_string", "query", "description", "status"), _TEXT),
    **dict.fromkeys(("order_id", "shop_id", "delivery_category", "currency"), _TEXT),
    "content_ids": _TEXTS,
    "contents": _LIST,
    "num_items": _INTEGER,
}
_CONTENT_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(
        ("content_id", "content_category", "content_name", "brand"),
        _Kind(_TEXT.types, "Not a valid string"),
    ),
    "price": _Kind(_NUMBER.types, "Not a valid number"),
    "quantity": _Kind(_INTEGER.types, "Not a valid integer"),
}
_PAGE_KINDS: Mapping[str, _Kind] = {"url": _TEXT, "referrer": _TEXT}
_OBJECTS = {"user": _USER_KINDS, "properties": _PROPERTY_KINDS, "page": _PAGE_KINDS}
