"""Puts sums of facts together into the rows of a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import assert_never

from appsprint.domain.conversion import AmountConverter, RateOf
from appsprint.domain.cost import AdEntity
from appsprint.domain.metrics import ZERO, Figures, metrics_of, totals_of
from appsprint.domain.money import from_micros
from appsprint.domain.report import (
    AmountKind,
    Breakdown,
    CostSum,
    InstallSum,
    Report,
    ReportDay,
    ReportRow,
    RevenueSum,
)

UNKNOWN_CAMPAIGN = "Unknown campaign"
UNKNOWN_ADGROUP = "Unknown ad group"
UNKNOWN_AD = "Unknown ad"
UNKNOWN_LINK = "Unknown link"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFrame:
    """What a report is about, before any fact: see ``Report`` for the attributes."""

    breakdown: Breakdown
    days: tuple[ReportDay, ...]
    currency: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything that a report is computed from, in any order.

    Attributes:
        before_leaving: Where tagged installs are left out of the sums above, our sums with them.
            They tell only whose numbers a row shows.
        entities: Campaigns, ad groups or ads for the names; others are ignored.
        link_names: By link id.
        synced_at: When the last import ended well, UTC.
    """

    installs: Sequence[InstallSum] = ()
    revenue: Sequence[RevenueSum] = ()
    costs: Sequence[CostSum] = ()
    before_leaving: Sequence[InstallSum | RevenueSum] = ()
    entities: Sequence[AdEntity] = ()
    link_names: Mapping[str, str] = field(default_factory=dict)
    synced_at: datetime | None = None


def build_report(frame: ReportFrame, facts: ReportFacts, rate_of: RateOf) -> Report:
    """The report on ``facts``; their order never matters.

    A row exists for every value that has a cost row, a credited install or attributed revenue in
    the window; by day there is one for each day. The network reports no numbers by link, so those
    rows have None for spend, impressions and clicks, and no fallback.

    Each sum of one day is converted at that day's rate and rounded to millionths, so breakdowns
    of the same window can differ by some millionths. What cannot be converted is listed beside
    the rows: such revenue counts as attributed and adds no amount, such spend is not known.
    """
    converter = AmountConverter(frame.currency, rate_of)
    tallies = _tallies_of(frame, facts, converter)
    names = _names_of(frame.breakdown, facts)
    rows = [_row(frame.breakdown, key, tally, names) for key, tally in tallies.items()]
    return Report(
        breakdown=frame.breakdown,
        items=tuple(_sorted(frame.breakdown, rows)),
        totals=totals_of([row.metrics for row in rows]),
        currency=frame.currency,
        time_zone=frame.time_zone,
        start_on=frame.days[0].day_on,
        end_on=frame.days[-1].day_on,
        as_of=_latest(facts),
        unconverted=converter.left(),
    )


@dataclass(slots=True)
class _Tally:
    """Running sums of one row in whole millionths, which are exact in any order."""

    spend_micros: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    installs: int = 0
    reinstalls: int = 0
    revenue_micros: int = 0
    revenue_events: int = 0
    reported_installs: int | None = None
    reported_revenue_micros: int | None = None
    name: str | None = None
    campaign_id: str | None = None
    has_own_installs: bool = False
    has_own_revenue: bool = False

    def add_cost(self, cost: CostSum, converter: AmountConverter) -> None:
        spend = converter.convert(AmountKind.SPEND, cost.spend_micros, of=cost)
        revenue = converter.convert(
            AmountKind.REPORTED_REVENUE, cost.reported_revenue_micros, of=cost
        )
        self.spend_micros = _plus(self.spend_micros, spend)
        self.impressions = _plus(self.impressions, cost.impressions)
        self.clicks = _plus(self.clicks, cost.clicks)
        self.reported_installs = _plus(self.reported_installs, cost.reported_installs)
        self.reported_revenue_micros = _plus(self.reported_revenue_micros, revenue)

    def add_installs(self, found: InstallSum) -> None:
        self.installs += found.installs
        self.reinstalls += found.reinstalls
        self._note(found)

    def add_revenue(self, found: RevenueSum, converter: AmountConverter) -> None:
        micros = converter.convert(AmountKind.REVENUE, found.revenue_micros, of=found)
        self.revenue_micros += micros or 0
        self.revenue_events += found.events
        self._note(found)

    def note_own(self, found: InstallSum | RevenueSum) -> None:
        """Know that the app has numbers of its own, whatever is left of them."""
        if isinstance(found, InstallSum):
            self.has_own_installs |= found.installs > 0
        else:
            self.has_own_revenue |= found.events > 0

    def _note(self, found: InstallSum | RevenueSum) -> None:
        """Keep one of the names that clicks carried, the same one in whatever order they come."""
        self.name = max(filter(None, (self.name, found.name)), default=None)
        self.campaign_id = max(filter(None, (self.campaign_id, found.campaign_id)), default=None)

    def figures(self) -> Figures:
        return Figures(
            spend=_amount(self.spend_micros),
            impressions=self.impressions,
            clicks=self.clicks,
            attributed_installs=self.installs,
            reinstalls=self.reinstalls,
            attributed_revenue=from_micros(self.revenue_micros),
            attributed_revenue_events=self.revenue_events,
            reported_conversions=self.reported_installs,
            reported_revenue=_amount(self.reported_revenue_micros),
            has_own_installs=self.has_own_installs,
            has_own_revenue=self.has_own_revenue,
        )


def _tallies_of(
    frame: ReportFrame, facts: ReportFacts, converter: AmountConverter
) -> dict[str | None, _Tally]:
    """The sums of each row; every day has a row of its own."""
    tallies: dict[str | None, _Tally] = defaultdict(_Tally)
    if frame.breakdown is Breakdown.DAY:
        tallies.update((day.day_on.isoformat(), _Tally()) for day in frame.days)
    for cost in facts.costs:
        tallies[_key(frame.breakdown, cost)].add_cost(cost, converter)
    for installs in facts.installs:
        tallies[_key(frame.breakdown, installs)].add_installs(installs)
    for revenue in facts.revenue:
        tallies[_key(frame.breakdown, revenue)].add_revenue(revenue, converter)
    for own in facts.before_leaving:
        if (tally := tallies.get(_key(frame.breakdown, own))) is not None:
            tally.note_own(own)
    return tallies


def _key(by: Breakdown, found: CostSum | InstallSum | RevenueSum) -> str | None:
    return found.day_on.isoformat() if by is Breakdown.DAY else found.value


def _names_of(by: Breakdown, facts: ReportFacts) -> Mapping[str, AdEntity | str]:
    """What is known of the values by their ids: the network's objects, or names of links."""
    if by is Breakdown.LINK:
        return facts.link_names
    return {entity.id: entity for entity in facts.entities if entity.level.value == by.value}


def _row(
    by: Breakdown, key: str | None, tally: _Tally, known: Mapping[str, AdEntity | str]
) -> ReportRow:
    found = None if key is None else known.get(key)
    entity = found if isinstance(found, AdEntity) else None
    # Clicks without an id can carry many names: none of them is the row's.
    name = None if key is None else tally.name
    if found is not None:
        name = found.name if isinstance(found, AdEntity) else found
    campaign_id = None if key is None else tally.campaign_id
    if entity is not None:
        campaign_id = entity.campaign_id
    identity = _identity(by, key, name=name, campaign_id=campaign_id)
    return ReportRow(MappingProxyType(identity), metrics_of(tally.figures()))


def _identity(
    by: Breakdown, key: str | None, *, name: str | None, campaign_id: str | None
) -> dict[str, str | None]:
    match by:
        case Breakdown.CAMPAIGN:
            return {"campaign_id": key, "campaign_name": name or UNKNOWN_CAMPAIGN}
        case Breakdown.DAY:
            return {"date": key}
        case Breakdown.ADGROUP:
            adgroup_name = name or UNKNOWN_ADGROUP
            return {"adgroup_id": key, "adgroup_name": adgroup_name, "campaign_id": campaign_id}
        case Breakdown.AD:
            return {"ad_id": key, "ad_name": name or UNKNOWN_AD}
        case Breakdown.COUNTRY:
            return {"country": key}
        case Breakdown.LINK:
            return {"link_id": key, "link_name": name or UNKNOWN_LINK}
        case _:
            assert_never(by)


def _sorted(by: Breakdown, rows: Sequence[ReportRow]) -> list[ReportRow]:
    return sorted(rows, key=_place) if by is Breakdown.DAY else sorted(rows, key=_rank)


def _place(row: ReportRow) -> tuple[str, ...]:
    """What identifies the row; for days, their order in time."""
    return tuple(value or "" for value in row.identity.values())


def _rank(row: ReportRow) -> tuple[bool, Decimal, int, tuple[str, ...]]:
    """By spend, then installs, both downwards, unknown spend last; ties by identity."""
    spend = row.metrics.spend
    return spend is None, -(spend or ZERO), -row.metrics.installs, _place(row)


def _latest(facts: ReportFacts) -> datetime | None:
    """An import that finds nothing new leaves no row, and is news all the same."""
    instants = [cost.as_of for cost in facts.costs]
    if facts.synced_at is not None:
        instants.append(facts.synced_at)
    return max(instants, default=None)


def _plus(left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return left if right is None else right
    return left + right


def _amount(micros: int | None) -> Decimal | None:
    return None if micros is None else from_micros(micros)
