"""What the doctor finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appsprint.adapters.network_file import NetworkFile
from appsprint.adapters.sqlite.inspection import SqliteInspection
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.config import Settings
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.connection import Advertiser, Connection, EventsApiState, OAuthState
from appsprint.domain.link import AdNetwork
from appsprint.errors import ConfigurationError, StoreUnavailable
from appsprint.ports.events import ReceivedCounts
from appsprint.services.doctor import Check, CheckState, DoctorService
from appsprint.services.ledger import LedgerService
from appsprint.services.network_lists import NetworkLists
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene
from tests.support.control_plane import ReversibleBox, StandingClock
from tests.support.facts import put_delivery, put_event, put_install

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class ListSpool:
    """A spool in memory."""

    def __init__(self) -> None:
        self.clicks: list[Click | FilteredVisit] = []

    def append(self, clicks: Sequence[Click | FilteredVisit]) -> None:
        """Keep clicks."""
        self.clicks.extend(clicks)

    def take(self) -> Sequence[Click | FilteredVisit]:
        """All of them."""
        return self.clicks

    def drop_taken(self) -> None:
        """Forget them."""
        self.clicks.clear()

    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.clicks


@dataclass
class Ward:
    """A server to look at."""

    scene: Scene
    path: Path
    secrets: ReversibleBox
    spool: ListSpool
    network_lists: NetworkLists

    def examine(self, **settings: str) -> Sequence[Check]:
        """Everything that the doctor finds."""
        doctor = DoctorService(
            store=self.scene.store,
            clock=StandingClock(NOON),
            secrets=self.secrets,
            settings=Settings(**{"public_url": "https://app.example.com", **settings}),  # type: ignore[arg-type]
            ledger=LedgerService(store=self.scene.store, clock=StandingClock(NOON)),
            rollups=RollupService(store=self.scene.store),
            inspection=SqliteInspection(self.path),
            spool=self.spool,
            network_lists=self.network_lists,
        )
        return doctor.examine()

    def found(self, name: str, **settings: str) -> Check:
        """The one check of this name."""
        (check,) = [check for check in self.examine(**settings) if check.name == name]
        return check


def no_lists() -> NetworkLists:
    """As without any setting."""
    return NetworkLists(shared=NetworkFile("S", None), data_centres=NetworkFile("D", None))


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A sound server with one app that is connected."""
    path = tmp_path / "store.db"
    store = SqliteStore(path)
    found = Ward(Scene(store), path, ReversibleBox(), ListSpool(), no_lists())
    found.scene.connect(
        Connection(
            app_id=found.scene.app_id,
            network=AdNetwork.TIKTOK,
            oauth=OAuthState.GRANTED,
            oauth_token=found.secrets.seal("grant"),
            advertiser=Advertiser(id="7301", name="Example"),
            events_api=EventsApiState.READY,
            events_token=found.secrets.seal("events"),
            pixel_id="PIXEL",
        )
    )
    yield found
    store.close()


def connection_of(ward: Ward) -> Connection:
    """The app's connection."""
    found = ward.scene.store.read(
        lambda uow: uow.connections.get(ward.scene.app_id, AdNetwork.TIKTOK)
    )
    assert found is not None
    return found


def queue_event(ward: Ward, at: datetime) -> None:
    """An event that is due since ``at``."""
    store = ward.scene.store
    install = put_install(store, ward.scene.app_id, at, link_id=ward.scene.link_id)
    put_delivery(store, put_event(store, install, at))
    counts = ReceivedCounts(received=1, stored=1)
    store.write(lambda uow: uow.events.count(ward.scene.app_id, counts, day_on=NOON.date()))


def test_a_sound_server(ward: Ward) -> None:
    """Every check is made, in a fixed order, and nothing is left to do."""
    checks = ward.examine()

    names = ["database", "ledger", "rollups", "secret_key", "settings"]
    names += ["network_lists", "connection", "queue", "spool"]
    assert [check.name for check in checks] == names
    assert {check.state for check in checks} == {CheckState.OK}
    assert {check.action for check in checks} == {None}


def test_an_empty_server(tmp_path: Path) -> None:
    """Before the first app there is nothing wrong."""
    store = SqliteStore(tmp_path / "store.db")
    doctor = DoctorService(
        store=store,
        clock=StandingClock(NOON),
        secrets=ReversibleBox(),
        settings=Settings(),
        ledger=LedgerService(store=store, clock=StandingClock(NOON)),
        rollups=RollupService(store=store),
        inspection=SqliteInspection(tmp_path / "store.db"),
        spool=ListSpool(),
        network_lists=no_lists(),
    )

    checks = doctor.examine()
    store.close()

    assert [(check.name, check.state) for check in checks] == [
        ("database", CheckState.OK),
        ("secret_key", CheckState.OK),
        ("settings", CheckState.OK),
        ("network_lists", CheckState.OK),
        ("spool", CheckState.OK),
    ]


def test_another_schema(ward: Ward) -> None:
    """A database that this program did not bring up to date is failing."""
    with closing(sqlite3.connect(ward.path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    found = ward.found("database")

    assert found.state is CheckState.FAILING
    assert "schema 99" in found.message


def test_a_damaged_file(ward: Ward, tmp_path: Path) -> None:
    """Broken pages are found, and the advice is to restore."""
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(ward.path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        (size,) = target.execute("PRAGMA page_size").fetchone()
        (page,) = target.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'refused_events'"
        ).fetchone()
    damaged = bytearray(copy.read_bytes())
    damaged[(page - 1) * size : page * size] = b"\xff" * size
    copy.write_bytes(bytes(damaged))

    found = replace(ward, path=copy).found("database")

    assert found.state is CheckState.FAILING
    assert found.message.startswith("The database file is damaged")


def test_a_missing_file(ward: Ward, tmp_path: Path) -> None:
    """What cannot be looked at is failing, and the other checks are made all the same."""
    checks = replace(ward, path=tmp_path / "nowhere.db").examine()

    assert (checks[0].name, checks[0].state) == ("database", CheckState.FAILING)
    assert checks[-1].name == "spool"
    assert not (tmp_path / "nowhere.db").exists()


def test_a_ledger_with_a_gap(ward: Ward) -> None:
    """The gap is told in words under its app."""
    counts = ReceivedCounts(received=2, stored=1)
    ward.scene.store.write(
        lambda uow: uow.events.count(ward.scene.app_id, counts, day_on=NOON.date())
    )

    found = ward.found("ledger")

    assert (found.state, found.app_id) == (CheckState.FAILING, ward.scene.app_id)
    assert "2 events were received and 1 is accounted for" in found.message


def test_sums_of_reports_that_drifted(ward: Ward) -> None:
    """They are told, with the command that computes them anew; it mends them."""
    store, app_id = ward.scene.store, ward.scene.app_id
    service = RollupService(store=store)
    ward.scene.credited_install(NOON, campaign_id="c1")
    while service.advance():
        pass
    assert ward.found("rollups").state is CheckState.OK
    with closing(sqlite3.connect(ward.path)) as connection, connection:
        connection.execute("UPDATE rollup_sums SET installs = 7 WHERE kind = 'campaign'")

    found = ward.found("rollups")

    assert (found.state, found.app_id) == (CheckState.FAILING, app_id)
    assert f"reports rebuild --app {app_id}" in str(found.action)
    service.rebuild(app_id)
    assert ward.found("rollups").state is CheckState.OK


def test_a_wrong_secret_key(ward: Ward) -> None:
    """Tokens that do not open are told once for each app."""
    ward.secrets.is_locked = True

    found = ward.found("secret_key")

    assert (found.state, found.app_id) == (CheckState.FAILING, ward.scene.app_id)


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("https://track.example.com", CheckState.OK),
        ("https://203.0.113.7", CheckState.OK),
        ("http://localhost:8080", CheckState.WARNING),
        ("http://127.0.0.1:8080", CheckState.WARNING),
        ("http://192.168.1.4", CheckState.WARNING),
        ("http://[::1]:8080", CheckState.WARNING),
        ("http://mybox.local", CheckState.WARNING),
    ],
)
def test_links_must_be_reachable(ward: Ward, address: str, state: CheckState) -> None:
    """An ad link that only this network can open is of no use in an ad."""
    assert ward.found("settings", link_url=address).state is state


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        pytest.param({}, CheckState.OK, id="active"),
        pytest.param({"oauth": OAuthState.LOST}, CheckState.FAILING, id="lost"),
        pytest.param({"events_api": EventsApiState.REJECTED}, CheckState.FAILING, id="rejected"),
        pytest.param({"events_api": EventsApiState.MISSING}, CheckState.WARNING, id="no token"),
        pytest.param({"advertiser": None}, CheckState.WARNING, id="no account"),
        pytest.param({"last_sync_error": "no answer"}, CheckState.WARNING, id="import failed"),
        pytest.param({"oauth": OAuthState.NONE}, CheckState.OK, id="disconnected"),
    ],
)
def test_states_of_connections(
    ward: Ward, changes: dict[str, OAuthState], state: CheckState
) -> None:
    """What stops work is failing, what is left to set up is a warning."""
    ward.scene.connect(replace(connection_of(ward), **changes))  # type: ignore[arg-type]

    assert ward.found("connection").state is state


@pytest.mark.parametrize(
    ("waits", "state"),
    [
        (timedelta(minutes=10) - timedelta(milliseconds=1), CheckState.OK),
        (timedelta(minutes=10), CheckState.WARNING),
    ],
)
def test_an_old_queue(ward: Ward, waits: timedelta, state: CheckState) -> None:
    """Events that wait for ten minutes have a reason that somebody should look for."""
    queue_event(ward, NOON - waits)

    assert ward.found("queue").state is state


def test_a_queue_that_cannot_go_out(ward: Ward) -> None:
    """The advice fits the cause: not the worker but the connection."""
    queue_event(ward, NOON - timedelta(hours=1))
    ward.scene.connect(replace(connection_of(ward), events_api=EventsApiState.REJECTED))

    found = ward.found("queue")

    assert "60 minutes" in found.message
    assert found.action == "Complete the connection; what waits then goes out."


def test_clicks_in_the_spool(ward: Ward) -> None:
    """Clicks that are not stored yet are worth a look."""
    ward.spool.append(
        [
            FilteredVisit(
                id="vis_1",
                app_id=ward.scene.app_id,
                link_id=ward.scene.link_id,
                kind="head",  # type: ignore[arg-type]
                occurred_at=NOON,
                client_ip="203.0.113.7",
                user_agent="",
            )
        ]
    )

    assert ward.found("spool").state is CheckState.WARNING


def test_a_list_of_networks_that_cannot_be_read(ward: Ward, tmp_path: Path) -> None:
    """The server goes on with the list it has, so it is a warning."""
    lists = replace(ward.network_lists, shared=NetworkFile("RELAYS", tmp_path / "nowhere"))
    ward.network_lists = lists

    found = ward.found("network_lists")

    assert found.state is CheckState.WARNING
    assert "RELAYS" in found.message


def test_foreign_tables_are_not_ours(tmp_path: Path) -> None:
    """A SQLite file of something else is told apart from an empty one."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE something (x)")

    with pytest.raises(ConfigurationError):
        SqliteInspection(tmp_path / "other.db").versions()
    with pytest.raises(StoreUnavailable):
        SqliteInspection(tmp_path / "none.db").versions()
