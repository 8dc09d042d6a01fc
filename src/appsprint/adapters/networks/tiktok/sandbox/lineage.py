"""The tree of ads: which campaign an ad belongs to, and whether it still counts as there.

TikTok calls the four levels of a report ``AUCTION_ADVERTISER`` … ``AUCTION_AD``. Deleting a
campaign or an ad group deletes what is below it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from appsprint.adapters.networks.tiktok.sandbox.entities import Ad, AdGroup, Advertiser, Campaign


class Level(StrEnum):
    """The levels of the tree, from the root; the values name the parameters and filters."""

    ADVERTISER = "advertiser"
    CAMPAIGN = "campaign"
    ADGROUP = "adgroup"
    AD = "ad"

    @property
    def id_field(self) -> str:
        return f"{self.value}_id"

    @property
    def data_level(self) -> str:
        """TikTok's name of this level in reports."""
        return f"AUCTION_{self.value.upper()}"


class PrimaryStatus(StrEnum):
    """The primary statuses that the sandbox can tell apart."""

    DELIVERY_OK = "STATUS_DELIVERY_OK"
    DISABLE = "STATUS_DISABLE"
    DELETE = "STATUS_DELETE"


NOT_DELETED = "STATUS_NOT_DELETE"
_ALL = "STATUS_ALL"


def is_shown(status: PrimaryStatus, wanted: Collection[str]) -> bool:
    """Whether a filter for any of the ``wanted`` statuses shows an object with this one."""
    if _ALL in wanted or (NOT_DELETED in wanted and status is not PrimaryStatus.DELETE):
        return True
    return status in wanted


@dataclass(frozen=True, slots=True)
class Lineage:
    """One object with everything above it; None below the object's own level."""

    advertiser: Advertiser
    campaign: Campaign | None = None
    adgroup: AdGroup | None = None
    ad: Ad | None = None

    def id_at(self, level: Level) -> str | None:
        match level:
            case Level.ADVERTISER:
                return self.advertiser.advertiser_id
            case Level.CAMPAIGN:
                return None if self.campaign is None else self.campaign.campaign_id
            case Level.ADGROUP:
                return None if self.adgroup is None else self.adgroup.adgroup_id
            case Level.AD:
                return None if self.ad is None else self.ad.ad_id

    def names(self) -> dict[str, str]:
        """The ids and names along the line, under the names that TikTok gives them."""
        names = {
            "advertiser_id": self.advertiser.advertiser_id,
            "advertiser_name": self.advertiser.name,
            "currency": self.advertiser.currency,
            "timezone": self.advertiser.timezone,
        }
        if self.campaign is not None:
            names["campaign_id"] = self.campaign.campaign_id
            names["campaign_name"] = self.campaign.campaign_name
            names["objective_type"] = self.campaign.objective_type
        if self.adgroup is not None:
            names["adgroup_id"] = self.adgroup.adgroup_id
            names["adgroup_name"] = self.adgroup.adgroup_name
        if self.ad is not None:
            names["ad_id"] = self.ad.ad_id
            names["ad_name"] = self.ad.ad_name
        return names

    def status_at(self, level: Level) -> PrimaryStatus:
        """The primary status of the object at a level, deletions above it included."""
        line = self._down_to(level)
        if any(item.is_deleted for item in line):
            return PrimaryStatus.DELETE
        if any(item.operation_status == "DISABLE" for item in line):
            return PrimaryStatus.DISABLE
        return PrimaryStatus.DELIVERY_OK

    def secondary_status(self, level: Level) -> str:
        """TikTok's finer status, which names the level that is the cause."""
        prefix = f"{level.value.upper()}_STATUS_"
        status = self.status_at(level)
        if status is PrimaryStatus.DELETE:
            return f"{prefix}DELETE"
        if status is PrimaryStatus.DELIVERY_OK:
            return f"{prefix}ENABLE" if level is Level.CAMPAIGN else f"{prefix}DELIVERY_OK"
        cause = self._disabled_at()
        return f"{prefix}DISABLE" if cause is level else f"{prefix}{cause.value.upper()}_DISABLE"

    def _down_to(self, level: Level) -> list[Campaign | AdGroup | Ad]:
        depth = list(Level).index(level)
        line = (self.campaign, self.adgroup, self.ad)[:depth]
        return [item for item in line if item is not None]

    def _disabled_at(self) -> Level:
        line = {Level.CAMPAIGN: self.campaign, Level.ADGROUP: self.adgroup, Level.AD: self.ad}
        return next(
            level
            for level, item in line.items()
            if item is not None and item.operation_status == "DISABLE"
        )
