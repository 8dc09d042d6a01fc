"""What every store must keep ready for reports: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork, SelfAttributingNetwork
from appsprint.domain.rollup import (
    FactMark,
    Rollup,
    RollupKey,
    RollupKind,
    RollupSum,
    RollupSums,
    folded,
    rolled_up,
)
from appsprint.ports.store import Store
from appsprint.testing.scene import Scene

DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
START = FactMark(0, 0)
FIRST = RollupKey(RollupKind.CAMPAIGN, DAY, "c1", "Name", None, None)


class RollupStoreContract:
    """The rules of ``ports.rollups.RollupRepository``; ``store`` is a fixture of the subclass."""

    def test_changes_are_what_facts_add(self, store: Store) -> None:
        """Credited installs and their revenue, each with all that its click told."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1", country="DE")
        scene.event(install_id, NOON, revenue=Decimal("-4.50"), currency="EUR")

        sums = summed(scene, START, head(store))

        assert of_kind(sums, RollupKind.CAMPAIGN) == {
            ("c1", None): RollupSum(installs=1),
            ("c1", "EUR"): RollupSum(events=1, revenue_micros=-4_500_000),
        }
        assert of_kind(sums, RollupKind.COUNTRY).keys() == {("DE", None), ("DE", "EUR")}
        assert of_kind(sums, RollupKind.CLICK_DAY).keys() == {
            (DAY.isoformat(), None),
            (DAY.isoformat(), "EUR"),
        }
        assert of_kind(sums, RollupKind.SDK_EVENT).keys() == {("purchase", "EUR")}

    def test_organic_installs_are_a_kind_of_their_own(self, store: Store) -> None:
        """They are counted by the reason why no click earned them, and their revenue is not."""
        scene = Scene(store)
        scene.event(scene.organic_install(NOON), NOON, revenue=Decimal(5))

        sums = summed(scene, START, head(store))

        assert sums == {
            RollupKey(RollupKind.ORGANIC, DAY, "told by the scene", None, None, None): RollupSum(
                installs=1
            )
        }

    def test_installs_of_apple_ads_are_neither_the_networks_nor_organic(self, store: Store) -> None:
        """They concern no report of a network that has ad links."""
        scene = Scene(store)
        scene.apple_install(NOON, campaign_id="c1")

        until = head(store)
        [fact] = store.read(lambda uow: list(uow.rollups.changes([scene.app_id], START, until)))
        assert fact.network is SelfAttributingNetwork.APPLE_ADS
        assert not fact.concerns(scene.network)

    def test_reinstalls_are_counted_apart(self, store: Store) -> None:
        """They are no installs; their revenue is as good as any."""
        scene = Scene(store)
        again = scene.credited_install(NOON, campaign_id="c1", is_reinstall=True)
        scene.event(again, NOON, revenue=Decimal(5))

        assert of_kind(summed(scene, START, head(store)), RollupKind.CAMPAIGN) == {
            ("c1", None): RollupSum(reinstalls=1),
            ("c1", "USD"): RollupSum(events=1, revenue_micros=5_000_000),
        }

    def test_tagged_installs_have_sums_of_their_own(self, store: Store) -> None:
        """With their revenue, kept and computed alike."""
        scene = Scene(store)
        scene.credited_install(NOON, campaign_id="c1")
        tagged = scene.credited_install(NOON, campaign_id="c1", tags=("emulator",))
        scene.event(tagged, NOON, revenue=Decimal(5))
        sums = summed(scene, START, head(store))
        rollup = move(store, begun(store), sums, FactMark(2, 1))

        found = {
            (key.is_tagged, key.currency): amount
            for key, amount in stored(store, rollup).items()
            if key.kind is RollupKind.CAMPAIGN
        }
        assert found == {
            (False, None): RollupSum(installs=1),
            (True, None): RollupSum(installs=1),
            (True, "USD"): RollupSum(events=1, revenue_micros=5_000_000),
        }

    def test_nothing_but_live_facts_of_the_app(self, store: Store) -> None:
        """Test installs, test events, events of zero and other apps add nothing."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        other.credited_install(NOON)
        test = scene.credited_install(NOON, environment=Environment.TEST)
        scene.event(test, NOON, revenue=Decimal(5))
        before = head(store)
        live = scene.credited_install(NOON)
        installed = head(store)
        scene.event(live, NOON, revenue=Decimal(5), environment=Environment.TEST)
        scene.event(live, NOON, revenue=Decimal(5), event_type="__test")
        scene.event(live, NOON, revenue=Decimal(0))
        scene.event(live, NOON)

        assert summed(scene, START, before) == {}
        assert summed(scene, installed, head(store)) == {}

    def test_a_new_decision_takes_the_install_and_its_revenue_along(self, store: Store) -> None:
        """What the old campaign had it loses, events that came later included."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        scene.event(install_id, NOON, revenue=Decimal(5))
        before = head(store)
        scene.redecide(install_id, at=NOON, campaign_id="c2")
        scene.event(install_id, NOON, revenue=Decimal(2))

        assert of_kind(summed(scene, before, head(store)), RollupKind.CAMPAIGN) == {
            ("c1", None): RollupSum(installs=-1),
            ("c1", "USD"): RollupSum(events=-1, revenue_micros=-5_000_000),
            ("c2", None): RollupSum(installs=1),
            ("c2", "USD"): RollupSum(events=2, revenue_micros=7_000_000),
        }

    def test_decisions_may_be_read_before_events_and_after_them(self, store: Store) -> None:
        """The way from mark to mark does not matter."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        scene.event(install_id, NOON, revenue=Decimal(5))
        end = head(store)

        for between in (FactMark(end.decisions, 0), FactMark(0, end.events)):
            first, second = summed(scene, START, between), summed(scene, between, end)
            assert {**first, **second} == summed(scene, START, end)

    def test_sums_are_added_up_and_gone_when_empty(self, store: Store) -> None:
        """A sum that nothing is left of is not there."""
        rollup = begun(store)
        one = move(store, rollup, {FIRST: RollupSum(1, 0, 1, 2_500_000)}, FactMark(1, 1))
        two = move(store, one, {FIRST: RollupSum(1, 0, 1, 900_000)}, FactMark(2, 2))

        assert stored(store, two) == {FIRST: RollupSum(2, 0, 2, 3_400_000)}
        three = move(store, two, {FIRST: RollupSum(-2, 0, -2, -3_400_000)}, FactMark(3, 3))
        assert stored(store, three) == {}

    def test_enormous_sums_keep_their_last_millionth(self, store: Store) -> None:
        """Beyond 64 bits of millionths too."""
        rollup = begun(store)
        step = {FIRST: RollupSum(events=1, revenue_micros=9_000_000_000_000_000_001)}
        one = move(store, rollup, step, FactMark(1, 1))
        two = move(store, one, step, FactMark(2, 2))

        assert stored(store, two)[FIRST].revenue_micros == 18_000_000_000_000_000_002

    def test_a_step_that_comes_too_late_changes_nothing(self, store: Store) -> None:
        """Of two processes that make the same step one wins."""
        rollup = begun(store)
        moved = move(store, rollup, {FIRST: RollupSum(1)}, FactMark(1, 1))

        again = store.write(
            lambda uow: uow.rollups.advance(rollup, {FIRST: RollupSum(1)}, FactMark(1, 1))
        )

        assert (again, stored(store, moved)) == (False, {FIRST: RollupSum(1)})

    def test_sums_of_other_days_and_kinds_are_left_out(self, store: Store) -> None:
        """Both days are included."""
        next_day = FIRST._replace(day_on=DAY + timedelta(days=1))
        link = FIRST._replace(kind=RollupKind.LINK)
        changes = {FIRST: RollupSum(1), next_day: RollupSum(2), link: RollupSum(4)}
        rollup = move(store, begun(store), changes, FactMark(1, 1))

        assert stored(store, rollup) == {FIRST: RollupSum(1)}

    def test_days_are_folded_where_no_rate_needs_them(self, store: Store) -> None:
        """Installs and amounts in the currency come together, the others keep their days."""
        days = [DAY, DAY + timedelta(days=1)]
        changes = {
            FIRST._replace(day_on=day_on, currency=currency): RollupSum(1, 0, 1, 1_500_000)
            for day_on in days
            for currency in (None, "EUR", "USD")
        }
        rollup = move(store, begun(store), changes, FactMark(1, 1))

        found = store.read(
            lambda uow: uow.rollups.sums(rollup, [RollupKind.CAMPAIGN], *days, folding="EUR")
        )

        assert found == folded(changes, DAY, "EUR")
        assert {(key.day_on, key.currency): sums.revenue_micros for key, sums in found.items()} == {
            (DAY, None): 3_000_000,
            (DAY, "EUR"): 3_000_000,
            (days[0], "USD"): 1_500_000,
            (days[1], "USD"): 1_500_000,
        }

    def test_a_rollup_knows_when_its_facts_are_others(self, store: Store) -> None:
        """A mark is only as good as the rows that it stands on."""
        scene = Scene(store)
        scene.event(scene.credited_install(NOON), NOON)
        rollup = begun(store)
        moved = move(store, rollup, {}, head(store))

        assert store.read(lambda uow: uow.rollups.is_intact(moved))
        beyond = move(store, moved, {}, FactMark(head(store).decisions, head(store).events))
        assert store.read(lambda uow: uow.rollups.is_intact(beyond))
        assert not store.read(lambda uow: uow.rollups.is_intact(replace(rollup, number=99)))

    def test_the_origin_is_before_the_first_fact(self, store: Store) -> None:
        """And as late as it can be, so that a new app need not read the facts of the others."""
        other = Scene(store, app_id="app_2")
        other.event(other.credited_install(NOON), NOON, revenue=Decimal(1))
        before = head(store)
        scene = Scene(store)

        assert store.read(lambda uow: uow.rollups.origin(scene.app_id)) == before
        scene.event(scene.credited_install(NOON), NOON, revenue=Decimal(1))
        assert store.read(lambda uow: uow.rollups.origin(scene.app_id)) == before

    def test_a_rollup_is_discarded_bit_by_bit(self, store: Store) -> None:
        """The last bit takes the rollup along; others stay."""
        changes = {FIRST._replace(value=f"c{number}"): RollupSum(1) for number in range(3)}
        rollup, other = begun(store), begun(store, number=2)
        move(store, rollup, changes, FactMark(1, 1))

        done = [store.write(lambda uow: uow.rollups.discard(rollup, limit=2)) for _ in range(2)]

        assert done == [False, True]
        assert store.read(lambda uow: uow.rollups.all()) == [other]


def head(store: Store) -> FactMark:
    """Where the newest facts stand."""
    return store.read(lambda uow: uow.rollups.head())


def summed(scene: Scene, since: FactMark, until: FactMark) -> RollupSums:
    """What the app's facts between two marks add up to, in days of UTC."""
    facts = scene.store.read(lambda uow: uow.rollups.changes([scene.app_id], since, until))
    return rolled_up(facts, UTC)


def of_kind(sums: RollupSums, kind: RollupKind) -> dict[tuple[str | None, str | None], RollupSum]:
    """Sums of one kind by value and currency."""
    return {(key.value, key.currency): found for key, found in sums.items() if key.kind is kind}


def begun(store: Store, *, number: int = 1) -> Rollup:
    """A new rollup of an app."""
    rollup = Rollup(
        app_id=AppId("app_1"),
        network=AdNetwork.TIKTOK,
        number=number,
        time_zone="UTC",
        mark=START,
    )
    store.write(lambda uow: uow.rollups.begin(rollup))
    return rollup


def move(store: Store, rollup: Rollup, changes: RollupSums, until: FactMark) -> Rollup:
    """The rollup after a step."""
    assert store.write(lambda uow: uow.rollups.advance(rollup, changes, until))
    return replace(rollup, mark=until)


def stored(store: Store, rollup: Rollup) -> RollupSums:
    """The rollup's campaigns on the day."""
    return store.read(lambda uow: uow.rollups.sums(rollup, [RollupKind.CAMPAIGN], DAY, DAY))
