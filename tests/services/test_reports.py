"""Reports as the service frames them; their numbers are in tests/golden/reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.cost import AdLevel
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.errors import InvalidInput, NotFound
from appsprint.services.reports import ReportService
from appsprint.testing.scene import Scene
from tests.support.control_plane import StandingClock

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ACCOUNT = Advertiser(id="7301", name="Example", currency="EUR", time_zone="Europe/Berlin")


class NoRates:
    """No currency has a rate."""

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        """None, whatever is asked."""

    def newest_on(self) -> date:
        """Long ago."""
        return date.min


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def report_of(scene: Scene, query: ReportQuery | None = None) -> Report:
    """The app's report at noon."""
    service = ReportService(store=scene.store, clock=StandingClock(NOON), rates=NoRates())
    return service.campaigns(scene.app_id, ReportQuery() if query is None else query)


def connect(scene: Scene, advertiser: Advertiser | None) -> None:
    """Connect the app to an account."""
    scene.connect(
        Connection(
            app_id=scene.app_id,
            network=AdNetwork.TIKTOK,
            oauth=OAuthState.GRANTED,
            advertiser=advertiser,
        )
    )


@pytest.mark.parametrize(
    ("time_zone", "shown"),
    [
        pytest.param("Europe/Berlin", "Europe/Berlin", id="the advertiser's"),
        pytest.param("Etc/GMT-1", "Etc/GMT-1", id="a fixed one"),
        pytest.param(None, "Asia/Tokyo", id="not told"),
        pytest.param("", "Asia/Tokyo", id="empty"),
        pytest.param("Nowhere/Nothing", "Asia/Tokyo", id="not a zone"),
        pytest.param("../../etc/passwd", "Asia/Tokyo", id="not even a name"),
        pytest.param("America", "Asia/Tokyo", id="a folder of zones"),
    ],
)
def test_whose_time_zone_it_is(store: SqliteStore, time_zone: str | None, shown: str) -> None:
    """The advertiser's where it is known, else the app's; nonsense never fails a report."""
    scene = Scene(store, time_zone="Asia/Tokyo")
    connect(scene, replace(ACCOUNT, time_zone=time_zone))

    assert report_of(scene).time_zone == shown


def test_without_any_usable_zone_days_are_utc(store: SqliteStore) -> None:
    """There is always a zone."""
    assert report_of(Scene(store, time_zone="Nowhere/Nothing")).time_zone == "UTC"


@pytest.mark.parametrize(
    ("advertiser", "currency"),
    [
        pytest.param(ACCOUNT, "EUR", id="the advertiser's"),
        pytest.param(replace(ACCOUNT, currency=None), "JPY", id="not told"),
        pytest.param(None, "JPY", id="no advertiser"),
    ],
)
def test_whose_currency_it_is(
    store: SqliteStore, advertiser: Advertiser | None, currency: str
) -> None:
    """The advertiser's where it is known, else the app's."""
    scene = Scene(store, currency="JPY")
    connect(scene, advertiser)

    assert report_of(scene).currency == currency


@pytest.mark.parametrize(
    ("by", "values"),
    [
        (Breakdown.CAMPAIGN, ["mine", "nobodys"]),
        (Breakdown.AD, ["mine-ad"]),
    ],
)
def test_what_only_another_app_advertises_stands_in_its_report(
    store: SqliteStore, by: Breakdown, values: list[str]
) -> None:
    """Two apps that import one account: each campaign's spend follows the ad links of its ads."""
    scene, other = Scene(store), Scene(store, app_id="app_2")
    connect(scene, ACCOUNT)
    connect(other, ACCOUNT)
    for campaign, owner in (("mine", scene), ("theirs", other)):
        slug = owner.link_id.replace("_", "")
        scene.entity(
            AdLevel.AD,
            f"{campaign}-ad",
            "Ad",
            campaign_id=campaign,
            advertiser_id=ACCOUNT.id,
            landing_page_url=f"https://go.example/c/{slug}",
        )
        scene.cost(f"{campaign}-ad", NOON.date(), level=AdLevel.AD, spend=Decimal(1))
        scene.cost(campaign, NOON.date(), spend=Decimal(2))
    scene.cost("nobodys", NOON.date(), spend=Decimal(1))

    report = report_of(scene, ReportQuery(breakdown=by))

    assert [row.identity[f"{by}_id"] for row in report.items] == values


@pytest.mark.parametrize(
    ("by", "spends"),
    [
        (Breakdown.CAMPAIGN, {"shared": 4, "theirs": None, "nobodys": 1}),
        (Breakdown.ADGROUP, {"ios": 3, "mixed": 1, "android": None, "shop": 1}),
        (Breakdown.AD, {"a1": 3, "a2": 1, "a3": None, "a4": None, "a5": 1}),
        (Breakdown.DAY, {"2026-03-10": 5}),
    ],
)
def test_a_campaign_of_two_apps_is_split_by_its_ads(
    store: SqliteStore, by: Breakdown, spends: dict[str, int | None]
) -> None:
    """Every breakdown comes to the same: what is left without the other app's ads."""
    scene, other = Scene(store), Scene(store, app_id="app_2")
    connect(scene, ACCOUNT)
    connect(other, ACCOUNT)
    put_ad(scene, "a1", adgroup_id="ios", campaign_id="shared", leads_to=scene, spend=3)
    put_ad(scene, "a2", adgroup_id="mixed", campaign_id="shared", leads_to=scene, spend=1)
    put_ad(scene, "a3", adgroup_id="mixed", campaign_id="shared", leads_to=other, spend=8)
    put_ad(scene, "a4", adgroup_id="android", campaign_id="theirs", leads_to=other, spend=9)
    put_ad(scene, "a5", adgroup_id="shop", campaign_id="nobodys", leads_to=None, spend=1)
    for level, sums in (
        (AdLevel.CAMPAIGN, {"shared": 12, "theirs": 9, "nobodys": 1}),
        (AdLevel.ADGROUP, {"ios": 3, "mixed": 9, "android": 9, "shop": 1}),
    ):
        for entity_id, spend in sums.items():
            scene.cost(entity_id, NOON.date(), level=level, spend=Decimal(spend))

    days = ReportQuery(breakdown=by, start_on=NOON.date(), end_on=NOON.date())
    report = report_of(scene, days)

    shown = {next(iter(row.identity.values())): row.metrics.spend for row in report.items}
    assert shown == {key: spend for key, spend in spends.items() if spend is not None}
    assert report.totals.spend == 5


def put_ad(
    scene: Scene,
    ad_id: str,
    *,
    adgroup_id: str,
    campaign_id: str,
    leads_to: Scene | None,
    spend: int,
) -> None:
    """An ad in the scene's import, the link that it leads to, and what it spent."""
    slug = "" if leads_to is None else leads_to.link_id.replace("_", "")
    scene.entity(
        AdLevel.AD,
        ad_id,
        "Ad",
        campaign_id=campaign_id,
        adgroup_id=adgroup_id,
        advertiser_id=ACCOUNT.id,
        landing_page_url=f"https://go.example/c/{slug}",
    )
    scene.cost(ad_id, NOON.date(), level=AdLevel.AD, spend=Decimal(spend))


def test_the_period_before_has_as_many_days(store: SqliteStore) -> None:
    """Both windows in the same days, side by side and without a gap."""
    scene = Scene(store)
    for days, spend in ((0, 1), (2, 2), (3, 4), (5, 8), (6, 16)):
        scene.cost("c1", NOON.date() - timedelta(days=days), spend=Decimal(spend))
    service = ReportService(store=store, clock=StandingClock(NOON), rates=NoRates())

    query = ReportQuery(start_on=NOON.date() - timedelta(days=2))
    compared = service.compared(scene.app_id, query)

    shown = [
        (report.start_on.day, report.end_on.day, report.totals.spend)
        for report in (compared.report, compared.previous)
    ]
    assert shown == [(8, 10, Decimal(3)), (5, 7, Decimal(12))]


def test_an_unknown_app(store: SqliteStore) -> None:
    """There is nothing to report on."""
    service = ReportService(store=store, clock=StandingClock(NOON), rates=NoRates())

    with pytest.raises(NotFound):
        service.campaigns(AppId("app_nope"), ReportQuery())


def test_a_window_that_cannot_be(store: SqliteStore) -> None:
    """The caller hears which field is wrong."""
    query = ReportQuery(start_on=date(2026, 3, 2), end_on=date(2026, 3, 1))

    with pytest.raises(InvalidInput) as caught:
        report_of(Scene(store), query)

    assert [problem.field for problem in caught.value.problems] == ["start"]
