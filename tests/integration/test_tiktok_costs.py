"""Imports of costs from the sandbox into a store: every trap of TikTok's reports, one test each.

The traps are those of TikTok's reporting reference (developer portal, page 1740302848100353) and of
the field notes on it: names that mislead, values that are not there, days that are not ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.cost_importer import METRICS
from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    USD_ADVERTISER_ID,
    SandboxServer,
    default_world,
)
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.cost import AdLevel, CostRow
from appsprint.domain.cost_schedule import RefreshPeriods
from appsprint.domain.link import AdNetwork
from appsprint.services.cost_import import SyncResult
from appsprint.services.costs import CostSyncService
from appsprint.testing.scene import Scene
from tests.support.control_plane import ReversibleBox, StandingClock

pytestmark = pytest.mark.integration

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
DAY = date(2026, 9, 1)
CAMPAIGN, ADGROUP, AD = "1801000000000001", "1802000000000011", "18030000000000111"
TOKEN = "f" * 40
# Of a second; TikTok's largest, so that a test need not last.
QUOTA = 50


@dataclass
class Account:
    """An app that imports a sandbox account, and the sandbox's control."""

    scene: Scene
    clock: StandingClock
    control: httpx.Client
    service: CostSyncService

    def tell(self, day_on: date = DAY, *, ad_id: str = AD, **metrics: str | None) -> None:
        """What reports say of one ad's day, from now on."""
        row = {"ad_id": ad_id, "day": day_on.isoformat(), "metrics": metrics}
        self._do("PUT", "world", {"report_rows": [row]})

    def put(self, kind: str, **fields: object) -> None:
        """Add or replace a campaign, an ad group or an ad."""
        self._do("PUT", "world", {kind: [fields]})

    def inject(self, **fault: object) -> None:
        """Let something go wrong."""
        self._do("POST", "faults", [fault])

    def sync(self, start_on: date = DAY, end_on: date = DAY) -> SyncResult:
        """Import some days."""
        return self.service.sync(self.scene.app_id, start_on=start_on, end_on=end_on)

    def row(
        self, day_on: date = DAY, *, level: AdLevel = AdLevel.CAMPAIGN, entity_id: str = CAMPAIGN
    ) -> CostRow | None:
        """The reading in force of one day; None when there is none."""
        versions = self.scene.store.read(
            lambda uow: uow.costs.versions(
                self.scene.app_id, AdNetwork.TIKTOK, level, entity_id, day_on
            )
        )
        return next((found.row for found in versions if found.is_in_force), None)

    def reports(self) -> int:
        """How many reports the sandbox has answered."""
        answered = self.control.get("state").json()["requests"]
        path = "/open_api/v1.3/report/integrated/get/"
        return sum(one["count"] for one in answered if one["path"] == path and one["code"] == 0)

    def _do(self, method: str, path: str, body: object) -> None:
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def clock() -> StandingClock:
    """One time for the sandbox and the server."""
    return StandingClock(NOW)


@pytest.fixture(scope="module")
def sandbox(clock: StandingClock) -> Iterator[SandboxServer]:
    """One sandbox for the module; each test resets it."""
    with SandboxServer(default_world(NOW), now=clock.now) as server:
        yield server


@pytest.fixture
def account(tmp_path: Path, sandbox: SandboxServer, clock: StandingClock) -> Iterator[Account]:
    """An app that imports the sandbox's account in Paris."""
    clock.advance(NOW - clock.now())
    yield from _account(tmp_path, sandbox, clock, EUR_ADVERTISER_ID)


@pytest.fixture
def in_california(
    tmp_path: Path, sandbox: SandboxServer, clock: StandingClock
) -> Iterator[Account]:
    """An app that imports the sandbox's account in Los Angeles, with one ad."""
    clock.advance(NOW - clock.now())
    for made in _account(tmp_path, sandbox, clock, USD_ADVERTISER_ID):
        made.put("campaigns", campaign_id="1", advertiser_id=USD_ADVERTISER_ID, campaign_name="LA")
        made.put("adgroups", adgroup_id="2", campaign_id="1", adgroup_name="LA")
        made.put("ads", ad_id="3", adgroup_id="2", ad_name="LA")
        yield made


def _account(
    folder: Path, sandbox: SandboxServer, clock: StandingClock, advertiser_id: str
) -> Iterator[Account]:
    settings = TikTokSettings(
        app_id=DEFAULT_APP_ID,
        secret=DEFAULT_SECRET,
        api_url=sandbox.api_url,
        reads_per_second=QUOTA,
        read_pauses_seconds=(0.01,),
    )
    adapter, store, secrets = TikTokAdapter(settings), SqliteStore(folder / "s"), ReversibleBox()
    scene = Scene(store)
    scene.connect(
        Connection(
            app_id=scene.app_id,
            network=AdNetwork.TIKTOK,
            oauth=OAuthState.GRANTED,
            oauth_token=secrets.seal(TOKEN),
            advertiser=Advertiser(id=advertiser_id, name="Example"),
        )
    )
    grant = {
        "access_token": TOKEN,
        "app_id": DEFAULT_APP_ID,
        "advertiser_ids": [advertiser_id],
    }
    with httpx.Client(base_url=sandbox.control_url) as control:
        control.post("reset")
        assert control.put("world", json={"oauth_tokens": [grant]}).is_success
        service = CostSyncService(
            store=store, clock=clock, networks={AdNetwork.TIKTOK: adapter}, secrets=secrets
        )
        yield Account(scene, clock, control, service)
    adapter.close()
    store.close()


def test_only_official_metrics_are_asked_for() -> None:
    """TikTok refuses the whole report for one that is not, such as ``complete_payment_value``."""
    listed = files("appsprint.adapters.networks.tiktok.sandbox").joinpath("metric-names.txt")
    official = set(listed.read_text("utf-8").split())

    assert set(METRICS) <= official
    assert not official & {"total_complete_payment", "complete_payment_value"}


def test_the_value_of_purchases_has_a_misleading_name(account: Account) -> None:
    """``total_complete_payment_rate`` is the total value, to the cent, and no rate."""
    account.tell(spend="51.20", complete_payment="4", total_complete_payment_rate="90.07")

    account.sync()

    found = account.row()
    assert found is not None
    assert (found.spend_micros, found.reported_revenue_micros) == (51_200_000, 90_070_000)


def test_purchases_of_apps_are_not_those_of_websites(account: Account) -> None:
    """``total_purchase_value`` and ``purchase`` are of apps, whatever they say on a web ad."""
    account.tell(purchase="7", total_purchase="7", total_purchase_value="700", conversion="0")

    account.sync()

    found = account.row()
    assert found is not None
    assert (found.reported_installs, found.reported_revenue_micros) == (0, 0)


def test_a_conversion_is_whatever_the_ad_group_optimises_for(account: Account) -> None:
    """It is not the number of purchases; the ad group says which event it counts."""
    adgroup = {"adgroup_id": ADGROUP, "campaign_id": CAMPAIGN, "adgroup_name": "iOS"}
    account.put("adgroups", **adgroup, extra={"optimization_event": "ON_WEB_REGISTER"})
    account.tell(conversion="9", complete_payment="2", total_complete_payment_rate="40")

    account.sync()

    found = account.row()
    assert found is not None
    assert (found.reported_installs, found.reported_revenue_micros) == (9, 40_000_000)
    adgroups = account.scene.store.read(
        lambda uow: uow.costs.entities(
            account.scene.app_id, AdNetwork.TIKTOK, level=AdLevel.ADGROUP
        )
    )
    counting = {found.id: found.counting for found in adgroups}[ADGROUP]
    assert counting is not None
    assert counting.event == "ON_WEB_REGISTER"


def test_no_ratio_and_nothing_that_does_not_add_up_is_imported() -> None:
    """TikTok's ratios changed their base in 2023, and people reached are not additive over days."""
    assert not set(METRICS) & {"ctr", "cpc", "cpm", "conversion_rate", "reach", "frequency"}
    assert "complete_payment_roas" not in METRICS


def test_a_dash_is_not_zero(account: Account) -> None:
    """What TikTok does not tell stays unknown, and zero stays zero."""
    account.tell(spend="0", impressions="0", clicks=None, conversion=None)

    account.sync()

    found = account.row()
    assert found is not None
    assert (found.spend_micros, found.impressions) == (0, 0)
    assert (found.clicks, found.reported_installs) == (None, None)


def test_numbers_that_are_not_there_yet_come_later(account: Account) -> None:
    """A report of dashes is one version; the numbers are the next."""
    account.tell(spend="5")
    account.inject(kind="no_numbers", endpoint="/report/", times=4)
    account.sync()
    first = account.row()
    account.clock.advance(timedelta(hours=1))

    assert account.sync().new_versions == 4
    found = account.row()
    assert first is not None
    assert found is not None
    assert (first.spend_micros, found.spend_micros) == (None, 5_000_000)


def test_a_day_without_delivery_has_no_row_and_is_known_as_read(account: Account) -> None:
    """Absent is not zero, and need not be read again either."""
    quiet_on = date(2026, 8, 1)

    assert account.sync(quiet_on, quiet_on).rows == 0

    assert account.row(quiet_on) is None
    read_at = account.scene.store.read(
        lambda uow: uow.costs.readings(
            account.scene.app_id, AdNetwork.TIKTOK, EUR_ADVERTISER_ID, since=quiet_on
        )
    )
    assert all(quiet_on in days for days in read_at.values())


def test_every_restatement_is_kept_and_a_repeat_is_none(account: Account) -> None:
    """Three readings of which two differ are two versions, each with when it was read."""
    account.tell(spend="5", conversion="1")
    account.sync()
    account.clock.advance(timedelta(hours=1))
    account.sync()
    account.clock.advance(timedelta(hours=1))
    account.tell(spend="5", conversion="3")
    account.sync()

    versions = account.scene.store.read(
        lambda uow: uow.costs.versions(
            account.scene.app_id, AdNetwork.TIKTOK, AdLevel.CAMPAIGN, CAMPAIGN, DAY
        )
    )
    told = [(found.row.as_of, found.row.reported_installs) for found in versions]
    assert told == [(NOW, 1), (NOW + timedelta(hours=2), 3)]


@pytest.mark.parametrize("level", ["campaigns", "adgroups", "ads"])
def test_what_was_deleted_keeps_its_spend(account: Account, level: str) -> None:
    """TikTok leaves it out of lists and reports unless it is asked for it."""
    deleted: Mapping[str, dict[str, object]] = {
        "campaigns": {
            "campaign_id": CAMPAIGN,
            "advertiser_id": EUR_ADVERTISER_ID,
            "campaign_name": "Gone",
        },
        "adgroups": {"adgroup_id": ADGROUP, "campaign_id": CAMPAIGN, "adgroup_name": "Gone"},
        "ads": {"ad_id": AD, "adgroup_id": ADGROUP, "ad_name": "Gone"},
    }
    account.tell(spend="5")
    account.put(level, **deleted[level], is_deleted=True)

    account.sync()

    places = {AdLevel.CAMPAIGN: CAMPAIGN, AdLevel.ADGROUP: ADGROUP, AdLevel.AD: AD}
    found = [account.row(level=one, entity_id=places[one]) for one in places]
    assert [row and row.spend_micros for row in found] == [5_000_000] * 3


def test_a_renamed_campaign_has_its_new_name_and_its_old_one(account: Account) -> None:
    """The id is what counts; the name is what people know."""
    account.sync()
    account.clock.advance(timedelta(hours=1))
    account.put(
        "campaigns",
        campaign_id=CAMPAIGN,
        advertiser_id=EUR_ADVERTISER_ID,
        campaign_name="Renamed / été",
    )
    account.sync()

    history = account.scene.store.read(
        lambda uow: uow.costs.history(
            account.scene.app_id, AdNetwork.TIKTOK, AdLevel.CAMPAIGN, CAMPAIGN
        )
    )
    assert [(version.valid_from, version.name) for version in history] == [
        (NOW, "FR_Prospecting_Web"),
        (NOW + timedelta(hours=1), "Renamed / été"),
    ]


def test_a_campaign_that_no_list_shows_has_the_name_of_the_report(account: Account) -> None:
    """Its spend is real, and people must recognise it."""
    account.put(
        "campaigns",
        campaign_id="1807",
        advertiser_id=EUR_ADVERTISER_ID,
        campaign_name="Smart+",
        extra={"campaign_system_origin": "SMART_PLUS"},
    )
    account.put("adgroups", adgroup_id="1808", campaign_id="1807", adgroup_name="Smart+")
    account.put("ads", ad_id="1809", adgroup_id="1808", ad_name="Smart+")
    account.tell(ad_id="1809", spend="5")

    account.sync()

    campaigns = account.scene.store.read(
        lambda uow: uow.costs.entities(
            account.scene.app_id, AdNetwork.TIKTOK, level=AdLevel.CAMPAIGN
        )
    )
    assert {found.id: found.name for found in campaigns}["1807"] == "Smart+"


def test_a_report_of_many_pages_is_read_to_its_end(account: Account) -> None:
    """More rows than a page holds: none is left out, none is read twice."""
    ads = [
        {"ad_id": f"1804{number:04}", "adgroup_id": ADGROUP, "ad_name": "x"} for number in range(80)
    ]
    days = [DAY + timedelta(days=number) for number in range(14)]
    rows = [
        {"ad_id": ad["ad_id"], "day": day.isoformat(), "metrics": {"spend": "0.01"}}
        for ad in ads
        for day in days
    ]
    answer = account.control.put("world", json={"ads": ads, "report_rows": rows})
    assert answer.is_success

    account.sync(DAY, days[-1])

    for day_on in days:
        found = account.row(day_on, level=AdLevel.ADGROUP, entity_id=ADGROUP)
        assert found is not None
        assert (found.spend_micros or 0) >= 800_000
        assert account.row(day_on, level=AdLevel.AD, entity_id="18040079") is not None


@pytest.mark.parametrize(
    ("now", "today"),
    [
        pytest.param("2026-03-08T07:59:00Z", date(2026, 3, 7), id="before midnight there"),
        pytest.param("2026-03-08T08:00:00Z", date(2026, 3, 8), id="the clocks go forward"),
        pytest.param("2026-03-09T06:59:00Z", date(2026, 3, 8), id="a day of 23 hours"),
        pytest.param("2026-03-09T07:00:00Z", date(2026, 3, 9), id="the day after"),
        pytest.param("2026-11-02T07:59:00Z", date(2026, 11, 1), id="a day of 25 hours"),
    ],
)
def test_days_are_the_advertisers(in_california: Account, now: str, today: date) -> None:
    """The last day is today where the account is, and its rows are never moved to another."""
    account = in_california
    account.clock.advance(datetime.fromisoformat(now) - NOW)
    for day_on in (today - timedelta(days=1), today, today + timedelta(days=1)):
        account.tell(day_on, ad_id="3", spend=str(day_on.day))

    result = account.service.sync(account.scene.app_id)

    assert result.end_on == today
    found = account.row(today, entity_id="1")
    assert found is not None
    assert found.spend_micros == today.day * 1_000_000
    assert account.row(today + timedelta(days=1), entity_id="1") is None


def test_a_year_keeps_to_the_window_and_the_quota(account: Account) -> None:
    """13 stretches of at most 30 days at four parts each; never more calls than TikTok allows."""
    account.tell(DAY - timedelta(days=360), spend="7")
    account.inject(kind="quota", per_second=QUOTA)

    account.sync(DAY - timedelta(days=360), NOW.date())

    found = account.row(DAY - timedelta(days=360))
    assert found is not None
    assert found.spend_micros == 7_000_000
    refused = [one for one in account.control.get("requests").json()["requests"] if one["code"]]
    assert refused == []


def test_a_busy_moment_is_waited_out(account: Account) -> None:
    """One refusal for rate does not end an import."""
    account.tell(spend="5")
    account.inject(kind="rate_limit", endpoint="/report/", times=1)

    assert account.sync().rows == 4


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_gateway_fault_in_the_middle_loses_nothing(account: Account, done: int) -> None:
    """The parts that are done stay done: the next import asks for the others alone."""
    if done:
        account.inject(kind="slow", delay_ms=0, endpoint="/report/", times=done)
    account.inject(kind="server_error", endpoint="/report/", times=1)

    assert account.service.sync_due(RefreshPeriods()) == 0
    account.clock.advance(timedelta(minutes=5))
    assert account.reports() == done
    assert account.service.sync_due(RefreshPeriods()) == 1

    assert account.reports() == 4
    assert account.row(NOW.date(), level=AdLevel.AD, entity_id=AD) is not None


def test_a_due_import_reads_only_what_is_due(account: Account) -> None:
    """An hour later it asks for two days of each part, in one call each."""
    account.service.sync_due(RefreshPeriods())
    account.clock.advance(timedelta(hours=1))

    assert account.service.sync_due(RefreshPeriods()) == 1

    assert account.reports() == 8
    newest, *_ = account.control.get("requests").json()["requests"]
    # Two days of the three campaigns by country, which the sandbox's rows do not know.
    assert newest["count"] == 6
