"""``appsprint serve`` as a process: start, refusals, a command line beside it, an orderly end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    SandboxServer,
)
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

ADMIN_TOKEN = "the-operators-own-token-0123"
STORE_URL = "https://apps.apple.com/us/app/example/id1234567890"
END_SECONDS = 30
_ADDRESS = re.compile(r"Listening on (http://\S+)")


class Site:
    """A folder with a database, and the processes that work on it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "appsprint.db"
        self.environment = {
            **{name: value for name, value in os.environ.items() if "APPSPRINT" not in name},
            "APPSPRINT_DATABASE_URL": f"sqlite:///{self.database}",
            "APPSPRINT_PORT": "0",
            "APPSPRINT_APPLE_ADSERVICES_URL": "off",
        }

    def start(self, *options: str, **environment: str) -> RunningServer:
        """A server of its own, on a free port."""
        process = subprocess.Popen(
            [sys.executable, "-m", "appsprint", "serve", *options],
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return RunningServer(process)

    def run(
        self, *arguments: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "appsprint", *arguments],
            env=self.environment | environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=END_SECONDS,
        )

    def json(self, *arguments: str, stdin: str = "", **environment: str) -> Any:
        """What a command answers."""
        done = self.run(*arguments, "--json", stdin=stdin, **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


class RunningServer:
    """A server's process; what it says is read all the time, so that it never waits for us."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ready(self) -> str:
        """The address, once it answers."""
        return str(wait_for(self._address, seconds=END_SECONDS))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        code = self.process.wait(timeout=END_SECONDS)
        self._reader.join(END_SECONDS)
        return code

    def text(self) -> str:
        """Everything that it said to people so far."""
        return "".join(self.said)

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(END_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _address(self) -> str | None:
        found = _ADDRESS.search(self.text())
        assert found or self.process.poll() is None, self.text()
        return found[1] if found else None

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty folder."""
    return Site(tmp_path)


@pytest.fixture
def server(site: Site) -> Iterator[RunningServer]:
    """A server with the operator's own token."""
    running = site.start(APPSPRINT_ADMIN_TOKEN=ADMIN_TOKEN)
    yield running
    running.close()


def refusal(site: Site, *options: str, **environment: str) -> str:
    """Why a server does not start: one line, exit code 1, and no trace."""
    refused = site.start(*options, **environment)
    try:
        assert refused.ended() == 1
        assert "Traceback" not in refused.text()
        assert len(refused.said) == 1
        return refused.said[0]
    finally:
        refused.close()


def test_it_answers_and_ends_in_order(server: RunningServer) -> None:
    """Health, readiness and metrics; SIGTERM is an orderly end."""
    url = server.ready()

    assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
    metrics = httpx.get(f"{url}/metrics").text
    answer = httpx.get(f"{url}/")
    code = server.stop()

    assert "appsprint_visits_total" in metrics
    assert "server" not in answer.headers
    assert "date" in answer.headers
    assert code == 0
    assert "server_started" in server.text()
    assert "server_stopped" in server.text()


def test_ctrl_c_is_an_orderly_end_too(server: RunningServer) -> None:
    """Exit code 0, and no trace."""
    server.ready()

    assert server.stop(signal.SIGINT) == 0
    assert "Traceback" not in server.text()


def test_a_request_under_way_is_answered_before_the_end(server: RunningServer) -> None:
    """New connections are refused, and the one that has begun is finished."""
    host, port = server.ready().removeprefix("http://").split(":")
    body = b'{"name": "CI", "role": "viewer"}'
    head = (
        f"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=END_SECONDS) as link:
        link.sendall(head + body[:10])
        wait_for(lambda: httpx.get(f"http://{host}:{port}/healthz").status_code == 200)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not accepts(host, int(port)))
        link.sendall(body[10:])
        answer = link.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert server.ended() == 0


def accepts(host: str, port: int) -> bool:
    """Whether anybody listens there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_second_server_is_refused(site: Site, server: RunningServer) -> None:
    """It names the process that holds the database, and changes nothing."""
    server.ready()

    said = refusal(site)

    assert said.startswith("Error: another server")
    assert str(server.process.pid) in said


@pytest.mark.parametrize("role", ["edge", "worker"])
def test_roles_cannot_share_a_sqlite_file(site: Site, server: RunningServer, role: str) -> None:
    """The refusal says what to do instead."""
    server.ready()

    assert "start it with --role all" in refusal(site, "--role", role)


def test_a_worker_has_no_routes_but_health(site: Site) -> None:
    """It says so, and nobody is invited to set it up."""
    worker = site.start("--role", "worker")
    try:
        url = worker.ready()
        ready, other = httpx.get(f"{url}/readyz"), httpx.get(f"{url}/api/v1/apps")
        code = worker.stop()
    finally:
        worker.close()

    assert ready.json()["status"] == "ready"
    assert (other.status_code, other.json()["error"]) == (404, "not_found")
    assert "/setup/" not in worker.text()
    assert code == 0


def test_an_edge_has_the_routes(site: Site) -> None:
    """Without the loops."""
    edge = site.start("--role", "edge", APPSPRINT_ADMIN_TOKEN=ADMIN_TOKEN)
    try:
        answer = httpx.get(f"{edge.ready()}/api/v1/me", headers=bearer(ADMIN_TOKEN))
        code = edge.stop()
    finally:
        edge.close()

    assert (answer.status_code, code) == (200, 0)


def test_a_newer_database_is_refused(site: Site) -> None:
    """A clear line, and the file stays as it is."""
    site.run("db", "migrate")
    with closing(sqlite3.connect(site.database)) as other:
        other.execute("PRAGMA user_version = 9999")
    before = site.database.read_bytes()

    said = refusal(site)

    assert said.startswith("Error: the database has schema 9999 and this program knows up to")
    assert site.database.read_bytes() == before


def test_a_port_in_use_is_told(site: Site) -> None:
    """With the names of the settings that choose another."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = refusal(site, "--port", str(port))

    assert said.startswith(f"Error: cannot listen on 127.0.0.1 port {port}: ")
    assert "APPSPRINT_PORT" in said


def test_a_host_of_somebody_else_is_told(site: Site) -> None:
    """192.0.2.1 is nobody's."""
    assert "cannot listen on 192.0.2.1" in refusal(site, "--host", "192.0.2.1")


def test_bad_settings_are_told_all_at_once(site: Site) -> None:
    """One message, and no file is made."""
    refused = site.run("serve", APPSPRINT_PORT="many", APPSPRINT_LOG_FORMAT="xml")

    assert refused.returncode == 1
    assert "APPSPRINT_PORT" in refused.stderr
    assert "APPSPRINT_LOG_FORMAT" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not site.database.exists()


def test_a_short_admin_token_is_refused(site: Site) -> None:
    """And it is not repeated."""
    said = refusal(site, APPSPRINT_ADMIN_TOKEN="hush-hush")

    assert "APPSPRINT_ADMIN_TOKEN must be" in said
    assert "hush-hush" not in said


def test_a_wrong_secret_key_is_refused(site: Site) -> None:
    """Before anything is served."""
    assert "APPSPRINT_SECRET_KEY" in refusal(site, APPSPRINT_SECRET_KEY="short")


def test_a_name_that_is_no_setting_does_not_stop_it(site: Site) -> None:
    """After a roll-back the newer version's settings are still there."""
    running = site.start(APPSPRINT_FROM_TOMORROW="1")
    try:
        running.ready()
        assert running.said[0].startswith("Warning: APPSPRINT_FROM_TOMORROW is not a setting")
    finally:
        running.close()


def test_the_setup_link_makes_the_first_owner(site: Site) -> None:
    """It is printed while there is no owner, works once, and is not printed again."""
    first = site.start()
    try:
        url = first.ready()
        wait_for(lambda: "/setup/" in first.text())
        [link] = re.findall(r"http://\S+/setup/\S+", first.text())
        page = httpx.post(link)
        again = httpx.post(link)
        token = re.search(r"ast_[\w-]+", page.text)
        assert token is not None
        mine = httpx.get(f"{url}/api/v1/me", headers=bearer(token[0]))
        first.stop()
    finally:
        first.close()
    second = site.start()
    try:
        second.ready()
        second.stop()
    finally:
        second.close()

    assert link.startswith(f"{url}/setup/")
    assert (page.status_code, again.status_code) == (200, 404)
    assert mine.json()["role"] == "owner"
    assert "/setup/" not in second.text()


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def test_the_operators_token_is_an_owners(server: RunningServer) -> None:
    """No setup link is needed then, and the token is never said."""
    mine = httpx.get(f"{server.ready()}/api/v1/me", headers=bearer(ADMIN_TOKEN))
    server.stop()

    assert mine.json()["role"] == "owner"
    assert "/setup/" not in server.text()
    assert ADMIN_TOKEN not in server.text()


def test_the_command_line_works_beside_it(site: Site, server: RunningServer) -> None:
    """A key that it makes is good at once; one that it ends is refused within a second."""
    url = server.ready()
    made = site.json(
        *("apps", "create", "--name", "Example", "--platform", "ios", "--store-url", STORE_URL)
    )
    key = site.json("keys", "create", "--app", made["id"])

    accepted = register(url, key["key"])
    site.json("keys", "revoke", key["id"], "--mode", "reject", "--yes")
    wait_for(lambda: register(url, key["key"]).status_code == 401, seconds=1)
    other_key_is_good = register(url, made["api_keys"][0]["key"]).status_code == 200

    assert accepted.status_code == 200
    assert other_key_is_good
    assert site.json("installs", "list")["items"][0]["appsprint_id"] == "device-1"
    assert site.run("doctor").returncode == 0


def register(url: str, key: str) -> httpx.Response:
    """What an SDK sends first."""
    return httpx.post(
        f"{url}/v1/sdk/install", json={"appsprintId": "device-1"}, headers={"X-API-Key": key}
    )


def test_log_lines_can_be_json(site: Site) -> None:
    """One object a line, with the address that is really listened on."""
    running = site.start(APPSPRINT_LOG_FORMAT="json", APPSPRINT_ADMIN_TOKEN=ADMIN_TOKEN)
    try:
        url = running.ready()
        running.stop()
    finally:
        running.close()

    lines = [json.loads(line) for line in running.said if line.startswith("{")]
    assert [line["event"] for line in lines if line["event"].startswith("server_")] == [
        "server_started",
        "server_stopped",
    ]
    assert lines[0]["address"] == url


def test_tiktok_is_connected_from_the_command_line(site: Site) -> None:
    """Authorise, come back to the server, choose, save the token, import, report, disconnect."""
    with SandboxServer() as sandbox:
        tiktok = {
            "APPSPRINT_TIKTOK_API_URL": sandbox.api_url,
            "APPSPRINT_TIKTOK_AUTH_URL": sandbox.auth_url,
            "APPSPRINT_TIKTOK_APP_ID": DEFAULT_APP_ID,
            "APPSPRINT_TIKTOK_SECRET": DEFAULT_SECRET,
        }
        running = site.start(**tiktok)
        try:
            site.environment |= tiktok | {"APPSPRINT_PUBLIC_URL": running.ready()}
            connect(site)
            synced = site.json("tiktok", "sync")
            report = site.json(
                "reports", "campaigns", "--start", synced["start"], "--end", synced["end"]
            )
            left = site.json("tiktok", "disconnect", "--yes")
        finally:
            running.close()

    assert synced["rows"] > 0
    assert report["currency"] == "EUR"
    assert float(report["totals"]["spend"]) > 0
    assert (left["status"], left["revocation"]["done"]) == ("not_connected", True)


def connect(site: Site) -> None:
    """The way of a person with a terminal and a browser."""
    options = ("--name", "Example", "--platform", "ios", "--store-url", STORE_URL)
    site.json("apps", "create", *options)
    page = site.json("tiktok", "authorize")["authorize_url"]
    approved = httpx.get(f"{page}&auto=approve")
    assert httpx.get(approved.headers["location"]).status_code == 303
    listed = [one["id"] for one in site.json("tiktok", "advertisers")["items"]]
    assert EUR_ADVERTISER_ID in listed
    site.json("tiktok", "choose", EUR_ADVERTISER_ID)
    status = site.json(
        *("tiktok", "events-api", "--pixel-id", DEFAULT_PIXEL_CODE), stdin=DEFAULT_EVENTS_TOKEN
    )
    assert status["status"] == "active"
