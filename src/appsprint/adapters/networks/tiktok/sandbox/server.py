"""The sandbox as an ASGI application: routing, injected faults and broken connections."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from appsprint.adapters.networks.tiktok.sandbox.answers import (
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    Answer,
    new_request_id,
    plain,
    redirect,
)
from appsprint.adapters.networks.tiktok.sandbox.api import (
    API_PREFIX,
    ROUTES,
    Handler,
    Processed,
    process,
)
from appsprint.adapters.networks.tiktok.sandbox.control import CONTROL_PREFIX, answer_control
from appsprint.adapters.networks.tiktok.sandbox.control_page import inspection
from appsprint.adapters.networks.tiktok.sandbox.faults import MAX_WAIT_SECONDS, Fault, FaultKind
from appsprint.adapters.networks.tiktok.sandbox.oauth_pages import authorisation
from appsprint.adapters.networks.tiktok.sandbox.requests import Request, parse_query
from appsprint.adapters.networks.tiktok.sandbox.state import RequestRecord, Sandbox

AUTH_PATH = "/portal/auth"
# TikTok documents no limit; a thousand events are about one megabyte.
MAX_BODY_BYTES = 32 * 1024 * 1024

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_UNANSWERED = frozenset({FaultKind.HANG, FaultKind.RESET})
_HANGS = frozenset({FaultKind.HANG, FaultKind.ACCEPT_THEN_HANG})
_RESETS = frozenset({FaultKind.RESET, FaultKind.ACCEPT_THEN_RESET})


class Connection:
    """The client's side of one request: answered, kept waiting, or cut off."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    async def read_body(self) -> bytes | None:
        """The whole body; None when the client left or sent too much."""
        chunks, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return None
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > MAX_BODY_BYTES:
                await self.answer(plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body too large"))
                return None
            if not message.get("more_body", False):
                return b"".join(chunks)

    async def answer(self, answer: Answer) -> None:
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        await self._send(
            {
                "type": "http.response.start",
                "status": int(answer.status),
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await self._send({"type": "http.response.body", "body": answer.body})

    async def hang(self) -> None:
        """Say nothing until the client gives up, a minute at most; then cut it off."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await self._until_closed()
        await self.reset()

    async def reset(self) -> None:
        """End the connection with a TCP reset instead of an answer."""
        transport: asyncio.Transport = self._scope["state"]["transport"]
        connection = transport.get_extra_info("socket")
        if connection is not None and not transport.is_closing():
            # Lingering for zero seconds is what makes closing send a reset.
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
        await self._until_closed()

    async def _until_closed(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


class SandboxApp:
    """The ASGI application over one ``Sandbox``.

    The server must put the connection's transport into the scope's state, as ``run`` arranges:
    without it the faults that cut connections cannot.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        connection = Connection(scope, receive, send)
        body = await connection.read_body()
        if body is None:
            return
        request = _request_of(scope, body, new_request_id(self._sandbox.now()))
        if request.path.startswith(API_PREFIX):
            await self._answer_api(request, connection)
        else:
            await connection.answer(self._page(request))

    def _page(self, request: Request) -> Answer:
        """What is not the API: the OAuth page, the inspection page and the control API."""
        if request.path.startswith(CONTROL_PREFIX):
            return answer_control(self._sandbox, request)
        if request.method != "GET":
            return METHOD_NOT_ALLOWED
        match request.path.rstrip("/"):
            case "":
                return redirect("/sandbox/")
            case "/sandbox":
                return inspection(self._sandbox)
            case "/portal/auth":
                return authorisation(self._sandbox, request)
            case _:
                return NOT_FOUND

    async def _answer_api(self, request: Request, connection: Connection) -> None:
        endpoint = request.path.removeprefix(API_PREFIX)
        method, handler = ROUTES.get(endpoint, (None, None))
        if handler is None or method != request.method:
            answer = NOT_FOUND if handler is None else METHOD_NOT_ALLOWED
            self._log(request, Processed(answer, None, 0), None)
            await connection.answer(answer)
            return
        fault = self._sandbox.faults.draw(endpoint, request)
        if fault is not None and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.delay_ms / 1000)
        processed = self._processed(request, handler, fault)
        if fault is not None and fault.kind in _HANGS:
            await connection.hang()
        elif fault is not None and fault.kind in _RESETS:
            await connection.reset()
        elif processed is not None:
            await connection.answer(processed.answer)

    def _processed(
        self, request: Request, handler: Handler, fault: Fault | None
    ) -> Processed | None:
        """The answer, logged; None when the fault keeps the request from being looked at."""
        processed = None
        if fault is None or fault.kind not in _UNANSWERED:
            processed = process(self._sandbox, request, handler, fault)
        self._log(request, processed, fault)
        return processed

    def _log(self, request: Request, processed: Processed | None, fault: Fault | None) -> None:
        is_answered = fault is None or fault.kind not in _HANGS | _RESETS
        self._sandbox.requests.add(
            RequestRecord(
                at=self._sandbox.now(),
                method=request.method,
                path=request.path,
                status=int(processed.answer.status) if processed and is_answered else None,
                code=processed.code if processed else None,
                count=processed.count if processed else 0,
                request_id=request.request_id,
                fault=fault.kind if fault else None,
            )
        )


def _request_of(scope: Scope, body: bytes, request_id: str) -> Request:
    tokens = [value for name, value in scope["headers"] if name == b"access-token"]
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_query(scope["query_string"]),
        access_token=tokens[-1].decode("latin-1") if tokens else None,
        request_id=request_id,
        body=body,
    )
