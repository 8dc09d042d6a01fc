"""An HTTP server that answers with the very bytes a test gives it, or breaks as it says.

The TikTok sandbox behaves like TikTok; this one behaves like anything between us and TikTok.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request as it came over the wire; ``connection`` counts from 1."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do with one request.

    Attributes:
        sent: Pieces to write, with ``pause_seconds`` before each but the first.
        cuts: Reset the connection afterwards.
        hangs: Say nothing more until the test is over.
    """

    sent: tuple[bytes, ...] = ()
    pause_seconds: float = 0.0
    cuts: bool = False
    hangs: bool = False


@dataclass(slots=True)
class ScriptedServer:
    """The running server: give it steps, look at what it received."""

    url: str = ""
    steps: deque[Step] = field(default_factory=deque)
    requests: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def will_answer(
        self,
        body: bytes,
        *,
        status: str = "200 OK",
        content_type: str = "application/json",
        headers: str = "",
    ) -> None:
        """Answer the next request with this, complete and correct."""
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n{headers}\r\n"
        )
        self.steps.append(Step(sent=(head.encode() + body,)))


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A server on a free loopback port, with a thread for each connection."""
    script = ScriptedServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            script.connections += 1
            _serve(script, self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield script
        finally:
            script.is_over.set()
            server.shutdown()
            thread.join()


def unused_url() -> str:
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _serve(script: ScriptedServer, handler: socketserver.StreamRequestHandler) -> None:
    number = script.connections
    while (request := _read(handler, number)) is not None:
        script.requests.append(request)
        step = script.steps.popleft()
        if not _write(script, handler, step):
            return


def _read(handler: socketserver.StreamRequestHandler, number: int) -> ReceivedRequest | None:
    line = handler.rfile.readline().decode("latin-1").strip()
    if not line:
        return None
    headers: dict[str, str] = {}
    while header := handler.rfile.readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = handler.rfile.read(int(headers.get("content-length", "0")))
    return ReceivedRequest(connection=number, line=line, headers=headers, body=body)


def _write(script: ScriptedServer, handler: socketserver.StreamRequestHandler, step: Step) -> bool:
    """Whether the connection goes on."""
    for number, piece in enumerate(step.sent):
        if number and script.is_over.wait(step.pause_seconds):
            return False
        try:
            handler.wfile.write(piece)
        except OSError:
            return False
    if step.hangs:
        script.is_over.wait()
        return False
    if step.cuts:
        # Closing with a linger time of zero sends a reset instead of a polite end.
        handler.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    return True
