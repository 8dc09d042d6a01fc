"""The protocol's short way for ad links: every way of asking gets the answer of the long way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.edge.test_redirect import clicks_of, kinds_of, only_click
from tests.support.server import LiveApp, LiveServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

AGENT = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)\r\n"


def request(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    """One request as it goes over the wire."""
    fields = "".join(f"{header}\r\n" for header in headers)
    return f"{method} {path} HTTP/{version}\r\nHost: go.example\r\n{AGENT}{fields}\r\n".encode()


class Wire:
    """A plain connection to the server."""

    def __init__(self, server: LiveServer) -> None:
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=20)
        self._read = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str]]:
        """The next answer's status and headers; its body is read past."""
        while b"\r\n\r\n" not in self._read:
            self._take()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers["content-length"])
        while len(self._read) < length:
            self._take()
        self._read = self._read[length:]
        return int(first.split()[1]), headers

    def is_closed(self) -> bool:
        """Whether the server ended the connection; waits for that."""
        return not self._read and self._socket.recv(1) == b""

    def close(self) -> None:
        """Go away."""
        self._socket.close()

    def _take(self) -> None:
        data = self._socket.recv(65_536)
        assert data, "the server closed the connection"
        self._read += data


@pytest.fixture
def wire(server: LiveServer) -> Iterator[Wire]:
    """A connection of one test."""
    with closing(Wire(server)) as opened:
        yield opened


def test_the_answer_is_that_of_the_long_way(server: LiveServer, ios: LiveApp, wire: Wire) -> None:
    """Percent-encoding a letter of the slug takes the long way to the same link."""
    path = f"{ios.click_path}?ttclid=x"
    encoded = path.replace(ios.link.slug, f"%{ord(ios.link.slug[0]):02x}{ios.link.slug[1:]}")
    wire.send(request(path))
    short = wire.answer()
    wire.send(request(encoded))
    long = wire.answer()

    assert short[0] == long[0] == 302
    assert {**short[1], "date": ""} == {**long[1], "date": ""}
    first, second = clicks_of(server, ios)
    assert first.page_url == f"https://go.example{path}"
    assert second.page_url == f"https://go.example{encoded}"
    assert (first.user_agent, first.client_ip) == (second.user_agent, second.client_ip)


def test_requests_follow_one_another_on_one_connection(
    server: LiveServer, ios: LiveApp, wire: Wire
) -> None:
    """Clicks and others, each answered before the next is sent."""
    for path, status in [(ios.click_path, 302), ("/healthz", 200), (ios.click_path, 302)]:
        wire.send(request(path))
        assert wire.answer()[0] == status
    assert len(clicks_of(server, ios)) == 2


def test_pipelined_requests_are_answered_in_their_order(
    server: LiveServer, ios: LiveApp, wire: Wire
) -> None:
    """All were sent before the first answer came."""
    paths = [ios.click_path, "/healthz", ios.click_path, "/c/unknown", ios.click_path]
    wire.send(b"".join(request(path) for path in paths))

    assert [wire.answer()[0] for _ in paths] == [302, 200, 302, 404, 302]
    assert len(clicks_of(server, ios)) == 3


def test_a_request_may_come_byte_by_byte(server: LiveServer, ios: LiveApp, wire: Wire) -> None:
    """Also its address."""
    for byte in request(f"{ios.click_path}?ttclid=slow"):
        wire.send(bytes([byte]))

    assert wire.answer()[0] == 302
    assert only_click(server, ios).page_url.endswith("?ttclid=slow")


@pytest.mark.parametrize(
    ("headers", "version"), [(["Connection: close"], "1.1"), ([], "1.0")], ids=["close", "1.0"]
)
def test_a_client_that_wants_no_more_is_let_go(
    server: LiveServer, ios: LiveApp, wire: Wire, headers: list[str], version: str
) -> None:
    """The answer says so and the connection ends."""
    wire.send(request(ios.click_path, *headers, version=version))

    status, answered = wire.answer()
    assert (status, answered["connection"]) == (302, "close")
    assert wire.is_closed()
    assert len(clicks_of(server, ios)) == 1


def test_a_body_is_read_past(server: LiveServer, ios: LiveApp, wire: Wire) -> None:
    """What a strange client sends along does not become its next request."""
    body = b"GET /c/unknown HTTP/1.1\r\n\r\n"
    wire.send(request(ios.click_path, f"Content-Length: {len(body)}") + body)
    assert wire.answer()[0] == 302
    wire.send(request("/healthz"))

    assert wire.answer()[0] == 200
    assert len(clicks_of(server, ios)) == 1


def test_a_wish_for_another_protocol_changes_nothing(
    server: LiveServer, ios: LiveApp, wire: Wire
) -> None:
    """There are no web sockets here."""
    wire.send(request(ios.click_path, "Connection: upgrade", "Upgrade: websocket"))

    assert wire.answer()[0] == 302
    assert len(clicks_of(server, ios)) == 1


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_other_methods_take_the_long_way(
    server: LiveServer, ios: LiveApp, wire: Wire, method: str
) -> None:
    """A HEAD is kept apart, a POST is refused."""
    wire.send(request(ios.click_path, method=method))

    # A HEAD's answer has no body, whatever length it tells.
    assert wire.answer()[0] == {"HEAD": 302, "POST": 405}[method]
    assert (clicks_of(server, ios), kinds_of(server, ios)) == (
        [],
        ["head"] if method == "HEAD" else [],
    )


def test_a_machine_is_kept_apart_on_the_short_way_too(
    server: LiveServer, ios: LiveApp, wire: Wire
) -> None:
    """TikTok's prefetch gets the redirect and is no click."""
    wire.send(request(ios.click_path, "X-Moz: prefetch"))

    assert wire.answer()[0] == 302
    assert (clicks_of(server, ios), kinds_of(server, ios)) == ([], ["prefetch"])


def test_a_person_who_goes_away_was_there(tmp_path: Path) -> None:
    """The click is kept, and the server goes on."""
    with LiveServer(tmp_path, click_wait_seconds=0.1) as server:
        app = server.new_app()
        with server.locked():
            wire = Wire(server)
            wire.send(request(app.click_path))
            wait_for(lambda: not server.process.spool.is_empty())
            wire.close()
        wait_for(server.process.spool.is_empty)

        assert len(clicks_of(server, app)) == 1
        assert server.http.get("/healthz").status_code == 200


def test_a_server_that_stops_answers_what_waits(tmp_path: Path) -> None:
    """A click under way gets its redirect, and the connection ends after it."""
    with LiveServer(tmp_path, click_wait_seconds=0.3) as server:
        app = server.new_app()
        with closing(Wire(server)) as wire, server.locked():
            before = server.metric("appsprint_visits_total")
            wire.send(request(app.click_path))
            wait_for(lambda: server.metric("appsprint_visits_total") > before)
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            status, _ = wire.answer()
            is_closed = wire.is_closed()
        stopping.join()

        assert (status, is_closed) == (302, True)
