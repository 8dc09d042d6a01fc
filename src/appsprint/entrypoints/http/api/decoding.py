"""Reads bodies and queries into typed values and tells every problem of a request at once."""

from __future__ import annotations

import base64
import binascii
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from appsprint.errors import (
    FieldProblem,
    InvalidInput,
    MalformedRequest,
    WrongContentType,
)
from appsprint.services.checks import quoted, raise_problems

S = TypeVar("S", bound=msgspec.Struct)
AnyRequest = Request[Any, Any, Any]

MAX_LIST_LENGTH = 1_000
MAX_QUERY_PARAMETERS = 100
_MOST_PROBLEMS = 100
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?:, got `(?P<given>[^`]+)`)?(?P<rest>[^-]*)")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_TRUTHS = frozenset({"true", "false"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


class Instant:
    """An instant as queries give it: RFC 3339, or a date for its first moment in UTC."""

    __slots__ = ("at",)

    def __init__(self, text: str) -> None:
        try:
            if _DATE.fullmatch(text):
                self.at = datetime.fromisoformat(text).replace(tzinfo=UTC)
                return
            if _INSTANT.fullmatch(text):
                self.at = datetime.fromisoformat(text.upper()).astimezone(UTC)
                return
        except (ValueError, OverflowError):
            pass  # A day or an hour that no calendar has.
        raise ValueError(
            f"{quoted(text)} is neither a date such as 2026-03-29 nor an instant such as "
            "2026-03-29T08:00:00Z (write a + in an address as %2B)"
        )


class Cursor:
    """Where a list goes on; opaque to callers."""

    __slots__ = ("after",)

    def __init__(self, text: str) -> None:
        try:
            padding = "=" * (-len(text) % 4)
            raw = base64.b64decode(text + padding, altchars=b"-_", validate=True)
            self.after = raw.decode("ascii")
        except (binascii.Error, ValueError):
            self.after = ""
        if not self.after.isprintable() or not 1 <= len(self.after) <= 128:
            raise ValueError("is not a cursor: pass on next_cursor as it was given")

    @staticmethod
    def text_of(last_id: str) -> str:
        """The cursor that continues below ``last_id``."""
        return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def read_body(request: AnyRequest, body: bytes, of: type[S]) -> S:
    """The body as a value of ``of``; an empty one stands for an object without fields.

    Raises:
        WrongContentType: It is said to be something else than JSON.
        MalformedRequest: It is not JSON.
        InvalidInput: With a problem for each field that is missing, unknown or of another type.
    """
    content_type = request.headers.get("content-type", "application/json")
    if body and not _is_json(content_type):
        raise WrongContentType("send JSON with Content-Type: application/json")
    try:
        value = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as exc:
        raise MalformedRequest(f"the body is not valid JSON: {exc}") from exc
    return _read(value, of, is_text=False)


def read_query(request: AnyRequest, of: type[S]) -> S:
    """The query as a value of ``of``; names it does not know are ignored, empty ones are unset.

    Raises:
        MalformedRequest: There are far too many parameters.
        InvalidInput: With a problem for each parameter that cannot be used.
    """
    raw = request.scope["query_string"].decode("latin-1")
    try:
        pairs = parse_qsl(raw, max_num_fields=MAX_QUERY_PARAMETERS)
    except ValueError as exc:
        raise MalformedRequest("the address has too many parameters") from exc
    known = {field.encode_name for field in msgspec.structs.fields(of)}
    given = [(name, value) for name, value in pairs if name in known]
    if len(dict(given)) < len(given):
        names = [name for name, _ in given]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidInput(
            "give each parameter once",
            problems=[FieldProblem(name, "is given more than once") for name in twice],
        )
    return _read(dict(given), of, is_text=True)


def decode_custom(kind: type[Any], value: Any) -> Any:
    """Read the types that JSON does not have; raises ValueError in words."""
    if kind in {Instant, Cursor} and isinstance(value, str):
        return kind(value)
    raise ValueError("must be text")


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def _read(value: object, of: type[S], *, is_text: bool) -> S:
    reader = _Reader(is_text=is_text)
    found = reader.struct(value, of, "")
    raise_problems(reader.problems)
    assert isinstance(found, of)  # noqa: S101 without problems it is complete
    return found


class _Reader:
    """Converts field by field, because one field's problem must not hide another's."""

    def __init__(self, *, is_text: bool) -> None:
        self.problems: list[FieldProblem] = []
        self._is_text = is_text

    def struct(self, value: object, of: type[msgspec.Struct], at: str) -> msgspec.Struct | None:
        if not isinstance(value, dict):
            self._add(at or "body", "must be a JSON object")
            return None
        prefix = f"{at}." if at else ""
        fields = msgspec.structs.fields(of)
        self._find_unknown(value, [field.encode_name for field in fields], prefix)
        values: dict[str, object] = {}
        for field in fields:
            path = f"{prefix}{field.encode_name}"
            if field.encode_name in value:
                values[field.name] = self._value(value[field.encode_name], field.type, path)
            elif field.required:
                self._add(path, "is missing")
        return None if self.problems else of(**values)

    def _find_unknown(self, value: Mapping[str, object], known: list[str], prefix: str) -> None:
        for name in value:
            if name not in known:
                said = f"is not a field of this call; it takes {', '.join(known) or 'none'}"
                self._add(f"{prefix}{name[:80]}", said)

    def _value(self, value: object, annotation: Any, path: str) -> object:
        nested = next(_structs_in(annotation), None)
        if nested is not None and isinstance(value, dict):
            return self.struct(value, nested, path)
        if isinstance(value, list) and len(value) > MAX_LIST_LENGTH:
            self._add(path, f"must hold at most {MAX_LIST_LENGTH} items")
            return None
        if nested is not None and isinstance(value, list) and _is_list(annotation):
            return [
                self.struct(item, nested, f"{path}[{number}]") for number, item in enumerate(value)
            ]
        try:
            found = msgspec.convert(
                value, annotation, strict=not self._is_text, dec_hook=decode_custom
            )
        except msgspec.ValidationError as exc:
            self._add(path, _in_words(str(exc), annotation))
            return None
        # The lax reader of texts takes null for None, and 1, TRUE and more for true.
        if self._is_text and found is None:
            self._add(path, "must have a value; leave the parameter out for none")
        elif self._is_text and isinstance(found, bool) and value not in _TRUTHS:
            self._add(path, "must be true or false")
        return found

    def _add(self, field: str, message: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(FieldProblem(field, message))


def _members(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation, list items and union members included."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _members(annotation.__origin__)
    elif origin in {typing.Union, types.UnionType, list, tuple}:
        for member in typing.get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _structs_in(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            yield member


def _is_list(annotation: Any) -> bool:
    if typing.get_origin(annotation) is typing.Annotated:
        return _is_list(annotation.__origin__)
    return typing.get_origin(annotation) is list


def _in_words(message: str, annotation: Any) -> str:
    """The decoder's message for a person."""
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, Enum):
            return f"must be one of {', '.join(str(choice.value) for choice in member)}"
        if member is date:
            return "must be a date such as 2026-03-29"
    found = _EXPECTED.match(message)
    if found is None:
        return message
    wanted = " or ".join(_WORDS.get(word, word) for word in found["wanted"].split(" | "))
    if found["given"] is None:
        return f"must be {wanted}{found['rest'].rstrip()}"
    return f"must be {wanted}, not {_WORDS.get(found['given'], found['given'])}"
