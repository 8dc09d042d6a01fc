"""A stand-in for Apple's AdServices API: real HTTP, the statuses that Apple documents.

What it answers hangs on the token, so that anybody can rehearse every case: a token that holds
``organic`` belongs to no ad, ``invalid`` is refused, ``unknown`` is never found, ``early`` is found
at the second attempt, ``down`` finds the server down. Any other has a claim whose ids follow from
the token.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

PATH = "/api/v1/"
MAX_TOKEN_BYTES = 16 * 1024
_REFUSALS = {
    "invalid": HTTPStatus.BAD_REQUEST,
    "unknown": HTTPStatus.NOT_FOUND,
    "down": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class AppleSandbox:
    """The stand-in on a thread of its own; a context manager.

    Args:
        host: A loopback address: it has no protection.
        port: 0 takes a free one.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = _Server((host, port), _Handler)
        self.url = f"http://{host}:{self._server.server_address[1]}{PATH}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="apple-sandbox", daemon=True
        )

    @property
    def tokens(self) -> list[str]:
        """Every token that was asked about, in order."""
        return list(self._server.tokens)

    def start(self) -> Self:
        """Answer from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve_apple_sandbox(host: str, port: int, *, on_listening: Callable[[str], None]) -> None:
    """Serve until the process is told to stop; ``on_listening`` gets the API's address first.

    Raises:
        OSError: The address is in use or is not one of this machine's.
    """
    with _Server((host, port), _Handler) as server, contextlib.suppress(KeyboardInterrupt):
        on_listening(f"http://{host}:{server.server_address[1]}{PATH}")
        server.serve_forever()


def record_of(token: str) -> dict[str, Any]:
    """Apple's standard record for a token, always the same one."""
    if "organic" in token:
        return {"attribution": False}
    digest = hashlib.sha256(token.encode()).digest()
    return {
        "attribution": True,
        "orgId": 40_000_001,
        "campaignId": 542_000_000 + digest[0] % 3,
        "conversionType": "Download",
        "claimType": "Impression" if digest[1] % 4 == 0 else "Click",
        "adGroupId": 543_000_000 + digest[2] % 5,
        "countryOrRegion": "US",
        "keywordId": 87_000_000 + digest[3],
        "adId": 542_300_000 + digest[4],
        "supplyPlacement": "APPSTORE_SEARCH_RESULTS",
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tokens: list[str] = []

    def answer(self, token: str) -> tuple[HTTPStatus, bytes]:
        is_first = token not in self.tokens
        self.tokens.append(token)
        for word, status in _REFUSALS.items():
            if word in token:
                return status, b""
        if not token or ("early" in token and is_first):
            return HTTPStatus.NOT_FOUND if token else HTTPStatus.BAD_REQUEST, b""
        return HTTPStatus.OK, json.dumps(record_of(token)).encode()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One token, as plain text."""
        length = min(int(self.headers.get("Content-Length") or 0), MAX_TOKEN_BYTES)
        token = self.rfile.read(length).decode(errors="replace").strip()
        if self.path != PATH:
            self._send(HTTPStatus.NOT_FOUND, b"")
        elif not self.headers.get("Content-Type", "").startswith("text/plain"):
            self._send(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"")
        else:
            self._send(*self.server.answer(token))

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: tokens belong to people."""

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
