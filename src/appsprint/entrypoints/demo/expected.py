"""What a right report must show, worked out from the truth by the published definitions.

Definitions: the product page ("Available metrics") for the twelve metrics and their fallbacks,
the HTTP contract ("Report") for days, currencies and totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import ADVERTISER_CURRENCY, CAMPAIGNS
from appsprint.entrypoints.demo.people import AppEvent, Person
from appsprint.entrypoints.demo.world import ZONE, World

# One unit of the first currency in the second, on a day of the advertiser's.
RateOf = Callable[[str, str, date], Decimal]
_MILLIONTH = Decimal("0.000001")
# Whose ads' macros TikTok left standing: the click tells no campaign.
NO_CAMPAIGN = None


@dataclass(slots=True, kw_only=True)
class Row:
    """One campaign's figures; spend, impressions and clicks are None where TikTok has none.

    Attributes:
        payments: How many events the attributed revenue is the sum of, refunds included.
    """

    spend: Decimal | None = None
    impressions: int | None = None
    clicks: int | None = None
    attributed_installs: int = 0
    attributed_revenue: Decimal = Decimal(0)
    payments: int = 0
    reported_conversions: int | None = None
    reported_revenue: Decimal | None = None

    @property
    def falls_back_on_installs(self) -> bool:
        """No install of ours, and TikTok reports some."""
        return not self.attributed_installs and bool(self.reported_conversions)

    @property
    def falls_back_on_revenue(self) -> bool:
        return not self.payments and bool(self.reported_revenue)

    @property
    def installs(self) -> int:
        reported = self.reported_conversions or 0
        return reported if self.falls_back_on_installs else self.attributed_installs

    @property
    def revenue(self) -> Decimal:
        reported = self.reported_revenue or Decimal(0)
        return reported if self.falls_back_on_revenue else self.attributed_revenue


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedReport:
    """The report of one app: its rows by campaign id, and the sums of what they show."""

    rows: Mapping[str | None, Mapping[str, object]]
    totals: Mapping[str, object]


def expected_report(world: World, platform: Platform, rate_of: RateOf) -> ExpectedReport:
    """The figures under the names that the API gives them, ratios included."""
    rows = _rows_of(world, platform, rate_of)
    shown = list(rows.values())
    return ExpectedReport(
        rows={campaign_id: _figures(row) for campaign_id, row in rows.items()},
        totals=_totals(shown),
    )


def _rows_of(world: World, platform: Platform, rate_of: RateOf) -> dict[str | None, Row]:
    rows: defaultdict[str | None, Row] = defaultdict(Row)
    ours = {one.campaign_id for one in CAMPAIGNS if one.platform is platform}
    for day in world.costs:
        if day.campaign_id in ours:
            row = rows[day.campaign_id]
            row.spend = (row.spend or Decimal(0)) + day.spend
            row.impressions = (row.impressions or 0) + day.impressions
            row.clicks = (row.clicks or 0) + day.clicks
            row.reported_conversions = (row.reported_conversions or 0) + day.conversions
            row.reported_revenue = (row.reported_revenue or Decimal(0)) + day.value
    payments: defaultdict[str | None, list[tuple[date, AppEvent]]] = defaultdict(list)
    for person in world.people:
        click = world.credits.get(person.number)
        if person.platform is platform and click is not None:
            campaign_id = click.campaign.campaign_id if click.is_expanded else NO_CAMPAIGN
            rows[campaign_id].attributed_installs += 1
            payments[campaign_id] += _payments(person)
    for campaign_id, paid in payments.items():
        rows[campaign_id].payments = len(paid)
        rows[campaign_id].attributed_revenue = _converted(paid, rate_of)
    return dict(rows)


def _payments(person: Person) -> Iterator[tuple[date, AppEvent]]:
    """Everything that was paid or paid back, on the local day on which it happened."""
    for session in person.sessions:
        for event in session.events:
            if event.revenue:
                # A clock that is ahead is not believed beyond the arrival.
                happened_at = min(event.device_at, session.sent_at)
                yield happened_at.astimezone(ZONE).date(), event


def _converted(paid: Sequence[tuple[date, AppEvent]], rate_of: RateOf) -> Decimal:
    """The sum in the advertiser's currency; each day's at that day's rate, to the millionth."""
    sums: defaultdict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for day_on, event in paid:
        sums[day_on, event.currency or ""] += event.revenue or Decimal(0)
    return sum(
        (
            _to_millionths(amount * rate_of(currency, ADVERTISER_CURRENCY, day_on))
            for (day_on, currency), amount in sums.items()
        ),
        Decimal(0),
    )


def _totals(rows: Sequence[Row]) -> Mapping[str, object]:
    """Sums of what the rows show; a number that no row knows is not known."""
    shown = Row(
        spend=_sum(row.spend for row in rows),
        impressions=_count(row.impressions for row in rows),
        clicks=_count(row.clicks for row in rows),
        attributed_installs=sum(row.installs for row in rows),
        attributed_revenue=sum((row.revenue for row in rows), Decimal(0)),
        payments=1,
    )
    return {
        **_figures(shown),
        "attributed_installs": sum(row.attributed_installs for row in rows),
        "attributed_revenue": sum((row.attributed_revenue for row in rows), Decimal(0)),
        "reported_conversions": _count(row.reported_conversions for row in rows),
        "reported_revenue": _sum(row.reported_revenue for row in rows),
        "installs_source": _common({_source(row.falls_back_on_installs) for row in rows}),
        "revenue_source": _common({_source(row.falls_back_on_revenue) for row in rows}),
    }


def _figures(row: Row) -> Mapping[str, object]:
    return {
        "spend": row.spend,
        "installs": row.installs,
        "cpi": _ratio(row.spend, row.installs),
        "ipm": _ratio(row.installs * 1000, row.impressions),
        "impressions": row.impressions,
        "cpm": _ratio(None if row.spend is None else row.spend * 1000, row.impressions),
        "clicks": row.clicks,
        "cpc": _ratio(row.spend, row.clicks),
        "ctr": _ratio(row.clicks, row.impressions),
        "cti": _ratio(row.installs, row.clicks),
        "roas": _ratio(row.revenue, row.spend),
        "revenue": row.revenue,
        "attributed_installs": row.attributed_installs,
        "attributed_revenue": row.attributed_revenue,
        "reported_conversions": row.reported_conversions,
        "reported_revenue": row.reported_revenue,
        "installs_source": _source(row.falls_back_on_installs),
        "revenue_source": _source(row.falls_back_on_revenue),
    }


def _ratio(numerator: Decimal | int | None, denominator: Decimal | int | None) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    return _to_millionths(Decimal(numerator) / Decimal(denominator))


def _to_millionths(amount: Decimal) -> Decimal:
    return amount.quantize(_MILLIONTH, ROUND_HALF_EVEN)


def _source(falls_back: bool) -> str:
    return "reported" if falls_back else "attributed"


def _common(sources: set[str]) -> str:
    return "mixed" if len(sources) > 1 else next(iter(sources), "attributed")


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _count(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
