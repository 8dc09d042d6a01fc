"""Imports of campaigns and costs: what they read, save and change, and when they are due."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import (
    Advertiser,
    Connection,
    ConnectionStatus,
    EventsApiState,
    OAuthState,
)
from appsprint.domain.cost import AdEntity, AdLevel, CostPart, CostRow, CostVersion
from appsprint.domain.cost_schedule import RefreshPeriods
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, CostSum, local_days
from appsprint.errors import (
    AdNetworkRefused,
    AdNetworkUnavailable,
    ConfigurationError,
    Conflict,
    ConnectionRevoked,
    InvalidInput,
    NotFound,
)
from appsprint.ports.ad_network import CostQuery
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.cost_import import SyncProgress, SyncStep
from appsprint.services.costs import CostSyncService, DueSync
from appsprint.testing.scene import Scene
from tests.support.control_plane import ReversibleBox, StandingClock
from tests.support.fake_network import FakeCosts, FakeFlow, FakeNetwork

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
HOUR = timedelta(hours=1)
HOURLY = RefreshPeriods()
ACCOUNT = Advertiser(id="7301", name="Example EU", currency="EUR", time_zone="Europe/Berlin")
WAIT_SECONDS = 30


@dataclass
class ScriptedCosts(FakeCosts):
    """An account that answers in pages, and can fail or be interrupted at any of them.

    Attributes:
        account: What the account looks like now.
        page_size: Rows in a page.
        asked: Every query, in order.
        calls: The threads that called, in order.
        before_page: Called with the number of each page of daily rows, before it is given.
    """

    account: Advertiser = ACCOUNT
    page_size: int = 1000
    asked: list[CostQuery] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    before_page: Callable[[int], None] = lambda number: None
    failure: Exception | None = None
    pages: int = 0

    def advertiser(self, access_token: str, advertiser_id: str) -> Advertiser:
        assert (access_token, advertiser_id) == ("grant", ACCOUNT.id)
        self._note()
        return self.account

    def entities(self, access_token: str, advertiser_id: str) -> Iterator[Sequence[AdEntity]]:
        self._note()
        for start in range(0, len(self.listed), self.page_size):
            yield self.listed[start : start + self.page_size]

    def daily_costs(
        self, access_token: str, advertiser_id: str, query: CostQuery
    ) -> Iterator[Sequence[CostRow]]:
        self._note()
        self.asked.append(query)
        found = [
            replace(row, as_of=query.as_of)
            for row in self.rows
            if row.part is query.part and query.start_on <= row.day_on <= query.end_on
        ]
        for start in range(0, len(found), self.page_size):
            self.pages += 1
            self.before_page(self.pages)
            yield found[start : start + self.page_size]

    def _note(self) -> None:
        self.calls.append(threading.current_thread().name)
        if self.failure is not None:
            raise self.failure


class ScriptedNetwork(FakeNetwork):
    """A network whose costs are scripted."""

    def __init__(self) -> None:
        super().__init__()
        self.script = ScriptedCosts(FakeFlow())
        self.costs = self.script


@dataclass
class World:
    """A connected app, its ad account, and the service between them."""

    scene: Scene
    clock: StandingClock
    network: ScriptedNetwork
    secrets: ReversibleBox
    service: CostSyncService

    @property
    def script(self) -> ScriptedCosts:
        """What the ad account will say."""
        return self.network.script

    def connection(self) -> Connection:
        """The connection as it is stored now."""
        found = self.scene.store.read(
            lambda uow: uow.connections.get(self.scene.app_id, AdNetwork.TIKTOK)
        )
        assert found is not None
        return found

    @property
    def store(self) -> SqliteStore:
        """Where everything is kept."""
        store = self.scene.store
        assert isinstance(store, SqliteStore)
        return store

    def service_over(self, store: Store) -> CostSyncService:
        """The service of another process."""
        networks = {AdNetwork.TIKTOK: self.network}
        return CostSyncService(
            store=store, clock=self.clock, networks=networks, secrets=self.secrets
        )

    def versions(self, entity_id: str) -> Sequence[CostVersion]:
        """Every reading of today's campaign."""
        return self.store.read(
            lambda uow: uow.costs.versions(
                self.scene.app_id, AdNetwork.TIKTOK, AdLevel.CAMPAIGN, entity_id, TODAY
            )
        )

    def costs(self, start_on: date, end_on: date) -> Sequence[CostSum]:
        """The campaign rows that count."""
        days = local_days(start_on, end_on, UTC)
        return self.scene.store.read(
            lambda uow: uow.reports.costs(
                self.scene.app_id, AdNetwork.TIKTOK, Breakdown.CAMPAIGN, days
            )
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An app that is connected to an account in Berlin, at noon UTC."""
    store = SqliteStore(tmp_path / "store.db")
    scene, clock = Scene(store, time_zone="America/New_York"), StandingClock(NOON)
    network, secrets = ScriptedNetwork(), ReversibleBox()
    scene.connect(connected(scene.app_id, secrets))
    service = CostSyncService(
        store=store, clock=clock, networks={AdNetwork.TIKTOK: network}, secrets=secrets
    )
    yield World(scene, clock, network, secrets, service)
    store.close()


def connected(app_id: AppId, secrets: ReversibleBox) -> Connection:
    """A connection that imports and sends."""
    return Connection(
        app_id=app_id,
        network=AdNetwork.TIKTOK,
        oauth=OAuthState.GRANTED,
        oauth_token=secrets.seal("grant"),
        advertiser=ACCOUNT,
        events_api=EventsApiState.READY,
        events_token=secrets.seal("events"),
        pixel_id="PIXEL",
    )


def row(
    entity_id: str = "c1",
    day_on: date = TODAY,
    *,
    level: AdLevel = AdLevel.CAMPAIGN,
    spend_micros: int = 10_000_000,
    country: str | None = None,
) -> CostRow:
    """One daily row; its reading time is set by the script."""
    return CostRow(
        level=level,
        entity_id=entity_id,
        day_on=day_on,
        as_of=NOON,
        spend_micros=spend_micros,
        impressions=None,
        clicks=None,
        reported_installs=None,
        reported_revenue_micros=None,
        country=country,
    )


def entity(entity_id: str, level: AdLevel = AdLevel.CAMPAIGN) -> AdEntity:
    """A campaign, an ad group or an ad."""
    return AdEntity(level=level, id=entity_id, name=f"Name of {entity_id}", campaign_id="c1")


def test_an_import_brings_entities_and_costs(world: World) -> None:
    """Everything that the account lists and reports is stored, and counted in the result."""
    world.script.listed = [entity("c1"), entity("g1", AdLevel.ADGROUP), entity("a1", AdLevel.AD)]
    world.script.rows = [row("c1"), row("g1", level=AdLevel.ADGROUP), row("a1", level=AdLevel.AD)]

    result = world.service.sync(world.scene.app_id)

    assert (result.entities, result.rows, result.new_versions) == (3, 3, 3)
    stored = world.scene.store.read(
        lambda uow: uow.costs.entities(world.scene.app_id, AdNetwork.TIKTOK)
    )
    assert {found.name for found in stored} == {"Name of c1", "Name of g1", "Name of a1"}
    (found,) = world.costs(TODAY, TODAY)
    assert (found.value, found.spend_micros, found.currency) == ("c1", 10_000_000, "EUR")


def test_a_good_import_is_noted(world: World) -> None:
    """The connection knows when it was and forgets the error before."""
    world.scene.connect(replace(world.connection(), last_sync_error="once upon a time"))

    world.service.sync(world.scene.app_id)

    assert world.connection().last_sync_at == NOON
    assert world.connection().last_sync_error is None


@pytest.mark.parametrize(
    ("now", "last_on"),
    [
        pytest.param(NOON, TODAY, id="noon"),
        pytest.param(NOON + 11 * HOUR, date(2026, 3, 11), id="past midnight in Berlin"),
    ],
)
def test_the_default_window_is_thirty_days_of_the_advertiser(
    world: World, now: datetime, last_on: date
) -> None:
    """Today in the advertiser's zone and the 29 days before; not the app's zone, not UTC."""
    world.clock.advance(now - NOON)

    result = world.service.sync(world.scene.app_id)

    assert (result.start_on, result.end_on) == (last_on - timedelta(days=29), last_on)
    assert [(query.start_on, query.end_on) for query in world.script.asked] == [
        (last_on - timedelta(days=29), last_on)
    ] * 4


def test_a_long_window_is_read_in_stretches(world: World) -> None:
    """At most 30 days at a time, the newest first, each level, no day twice and none left out."""
    start_on = TODAY - timedelta(days=99)

    world.service.sync(world.scene.app_id, start_on=start_on, end_on=TODAY)

    for part in CostPart:
        stretches = [(q.start_on, q.end_on) for q in world.script.asked if q.part is part]
        days = [
            first_on + timedelta(days=number)
            for first_on, last_on in reversed(stretches)
            for number in range((last_on - first_on).days + 1)
        ]
        assert days == [start_on + timedelta(days=number) for number in range(100)]
        assert [(last - first).days + 1 for first, last in stretches] == [30, 30, 30, 10]


def test_a_day_to_come_is_today(world: World) -> None:
    """An end in the future is cut; there is nothing to read there."""
    result = world.service.sync(
        world.scene.app_id, start_on=TODAY, end_on=TODAY + timedelta(days=400)
    )

    assert (result.start_on, result.end_on) == (TODAY, TODAY)


@pytest.mark.parametrize(
    ("start_on", "end_on"),
    [
        pytest.param(TODAY, TODAY - timedelta(days=1), id="backwards"),
        pytest.param(TODAY + timedelta(days=2), None, id="not begun yet"),
        pytest.param(date(2020, 1, 1), TODAY, id="too long"),
        pytest.param(date.min, None, id="before every calendar"),
        pytest.param(None, date.min, id="ends before every calendar"),
    ],
)
def test_windows_that_cannot_be(world: World, start_on: date | None, end_on: date | None) -> None:
    """A wrong window is the caller's to mend; nothing is read and nothing is noted."""
    with pytest.raises(InvalidInput):
        world.service.sync(world.scene.app_id, start_on=start_on, end_on=end_on)

    assert world.script.asked == []
    assert world.connection().last_sync_error is None


def test_the_same_import_again_changes_nothing(world: World) -> None:
    """Rows that did not change are no new versions."""
    world.script.rows = [row()]
    world.service.sync(world.scene.app_id)
    world.clock.advance(HOUR)

    assert world.service.sync(world.scene.app_id).new_versions == 0
    assert world.costs(TODAY, TODAY)[0].as_of == NOON


def test_a_restated_day_is_a_new_version(world: World) -> None:
    """The newest reading counts, under the instant at which it was asked for."""
    world.script.rows = [row()]
    world.service.sync(world.scene.app_id)
    world.clock.advance(HOUR)
    world.script.rows = [row(spend_micros=12_000_000)]

    assert world.service.sync(world.scene.app_id).new_versions == 1
    (found,) = world.costs(TODAY, TODAY)
    assert (found.spend_micros, found.as_of) == (12_000_000, NOON + HOUR)


def test_the_account_is_read_anew(world: World) -> None:
    """Name, currency and zone are TikTok's of today; what it does not tell stays as known."""
    world.script.account = Advertiser(id=ACCOUNT.id, name="Renamed", currency=None, time_zone="UTC")

    world.service.sync(world.scene.app_id)

    assert world.connection().advertiser == Advertiser(
        id=ACCOUNT.id, name="Renamed", currency="EUR", time_zone="UTC"
    )


def test_pages_are_saved_as_they_come(world: World) -> None:
    """A failure on the third page keeps the two before it, and the error is kept."""
    world.script.page_size = 2
    world.script.rows = [row(f"c{number}") for number in range(6)]
    world.script.before_page = fails_at(3, AdNetworkUnavailable("the gateway is at fault"))

    with pytest.raises(AdNetworkUnavailable):
        world.service.sync(world.scene.app_id)

    assert {found.value for found in world.costs(TODAY, TODAY)} == {"c0", "c1", "c2", "c3"}
    assert world.connection().last_sync_error == "the gateway is at fault"
    assert world.connection().last_sync_at is None
    assert world.connection().oauth is OAuthState.GRANTED


def test_a_page_of_any_size_is_saved_whole(world: World) -> None:
    """Pages are written in portions; none is left out."""
    world.script.rows = [row(f"c{number}") for number in range(601)]
    world.script.listed = [entity(f"c{number}") for number in range(601)]

    result = world.service.sync(world.scene.app_id)

    assert (result.entities, result.new_versions) == (601, 601)
    assert len(world.costs(TODAY, TODAY)) == 601


def test_a_revoked_grant_is_lost(world: World) -> None:
    """Importing stops until somebody connects again; sending goes on."""
    world.script.failure = ConnectionRevoked("no permission (TikTok: 40001)", network_code=40001)

    with pytest.raises(ConnectionRevoked):
        world.service.sync(world.scene.app_id)

    found = world.connection()
    assert found.status is ConnectionStatus.RECONNECT_NEEDED
    assert found.oauth_error == found.last_sync_error == "no permission (TikTok: 40001)"
    assert (found.can_import, found.can_send) == (False, True)


def test_another_refusal_is_kept_and_nothing_is_lost(world: World) -> None:
    """An error that connecting again would not mend leaves the grant alone."""
    world.script.failure = AdNetworkRefused("a parameter is wrong", network_code=40002)

    with pytest.raises(AdNetworkRefused):
        world.service.sync(world.scene.app_id)

    assert world.connection().last_sync_error == "a parameter is wrong"
    assert world.connection().can_import


def test_a_wrong_secret_key_is_told(world: World) -> None:
    """A token that does not open is the operator's to mend, and shows at the connection."""
    world.secrets.is_locked = True

    with pytest.raises(ConfigurationError):
        world.service.sync(world.scene.app_id)

    assert world.connection().last_sync_error == "no key of ours opens it"
    assert world.script.calls == []


def test_an_endless_message_is_cut(world: World) -> None:
    """What the network says is stored within bounds."""
    world.script.failure = AdNetworkUnavailable("x" * 10_000)

    with pytest.raises(AdNetworkUnavailable):
        world.service.sync(world.scene.app_id)

    assert world.connection().last_sync_error == "x" * 500


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"oauth": OAuthState.NONE, "oauth_token": None}, "not_connected", id="none"),
        pytest.param({"oauth": OAuthState.LOST}, "reconnect_needed", id="lost"),
        pytest.param({"advertiser": None}, "choose_advertiser", id="no account"),
    ],
)
def test_connections_that_cannot_import(
    world: World, change: dict[str, OAuthState | None], code: str
) -> None:
    """Asked all the same, the answer says what to do first."""
    world.scene.connect(replace(world.connection(), **change))  # type: ignore[arg-type]

    with pytest.raises(Conflict) as caught:
        world.service.sync(world.scene.app_id)

    assert caught.value.code == code
    assert world.script.calls == []
    assert world.service.due(NOON, HOURLY) == []


def test_an_app_that_was_never_connected(world: World) -> None:
    """No connection at all is also not connected."""
    other = Scene(world.scene.store, app_id="app_2")

    with pytest.raises(Conflict) as caught:
        world.service.sync(other.app_id)

    assert caught.value.code == "not_connected"


def test_an_unknown_app(world: World) -> None:
    """There is nothing to import for it."""
    with pytest.raises(NotFound):
        world.service.sync(AppId("app_nope"))


def test_what_others_change_meanwhile_stays(world: World) -> None:
    """An import lays its result over the connection as it is then."""
    world.script.rows = [row()]
    world.script.before_page = lambda _: world.scene.connect(
        replace(world.connection(), pixel_id="NEWPIXEL", events_api=EventsApiState.REJECTED)
    )

    world.service.sync(world.scene.app_id)

    found = world.connection()
    assert (found.pixel_id, found.events_api) == ("NEWPIXEL", EventsApiState.REJECTED)
    assert found.last_sync_at == NOON


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"oauth": OAuthState.NONE, "oauth_token": None}, id="disconnected"),
        pytest.param({"oauth_token": "sealed:another"}, id="connected anew"),
        pytest.param({"advertiser": Advertiser(id="7302", name="Other")}, id="another account"),
    ],
)
def test_a_connection_that_changed_ends_the_import(
    world: World, change: dict[str, str | None]
) -> None:
    """Rows of the old account are not saved for the new one, and the new one is not touched."""
    changed = replace(world.connection(), **change)  # type: ignore[arg-type]
    world.script.rows = [row()]
    world.script.before_page = lambda _: world.scene.connect(changed)

    with pytest.raises(Conflict) as caught:
        world.service.sync(world.scene.app_id)

    assert caught.value.code == "connection_changed"
    assert world.connection() == changed
    assert world.costs(TODAY, TODAY) == []


def test_an_old_failure_does_not_spoil_a_new_connection(world: World) -> None:
    """A grant that was replaced during the import is not marked as lost by the old one's end."""
    renewed = replace(world.connection(), oauth_token="sealed:another")

    def replace_and_fail(number: int) -> None:
        world.scene.connect(renewed)
        raise ConnectionRevoked("the token was revoked", network_code=40105)

    world.script.rows = [row()]
    world.script.before_page = replace_and_fail

    with pytest.raises(ConnectionRevoked):
        world.service.sync(world.scene.app_id)

    assert world.connection() == renewed


def test_progress_goes_forward(world: World) -> None:
    """Steps count up to their total; what was read only grows."""
    world.script.listed = [entity("c1")]
    world.script.rows = [row(), row("g1", level=AdLevel.ADGROUP)]
    told: list[SyncProgress] = []

    world.service.sync(
        world.scene.app_id,
        start_on=TODAY - timedelta(days=40),
        end_on=TODAY,
        progress=told.append,
    )

    assert [state.steps_done for state in told] == sorted(state.steps_done for state in told)
    assert (told[0].step, told[-1].step) == (SyncStep.ADVERTISER, SyncStep.DONE)
    # The account, its entities, and two stretches of four parts.
    assert told[-1].steps_done == told[-1].steps_total == 1 + 1 + 2 * 4
    assert (told[-1].entities, told[-1].rows, told[-1].new_versions) == (1, 2, 2)
    assert [state.rows for state in told] == sorted(state.rows for state in told)


def test_two_imports_of_an_app_run_one_after_the_other(world: World) -> None:
    """The second waits, so that neither reads while the other writes."""
    both_began = threading.Barrier(2, timeout=WAIT_SECONDS)

    def run() -> None:
        both_began.wait()
        world.service.sync(world.scene.app_id)

    threads = [threading.Thread(target=run, name=name) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)

    calls = world.script.calls
    changes = [now for before, now in pairwise(calls) if before != now]
    assert (set(calls), len(changes)) == ({"one", "two"}, 1)


@pytest.mark.parametrize(
    ("waited", "first_on"),
    [
        pytest.param(HOUR - timedelta(milliseconds=1), None, id="just before an hour"),
        pytest.param(HOUR, date(2026, 3, 9), id="after an hour, two days"),
        pytest.param(6 * HOUR, date(2026, 3, 4), id="after six hours, a week"),
        pytest.param(24 * HOUR, date(2026, 2, 10), id="after a day, the month until the new day"),
    ],
)
def test_what_is_due_after_a_good_import(
    world: World, waited: timedelta, first_on: date | None
) -> None:
    """The younger a day, the sooner it is read again; each part for itself."""
    world.service.sync(world.scene.app_id)
    world.clock.advance(waited)
    world.script.asked.clear()

    assert world.service.sync_due(HOURLY) == (0 if first_on is None else 1)

    last_on = (NOON + waited).date()
    windows = [] if first_on is None else [(part, first_on, last_on) for part in CostPart]
    assert [(q.part, q.start_on, q.end_on) for q in world.script.asked] == windows


def test_a_clock_that_was_ahead_makes_no_endless_imports(world: World) -> None:
    """After it was set right one import follows, and then none until it is due."""
    world.clock.advance(24 * HOUR)
    world.service.sync_due(HOURLY)
    world.clock.advance(-24 * HOUR)

    assert [world.service.sync_due(HOURLY) for _ in range(3)] == [1, 0, 0]


def test_a_new_account_is_due_at_once(world: World) -> None:
    """Never imported, and imported for another account, is both due with thirty days."""
    assert world.service.due(NOON, HOURLY) == [DueSync(world.scene.app_id, AdNetwork.TIKTOK)]
    assert world.service.sync_due(HOURLY) == 1
    assert world.service.due(NOON, HOURLY) == []

    other = replace(ACCOUNT, id="7302")
    world.scene.connect(replace(world.connection(), advertiser=other))

    assert world.service.due(NOON, HOURLY)


def test_an_account_that_is_chosen_again_is_due_at_once(world: World) -> None:
    """Its days are fresh, and the connection has to learn that they are."""
    world.service.sync_due(HOURLY)
    world.scene.connect(replace(world.connection(), last_sync_at=None))

    assert world.service.sync_due(HOURLY) == 1

    assert world.connection().last_sync_at == NOON
    assert world.service.due(NOON, HOURLY) == []


def test_a_due_import_that_broke_off_goes_on_where_it_was(world: World) -> None:
    """Parts that were read completely are not read again."""
    world.script.rows = [row(), row("g1", level=AdLevel.ADGROUP), row("a1", level=AdLevel.AD)]
    world.script.before_page = fails_at(2, AdNetworkUnavailable("no answer"))
    assert world.service.sync_due(HOURLY) == 0
    world.clock.advance(timedelta(minutes=5))
    world.script.asked.clear()

    assert world.service.sync_due(HOURLY) == 1

    assert [q.part for q in world.script.asked] == [CostPart.ADGROUP, CostPart.AD, CostPart.COUNTRY]


class ProcessDied(BaseException):
    """Nothing in the process goes on after it."""


class DyingStore:
    """A store under a process that dies at one of its writes, before or after the commit."""

    def __init__(self, store: SqliteStore, *, at_write: int, is_committed: bool) -> None:
        self._store = store
        self._left = at_write
        self._is_committed = is_committed

    def read(self, work: Callable[[UnitOfWork], Any]) -> Any:
        """Reading is not what dies."""
        return self._store.read(work)

    def write(self, work: Callable[[UnitOfWork], Any]) -> Any:
        """The last write is done or not, and nobody hears of it."""
        self._left -= 1
        if self._left == 0:
            if self._is_committed:
                self._store.write(work)
            raise ProcessDied
        return self._store.write(work)


@pytest.mark.parametrize("is_committed", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("at_write", range(1, 14))
def test_a_process_that_dies_at_any_write_loses_nothing(
    world: World, at_write: int, *, is_committed: bool
) -> None:
    """The next process brings the import to its end: everything once, no version twice."""
    world.script.page_size = 2
    world.script.listed = [entity("c1"), entity("c2"), entity("a1", AdLevel.AD)]
    world.script.rows = [row("c1"), row("c2"), row("c3"), row("a1", level=AdLevel.AD)]
    dying: Any = DyingStore(world.store, at_write=at_write, is_committed=is_committed)
    with suppress(ProcessDied):
        world.service_over(dying).sync_due(HOURLY)

    world.clock.advance(timedelta(minutes=1))
    world.service_over(world.store).sync_due(HOURLY)

    assert {found.value for found in world.costs(TODAY, TODAY)} == {"c1", "c2", "c3"}
    assert world.service.due(world.clock.now(), HOURLY) == []
    for entity_id in ("c1", "c2", "c3"):
        assert len(world.versions(entity_id)) == 1


@pytest.mark.parametrize(
    ("again", "stretches"),
    [
        pytest.param({}, [30, 5], id="the same days go on"),
        pytest.param({"days": 94}, [30, 30, 30, 4], id="other days begin anew"),
        pytest.param({"after": timedelta(days=7)}, [30, 30, 30, 5], id="too late to go on"),
    ],
)
def test_a_backfill_that_broke_off_goes_on_where_it_was(
    world: World, again: dict[str, Any], stretches: list[int]
) -> None:
    """What is final and was read stays; the days that TikTok still restates are read anew."""

    def sync(days: int) -> None:
        start_on = TODAY - timedelta(days=days - 1)
        world.service.sync(world.scene.app_id, start_on=start_on, end_on=TODAY)

    world.script.rows = [row(day_on=TODAY - timedelta(days=92))]
    world.script.before_page = fails_at(1, AdNetworkUnavailable("no answer"))
    with pytest.raises(AdNetworkUnavailable):
        sync(95)
    world.clock.advance(again.get("after", HOUR))
    world.script.asked.clear()

    sync(again.get("days", 95))

    campaigns = [q for q in world.script.asked if q.part is CostPart.CAMPAIGN]
    assert [(q.end_on - q.start_on).days + 1 for q in campaigns] == stretches


def test_a_backfill_that_ended_well_is_read_anew(world: World) -> None:
    """Asking for old days again is asking whether they changed."""
    old_on = TODAY - timedelta(days=50)
    world.script.rows = [row(day_on=old_on)]
    world.service.sync(world.scene.app_id, start_on=old_on, end_on=old_on)
    world.script.rows = [row(day_on=old_on, spend_micros=1)]

    world.clock.advance(HOUR)
    result = world.service.sync(world.scene.app_id, start_on=old_on, end_on=old_on)

    assert result.new_versions == 1


def test_refused_numbers_by_country_do_not_hold_up_the_others(world: World) -> None:
    """They are good to have; the import ends well and asks for them again when they are due."""
    world.script.rows = [row(), row(country="FR")]
    world.script.before_page = fails_at(2, AdNetworkRefused("a parameter", network_code=40002))

    assert world.service.sync_due(HOURLY) == 1

    assert world.connection().last_sync_error is None
    assert world.costs(TODAY, TODAY)[0].spend_micros == 10_000_000
    assert world.service.due(NOON, HOURLY) == []
    assert world.service.due(NOON + HOUR, HOURLY)


def test_zero_turns_imports_off(world: World) -> None:
    """Nothing is ever due then; by hand it still works."""
    assert world.service.due(NOON, RefreshPeriods(recent=timedelta(0))) == ()
    world.service.sync(world.scene.app_id)


@pytest.mark.parametrize(
    ("later", "is_due"),
    [
        pytest.param(timedelta(minutes=5), True, id="after the pause"),
        pytest.param(timedelta(minutes=5, milliseconds=-1), False, id="within it"),
    ],
)
def test_a_failure_is_tried_again_after_a_pause(
    world: World, later: timedelta, *, is_due: bool
) -> None:
    """Neither at once nor only at the next regular time."""
    world.script.failure = AdNetworkUnavailable("no answer")

    assert world.service.sync_due(HOURLY) == 0

    assert bool(world.service.due(NOON + later, HOURLY)) is is_due


def test_a_new_grant_need_not_wait_for_an_old_failure(world: World) -> None:
    """Connecting again imports at once."""
    world.script.failure = AdNetworkUnavailable("no answer")
    world.service.sync_due(HOURLY)

    world.scene.connect(replace(world.connection(), oauth_token="sealed:another"))

    assert world.service.due(NOON, HOURLY)


def test_a_running_backfill_does_not_hold_up_other_apps(world: World) -> None:
    """The app that is being imported is passed over; the other one gets its turn."""
    other = Scene(world.scene.store, app_id="app_2")
    other.connect(connected(other.app_id, world.secrets))
    world.script.rows = [row()]
    brought: list[int] = []

    def meanwhile(page: int) -> None:
        if page == 1:
            brought.append(world.service.sync_due(HOURLY))

    world.script.before_page = meanwhile
    world.service.sync(world.scene.app_id)

    assert brought == [1]


def test_due_imports_do_not_stop_each_other(world: World) -> None:
    """One that fails is passed over; the longest waiting goes first."""
    other = Scene(world.scene.store, app_id="app_0")
    other.connect(
        replace(connected(other.app_id, world.secrets), last_sync_at=NOON - timedelta(days=1))
    )
    world.script.rows = [row()]
    world.script.before_page = fails_at(1, AdNetworkUnavailable("no answer"))

    assert [due.app_id for due in world.service.due(NOON, HOURLY)] == ["app_1", "app_0"]
    assert world.service.sync_due(HOURLY) == 1
    assert world.connection().last_sync_error == "no answer"


def fails_at(number: int, failure: Exception) -> Callable[[int], None]:
    """Fails before one page, and only there."""

    def before_page(page: int) -> None:
        if page == number:
            raise failure

    return before_page
