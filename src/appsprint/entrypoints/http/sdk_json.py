"""Reads the JSON of SDKs, so that one odd event costs no other: see ``read_json``."""

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

# What decides how deep JSON nests: whole texts, which may hold brackets, and brackets.
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
# Deeper than any reader of ours goes, and far from where the decoder gives up (about 1,000).
_DEEPEST = 200


def read_json(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The body as ``decoder`` types it.

    Two things that no decoder takes are mended first, because they must not cost an install or a
    whole batch. A text that was cut in the middle of a character leaves half of it behind: that
    half becomes the replacement character. What nests without end becomes null where it is deeper
    than anything we read: an event with such parameters is then refused by itself.

    Raises:
        InvalidInput: JSON of another shape.
        MalformedRequest: Not JSON.
    """
    try:
        return _read(decoder, body)
    except MalformedRequest as exc:
        is_deep = isinstance(exc.__cause__, RecursionError)
        mended = _without_depths(body) if is_deep else _without_halves(body)
        if mended == body:
            raise
        return read_json(decoder, mended)


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


def _without_depths(body: bytes) -> bytes:
    kept = bytearray()
    depth = resume = 0
    for found in _STRUCTURE.finditer(body):
        if found[0] in b"[{":
            depth += 1
            if depth == _DEEPEST + 1:
                kept += body[resume : found.start()] + b"null"
        elif found[0] in b"]}":
            if depth == _DEEPEST + 1:
                resume = found.end()
            depth -= 1
    # Out of balance it stays broken, whatever was kept.
    return bytes(kept + body[resume:])
