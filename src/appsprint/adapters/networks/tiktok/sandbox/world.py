"""The sandbox's world: what exists, who may reach it, and what the reports hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

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
from appsprint.adapters.networks.tiktok.sandbox.lineage import Level, Lineage

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCode:
    """What a person approved, waiting to be exchanged once before ``expires_at``."""

    app_id: str
    account_id: str
    advertiser_ids: tuple[str, ...]
    expires_at: datetime
    withheld_scopes: frozenset[int] = frozenset()
    is_used: bool = False


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that exists, each kind by its id.

    Report rows stand under their ad, then under day and country; each entry is all the versions of
    one row, in the order in which they were added.
    """

    apps: dict[str, DeveloperApp] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    advertisers: dict[str, Advertiser] = field(default_factory=dict)
    pixels: dict[str, Pixel] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    events_tokens: dict[str, EventsToken] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    adgroups: dict[str, AdGroup] = field(default_factory=dict)
    ads: dict[str, Ad] = field(default_factory=dict)
    report_rows: dict[str, dict[tuple[date, str], tuple[ReportRow, ...]]] = field(
        default_factory=dict
    )
    auth_codes: dict[str, AuthCode] = field(default_factory=dict)

    def copy(self) -> "World":
        """An independent world with the same contents."""
        return replace(
            self,
            apps=dict(self.apps),
            accounts=dict(self.accounts),
            advertisers=dict(self.advertisers),
            pixels=dict(self.pixels),
            grants=dict(self.grants),
            events_tokens=dict(self.events_tokens),
            campaigns=dict(self.campaigns),
            adgroups=dict(self.adgroups),
            ads=dict(self.ads),
            report_rows={ad_id: dict(rows) for ad_id, rows in self.report_rows.items()},
            auth_codes=dict(self.auth_codes),
        )

    def reach_of(self, grant: Grant) -> list[str]:
        """The advertisers that an OAuth token still reaches, in the order of the approval."""
        account = self.accounts.get(grant.account_id or "")
        return [
            advertiser_id
            for advertiser_id in grant.advertiser_ids
            if advertiser_id in self.advertisers
            and (account is None or advertiser_id in account.advertiser_ids)
        ]

    def may_write(self, access_token: str, pixel_code: str) -> bool:
        """Whether a token may send events to a pixel: by name, or through its advertiser."""
        pixel = self.pixels.get(pixel_code)
        if pixel is None:
            return False
        events_token = self.events_tokens.get(access_token)
        if events_token is not None:
            return pixel_code in events_token.pixel_codes
        grant = self.grants.get(access_token)
        return grant is not None and pixel.advertiser_id in self.reach_of(grant)

    def take_away(self, advertiser_id: str) -> bool:
        """Let every account lose an advertiser; False when none had it."""
        losing = [
            account for account in self.accounts.values() if advertiser_id in account.advertiser_ids
        ]
        for account in losing:
            left = [item for item in account.advertiser_ids if item != advertiser_id]
            self.accounts[account.account_id] = msgspec.structs.replace(
                account, advertiser_ids=left
            )
        return bool(losing)

    def revoke(self, access_token: str) -> bool:
        """Forget a token of either kind; False when there is no such token."""
        known = access_token in self.grants or access_token in self.events_tokens
        self.grants.pop(access_token, None)
        self.events_tokens.pop(access_token, None)
        return known

    def lineages(self, level: Level, advertiser_ids: frozenset[str]) -> Iterator[Lineage]:
        """The objects of one level that belong to these advertisers, ordered by id."""
        for object_id in sorted(self._ids_at(level)):
            lineage = self._lineage(level, object_id)
            if lineage.advertiser.advertiser_id in advertiser_ids:
                yield lineage

    def visible_rows(self, ad_id: str, now: datetime) -> Iterator[ReportRow]:
        """The version of each row of an ad that reports show at ``now``, in no set order."""
        for versions in self.report_rows.get(ad_id, {}).values():
            visible = [row for row in versions if (row.visible_from or _ALWAYS) <= now]
            if visible:
                # Reversed, because max() keeps the first among equals and the last must win.
                yield max(reversed(visible), key=lambda row: row.visible_from or _ALWAYS)

    def _ids_at(self, level: Level) -> Iterable[str]:
        ids: dict[Level, Iterable[str]] = {
            Level.ADVERTISER: self.advertisers,
            Level.CAMPAIGN: self.campaigns,
            Level.ADGROUP: self.adgroups,
            Level.AD: self.ads,
        }
        return ids[level]

    def _lineage(self, level: Level, object_id: str) -> Lineage:
        ad = self.ads[object_id] if level is Level.AD else None
        adgroup_id = ad.adgroup_id if ad is not None else object_id
        adgroup = self.adgroups[adgroup_id] if level in (Level.AD, Level.ADGROUP) else None
        if level is Level.ADVERTISER:
            return Lineage(self.advertisers[object_id])
        campaign = self.campaigns[adgroup.campaign_id if adgroup is not None else object_id]
        return Lineage(self.advertisers[campaign.advertiser_id], campaign, adgroup, ad)
