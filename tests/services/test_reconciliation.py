"""Why numbers differ: one week worked by hand, each cause with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.cost import AdEntity, AdLevel, CountingRules
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.link import AdNetwork
from appsprint.domain.reconciliation import Cause, CauseCode, Figure, Reconciliation
from appsprint.domain.report_query import ReportQuery
from appsprint.services import rollup_sums
from appsprint.services.reconciliation import ReconciliationService
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene
from tests.support.control_plane import StandingClock
from tests.support.facts import put_delivery, put_event, put_install
from tests.support.fake_network import FakeNetwork

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
# The week from Monday 9 to Sunday 15 March, in days of Berlin, an hour ahead of UTC.
FIRST, LAST = date(2026, 3, 9), date(2026, 3, 15)
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ACCOUNT = Advertiser(id="7301", name="Example", currency="EUR", time_zone="Europe/Berlin")


class Rates:
    """A dollar is half a euro; no other currency has a rate."""

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        """Exact, so that sums can be done in the head."""
        return Decimal("0.5") if (from_currency, to_currency) == ("USD", "EUR") else None

    def newest_on(self) -> date:
        """Thursday of the week."""
        return date(2026, 3, 12)


class Week:
    """The app's scene and its reconciliation."""

    def __init__(self, store: SqliteStore) -> None:
        self.scene = Scene(store, time_zone="Europe/Berlin", currency="EUR")
        self.scene.connect(
            Connection(
                app_id=self.scene.app_id,
                network=AdNetwork.TIKTOK,
                oauth=OAuthState.GRANTED,
                advertiser=ACCOUNT,
            )
        )

    def explain(self) -> Reconciliation:
        """The week explained."""
        service = ReconciliationService(
            store=self.scene.store,
            clock=StandingClock(NOW),
            rates=Rates(),
            networks={AdNetwork.TIKTOK: FakeNetwork()},
        )
        query = ReportQuery(start_on=FIRST, end_on=LAST)
        return service.explain(self.scene.app_id, query)

    def causes(self) -> Mapping[CauseCode, Cause]:
        """Every cause of the week by its code."""
        return {cause.code: cause for cause in self.explain().causes}

    def figures(self, code: CauseCode) -> Mapping[str, Figure]:
        """The figures of a cause that applies."""
        cause = self.causes()[code]
        assert cause.applies
        return cause.figures


@pytest.fixture(params=["facts", "rollups"])
def week(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Week]:
    """A week over an empty store, whose rollup is begun before or not at all."""
    store = SqliteStore(tmp_path / "store.db")
    week = Week(store)
    if request.param == "rollups":
        RollupService(store=store).advance()
    yield week
    store.close()


def test_a_quiet_week_has_every_cause_and_none_applies(week: Week) -> None:
    """Except that nothing was imported yet."""
    causes = week.causes()

    assert list(causes) == list(CauseCode)
    assert [code for code, cause in causes.items() if cause.applies] == [CauseCode.IMPORT_GAPS]
    assert causes[CauseCode.IMPORT_GAPS].figures == {
        "last_read_at": None,
        "days_not_read": 7,
        "first_day": "2026-03-09",
        "last_day": "2026-03-15",
    }


def test_installs_without_a_click(week: Week) -> None:
    """Organic installs of the week by their reason; those of other weeks are not told."""
    week.scene.organic_install(NOON)
    week.scene.organic_install(NOON + DAY)
    week.scene.organic_install(NOON + 7 * DAY)

    assert week.figures(CauseCode.NO_NETWORK_CLICK) == {
        "installs": 2,
        "by_reason": [{"reason": "told by the scene", "installs": 2}],
    }


def test_while_older_facts_are_being_summed(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes at once, says that it is not complete, and has what needs no sums."""
    monkeypatch.setattr(rollup_sums, "LONGEST_TAIL", 1)
    for _ in range(3):
        week.scene.credited_install(NOON, campaign_id="c1")

    found = week.explain()

    assert not found.is_complete
    assert found.report.totals.attributed_installs == 3
    assert week.causes()[CauseCode.CLICK_DAY].figures["installs_by_install_day"] == 0
    assert week.causes()[CauseCode.TIME_ZONE].figures["installs"] == 3


def test_click_day_against_event_day(week: Week) -> None:
    """Of 4 installs one was clicked before the week; a click of the week earned one after it.

    By the day of the click: 4 - 1 + 1 = 4 installs. Revenue by its own day: 10 + 3 = 13 euros;
    by the day of the click the 3 of the earlier click fall out and the later 5 come in: 15.
    """
    early = week.scene.credited_install(NOON, clicked_at=NOON - 3 * DAY, campaign_id="c1")
    mine = week.scene.credited_install(NOON, campaign_id="c1")
    for _ in range(2):
        week.scene.credited_install(NOON, campaign_id="c1")
    late = week.scene.credited_install(NOON + 6 * DAY, clicked_at=NOON + 4 * DAY, campaign_id="c1")
    week.scene.event(mine, NOON, revenue=Decimal(10), currency="EUR")
    week.scene.event(early, NOON, revenue=Decimal(3), currency="EUR")
    week.scene.event(late, NOON + 6 * DAY, revenue=Decimal(10), currency="USD")

    assert week.figures(CauseCode.CLICK_DAY) == {
        "installs_by_install_day": 4,
        "installs_by_click_day": 4,
        "installs_clicked_before": 1,
        "installs_after_the_window": 1,
        "revenue_by_event_day": Decimal(13),
        "revenue_by_click_day": Decimal(15),
    }


def test_attribution_windows(week: Week) -> None:
    """Ours in hours, the network's for each ad group, and how old the clicks were."""
    for days in (0, 0, 2, 9):
        week.scene.credited_install(NOON, clicked_at=NOON - days * DAY)
    rules = CountingRules(event="ON_WEB_ORDER", click_window="SEVEN_DAYS", view_window="ONE_DAY")
    groups = [
        AdEntity(level=AdLevel.ADGROUP, id=f"g{n}", name="G", campaign_id="c1", counting=rules)
        for n in range(2)
    ]
    scene = week.scene
    scene.store.write(
        lambda uow: uow.costs.save_entities(scene.app_id, scene.network, groups, at=NOON)
    )

    assert week.figures(CauseCode.ATTRIBUTION_WINDOW) == {
        "click_lookback_hours": 168,
        "probabilistic_lookback_hours": 24,
        "installs_by_days_after_click": [
            {"days": 0, "installs": 2},
            {"days": 2, "installs": 1},
            {"days": 9, "installs": 1},
        ],
        "network_windows": [
            {
                "click_window": "SEVEN_DAYS",
                "view_window": "ONE_DAY",
                "engaged_view_window": None,
                "adgroups": 2,
            }
        ],
    }
    assert week.figures(CauseCode.COUNTED_EVENT) == {
        "events": [{"event": "ON_WEB_ORDER", "adgroups": 2}]
    }


def test_events_that_were_not_sent(week: Week) -> None:
    """Deliveries of the week by status and reason, and revenue that is not mapped."""
    store, app_id = week.scene.store, week.scene.app_id
    install = put_install(store, app_id, NOON, link_id=week.scene.link_id, campaign_id="c1")
    outcomes = [
        (NOON, DeliveryStatus.SENT, None),
        (NOON, DeliveryStatus.PENDING, None),
        (NOON, DeliveryStatus.DEAD, "too_old"),
        (NOON, DeliveryStatus.DEAD, "too_old"),
        (NOON, DeliveryStatus.SKIPPED, "missing_ttclid"),
        (NOON + 7 * DAY, DeliveryStatus.DEAD, "too_old"),
    ]
    for at, status, reason in outcomes:
        event = put_event(store, install, at)
        put_delivery(store, event, status=status, reason=reason)
    week.scene.event(install.id, NOON, revenue=Decimal(8), currency="USD", event_type="share")

    assert week.figures(CauseCode.EVENTS_NOT_SENT) == {
        "not_sent": [
            {"status": "dead", "reason": "too_old", "events": 2},
            {"status": "pending", "reason": None, "events": 1},
            {"status": "skipped", "reason": "missing_ttclid", "events": 1},
        ],
        "not_mapped": [{"sdk_event": "share", "events": 1, "revenue": Decimal(4)}],
    }


def test_unknown_campaigns(week: Week) -> None:
    """Clicks that named none, and campaigns that the account does not list."""
    nameless = week.scene.credited_install(NOON)
    week.scene.event(nameless, NOON, revenue=Decimal(2), currency="EUR")
    week.scene.credited_install(NOON, campaign_id="foreign")
    week.scene.entity(AdLevel.CAMPAIGN, "listed", "Spring")
    week.scene.credited_install(NOON, campaign_id="listed")

    assert week.figures(CauseCode.UNKNOWN_CAMPAIGNS) == {
        "installs_without_campaign": 1,
        "revenue_without_campaign": Decimal(2),
        "unlisted_campaigns": 1,
        "installs_of_unlisted_campaigns": 1,
        "revenue_of_unlisted_campaigns": Decimal(0),
    }


def test_restated_numbers(week: Week) -> None:
    """The last numbers of the first 24 hours after a day against those in force.

    Berlin's 9 March ends at 23:00 UTC. Numbers of the day itself are not final: c1 had 10.00
    at 23:30, and 12.50 three days later; c2 was first read a week later and changed then; c3
    changed within the 24 hours only.
    """
    end_at = datetime(2026, 3, 9, 23, tzinfo=UTC)
    readings = [
        ("c1", end_at - timedelta(hours=5), "4.00", 1),
        ("c1", end_at + timedelta(minutes=30), "10.00", 2),
        ("c1", end_at + 3 * DAY, "12.50", 3),
        ("c2", end_at + 7 * DAY, "1.00", 0),
        ("c2", end_at + 8 * DAY, "0.50", 0),
        ("c3", end_at - timedelta(hours=5), "7.00", 1),
        ("c3", end_at + timedelta(hours=23), "8.00", 1),
    ]
    for campaign_id, as_of, spend, installs in readings:
        week.scene.cost(
            campaign_id,
            FIRST,
            as_of=as_of,
            spend=Decimal(spend),
            installs=installs,
            revenue=Decimal(installs),
            currency="EUR",
        )

    assert week.figures(CauseCode.RESTATED) == {
        "days": 1,
        "campaign_days": 2,
        "last_changed_at": end_at + 8 * DAY,
        "spend_first": Decimal(11),
        "conversions_first": 2,
        "revenue_first": Decimal(2),
        "spend_now": Decimal(13),
        "conversions_now": 3,
        "revenue_now": Decimal(3),
    }


def test_days_of_another_zone(week: Week) -> None:
    """The week of Berlin against the week of UTC, which begins and ends an hour later."""
    week.scene.credited_install(datetime(2026, 3, 8, 23, 30, tzinfo=UTC))
    week.scene.credited_install(NOON)
    for minutes in (0, 59):
        week.scene.credited_install(datetime(2026, 3, 15, 23, minutes, tzinfo=UTC))

    assert week.figures(CauseCode.TIME_ZONE) == {
        "time_zone": "Europe/Berlin",
        "is_advertisers": True,
        "compared_with": "UTC",
        "installs": 2,
        "installs_compared": 3,
    }


def test_other_currencies(week: Week) -> None:
    """What was converted, to how much, and what could not be."""
    install_id = week.scene.credited_install(NOON, campaign_id="c1")
    for amount, currency in (("9.00", "EUR"), ("3.00", "USD"), ("-1.00", "USD"), ("7.00", "XOF")):
        week.scene.event(install_id, NOON, revenue=Decimal(amount), currency=currency)

    assert week.figures(CauseCode.CURRENCY) == {
        "rates_until": "2026-03-12",
        "converted": [
            {"currency": "USD", "events": 2, "revenue": Decimal(1)},
        ],
        "not_converted": [
            {"kind": "revenue", "currency": "XOF", "amount": Decimal(7), "events": 1}
        ],
    }


def test_campaigns_of_another_app(week: Week) -> None:
    """What leads to another app only is left out here, what leads to both is split by its ads."""
    other = Scene(week.scene.store, app_id="app_2")
    other.connect(
        Connection(
            app_id=other.app_id,
            network=AdNetwork.TIKTOK,
            oauth=OAuthState.GRANTED,
            advertiser=ACCOUNT,
        )
    )
    for ad_id, campaign_id, owner in (
        ("a1", "theirs", other),
        ("a2", "both", other),
        ("a3", "both", week.scene),
    ):
        slug = owner.link_id.replace("_", "")
        week.scene.entity(
            AdLevel.AD,
            ad_id,
            "Ad",
            campaign_id=campaign_id,
            advertiser_id=ACCOUNT.id,
            landing_page_url=f"https://go.example/c/{slug}",
        )
    for campaign_id, spend in (("theirs", 5), ("both", 7), ("nobodys", 9)):
        week.scene.cost(campaign_id, FIRST, spend=Decimal(spend), currency="EUR")

    assert week.figures(CauseCode.OTHER_APPS) == {
        "left_out_campaigns": 1,
        "left_out_spend": Decimal(5),
        "shared_campaigns": 1,
        "shared_spend": Decimal(7),
    }
