"""Rollups: always the same numbers as the facts themselves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain, product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.app import Environment
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, InstallSum, Report, RevenueSum, local_days
from appsprint.domain.report_rows import ReportFacts, ReportFrame, build_report
from appsprint.domain.rollup import FactMark, Rollup, RollupKind, RollupSums, rolled_up
from appsprint.errors import NotFound
from appsprint.ports.store import UnitOfWork
from appsprint.services import rollup_sums
from appsprint.services.rollup_sums import SumScope, attributed_sums, sums_of_kinds
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
FIRST_ON, LAST_ON = date(2026, 3, 20), date(2026, 4, 5)
CURRENCY = "USD"
ZONES = ("Europe/Berlin", "America/St_Johns", "UTC")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def rate_of(from_currency: str, to_currency: str, on: date) -> Decimal:
    """Another one each day, so that a sum on the wrong day shows."""
    return Decimal(100 + on.day) / 100


class Story:
    """Facts of one app in any order, with steps of the rollups in between."""

    def __init__(self, store: SqliteStore) -> None:
        self.scene = Scene(store)
        self.service = RollupService(store=store, step_facts=3)
        self.zone = "UTC"
        self.installs: list[InstallId] = []
        self.exclude_tagged = False

    def install(self, hours: int, campaign: int | None, *, is_test: bool) -> None:
        """A credited install; its campaign's name and country follow from the hour."""
        install_id = self.scene.credited_install(
            NOON + timedelta(hours=hours),
            campaign_id=None if campaign is None else f"c{campaign}",
            campaign_name=f"Name {hours % 2}",
            adgroup_id="g1",
            country=("DE", "FR", None)[hours % 3],
            environment=Environment.TEST if is_test else Environment.LIVE,
            clicked_at=NOON + timedelta(hours=hours - 30),
            is_reinstall=hours % 5 == 0,
            tags=("emulator",) if hours % 4 == 0 else (),
        )
        self.installs.append(install_id)

    def organic(self, hours: int) -> None:
        """An install that no click earned."""
        self.installs.append(self.scene.organic_install(NOON + timedelta(hours=hours)))

    def event(self, number: int, hours: int, cents: int, currency: str | None) -> None:
        """Revenue of one of the installs, or a refund, or an event without an amount."""
        if self.installs:
            self.scene.event(
                self.installs[number % len(self.installs)],
                NOON + timedelta(hours=hours),
                revenue=None if cents == 1 else Decimal(cents) / 100,
                currency=currency,
                event_type="subscribe" if cents % 2 else "purchase",
            )

    def decide(self, number: int, campaign: int | None) -> None:
        """Another decision on one of the installs."""
        if self.installs:
            self.scene.redecide(
                self.installs[number % len(self.installs)],
                at=NOON,
                campaign_id=None if campaign is None else f"c{campaign}",
            )

    def step(self) -> None:
        """One pass of the worker."""
        self.service.advance()

    def catch_up(self) -> None:
        """Passes until nothing is left."""
        while self.service.advance():
            pass

    def rebuild(self) -> None:
        """Everything anew."""
        self.service.rebuild(self.scene.app_id)

    def move(self, zone: str) -> None:
        """The advertiser's days become other ones."""
        self.zone = zone
        self.scene.connect(connection(self.scene, zone))

    @property
    def scope(self) -> SumScope:
        """All days of the story."""
        days = local_days(FIRST_ON, LAST_ON, ZoneInfo(self.zone))
        return SumScope(
            app_id=self.scene.app_id,
            network=self.scene.network,
            days=days,
            time_zone=self.zone,
            exclude_tagged=self.exclude_tagged,
        )

    def reported(self, by: Breakdown) -> Report:
        """The report as it is made."""
        found = self.scene.store.read(
            lambda uow: attributed_sums(uow, self.scope, by, currency=CURRENCY)
        )
        return self._report(by, *found)

    def direct(self, by: Breakdown) -> Report:
        """The same from the facts."""

        def read(uow: UnitOfWork) -> tuple[Sequence[InstallSum], Sequence[RevenueSum]]:
            scope = (self.scene.app_id, self.scene.network, by, self.scope.days)
            leaving = self.exclude_tagged
            return (
                uow.reports.installs(*scope, exclude_tagged=leaving),
                uow.reports.revenue(*scope, exclude_tagged=leaving),
            )

        return self._report(by, *self.scene.store.read(read))

    def _report(
        self, by: Breakdown, installs: Sequence[InstallSum], revenue: Sequence[RevenueSum]
    ) -> Report:
        frame = ReportFrame(
            breakdown=by, days=self.scope.days, currency=CURRENCY, time_zone=self.zone
        )
        return build_report(frame, ReportFacts(installs=installs, revenue=revenue), rate_of)

    def stored(self) -> RollupSums:
        """What the newest rollup holds, of every kind."""

        def read(uow: UnitOfWork) -> RollupSums:
            rollup = uow.rollups.of_app(self.scene.app_id, self.scene.network)[-1]
            return uow.rollups.sums(rollup, list(RollupKind), FIRST_ON, LAST_ON)

        return self.scene.store.read(read)

    def computed(self) -> RollupSums:
        """What the facts give in one go, of every kind."""

        def read(uow: UnitOfWork) -> RollupSums:
            changes = uow.rollups.changes([self.scene.app_id], FactMark(0, 0), uow.rollups.head())
            return rolled_up(changes, ZoneInfo(self.zone))

        return self.scene.store.read(read)


def connection(scene: Scene, zone: str) -> Connection:
    """The app's connection to an account with this zone."""
    return Connection(
        app_id=scene.app_id,
        network=AdNetwork.TIKTOK,
        oauth=OAuthState.GRANTED,
        advertiser=Advertiser(id="7301", name="Example", currency="USD", time_zone=zone),
    )


Act = Callable[[Story], None]

hours = st.integers(-72, 72)
numbers = st.integers(0, 5)
campaigns = st.none() | st.integers(1, 2)
installs: st.SearchStrategy[Act] = st.builds(
    lambda at, campaign, is_test: lambda story: story.install(at, campaign, is_test=is_test),
    hours,
    campaigns,
    st.sampled_from([False, False, False, True]),
)
events: st.SearchStrategy[Act] = st.builds(
    lambda number, at, cents, currency: lambda story: story.event(number, at, cents, currency),
    numbers,
    hours,
    st.sampled_from([-250, 0, 1, 99, 250]),
    st.sampled_from(["USD", "EUR", None]),
)
decisions: st.SearchStrategy[Act] = st.builds(
    lambda number, campaign: lambda story: story.decide(number, campaign), numbers, campaigns
)
passes: st.SearchStrategy[Act] = st.sampled_from([Story.step, Story.catch_up])
rare: st.SearchStrategy[Act] = st.one_of(
    st.builds(lambda at: lambda story: story.organic(at), hours),
    st.just(Story.rebuild),
    st.builds(lambda zone: lambda story: story.move(zone), st.sampled_from(ZONES)),
)
# What follows one another in real life comes often.
rounds = st.tuples(installs, events, passes, decisions | events, rare | passes).map(list)
stories = st.lists(rounds | st.lists(installs | events | decisions, max_size=3), max_size=6)


@given(stories)
@settings(max_examples=25, deadline=None)
def test_incremental_is_rebuilt_is_direct(told: list[list[Act]]) -> None:
    """Whatever happened in whatever order: reports are exact before, during and after catching up.

    And the rollup that came about in steps is the one that a rebuild gives.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "store.db")
        try:
            story = Story(store)
            for act in chain.from_iterable(told):
                act(story)
            for by, story.exclude_tagged in product(Breakdown, (False, True)):
                assert story.reported(by) == story.direct(by)
            story.catch_up()
            incremental = story.stored()
            assert incremental == story.computed()
            for by, story.exclude_tagged in product(Breakdown, (False, True)):
                assert story.reported(by) == story.direct(by)
            story.rebuild()
            assert story.stored() == incremental
        finally:
            store.close()


def rollups_of(story: Story) -> list[Rollup]:
    """The app's rollups."""
    return list(story.scene.store.read(lambda uow: uow.rollups.all()))


def test_only_what_is_new_is_read(store: SqliteStore) -> None:
    """Once it has caught up, a pass has nothing to do and writes nothing."""
    story = Story(store)
    story.install(0, 1, is_test=False)
    story.catch_up()
    before = rollups_of(story)

    assert (story.service.advance(), rollups_of(story)) == (False, before)
    assert before[0].mark == FactMark(1, 0)


def test_a_change_of_zone_begins_anew(store: SqliteStore) -> None:
    """Old days are of no use; they are gone once nobody reads them."""
    story = Story(store)
    story.install(11, 1, is_test=False)
    story.catch_up()
    story.move("Asia/Tokyo")

    assert story.reported(Breakdown.DAY) == story.direct(Breakdown.DAY)
    story.catch_up()
    assert [(one.number, one.time_zone) for one in rollups_of(story)] == [(2, "Asia/Tokyo")]
    assert story.stored() == story.computed()


def test_reports_read_the_old_rollup_until_the_new_one_is_ready(store: SqliteStore) -> None:
    """A rebuild of months never makes a report slow or wrong."""
    story = Story(store)
    for number in range(8):
        story.install(number, 1, is_test=False)
    story.catch_up()
    (old,) = rollups_of(story)
    new = Rollup(
        app_id=old.app_id,
        network=old.network,
        number=2,
        time_zone=old.time_zone,
        mark=FactMark(0, 0),
    )
    store.write(lambda uow: uow.rollups.begin(new))
    story.step()

    assert [one.mark.decisions for one in rollups_of(story)] == [8, 3]
    assert story.reported(Breakdown.CAMPAIGN) == story.direct(Breakdown.CAMPAIGN)
    story.catch_up()
    assert [one.number for one in rollups_of(story)] == [2]


def test_far_behind_reads_the_facts(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tail that is too long is not worth reading: the facts of the report's days are less."""
    monkeypatch.setattr(rollup_sums, "LONGEST_TAIL", 1)
    story = Story(store)
    story.step()
    for number in range(3):
        story.install(number, 1, is_test=False)

    usable = store.read(lambda uow: sums_of_kinds(uow, story.scope, [RollupKind.LINK]))
    assert usable is None
    assert story.reported(Breakdown.LINK) == story.direct(Breakdown.LINK)


def test_forgetting_people_changes_no_sum(store: SqliteStore) -> None:
    """Erasing and retention keep what reports are made of, so a rebuild gives the same."""
    story = Story(store)
    story.install(0, 1, is_test=False)
    story.event(0, 1, 250, "EUR")
    story.catch_up()
    before = story.stored()
    [install_id] = story.installs

    store.write(lambda uow: uow.privacy.erase(story.scene.app_id, install_id, named_clicks=()))
    story.rebuild()

    assert story.stored() == before
    assert story.service.differences(story.scene.app_id) == 0


def test_apps_go_together_and_each_has_its_own(store: SqliteStore) -> None:
    """Apps that stand at the same mark share the reading, not the sums."""
    first, second = Scene(store), Scene(store, app_id="app_2")
    service = RollupService(store=store)
    while service.advance():
        pass
    first.credited_install(NOON, campaign_id="c1")
    second.credited_install(NOON, campaign_id="c2")
    service.advance()

    rollups = store.read(lambda uow: uow.rollups.all())
    values = {
        rollup.app_id: {
            key.value
            for key in store.read(
                lambda uow, rollup=rollup: uow.rollups.sums(  # type: ignore[misc]
                    rollup, [RollupKind.CAMPAIGN], FIRST_ON, LAST_ON
                )
            )
        }
        for rollup in rollups
    }
    assert values == {first.app_id: {"c1"}, second.app_id: {"c2"}}


def test_an_unknown_app_has_no_rollup(store: SqliteStore) -> None:
    """There is nothing to rebuild."""
    service = RollupService(store=store)

    with pytest.raises(NotFound):
        service.rebuild(AppId("app_nope"))
