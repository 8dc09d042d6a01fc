"""Power cuts at random moments, while TikTok misbehaves and while the database is locked."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from appsprint.adapters.networks.tiktok.sandbox import SandboxServer
from tests.support.crashing import STORE_URL, KillableServer, Phone, connect_tiktok, wait_until

pytestmark = pytest.mark.e2e

# APPSPRINT_TEST_KILLS=200 makes a long run of it; a seed repeats one.
KILLS = int(os.environ.get("APPSPRINT_TEST_KILLS", "2"))
SEED = int(os.environ.get("APPSPRINT_TEST_SEED", "0")) or random.randrange(10**6)
MOST_EVENTS_BETWEEN_KILLS = 60
FAULTS: Sequence[dict[str, Any]] = (
    {"kind": "accept_then_reset", "probability": 0.15},
    {"kind": "business_error", "probability": 0.1, "code": 40100, "message": "too many"},
    {"kind": "server_error", "probability": 0.1, "status": 503},
    {"kind": "partial", "probability": 0.1},
)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """TikTok's stand-in, which outlives every power cut."""
    with SandboxServer() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, sandbox: SandboxServer) -> Iterator[KillableServer]:
    """A server with one connected app to come."""
    made = KillableServer(tmp_path, sandbox)
    made.start()
    yield made
    made.kill()


def new_app(server: KillableServer) -> tuple[str, list[Phone]]:
    """The path of a connected app, and three phones with it."""
    body = {"name": "Kill", "platform": "ios", "store_url": STORE_URL}
    app = server.call("POST", "/api/v1/apps", body)
    path = f"/api/v1/apps/{app['id']}"
    connect_tiktok(server, path)
    link_body = {"network": "tiktok", "name": "Kill", "destination_url": STORE_URL}
    link = server.call("POST", f"{path}/links", link_body)
    key = app["api_keys"][0]["key"]
    return path, [Phone(server, link["url"], key, number) for number in range(3)]


@pytest.mark.timeout(60 + 30 * KILLS)
def test_nothing_is_lost_or_doubled_while_tiktok_misbehaves(
    server: KillableServer, sandbox: SandboxServer
) -> None:
    """It takes calls and hangs up, limits, fails and takes in part, and the server dies."""
    moments = random.Random(SEED)
    path, phones = new_app(server)
    faults = [
        {**fault, "endpoint": "/event/track/", "seed": SEED + number}
        for number, fault in enumerate(FAULTS)
    ]
    httpx.post(f"{sandbox.control_url}/faults", json=faults).raise_for_status()
    for phone in phones:
        phone.start()

    for _ in range(KILLS):
        enough = acknowledged(phones) + moments.randint(1, MOST_EVENTS_BETWEEN_KILLS)
        wait_until(lambda goal=enough: acknowledged(phones) >= goal, "events")  # type: ignore[misc]
        server.kill()
        server.start()
    stop(phones)
    httpx.delete(f"{sandbox.control_url}/faults").raise_for_status()
    wait_until(lambda: server.call("GET", f"{path}/tiktok")["counts"]["open"] == 0, "deliveries")

    query = {"limit": "100000", "duplicates": "true"}
    answer = httpx.get(f"{sandbox.control_url}/events", params=query).json()
    arrived = Counter(event["event_id"] for event in answer["events"])
    sent = column(server.database, "network_event_id FROM deliveries WHERE status = 'sent'")
    assert arrived == Counter(sent), f"APPSPRINT_TEST_SEED={SEED}"
    assert column(server.database, "reason FROM deliveries WHERE status <> 'sent'") == []
    assert_all_is_stored(server.database, phones)


@pytest.mark.timeout(120)
def test_spooled_clicks_survive_a_power_cut(server: KillableServer) -> None:
    """They were acknowledged while another process held the database; each is counted once."""
    _, phones = new_app(server)
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 10000")
        other.execute("BEGIN IMMEDIATE")
        for phone in phones:
            phone.start()
        wait_until(lambda: all(phone.clicks for phone in phones), "clicks")
        server.kill()
    server.start()
    spool = server.database.with_name(f"{server.database.name}-spool")
    wait_until(lambda: not list(spool.glob("*.jsonl")), "the spool")
    stop(phones)

    assert_all_is_stored(server.database, phones)
    urls = Counter(column(server.database, "page_url FROM clicks"))
    assert max(urls.values()) == 1
    assert column(server.database, "sum(clicks) FROM link_totals") == [str(len(urls))]


def acknowledged(phones: Sequence[Phone]) -> int:
    """How many events the phones know to be safe."""
    return sum(len(phone.events) for phone in phones)


def stop(phones: Sequence[Phone]) -> None:
    """End the load."""
    for phone in phones:
        phone.stop()
    for phone in phones:
        phone.join()


def assert_all_is_stored(database: Path, phones: Sequence[Phone]) -> None:
    """Everything that was acknowledged is there; installs and events once."""
    clicks = {url.partition("ttclid=")[2] for url in column(database, "page_url FROM clicks")}
    installs = Counter(column(database, "appsprint_id FROM installs"))
    events = Counter(column(database, "event_id FROM events"))

    assert [one for phone in phones for one in phone.clicks if one not in clicks] == []
    assert [one for phone in phones for one in phone.installs if installs[one] != 1] == []
    assert [one for phone in phones for one in phone.events if events[one] != 1] == []
    [sums] = rows(
        database,
        "total(received), total(duplicates + refused + stored), total(stored) FROM received_counts",
    )
    assert sums[0] == sums[1]
    assert sums[2] == len(events)


def rows(database: Path, what: str) -> list[Any]:
    """Rows of the database, read from outside."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"SELECT {what}").fetchall()


def column(database: Path, what: str) -> list[str]:
    """One column of the database as texts."""
    return [str(row[0]) for row in rows(database, what)]
