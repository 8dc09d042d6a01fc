"""An app that keeps no whole addresses: nothing that it writes holds one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.domain.ids import AppId
from appsprint.services.apps import AppChanges
from tests.support.sdk import CFNETWORK, Sdk, ios_install, make_event
from tests.support.server import LiveApp, LiveServer
from tests.support.user_agents import TIKTOK_IPHONE_WITH_UUID
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

CLICKER, DEVICE = "198.51.100.77", "198.51.100.99"
HOME_V6 = "2001:db8:77:88::99"


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server whose files hold this test's data alone."""
    with LiveServer(tmp_path) as live:
        yield live


@pytest.fixture
def app(own_server: LiveServer) -> LiveApp:
    """An app that truncates addresses."""
    made = own_server.new_app("ios")
    own_server.services.apps.update(made.app.id, AppChanges(truncate_addresses=True))
    return made


def visit(server: LiveServer, app: LiveApp, address: str, agent: str) -> None:
    """A request to the ad link."""
    headers = {"User-Agent": agent, "X-Forwarded-For": address}
    response = server.http.get(f"{app.click_path}?ttclid=x", headers=headers)
    assert response.status_code == 302


def addresses(server: LiveServer, app_id: AppId, table: str) -> list[str]:
    """What a table holds of addresses."""
    with closing(sqlite3.connect(server.database)) as connection:
        rows = connection.execute(f"SELECT client_ip FROM {table} WHERE app_id = ?", (app_id,))
        return [row[0] for row in rows]


def test_only_the_network_is_kept(tmp_path: Path, own_server: LiveServer, app: LiveApp) -> None:
    """Of clicks, other visits, installs and events, in tables, logs and spool alike."""
    visit(own_server, app, CLICKER, TIKTOK_IPHONE_WITH_UUID)
    visit(own_server, app, CLICKER, "Googlebot/2.1")
    visit(own_server, app, HOME_V6, TIKTOK_IPHONE_WITH_UUID)
    phone = Sdk(own_server, app.key, address=DEVICE, agent=CFNETWORK)
    body = ios_install()
    phone.install(body)
    phone.batch(make_event(body["appsprintId"]))
    with own_server.locked():
        visit(own_server, app, CLICKER, TIKTOK_IPHONE_WITH_UUID)
    app_id, network = app.app.id, "198.51.100.0/24"
    wait_for(lambda: len(addresses(own_server, app_id, "clicks")) >= 2)

    assert set(addresses(own_server, app_id, "clicks")) == {network, "2001:db8:77::/48"}
    for table in ("filtered_visits", "installs", "events"):
        assert addresses(own_server, app_id, table) == [network]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert network.encode() in held
    for whole in (CLICKER, DEVICE, HOME_V6):
        assert whole.encode() not in held


def test_it_is_off_until_it_is_asked_for(own_server: LiveServer) -> None:
    """An app that sets nothing keeps whole addresses."""
    app = own_server.new_app("ios")
    visit(own_server, app, CLICKER, TIKTOK_IPHONE_WITH_UUID)

    assert addresses(own_server, app.app.id, "clicks") == [CLICKER]
