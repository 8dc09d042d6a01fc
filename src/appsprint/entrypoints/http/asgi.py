"""The small part of ASGI that the hot routes use (asgi.readthedocs.io, HTTP spec 2.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

import msgspec

from appsprint.errors import MalformedRequest, TooLarge

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_048_576
_JSON = msgspec.json.Encoder()
_NO_STORE = (b"cache-control", b"no-store")


def header_map(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """The request's headers, names in lower case; a repeated one is joined with commas."""
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    if len(found) == len(headers):
        return found
    found.clear()
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body.

    Raises:
        TooLarge: More than 1 MiB.
        MalformedRequest: The client went away in the middle.
    """
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise TooLarge("the body is larger than 1 MB")
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedRequest("the connection ended before the body did")
        chunk = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise TooLarge("the body is larger than 1 MB")
        more = message.get("more_body", False)
    return b"".join(chunks)


async def send_json(
    send: Send, status: int, body: object, headers: Mapping[bytes, bytes] | None = None
) -> None:
    """Answer with JSON that no cache keeps."""
    await send_bytes(send, status, _JSON.encode(body), b"application/json", headers)


async def send_bytes(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes,
    headers: Mapping[bytes, bytes] | None = None,
) -> None:
    """Answer with a body that no cache keeps."""
    fields = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        _NO_STORE,
        *(headers or {}).items(),
    ]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def send_redirect(send: Send, location: bytes) -> None:
    """Answer 302 with a place to go, which no cache keeps: each click must reach us."""
    fields = [(b"location", location), _NO_STORE, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": fields})
    await send({"type": "http.response.body", "body": b""})
