"""Tells the TikTok sandbox what exists: accounts, pixels, campaigns, and what reports say.

Through its control API, as documented in ``docs/reference/tiktok-sandbox.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import (
    ADVERTISER_CURRENCY,
    ADVERTISER_ZONE,
    APPS,
    CAMPAIGNS,
    AdAccount,
    Campaign,
)
from appsprint.entrypoints.demo.costs import AdDay
from appsprint.entrypoints.demo.wire import Wire
from appsprint.entrypoints.demo.world import World

API = "/sandbox/api"
DEVELOPER_APP_ID = "7300555500000000001"
DEVELOPER_SECRET = "demo-developer-app-secret"
_Json = dict[str, object]


def furnish(sandbox: Wire, world: World) -> None:
    """Add everything to what the sandbox has; one day's numbers are not the last word yet."""
    state: Mapping[str, Any] = sandbox.ask("GET", f"{API}/state")
    told_first = (world.first_told.ad_id, world.first_told.day_on)
    days = [world.first_told if _place(day) == told_first else day for day in world.costs]
    patch = {
        "apps": [_developer_app()],
        "advertisers": [_advertiser(app.account) for app in APPS.values()],
        "accounts": [_widened(account) for account in state["accounts"]],
        "pixels": [_pixel(app.account) for app in APPS.values()],
        "events_tokens": [_events_token(app.account) for app in APPS.values()],
        "campaigns": [_campaign(campaign) for campaign in CAMPAIGNS],
        "adgroups": [group for campaign in CAMPAIGNS for group in _adgroups(campaign)],
        "ads": [ad for campaign in CAMPAIGNS for ad in _ads(campaign)],
        "report_rows": [_report_row(day) for day in days],
    }
    sandbox.ask("PUT", f"{API}/world", patch)


def restate(sandbox: Wire, world: World) -> None:
    """Let TikTok correct the day that it told too early."""
    place = _place(world.first_told)
    rows = [_report_row(day) for day in world.costs if _place(day) == place]
    sandbox.ask("POST", f"{API}/restate", {"report_rows": rows})


def paste_links(sandbox: Wire, platform: Platform, links: Sequence[str]) -> None:
    """Let the ads of one app lead to its ad links, as an advertiser pastes them into TikTok."""
    ads = [
        {**ad, "extra": {"landing_page_url": _landing(campaign, links)}}
        for campaign in CAMPAIGNS
        if campaign.platform is platform
        for ad in _ads(campaign)
    ]
    sandbox.ask("PUT", f"{API}/world", {"ads": ads})


def _landing(campaign: Campaign, links: Sequence[str]) -> str:
    return APPS[campaign.platform].store_url if campaign.link is None else links[campaign.link]


def add_events_token(sandbox: Wire, account: AdAccount, access_token: str) -> None:
    """Make another Events API token for an account's pixel."""
    token = {"access_token": access_token, "pixel_codes": [account.pixel_code]}
    sandbox.ask("PUT", f"{API}/world", {"events_tokens": [token]})


def take_away(sandbox: Wire, account: AdAccount) -> None:
    """Let everybody lose an ad account."""
    sandbox.ask("POST", f"{API}/advertisers/lose", {"advertiser_id": account.advertiser_id})


def give_back(sandbox: Wire, account: AdAccount) -> None:
    """Let everybody reach an ad account again."""
    people = sandbox.ask("GET", f"{API}/state")["accounts"]
    accounts = [
        {**person, "advertiser_ids": [*person["advertiser_ids"], account.advertiser_id]}
        for person in people
    ]
    sandbox.ask("PUT", f"{API}/world", {"accounts": accounts})


def _place(day: AdDay) -> tuple[str, object]:
    return day.ad_id, day.day_on


def _developer_app() -> _Json:
    return {
        "app_id": DEVELOPER_APP_ID,
        "secret": DEVELOPER_SECRET,
        "name": "App Sprint Attribution (demonstration)",
    }


def _advertiser(account: AdAccount) -> _Json:
    return {
        "advertiser_id": account.advertiser_id,
        "name": account.name,
        "currency": ADVERTISER_CURRENCY,
        "timezone": "Etc/GMT-1",
        "display_timezone": ADVERTISER_ZONE,
        "country": "FR",
    }


def _widened(account: Mapping[str, Any]) -> _Json:
    """A person of the sandbox, who may now reach our advertisers too."""
    ours = [app.account.advertiser_id for app in APPS.values()]
    return {**account, "advertiser_ids": [*account["advertiser_ids"], *ours]}


def _pixel(account: AdAccount) -> _Json:
    return {
        "pixel_id": account.pixel_id,
        "pixel_code": account.pixel_code,
        "pixel_name": account.name,
        "advertiser_id": account.advertiser_id,
    }


def _events_token(account: AdAccount) -> _Json:
    return {"access_token": account.events_token, "pixel_codes": [account.pixel_code]}


def _campaign(campaign: Campaign) -> _Json:
    return {
        "campaign_id": campaign.campaign_id,
        "advertiser_id": APPS[campaign.platform].account.advertiser_id,
        "campaign_name": campaign.name,
        "objective_type": campaign.objective,
    }


def _adgroups(campaign: Campaign) -> Iterator[_Json]:
    names = {ad.adgroup_id: ad.adgroup_name for ad in campaign.ads}
    for adgroup_id, name in names.items():
        yield {
            "adgroup_id": adgroup_id,
            "campaign_id": campaign.campaign_id,
            "adgroup_name": name,
            "extra": {"operating_systems": [campaign.platform.value.upper()]},
        }


def _ads(campaign: Campaign) -> Iterator[_Json]:
    for ad in campaign.ads:
        yield {"ad_id": ad.ad_id, "adgroup_id": ad.adgroup_id, "ad_name": ad.ad_name}


def _report_row(day: AdDay) -> _Json:
    return {
        "ad_id": day.ad_id,
        "day": day.day_on.isoformat(),
        "country_code": day.country,
        "metrics": {
            "spend": str(day.spend),
            "impressions": day.impressions,
            "clicks": day.clicks,
            "conversion": day.conversions,
            "real_time_conversion": day.conversions,
            "complete_payment": day.conversions,
            "total_complete_payment_rate": str(day.value),
        },
    }
