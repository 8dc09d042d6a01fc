"""Why our numbers and the ad network's differ, each cause with the figures that our data show.

The product page names the two that always remain: people without a click of the network's, and
whose attribution it is. The others are found in how either side counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from appsprint.domain.app import LookbackWindows
from appsprint.domain.belonging import Belonging
from appsprint.domain.cost import CountingRules
from appsprint.domain.report import CostSum, Report
from appsprint.domain.rollup import RollupSums

Cell = int | str | Decimal | bool | datetime | None
Figure = Cell | Sequence[Mapping[str, Cell]]


class CauseCode(StrEnum):
    """The causes in the order in which they are told."""

    NO_NETWORK_CLICK = "installs_without_network_click"
    CLICK_DAY = "click_day_against_event_day"
    ATTRIBUTION_WINDOW = "attribution_window"
    COUNTED_EVENT = "counted_event"
    EVENTS_NOT_SENT = "events_not_sent"
    UNKNOWN_CAMPAIGNS = "unknown_campaigns"
    RESTATED = "restated_numbers"
    TIME_ZONE = "time_zone"
    CURRENCY = "currency_conversion"
    IMPORT_GAPS = "import_gaps"
    OTHER_APPS = "campaigns_of_other_apps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason why two numbers differ.

    Attributes:
        applies: Whether the window shows it.
        figures: By name; amounts in the report's currency unless a currency stands beside them.
    """

    code: CauseCode
    applies: bool
    message: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentSum:
    """Deliveries of the window that the network has not got.

    Attributes:
        reason: None while they are open.
    """

    status: str
    reason: str | None
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """Campaigns' days whose numbers changed after they should have been final, summed.

    Attributes:
        campaign_days: How many.
        first: As known 24 hours after each day's end, or as first read later, by day and currency.
        now: As they are in force.
    """

    campaign_days: int = 0
    first: Sequence[CostSum] = ()
    now: Sequence[CostSum] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDifference:
    """The window's installs if its days were those of another time zone.

    Attributes:
        is_advertisers: Whether the report's own zone is the advertiser's.
        compared_with: IANA name of the other zone.
    """

    is_advertisers: bool
    compared_with: str
    installs: int
    installs_compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCampaign:
    """A campaign of the ad account and its spend in the window, as it stands to the app."""

    campaign_id: str
    belonging: Belonging
    spend: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationFacts:
    """What the causes are found in.

    Attributes:
        report: By campaign.
        sums: Of the kinds click day, SDK event and organic, from the first day of the window to
            today: clicks of the window earn installs after its end.
        has_sums: False while they are still being made; the sums are then empty.
        mapped_events: SDK events that are sent now.
        counting: Of every ad group that is not deleted.
        listed_campaigns: Ids that the network ever listed.
        days_not_read: Days of the window whose numbers were never read completely.
        rates_until: The last day that has exchange rates.
    """

    report: Report
    windows: LookbackWindows
    sums: RollupSums
    has_sums: bool
    mapped_events: frozenset[str]
    unsent: Sequence[UnsentSum]
    restated: Restated
    counting: Sequence[CountingRules]
    listed_campaigns: frozenset[str]
    campaigns: Sequence[AccountCampaign]
    clocks: ClockDifference
    days_not_read: Sequence[date]
    rates_until: date


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A report by campaign and what explains its differences; one cause for each code.

    Attributes:
        is_complete: False while older facts are still being summed: causes that are found in
            clicks, events and organic installs then have no figures.
    """

    report: Report
    causes: tuple[Cause, ...]
    is_complete: bool = True
