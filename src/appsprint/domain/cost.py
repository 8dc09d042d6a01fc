"""What the ad network reports: campaigns and their daily numbers, each version kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AdLevel(StrEnum):
    """The levels of an ad account, widest first."""

    CAMPAIGN = "campaign"
    ADGROUP = "adgroup"
    AD = "ad"


class CostPart(StrEnum):
    """What one report lists day by day: the entities of a level, or campaigns by country."""

    CAMPAIGN = "campaign"
    ADGROUP = "adgroup"
    AD = "ad"
    COUNTRY = "country"

    @property
    def level(self) -> AdLevel:
        """The level of its rows' entities."""
        return AdLevel.CAMPAIGN if self is CostPart.COUNTRY else AdLevel(self.value)


# What a row by country says where the network does not know the country.
UNKNOWN_COUNTRY = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRules:
    """How the network counts an ad group's reported conversions, in its own words.

    Attributes:
        event: The optimisation event, which ``CostRow.reported_installs`` counts: a purchase in
            one ad group and a registration in the next.
        click_window, view_window, engaged_view_window: How long after it a conversion counts,
            such as ``SEVEN_DAYS`` or ``OFF``.
    """

    event: str | None = None
    click_window: str | None = None
    view_window: str | None = None
    engaged_view_window: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdEntity:
    """A campaign, an ad group or an ad, as the network names it.

    Attributes:
        campaign_id: Its own id for a campaign.
        adgroup_id: None for a campaign.
        advertiser_id: The account that listed it; None where it was read before that was kept.
        objective: The campaign's ``objective_type``; None below.
        is_deleted: Deleted ones stay: their past spend is real.
        landing_page_url: Where an ad leads, the network's macros in it; None above ads.
        counting: Of an ad group; None at the other levels.
    """

    level: AdLevel
    id: str
    name: str
    campaign_id: str
    adgroup_id: str | None = None
    advertiser_id: str | None = None
    objective: str | None = None
    status: str | None = None
    is_deleted: bool = False
    landing_page_url: str | None = None
    counting: CountingRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityVersion:
    """What a campaign, an ad group or an ad was called, and what it was, from an instant on.

    Attributes:
        valid_from: When an import first saw it so, UTC; the network tells no instant of its own.
            It holds until the next version's.
    """

    valid_from: datetime
    name: str
    objective: str | None
    is_deleted: bool
    landing_page_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One entity's numbers for one day, as the network reported them at one moment.

    Unique by level, entity, country, day and ``as_of``. None is "not reported", which is not zero.

    Attributes:
        country: ISO 3166 alpha-2, or ``UNKNOWN_COUNTRY``. None: all countries together, which is
            another reading than the sum of the countries.
        day_on: The advertiser's local day.
        as_of: When we read it, UTC; a later row restates the same day.
        spend_micros: Millionths of the advertiser's currency.
        reported_installs: TikTok's ``conversion``: the optimisation event's count.
        reported_revenue_micros: TikTok's ``total_complete_payment_rate``, which is the total
            purchase value despite its name.
        entity_name: As the report tells it, of a campaign; not part of what is kept.
    """

    level: AdLevel
    entity_id: str
    day_on: date
    as_of: datetime
    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    reported_installs: int | None
    reported_revenue_micros: int | None
    country: str | None = None
    entity_name: str | None = None

    @property
    def part(self) -> CostPart:
        """The report that it is a row of."""
        return CostPart(self.level.value) if self.country is None else CostPart.COUNTRY

    @property
    def figures(self) -> tuple[int | None, ...]:
        """The numbers alone, to tell a restatement from a repeat."""
        return (
            self.spend_micros,
            self.impressions,
            self.clicks,
            self.reported_installs,
            self.reported_revenue_micros,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostVersion:
    """One reading of an entity's day that was stored, because it differed from the one before.

    Attributes:
        currency: Of its amounts; None where the network did not tell.
        is_in_force: Whether it is the one that counts: the last.
    """

    row: CostRow
    currency: str | None
    is_in_force: bool
