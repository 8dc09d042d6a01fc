"""A sender that dies at each step between claiming and settling: nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    SandboxServer,
)
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.server import ServerRole
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.testing.builders import make_connection
from tests.support.builders import PIXEL_8
from tests.support.dying_sender import Step
from tests.support.sdk import Sdk, android_install, make_event
from tests.support.server import LiveServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.e2e

EVENTS = 20
ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """TikTok's stand-in, which outlives every process."""
    with SandboxServer() as running:
        yield running


def queue_events(folder: Path, sandbox: SandboxServer) -> AppId:
    """A click, an install and its purchases through the real routes; nothing is sent yet."""
    with LiveServer(folder, role=ServerRole.EDGE, tiktok_api_url=sandbox.api_url) as server:
        live = server.new_app("android")
        connection = make_connection(
            app_id=live.app.id,
            pixel_id=DEFAULT_PIXEL_CODE,
            events_token=server.services.secrets.seal(DEFAULT_EVENTS_TOKEN),
        )
        server.store.write(lambda uow: uow.connections.save(connection))
        server.services.directory.refresh()
        person = {"User-Agent": PIXEL_8, "X-Forwarded-For": "81.2.69.142"}
        server.http.get(f"{live.click_path}?ttclid=E.C.P.1", headers=person)
        sdk = Sdk(server, live.key, address="81.2.69.142")
        body = android_install(installTimestamp=None)
        assert sdk.install(body).json()["attribution"]["isAttributed"]
        now_ms = time.time_ns() // 1_000_000
        events = [make_event(body["appsprintId"], timestamp=now_ms) for _ in range(EVENTS)]
        assert sdk.batch(*events).json()["stored"] == EVENTS
        return live.app.id


def run_until_death(folder: Path, sandbox: SandboxServer, step: Step) -> int:
    """Send in a process of its own that dies at ``step``; how it ended."""
    environment = {
        **os.environ,
        "APPSPRINT_DATABASE_URL": f"sqlite:///{folder / 'appsprint.db'}",
        "APPSPRINT_TIKTOK_API_URL": sandbox.api_url,
    }
    command = [sys.executable, "-m", "tests.support.dying_sender", step.value]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        if step is Step.CALLING:
            wait_for(lambda: len(arrived(sandbox)["events"]) == EVENTS, seconds=60)
            process.kill()
        return process.wait(timeout=60)


def arrived(sandbox: SandboxServer) -> dict[str, Any]:
    """What TikTok took, and what it dropped as repeated."""
    query = {"limit": "1000", "duplicates": "true"}
    answer: dict[str, Any] = httpx.get(f"{sandbox.control_url}/events", params=query).json()
    return answer


@pytest.mark.parametrize(
    ("step", "repeated"),
    [
        (Step.CLAIMING, 0),
        (Step.CLAIMED, 0),
        (Step.CALLING, EVENTS),
        (Step.SENT, EVENTS),
        (Step.SETTLING, EVENTS),
        (Step.SETTLED, 0),
    ],
)
def test_a_sender_that_dies_loses_and_doubles_nothing(
    tmp_path: Path, sandbox: SandboxServer, step: Step, repeated: int
) -> None:
    """The next server sends at once what was not settled, under the ids that TikTok knows."""
    app_id = queue_events(tmp_path, sandbox)
    if step is Step.CALLING:
        hang = {"kind": "accept_then_hang", "endpoint": "/event/track/", "times": 1}
        httpx.post(f"{sandbox.control_url}/faults", json=[hang]).raise_for_status()

    assert run_until_death(tmp_path, sandbox, step) == -signal.SIGKILL

    with LiveServer(tmp_path, tiktok_api_url=sandbox.api_url) as server:
        deliveries = server.services.deliveries
        wait_for(
            lambda: {one.status for one in deliveries.page(app_id, DeliveryFilter())} == {"sent"}
        )
        page = deliveries.page(app_id, DeliveryFilter(), limit=100)
        assert server.services.ledger.check(app_id).is_balanced
    answer = arrived(sandbox)
    accepted = Counter(event["event_id"] for event in answer["events"])
    assert accepted == Counter(one.network_event_id for one in page)
    assert len(page) == EVENTS
    assert len(answer["duplicates"]) == repeated
