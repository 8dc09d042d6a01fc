"""The world that the sandbox starts with: enough to connect, send events and read a report.

The ids are fixed, so that instructions can name them. The report rows cover the fourteen days up
to the present and are the same for the same day; the three newest are restated later, as TikTok's
are while conversions still arrive.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from appsprint.adapters.networks.tiktok.sandbox.entities import (
    Account,
    Ad,
    AdGroup,
    Advertiser,
    Campaign,
    DeveloperApp,
    EventsToken,
    Pixel,
    ReportRow,
)
from appsprint.adapters.networks.tiktok.sandbox.state import utc_now
from appsprint.adapters.networks.tiktok.sandbox.world import World
from appsprint.adapters.networks.tiktok.sandbox.world_patch import WorldPatch, merged

DEFAULT_APP_ID = "7300000000000000001"
DEFAULT_SECRET = "sandbox-secret"
DEFAULT_EVENTS_TOKEN = "sandbox-events-token"
DEFAULT_PIXEL_ID = "7310000000000000001"
DEFAULT_PIXEL_CODE = "D1TIKTOKDEMO00000001"
OTHER_PIXEL_ID = "7310000000000000002"
OTHER_PIXEL_CODE = "D1TIKTOKDEMO00000002"
EUR_ADVERTISER_ID = "7301000000000000001"
USD_ADVERTISER_ID = "7301000000000000002"
HISTORY_DAYS = 14
_SETTLED_AFTER_DAYS = 3
_CAMPAIGNS = (
    ("1801000000000001", "FR_Prospecting_Web"),
    ("1801000000000002", "DE Retargeting / été"),
    ("1801000000000003", "Broad 18+ & Lookalike"),
)


def default_world(
    now: datetime | None = None, *, app_id: str = DEFAULT_APP_ID, secret: str = DEFAULT_SECRET
) -> World:
    """One developer app, two advertisers with a pixel each, three campaigns and two weeks of costs.

    The report rows end on the day of ``now``, which is the real present unless given.
    """
    structure = WorldPatch(
        apps=[DeveloperApp(app_id=app_id, secret=secret)],
        accounts=[
            Account(
                account_id="sandbox-account",
                name="Sandbox Marketer",
                advertiser_ids=[EUR_ADVERTISER_ID, USD_ADVERTISER_ID],
            )
        ],
        advertisers=_advertisers(),
        pixels=[
            Pixel(
                pixel_id=DEFAULT_PIXEL_ID,
                pixel_code=DEFAULT_PIXEL_CODE,
                pixel_name="Sandbox pixel",
                advertiser_id=EUR_ADVERTISER_ID,
            ),
            Pixel(
                pixel_id=OTHER_PIXEL_ID,
                pixel_code=OTHER_PIXEL_CODE,
                pixel_name="Sandbox pixel US",
                advertiser_id=USD_ADVERTISER_ID,
            ),
        ],
        events_tokens=[
            EventsToken(access_token=DEFAULT_EVENTS_TOKEN, pixel_codes=[DEFAULT_PIXEL_CODE])
        ],
        campaigns=[
            Campaign(campaign_id=campaign_id, advertiser_id=EUR_ADVERTISER_ID, campaign_name=name)
            for campaign_id, name in _CAMPAIGNS
        ],
        adgroups=list(_adgroups()),
        ads=list(_ads()),
        report_rows=list(_report_rows(now or utc_now())),
    )
    return merged(World(), structure)


def _advertisers() -> list[Advertiser]:
    return [
        Advertiser(
            advertiser_id=EUR_ADVERTISER_ID,
            name="Sandbox Shop EU",
            currency="EUR",
            timezone="Etc/GMT-1",
            display_timezone="Europe/Paris",
            country="FR",
        ),
        Advertiser(
            advertiser_id=USD_ADVERTISER_ID,
            name="Sandbox Shop US",
            currency="USD",
            timezone="Etc/GMT+8",
            display_timezone="America/Los_Angeles",
            country="US",
        ),
    ]


def _adgroups() -> Iterator[AdGroup]:
    """Two ad groups to a campaign; the last digits of their ids say which."""
    for campaign, (campaign_id, _) in enumerate(_CAMPAIGNS, start=1):
        for number, name in ((1, "iOS"), (2, "Android")):
            yield AdGroup(
                adgroup_id=f"18020000000000{campaign}{number}",
                campaign_id=campaign_id,
                adgroup_name=name,
                extra={"pixel_id": DEFAULT_PIXEL_ID, "operating_systems": [name.upper()]},
            )


def _ads() -> Iterator[Ad]:
    for adgroup in _adgroups():
        for number, name in ((1, "Video A"), (2, "Video B")):
            yield Ad(
                ad_id=f"1803{adgroup.adgroup_id[4:]}{number}",
                adgroup_id=adgroup.adgroup_id,
                ad_name=name,
            )


def _report_rows(now: datetime) -> Iterator[ReportRow]:
    zone = ZoneInfo("Europe/Paris")
    today = now.astimezone(zone).date()
    for ad in _ads():
        for days_ago in range(HISTORY_DAYS):
            yield from _versions(ad.ad_id, today - timedelta(days=days_ago), zone)


def _versions(ad_id: str, day: date, zone: ZoneInfo) -> Iterator[ReportRow]:
    """What a row says at first, and what it says once most conversions have arrived."""
    # The same day must always make the same row, so this is no place for real randomness.
    generator = random.Random(f"{ad_id} {day}")  # noqa: S311
    impressions = generator.randrange(4_000, 20_000)
    clicks = impressions * generator.randrange(80, 160) // 10_000
    purchases = clicks * generator.randrange(10, 60) // 1_000
    delivery = {
        "spend": Decimal(impressions * generator.randrange(300, 700)) / 100_000,
        "impressions": Decimal(impressions),
        "clicks": Decimal(clicks),
        "reach": Decimal(impressions * 9 // 10),
    }
    settled_at = datetime.combine(day + timedelta(days=_SETTLED_AFTER_DAYS), time(), zone)
    for share, visible_from in ((6, None), (10, settled_at)):
        count = purchases * share // 10
        yield ReportRow(
            ad_id=ad_id,
            day=day,
            metrics={**delivery, **_purchases(count)},
            visible_from=visible_from,
        )


def _purchases(count: int) -> dict[str, Decimal | None]:
    return {
        "conversion": Decimal(count),
        "real_time_conversion": Decimal(count),
        "result": Decimal(count),
        "complete_payment": Decimal(count),
        "total_complete_payment_rate": Decimal(count) * Decimal("24.99"),
    }
