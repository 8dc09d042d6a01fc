"""Reads the JSON of SDKs, forgiving the one thing that a phone does to it: texts cut in half."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from appsprint.errors import InvalidInput, MalformedRequest

T = TypeVar("T")

# What msgspec raises for texts that are not JSON, not UTF-8, or nested without end.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# An escaped backslash, a whole surrogate pair, or else half of one.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def read_json(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The body as ``decoder`` types it.

    A text that was cut in the middle of a character leaves half of it behind, which is no JSON.
    That half becomes the replacement character: it must not cost an install or a whole batch.

    Raises:
        InvalidInput: JSON of another shape.
        MalformedRequest: Not JSON.
    """
    try:
        return _read(decoder, body)
    except MalformedRequest:
        mended = _without_halves(body)
        if mended == body:
            raise
        return _read(decoder, mended)


def _read(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as exc:
        raise InvalidInput(f"the body has the wrong form: {exc}") from exc
    except UNREADABLE as exc:
        raise MalformedRequest("the body is not JSON") from exc


def _without_halves(body: bytes) -> bytes:
    whole = body.decode(errors="replace").encode()
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found["half"] else found[0], whole)
