"""One request as the handlers see it, and the reading of TikTok's query parameters.

GET endpoints take scalars as plain values and arrays and objects as JSON text
(developer portal, "Conventions", v1.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.answers import missing_fields, parameter_error

T = TypeVar("T")

_MAX_DIGITS = 9  # far above any page number, far below what makes int() slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that has been read completely.

    ``access_token`` is None without the header and "" for an empty one. Of a parameter given
    several times, ``query`` keeps the last value.
    """

    method: str
    path: str
    query: Mapping[str, str]
    access_token: str | None
    request_id: str
    body: bytes = b""

    def require(self, *names: str) -> tuple[str, ...]:
        """The values of these parameters; an ``ApiError`` names the ones that are missing."""
        if absent := [name for name in names if not self.query.get(name)]:
            raise missing_fields(*absent)
        return tuple(self.query[name] for name in names)

    def require_body(self, *names: str) -> tuple[str, ...]:
        """The same for strings in a JSON body."""
        body = json_or_none(self.body)
        if not isinstance(body, dict):
            raise parameter_error("Invalid JSON body.")
        if absent := [name for name in names if body.get(name) in (None, "")]:
            raise missing_fields(*absent)
        for name in names:
            if not isinstance(body[name], str):
                raise parameter_error(f"Invalid value for {name}: not a valid string.")
        return tuple(body[name] for name in names)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.query.get(name) or default
        if value not in allowed:
            raise parameter_error(f"Invalid value for {name}: must be one of {list(allowed)}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        text = self.query.get(name)
        if not text:
            return default
        if text.lower() not in {"true", "false"}:
            raise parameter_error(f"Invalid value for {name}: not a valid boolean.")
        return text.lower() == "true"

    def integer(self, name: str, *, default: int, low: int, high: int | None = None) -> int:
        """A whole number within ``low..high``, both included; no upper bound without ``high``."""
        text = self.query.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
            raise parameter_error(f"Invalid value for {name}: not a valid integer.")
        value = int(text)
        if value < low or (high is not None and value > high):
            raise parameter_error(f"Invalid value for {name}: {_range_text(low, high)}.")
        return value

    def string_list(self, name: str) -> list[str] | None:
        """A JSON array of strings; None when the parameter is absent."""
        return self._converted(name, list[str], "an array of strings")

    def object_list(self, name: str) -> list[dict[str, object]]:
        """A JSON array of objects; empty when the parameter is absent."""
        return self._converted(name, list[dict[str, object]], "an array of objects") or []

    def json_object(self, name: str) -> dict[str, object]:
        """A JSON object; empty when the parameter is absent."""
        return self._converted(name, dict[str, object], "an object") or {}

    def _converted(self, name: str, kind: type[T], noun: str) -> T | None:
        text = self.query.get(name)
        if not text:
            return None
        try:
            return msgspec.json.decode(text, type=kind)
        except (ValueError, RecursionError) as error:
            raise parameter_error(f"Invalid value for {name}: not {noun} in JSON.") from error


def json_or_none(text: bytes) -> object:
    """The decoded JSON text; None when it is not JSON (or is ``null``, which never helps)."""
    try:
        decoded: object = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    return decoded


def parse_query(query_string: bytes) -> dict[str, str]:
    return dict(parse_qsl(query_string.decode("utf-8", "replace"), keep_blank_values=True))


def _range_text(low: int, high: int | None) -> str:
    return f"must be at least {low}" if high is None else f"must be between {low} and {high}"
