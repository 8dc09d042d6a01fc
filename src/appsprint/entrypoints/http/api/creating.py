"""Answers to creating calls: 201, and the same answer again for a repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from litestar import MediaType, Response

from appsprint.entrypoints.http.api.routing import ApiRequest, services_of
from appsprint.services.creation import Creation
from appsprint.services.idempotency import KEY_HEADER, CreatingCall

T = TypeVar("T")

CREATED = 201


def created(
    request: ApiRequest,
    body: bytes,
    prepare: Callable[[], Creation[T]],
    render: Callable[[T], msgspec.Struct],
) -> Response[bytes]:
    """Create once for each ``Idempotency-Key``, and answer 201 with the resource.

    Args:
        request: Its token, method and path are the scope of the key.
        body: Valid JSON; spaces and the order of names make no difference.
        prepare: Checks what is wanted and gives the unit of work.
        render: The resource as it is answered.
    """
    call = CreatingCall(
        scope=f"{request.user.id} {request.method} {request.url.path.rstrip('/')}",
        key=request.headers.get(KEY_HEADER),
        body=_normal(body),
    )
    answer = services_of(request).idempotency.answer(
        call, prepare, lambda made: msgspec.json.encode(render(made)).decode()
    )
    return Response(answer.encode(), status_code=CREATED, media_type=MediaType.JSON)


def _normal(body: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body or b"{}"), order="sorted")
