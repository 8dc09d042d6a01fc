"""Additions to the world in JSON, and the check that the result still hangs together."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.entities import (
    Account,
    Ad,
    AdGroup,
    Advertiser,
    Campaign,
    DeveloperApp,
    EventsToken,
    Grant,
    Pixel,
    ReportRow,
)
from appsprint.adapters.networks.tiktok.sandbox.metrics import is_additive
from appsprint.adapters.networks.tiktok.sandbox.world import World

_LARGEST_METRIC = Decimal(10) ** 15


class InconsistentWorld(ValueError):
    """A part of the world names another that does not exist, or a value that means nothing."""


class WorldPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Things to add, or to replace where one with the same id exists.

    The rows given for one ad, day and country replace all versions that the world has of it; given
    several times, they are its versions.
    """

    apps: list[DeveloperApp] = []
    accounts: list[Account] = []
    advertisers: list[Advertiser] = []
    pixels: list[Pixel] = []
    oauth_tokens: list[Grant] = []
    events_tokens: list[EventsToken] = []
    campaigns: list[Campaign] = []
    adgroups: list[AdGroup] = []
    ads: list[Ad] = []
    report_rows: list[ReportRow] = []


def merged(world: World, patch: WorldPatch) -> World:
    """A new world with the patch in it; the given one stays as it is.

    Raises:
        InconsistentWorld: The result would not hang together; the message names the first cause.
    """
    new = world.copy()
    new.apps.update((item.app_id, item) for item in patch.apps)
    new.accounts.update((item.account_id, item) for item in patch.accounts)
    new.advertisers.update((item.advertiser_id, item) for item in patch.advertisers)
    new.pixels.update((item.pixel_code, item) for item in patch.pixels)
    new.grants.update((item.access_token, item) for item in patch.oauth_tokens)
    new.events_tokens.update((item.access_token, item) for item in patch.events_tokens)
    new.campaigns.update((item.campaign_id, item) for item in patch.campaigns)
    new.adgroups.update((item.adgroup_id, item) for item in patch.adgroups)
    new.ads.update((item.ad_id, item) for item in patch.ads)
    for row in patch.report_rows:
        new.report_rows.get(row.ad_id, {}).pop((row.day, row.country_code), None)
    _add_versions(new, patch.report_rows)
    _check(new, patch)
    return new


def restated(world: World, rows: Iterable[ReportRow]) -> World:
    """A new world in which each row is one more version of what reports say.

    Raises:
        InconsistentWorld: As in ``merged``.
    """
    patch = WorldPatch(report_rows=list(rows))
    new = world.copy()
    _add_versions(new, patch.report_rows)
    _check(new, patch)
    return new


def _add_versions(world: World, rows: Iterable[ReportRow]) -> None:
    for row in rows:
        of_ad = world.report_rows.setdefault(row.ad_id, {})
        key = (row.day, row.country_code)
        of_ad[key] = (*of_ad.get(key, ()), row)


def _check(world: World, patch: WorldPatch) -> None:
    problems = chain(
        _owner_problems(world, patch),
        _tree_problems(world, patch),
        *(_row_problems(world, row) for row in patch.report_rows),
    )
    first = next(problems, None)
    if first is not None:
        raise InconsistentWorld(first)


def _owner_problems(world: World, patch: WorldPatch) -> Iterator[str]:
    for account in patch.accounts:
        yield from _unknown(account.advertiser_ids, world.advertisers, "advertiser")
    for pixel in patch.pixels:
        yield from _unknown([pixel.advertiser_id], world.advertisers, "advertiser")
    for token in patch.events_tokens:
        yield from _unknown(token.pixel_codes, world.pixels, "pixel code")
    for grant in patch.oauth_tokens:
        yield from _unknown([grant.app_id], world.apps, "app")
        yield from _unknown(grant.advertiser_ids, world.advertisers, "advertiser")
    for advertiser in patch.advertisers:
        if not _is_time_zone(advertiser.display_timezone):
            yield f"unknown time zone: {advertiser.display_timezone}"


def _tree_problems(world: World, patch: WorldPatch) -> Iterator[str]:
    for campaign in patch.campaigns:
        yield from _unknown([campaign.advertiser_id], world.advertisers, "advertiser")
    for adgroup in patch.adgroups:
        yield from _unknown([adgroup.campaign_id], world.campaigns, "campaign")
    for ad in patch.ads:
        yield from _unknown([ad.adgroup_id], world.adgroups, "ad group")


def _row_problems(world: World, row: ReportRow) -> Iterator[str]:
    yield from _unknown([row.ad_id], world.ads, "ad")
    for name, value in row.metrics.items():
        if not is_additive(name):
            yield f"not a metric that a row can carry: {name}"
        if value is not None and not (value.is_finite() and abs(value) < _LARGEST_METRIC):
            yield f"{name} is out of range"


def _unknown(ids: Iterable[str], known: Iterable[str], noun: str) -> Iterator[str]:
    return (f"unknown {noun}: {item}" for item in ids if item not in known)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
