"""uvicorn's HTTP protocol with a short way for ad links.

Most requests to an ad link are alike: a GET of a link that is in memory, alone on its connection.
They need no ASGI scope, no task and no messages, which together cost more than the click itself.
Everything else (``HEAD``, unknown or percent-encoded slugs, pipelined requests) goes uvicorn's
way to the same ``RedirectRoute``, and gets the same answers.
"""

from __future__ import annotations

from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from appsprint.entrypoints.http.app import Application
from appsprint.entrypoints.http.redirect import PREFIX, LinkRequest

_PREFIX = PREFIX.encode()
_STATUS_LINE = b"HTTP/1.1 302 Found\r\n"
_FIELDS_AFTER_LOCATION = b"\r\ncache-control: no-store\r\ncontent-length: 0\r\n"


class _NoEvent:
    """In the place of the event that ASGI applications wait for."""

    def set(self) -> None:
        """Nobody waits."""


class _Redirect:
    """A click on its way; has what uvicorn looks at in a request-response cycle."""

    __slots__ = ("_protocol", "disconnected", "keep_alive", "response_complete")
    message_event = _NoEvent()

    def __init__(self, protocol: ClickProtocol, *, keep_alive: bool) -> None:
        self._protocol = protocol
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False

    def answer(self, location: bytes) -> None:
        """Send the person to the store."""
        self.response_complete = True
        if not self.disconnected:
            self._protocol.send_redirect(location, keep_alive=self.keep_alive)


class ClickProtocol(HttpToolsProtocol):
    """One connection. uvicorn calls the ``on_…`` methods while it reads a request."""

    # None before the first request; uvicorn types its own class only.
    cycle: Any

    def on_headers_complete(self) -> None:
        """Take a click at once if it is an ordinary one."""
        if not (self.url.startswith(_PREFIX) and self._take_click()):
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Leave unread what a strange client sends along with a click."""
        if not isinstance(self.cycle, _Redirect):
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request was read; a click does not wait for that."""
        if not isinstance(self.cycle, _Redirect):
            super().on_message_complete()

    def send_redirect(self, location: bytes, *, keep_alive: bool) -> None:
        """Answer 302; the next request of this connection may come."""
        fields = b"".join(
            b"%b: %b\r\n" % (name, value) for name, value in self.server_state.default_headers
        )
        closing = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(
            b"%blocation: %b%b%b%b"
            % (_STATUS_LINE, location, _FIELDS_AFTER_LOCATION, fields, closing)
        )
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _take_click(self) -> bool:
        """Whether the request was an ordinary click; it is answered later then."""
        route = cast(Application, self.app).redirect
        slug, _, _ = self.url[len(_PREFIX) :].partition(b"?")
        if route is None or self._is_busy() or self.parser.get_method() != b"GET":
            return False
        is_plain = slug.isalnum() and b"#" not in self.url and not self.parser.should_upgrade()
        if not is_plain:
            return False
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        redirect = _Redirect(self, keep_alive=keep_alive)
        request = LinkRequest("GET", self.url, self.headers, self.client[0] if self.client else "")
        if not route.take(slug.decode(), request, redirect.answer):
            return False
        self.cycle = redirect
        return True

    def _is_busy(self) -> bool:
        """Whether an earlier request of this connection still waits for its answer."""
        return self.cycle is not None and not self.cycle.response_complete
