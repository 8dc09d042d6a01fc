"""The twelve metrics of a report row: their definitions, their fallbacks, their totals.

Definitions follow the product page ("Available metrics") and the public contract ("Report").
Amounts are Decimals of the report's currency, ratios are exact to forty digits and rounded only
where they become text. A ratio is None where one of its parts is not known or it would divide by
zero; None is "not known", which is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from typing import TypeVar

_RATIO_CONTEXT = Context(prec=40)
_PER_MILLE = 1000
Number = TypeVar("Number", int, Decimal)
ZERO = Decimal(0)


class FigureSource(StrEnum):
    """Whose count a row shows.

    ``ATTRIBUTED`` is ours, ``REPORTED`` the ad network's, ``MIXED`` stands in totals only, where
    the rows below do not agree.
    """

    ATTRIBUTED = "attributed"
    REPORTED = "reported"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What both sides counted for one row over the whole window.

    Attributes:
        spend: In the report's currency; None where the network reported none.
        impressions, clicks: The network's; None where it reported none.
        attributed_installs: New live installs credited to the network, by install day.
        reinstalls: Credited likewise, of people who had the app before; in no other figure.
        attributed_revenue: Of credited live installs, by event day, refunds subtracted.
        attributed_revenue_events: How many events that revenue is the sum of, refunds included
            and those that could not be converted too: what tells "none" from "nets to zero".
        reported_conversions, reported_revenue: The network's own count and value.
        has_own_installs, has_own_revenue: There were some of ours before tagged ones were left
            out; our number counts then, even when nothing is left of it.
    """

    spend: Decimal | None = None
    impressions: int | None = None
    clicks: int | None = None
    attributed_installs: int = 0
    reinstalls: int = 0
    attributed_revenue: Decimal = ZERO
    attributed_revenue_events: int = 0
    reported_conversions: int | None = None
    reported_revenue: Decimal | None = None
    has_own_installs: bool = False
    has_own_revenue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What one row, or the totals, show.

    The ratios are computed from ``installs`` and ``revenue`` as shown, fallbacks included, so
    that every row agrees with itself. The product page defines CPI by "attributed installs"; the
    contract says that CPI is null when there are neither attributed nor reported installs, which
    is only so if the installs shown count.

    Attributes:
        spend: **Spend**, the amount spent over the window. None: not reported.
        installs: **Installs** attributed by us, else the network's conversions.
        impressions: **Impressions**, times the ad was shown, by the network.
        clicks: **Clicks** on the ad, by the network; not our own count of link visits.
        revenue: **Revenue** of attributed in-app events, else the network's value.
        installs_source, revenue_source: Whose number ``installs`` and ``revenue`` are.
        attributed_installs, attributed_revenue: Ours, whatever is shown.
        reported_conversions, reported_revenue: The network's, whatever is shown.
        reinstalls: **Reinstalls** attributed by us; in no other figure.
    """

    spend: Decimal | None
    installs: int
    impressions: int | None
    clicks: int | None
    revenue: Decimal
    attributed_installs: int
    reported_conversions: int | None
    attributed_revenue: Decimal
    reported_revenue: Decimal | None
    installs_source: FigureSource
    revenue_source: FigureSource
    reinstalls: int = 0

    @property
    def cpi(self) -> Decimal | None:
        """**Cost per install**: spend divided by installs."""
        return _ratio(self.spend, self.installs)

    @property
    def ipm(self) -> Decimal | None:
        """**Installs per mille**: installs per 1,000 impressions."""
        return _ratio(self.installs * _PER_MILLE, self.impressions)

    @property
    def cpm(self) -> Decimal | None:
        """**Cost per mille**: spend per 1,000 impressions."""
        return None if self.spend is None else _ratio(self.spend * _PER_MILLE, self.impressions)

    @property
    def cpc(self) -> Decimal | None:
        """**Cost per click**: spend divided by clicks."""
        return _ratio(self.spend, self.clicks)

    @property
    def ctr(self) -> Decimal | None:
        """**Click-through rate**: clicks divided by impressions, a fraction."""
        return _ratio(self.clicks, self.impressions)

    @property
    def cti(self) -> Decimal | None:
        """**Click-to-install rate**: installs divided by clicks, a fraction."""
        return _ratio(self.installs, self.clicks)

    @property
    def roas(self) -> Decimal | None:
        """**Return on ad spend**: revenue divided by spend, a fraction."""
        return _ratio(self.revenue, self.spend)


def metrics_of(figures: Figures) -> Metrics:
    """Decide what a row shows: our number, or the network's where we have no match.

    Installs and revenue are decided apart, each over the whole window. No match means no
    attributed install, or no attributed revenue event at all: revenue that refunds bring back to
    zero is still our answer. Where neither side has anything, zero is ours.
    """
    installs_source = _source(
        has_own=figures.has_own_installs or figures.attributed_installs > 0,
        reported=figures.reported_conversions,
    )
    revenue_source = _source(
        has_own=figures.has_own_revenue or figures.attributed_revenue_events > 0,
        reported=figures.reported_revenue,
    )
    return Metrics(
        spend=figures.spend,
        installs=_shown(installs_source, figures.attributed_installs, figures.reported_conversions),
        impressions=figures.impressions,
        clicks=figures.clicks,
        revenue=_shown(revenue_source, figures.attributed_revenue, figures.reported_revenue),
        attributed_installs=figures.attributed_installs,
        reported_conversions=figures.reported_conversions,
        attributed_revenue=figures.attributed_revenue,
        reported_revenue=figures.reported_revenue,
        installs_source=installs_source,
        revenue_source=revenue_source,
        reinstalls=figures.reinstalls,
    )


def totals_of(rows: Sequence[Metrics]) -> Metrics:
    """The sums of what ``rows`` show; ratios are of the sums, never sums of ratios.

    A number that no row knows is None; one that some rows know is the sum of those. A source is
    ``MIXED`` where rows differ, and ``ATTRIBUTED`` for no rows.
    """
    return Metrics(
        spend=_amounts(row.spend for row in rows),
        installs=sum(row.installs for row in rows),
        impressions=_counts(row.impressions for row in rows),
        clicks=_counts(row.clicks for row in rows),
        revenue=sum((row.revenue for row in rows), ZERO),
        attributed_installs=sum(row.attributed_installs for row in rows),
        reported_conversions=_counts(row.reported_conversions for row in rows),
        attributed_revenue=sum((row.attributed_revenue for row in rows), ZERO),
        reported_revenue=_amounts(row.reported_revenue for row in rows),
        installs_source=_common_source(row.installs_source for row in rows),
        revenue_source=_common_source(row.revenue_source for row in rows),
        reinstalls=sum(row.reinstalls for row in rows),
    )


def _source(*, has_own: bool, reported: int | Decimal | None) -> FigureSource:
    falls_back = not has_own and reported is not None and reported > 0
    return FigureSource.REPORTED if falls_back else FigureSource.ATTRIBUTED


def _shown(source: FigureSource, own: Number, reported: Number | None) -> Number:
    return own if source is FigureSource.ATTRIBUTED or reported is None else reported


def _ratio(numerator: Decimal | int | None, denominator: Decimal | int | None) -> Decimal | None:
    if numerator is None or denominator is None or denominator == 0:
        return None
    return _RATIO_CONTEXT.divide(Decimal(numerator), Decimal(denominator))


def _counts(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _amounts(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _common_source(sources: Iterable[FigureSource]) -> FigureSource:
    found = set(sources)
    if len(found) > 1:
        return FigureSource.MIXED
    return found.pop() if found else FigureSource.ATTRIBUTED
