"""What every store must add up for reports: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from appsprint.domain.app import Environment
from appsprint.domain.cost import AdLevel
from appsprint.domain.report import (
    Breakdown,
    CostSum,
    InstallSum,
    ReportDay,
    RevenueSum,
    local_days,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.scene import Scene

DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
ONE_DAY = local_days(DAY, DAY, UTC)


class ReportStoreContract:
    """The rules of ``ports.reports.ReportRepository``; ``store`` is a fixture of the subclass."""

    def test_installs_are_counted_by_campaign_and_day(self, store: Store) -> None:
        """One sum for each campaign and day that has credited installs."""
        scene = Scene(store)
        for at in (NOON, NOON, NOON + timedelta(days=1)):
            scene.credited_install(at, campaign_id="c1")
        scene.credited_install(NOON, campaign_id="c2")

        found = installs(scene, days=local_days(DAY, DAY + timedelta(days=1), UTC))

        assert {(row.value, row.day_on, row.installs) for row in found} == {
            ("c1", DAY, 2),
            ("c1", DAY + timedelta(days=1), 1),
            ("c2", DAY, 1),
        }

    def test_a_day_has_its_first_instant_and_not_its_last(self, store: Store) -> None:
        """Start included, end not, to the millisecond."""
        scene = Scene(store)
        (day,) = ONE_DAY
        for at in (day.start_at - MILLISECOND, day.start_at, day.end_at - MILLISECOND, day.end_at):
            scene.credited_install(at, campaign_id="c1")

        assert [row.installs for row in installs(scene)] == [2]

    def test_a_day_is_as_long_as_its_zone_makes_it(self, store: Store) -> None:
        """23 hours on the day on which the clocks go forward."""
        scene = Scene(store)
        days = local_days(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
        start_at = datetime(2026, 3, 28, 23, tzinfo=UTC)
        for hours in (-1, 0, 22, 23):
            scene.credited_install(start_at + timedelta(hours=hours), campaign_id="c1")

        assert [row.installs for row in installs(scene, days=days)] == [2]

    def test_organic_and_test_installs_are_in_no_sum(self, store: Store) -> None:
        """Only live installs that a click earned count."""
        scene = Scene(store)
        scene.organic_install(NOON)
        scene.credited_install(NOON, campaign_id="c1", environment=Environment.TEST)

        assert installs(scene) == []

    def test_installs_of_apple_ads_are_in_no_sum(self, store: Store) -> None:
        """Even when Apple's campaign has the number of one of the network's."""
        scene = Scene(store)
        scene.credited_install(NOON, campaign_id="c1")
        apples = scene.apple_install(NOON, campaign_id="c1")
        scene.event(apples, NOON, revenue=Decimal(5))

        assert [row.installs for row in installs(scene)] == [1]
        assert list(revenue(scene)) == []

    def test_reinstalls_are_counted_apart(self, store: Store) -> None:
        """Installs are new ones only."""
        scene = Scene(store)
        scene.credited_install(NOON, campaign_id="c1")
        scene.credited_install(NOON, campaign_id="c1", is_reinstall=True)

        assert [(row.installs, row.reinstalls) for row in installs(scene)] == [(1, 1)]

    def test_tagged_installs_can_be_left_out(self, store: Store) -> None:
        """With their revenue."""
        scene = Scene(store)
        scene.credited_install(NOON, campaign_id="c1")
        tagged = scene.credited_install(NOON, campaign_id="c1", tags=("emulator",))
        scene.event(tagged, NOON, revenue=Decimal(5))

        def work(uow: UnitOfWork) -> tuple[list[int], list[int]]:
            asked = (scene.app_id, scene.network, Breakdown.CAMPAIGN, ONE_DAY)
            return (
                [row.installs for row in uow.reports.installs(*asked, exclude_tagged=True)],
                [row.events for row in uow.reports.revenue(*asked, exclude_tagged=True)],
            )

        assert (installs(scene)[0].installs, revenue(scene)[0].events) == (2, 1)
        assert scene.store.read(work) == ([1], [])

    def test_only_the_decision_in_force_counts(self, store: Store) -> None:
        """An install that lost its credit is in no sum, nor is its revenue."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        scene.event(install_id, NOON, revenue=Decimal(5))
        scene.redecide(install_id, at=NOON)

        assert (installs(scene), revenue(scene)) == ([], [])

    def test_other_apps_are_never_seen(self, store: Store) -> None:
        """Sums are of one app."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        install_id = other.credited_install(NOON, campaign_id="c1")
        other.event(install_id, NOON, revenue=Decimal(5))
        other.cost("c1", DAY, spend=Decimal(1))

        assert (installs(scene), revenue(scene), costs(scene)) == ([], [], [])

    def test_a_click_without_a_campaign_is_a_sum_of_its_own(self, store: Store) -> None:
        """What the click did not tell is None, not lost."""
        scene = Scene(store)
        scene.event(scene.credited_install(NOON), NOON, revenue=Decimal(5))

        assert [(row.value, row.installs) for row in installs(scene)] == [(None, 1)]
        assert [(row.value, row.events) for row in revenue(scene)] == [(None, 1)]

    def test_revenue_is_summed_by_currency_and_day_of_the_event(self, store: Store) -> None:
        """The install's day does not matter, the event's does; refunds subtract."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON - timedelta(days=3), campaign_id="c1")
        scene.event(install_id, NOON, revenue=Decimal("9.99"))
        scene.event(install_id, NOON, revenue=Decimal("-4.99"))
        scene.event(install_id, NOON, revenue=Decimal(3), currency="EUR")
        scene.event(install_id, NOON, revenue=Decimal(7), currency=None)
        scene.event(install_id, NOON + timedelta(days=1), revenue=Decimal(100))

        assert {(row.currency, row.revenue_micros, row.events) for row in revenue(scene)} == {
            ("USD", 5_000_000, 2),
            ("EUR", 3_000_000, 1),
            (None, 7_000_000, 1),
        }
        assert {(row.value, row.day_on) for row in revenue(scene)} == {("c1", DAY)}

    def test_a_net_of_zero_still_has_its_events(self, store: Store) -> None:
        """A purchase and its refund are two events that add up to nothing."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        for amount in (Decimal("9.99"), Decimal("-9.99")):
            scene.event(install_id, NOON, revenue=amount)

        assert [(row.revenue_micros, row.events) for row in revenue(scene)] == [(0, 2)]

    def test_events_without_an_amount_are_no_revenue(self, store: Store) -> None:
        """Neither an event without revenue nor one of zero is in a sum."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        scene.event(install_id, NOON, revenue=None)
        scene.event(install_id, NOON, revenue=Decimal(0))

        assert revenue(scene) == []

    def test_test_events_are_in_no_sum(self, store: Store) -> None:
        """Neither ``__test``, nor a test key's event, nor any event of a test install."""
        scene = Scene(store)
        live = scene.credited_install(NOON, campaign_id="c1")
        test = scene.credited_install(NOON, campaign_id="c1", environment=Environment.TEST)
        scene.event(live, NOON, revenue=Decimal(5), event_type="__test")
        scene.event(live, NOON, revenue=Decimal(5), environment=Environment.TEST)
        scene.event(test, NOON, revenue=Decimal(5))

        assert revenue(scene) == []

    def test_revenue_of_organic_installs_is_nobodys(self, store: Store) -> None:
        """Only revenue of credited installs is in a sum."""
        scene = Scene(store)
        scene.event(scene.organic_install(NOON), NOON, revenue=Decimal(5))

        assert revenue(scene) == []

    def test_enormous_revenue_adds_up(self, store: Store) -> None:
        """Ten thousand times the largest amount is more millionths than 64 bits hold."""
        scene = Scene(store)
        install_id = scene.credited_install(NOON, campaign_id="c1")
        for _ in range(4):
            scene.event(install_id, NOON, revenue=Decimal(4_000_000_000_000))
        scene.event(install_id, NOON, revenue=Decimal("-0.000001"))

        assert [row.revenue_micros for row in revenue(scene)] == [15_999_999_999_999_999_999]

    def test_names_and_campaigns_come_from_the_clicks(self, store: Store) -> None:
        """Each breakdown reads its own id, its name and the campaign above it."""
        scene = Scene(store)
        link_id = scene.link("Summer")
        scene.credited_install(
            NOON,
            campaign_id="c1",
            campaign_name="Campaign",
            adgroup_id="g1",
            adgroup_name="Ad group",
            ad_id="a1",
            ad_name="Ad",
            link_id=link_id,
            country="DE",
        )

        found = {by: installs(scene, by=by)[0] for by in Breakdown}

        assert {by: (row.value, row.name) for by, row in found.items()} == {
            Breakdown.CAMPAIGN: ("c1", "Campaign"),
            Breakdown.DAY: (None, None),
            Breakdown.ADGROUP: ("g1", "Ad group"),
            Breakdown.AD: ("a1", "Ad"),
            Breakdown.COUNTRY: ("DE", None),
            Breakdown.LINK: (link_id, None),
        }
        above = {by: row.campaign_id for by, row in found.items() if row.campaign_id is not None}
        assert above == {Breakdown.ADGROUP: "c1", Breakdown.AD: "c1"}

    def test_revenue_has_the_same_breakdowns(self, store: Store) -> None:
        """An event follows its install's click in each of them."""
        scene = Scene(store)
        install_id = scene.credited_install(
            NOON, campaign_id="c1", adgroup_id="g1", ad_id="a1", country="DE"
        )
        scene.event(install_id, NOON, revenue=Decimal(5))

        assert {by: revenue(scene, by=by)[0].value for by in Breakdown} == {
            Breakdown.CAMPAIGN: "c1",
            Breakdown.DAY: None,
            Breakdown.ADGROUP: "g1",
            Breakdown.AD: "a1",
            Breakdown.COUNTRY: "DE",
            Breakdown.LINK: scene.link_id,
        }

    def test_costs_are_of_the_level_of_the_breakdown(self, store: Store) -> None:
        """Days are sums over campaigns; TikTok has no numbers by link."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal(1))
        scene.cost("c2", DAY, spend=Decimal(2))
        scene.cost("g1", DAY, level=AdLevel.ADGROUP, spend=Decimal(4))
        scene.cost("a1", DAY, level=AdLevel.AD, spend=Decimal(8))

        found = {
            by: {row.value: row.spend_micros for row in costs(scene, by=by)} for by in Breakdown
        }

        assert found == {
            Breakdown.CAMPAIGN: {"c1": 1_000_000, "c2": 2_000_000},
            Breakdown.DAY: {None: 3_000_000},
            Breakdown.ADGROUP: {"g1": 4_000_000},
            Breakdown.AD: {"a1": 8_000_000},
            Breakdown.COUNTRY: {},
            Breakdown.LINK: {},
        }

    def test_costs_by_country_are_readings_of_their_own(self, store: Store) -> None:
        """Sums over campaigns; the country that TikTok does not know is None."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal(9))
        for campaign, country, spend in (("c1", "DE", 1), ("c2", "DE", 2), ("c1", "-", 4)):
            scene.cost(campaign, DAY, country=country, spend=Decimal(spend))

        found = costs(scene, by=Breakdown.COUNTRY)

        assert {row.value: row.spend_micros for row in found} == {"DE": 3_000_000, None: 4_000_000}

    def test_days_of_costs_are_folded_where_no_rate_needs_them(self, store: Store) -> None:
        """Amounts in the currency, or without one, come together; the others keep their days."""
        scene = Scene(store)
        next_day = DAY + timedelta(days=1)
        for day_on in (DAY, next_day):
            for entity_id, currency in (("c1", "EUR"), ("c2", None), ("c3", "USD")):
                scene.cost(entity_id, day_on, spend=Decimal(1), currency=currency)

        found = scene.store.read(
            lambda uow: uow.reports.costs(
                scene.app_id,
                scene.network,
                Breakdown.CAMPAIGN,
                local_days(DAY, next_day, UTC),
                folding="EUR",
            )
        )

        assert {(row.value, row.day_on): row.spend_micros for row in found} == {
            ("c1", DAY): 2_000_000,
            ("c2", DAY): 2_000_000,
            ("c3", DAY): 1_000_000,
            ("c3", next_day): 1_000_000,
        }

    def test_what_belongs_to_another_app_is_left_out(self, store: Store) -> None:
        """Of every breakdown that campaigns are summed in."""
        scene = Scene(store)
        for campaign, spend in (("c1", 1), ("c2", 2)):
            scene.cost(campaign, DAY, spend=Decimal(spend))
            scene.cost(campaign, DAY, country="DE", spend=Decimal(spend))

        for by in (Breakdown.CAMPAIGN, Breakdown.DAY, Breakdown.COUNTRY):
            found = scene.store.read(
                lambda uow, by=by: uow.reports.costs(  # type: ignore[misc]
                    scene.app_id, scene.network, by, ONE_DAY, left_out={"c2"}
                )
            )
            assert [row.spend_micros for row in found] == [1_000_000]

    def test_costs_of_other_days_are_left_out(self, store: Store) -> None:
        """The first and the last day are included, the days beside them are not."""
        scene = Scene(store)
        for days in (-1, 0, 1, 2):
            scene.cost("c1", DAY + timedelta(days=days), spend=Decimal(1))

        found = costs(scene, days=local_days(DAY, DAY + timedelta(days=1), UTC))

        assert sorted(row.day_on for row in found) == [DAY, DAY + timedelta(days=1)]

    def test_a_sum_over_campaigns_keeps_unknown_apart_from_zero(self, store: Store) -> None:
        """Known figures are summed; one that no campaign has stays unknown."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal("0.30"), impressions=5)
        scene.cost("c2", DAY, spend=Decimal("0.70"), impressions=None)

        (row,) = costs(scene, by=Breakdown.DAY)

        assert (row.spend_micros, row.impressions, row.clicks) == (1_000_000, 5, None)

    def test_costs_in_two_currencies_are_two_sums(self, store: Store) -> None:
        """Amounts of different advertisers are never added up unconverted."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal(1), currency="EUR")
        scene.cost("c2", DAY, spend=Decimal(2), currency="USD")

        found = costs(scene, by=Breakdown.DAY)

        assert {(row.currency, row.spend_micros) for row in found} == {
            ("EUR", 1_000_000),
            ("USD", 2_000_000),
        }

    def test_enormous_costs_add_up(self, store: Store) -> None:
        """A sum over campaigns does not leave 64 bits either."""
        scene = Scene(store)
        for number in range(3):
            scene.cost(f"c{number}", DAY, spend=Decimal(5_000_000_000_000))

        assert [row.spend_micros for row in costs(scene, by=Breakdown.DAY)] == [15 * 10**18]


def installs(
    scene: Scene, *, by: Breakdown = Breakdown.CAMPAIGN, days: Sequence[ReportDay] = ONE_DAY
) -> Sequence[InstallSum]:
    """The sums of installs as the store has them."""
    return scene.store.read(lambda uow: uow.reports.installs(scene.app_id, scene.network, by, days))


def revenue(
    scene: Scene, *, by: Breakdown = Breakdown.CAMPAIGN, days: Sequence[ReportDay] = ONE_DAY
) -> Sequence[RevenueSum]:
    """The sums of revenue as the store has them."""
    return scene.store.read(lambda uow: uow.reports.revenue(scene.app_id, scene.network, by, days))


def costs(
    scene: Scene, *, by: Breakdown = Breakdown.CAMPAIGN, days: Sequence[ReportDay] = ONE_DAY
) -> Sequence[CostSum]:
    """The sums of costs as the store has them."""
    return scene.store.read(lambda uow: uow.reports.costs(scene.app_id, scene.network, by, days))
