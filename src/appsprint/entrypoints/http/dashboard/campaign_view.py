"""What a campaign report's address says, and the table that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from appsprint.domain.metrics import FigureSource, Metrics
from appsprint.domain.report import Breakdown, Report, ReportRow
from appsprint.domain.report_query import ReportQuery, first_of
from appsprint.entrypoints.http.dashboard import formats

PERIODS = (7, 14, 28, 90)
MAX_SEARCH_LENGTH = 100
Value = Decimal | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One metric: its heading, what it means, how it is shown.

    Attributes:
        better: "up", "down", or "" where neither is good news.
        source: Which of our numbers may be the network's instead.
    """

    key: str
    label: str
    meaning: str
    shown: Callable[[Any, str], str]
    better: str = "up"
    source: str | None = None

    @property
    def is_money(self) -> bool:
        """Whether it is an amount in the report's currency."""
        return self.shown is _money

    @property
    def is_share(self) -> bool:
        """Whether it is a fraction that people read as per cent."""
        return self.shown is _percent

    def value(self, metrics: Metrics) -> Value:
        """The metric's value in a row."""
        found: Value = getattr(metrics, self.key)
        return found

    def is_reported(self, metrics: Metrics) -> bool:
        """Whether the value is the network's, or has the network's in it."""
        if self.source is None:
            return False
        return getattr(metrics, self.source) is not FigureSource.ATTRIBUTED


def _money(value: Decimal | None, currency: str) -> str:
    return formats.money(value, currency)


def _count(value: int | None, currency: str) -> str:
    del currency
    return formats.count(value)


def _number(value: Decimal | None, currency: str) -> str:
    del currency
    return formats.number(value)


def _percent(value: Decimal | None, currency: str) -> str:
    del currency
    return formats.percent(value)


_INSTALLS, _REVENUE = "installs_source", "revenue_source"
# The metrics of the product page; what a marketer looks for first stands in front.
COLUMNS = (
    Column(
        key="spend", label="Spend", shown=_money, better="", meaning="What the ads cost, by TikTok."
    ),
    Column(
        key="installs",
        label="Installs",
        shown=_count,
        source=_INSTALLS,
        meaning="Installs that we attributed; TikTok's reported conversions where we have none.",
    ),
    Column(
        key="cpi",
        label="CPI",
        shown=_money,
        better="down",
        source=_INSTALLS,
        meaning="Cost per install: spend divided by installs.",
    ),
    Column(
        key="revenue",
        label="Revenue",
        shown=_money,
        source=_REVENUE,
        meaning="Revenue of attributed events; TikTok's reported value where we have none.",
    ),
    Column(
        key="roas",
        label="ROAS",
        shown=_percent,
        source=_REVENUE,
        meaning="Return on ad spend: revenue divided by spend.",
    ),
    Column(
        key="impressions",
        label="Impressions",
        shown=_count,
        meaning="Times an ad was shown, by TikTok.",
    ),
    Column(
        key="ipm",
        label="IPM",
        shown=_number,
        source=_INSTALLS,
        meaning="Installs per 1,000 impressions.",
    ),
    Column(
        key="cpm",
        label="CPM",
        shown=_money,
        better="down",
        meaning="Cost per 1,000 impressions.",
    ),
    Column(key="clicks", label="Clicks", shown=_count, meaning="Clicks on ads, by TikTok."),
    Column(
        key="cpc",
        label="CPC",
        shown=_money,
        better="down",
        meaning="Cost per click: spend divided by clicks.",
    ),
    Column(
        key="ctr",
        label="CTR",
        shown=_percent,
        meaning="Click-through rate: clicks divided by impressions.",
    ),
    Column(
        key="cti",
        label="CTI",
        shown=_percent,
        source=_INSTALLS,
        meaning="Click-to-install rate: installs divided by clicks.",
    ),
    Column(
        key="reinstalls",
        label="Reinstalls",
        shown=_count,
        meaning="Attributed installs of people who had the app before; in no other number.",
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
# The twelve metrics; the rest is there for those who ask for it.
_FIRST_SHOWN = tuple(key for key in BY_KEY if key != "reinstalls")
BREAKDOWNS = {
    Breakdown.CAMPAIGN: "Campaign",
    Breakdown.DAY: "Day",
    Breakdown.ADGROUP: "Ad group",
    Breakdown.AD: "Ad",
    Breakdown.COUNTRY: "Country",
    Breakdown.LINK: "Ad link",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """All that the page's address says; every value is one that can be shown.

    Attributes:
        days: A period that ends today; None where the days are given.
        sort: A metric, "name", or empty for the report's own order.
        columns: The chosen metrics' keys, in the table's order.
        metric: What the chart shows.
        is_compared: Whether every row shows its change.
        is_untagged: Whether installs that a quality rule marked are left out.
    """

    breakdown: Breakdown = Breakdown.CAMPAIGN
    days: int | None = PERIODS[0]
    start: str = ""
    end: str = ""
    sort: str = ""
    is_descending: bool = True
    search: str = ""
    columns: tuple[str, ...] = _FIRST_SHOWN
    metric: str = "spend"
    is_compared: bool = False
    is_untagged: bool = False

    def question(self, today: date) -> ReportQuery:
        """The report that the address asks for; ``today`` is the advertiser's.

        Raises:
            ValueError: A day is not one.
        """
        if self.days is not None:
            start_on, end_on = first_of(self.days, today), today
            return ReportQuery(
                start_on=start_on,
                end_on=end_on,
                breakdown=self.breakdown,
                exclude_tagged=self.is_untagged,
            )
        return ReportQuery(
            start_on=date.fromisoformat(self.start) if self.start else None,
            end_on=date.fromisoformat(self.end) if self.end else None,
            breakdown=self.breakdown,
            exclude_tagged=self.is_untagged,
        )

    def query(self, **changes: Any) -> str:
        """The address's query with some things changed, for links; defaults are left out."""
        changed = replace(self, **changes)
        standard = CampaignView()
        told: list[tuple[str, str]] = []
        if changed.breakdown is not standard.breakdown:
            told.append(("breakdown", changed.breakdown))
        if changed.days is None:
            told += [("start", changed.start), ("end", changed.end)]
        elif changed.days != standard.days:
            told.append(("days", str(changed.days)))
        if changed.sort:
            told += [("sort", changed.sort), ("order", "down" if changed.is_descending else "up")]
        told += [("q", changed.search)] if changed.search else []
        told += [("metric", changed.metric)] if changed.metric != standard.metric else []
        told += [("compare", "on")] if changed.is_compared else []
        told += [("exclude_tagged", "on")] if changed.is_untagged else []
        if changed.columns != standard.columns:
            told += [("column", key) for key in changed.columns]
        return urlencode(told)

    def sorted_by(self, key: str) -> str:
        """The query for a click on a heading: largest first, and the other way the next time."""
        is_again = self.sort == key
        descending = not self.is_descending if is_again else key != "name"
        return self.query(sort=key, is_descending=descending)


def read_view(told: Mapping[str, str], columns: Sequence[str]) -> CampaignView:
    """The view that an address asks for; what cannot be shown falls back to the default."""
    standard = CampaignView()
    chosen = tuple(key for key in BY_KEY if key in set(columns))
    days_told, start, end = told.get("days", ""), told.get("start", ""), told.get("end", "")
    days = int(days_told) if days_told in map(str, PERIODS) else standard.days
    breakdown, sort = told.get("breakdown", ""), told.get("sort", "")
    return CampaignView(
        breakdown=Breakdown(breakdown) if breakdown in set(Breakdown) else standard.breakdown,
        days=None if start or end else days,
        start=start,
        end=end,
        sort=sort if sort == "name" or sort in BY_KEY else "",
        is_descending=told.get("order") != "up",
        search=told.get("q", "").strip()[:MAX_SEARCH_LENGTH],
        columns=chosen or standard.columns,
        metric=told.get("metric", "") if told.get("metric", "") in BY_KEY else standard.metric,
        is_compared=bool(told.get("compare")),
        is_untagged=bool(told.get("exclude_tagged")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: its name, the id below it, and its numbers.

    Attributes:
        before: The numbers of the period before; None where there is no such row.
    """

    name: str
    detail: str | None
    metrics: Metrics
    before: Metrics | None


def table_rows(view: CampaignView, report: Report, previous: Report) -> Sequence[TableRow]:
    """The report's rows that the search finds, in the order that the view asks for."""
    before = {_key(row): row.metrics for row in previous.items}
    rows = [_table_row(row, report.breakdown, before.get(_key(row))) for row in report.items]
    if view.search:
        wanted = view.search.casefold()
        rows = [row for row in rows if wanted in f"{row.name} {row.detail or ''}".casefold()]
    return _in_order(view, rows)


def _in_order(view: CampaignView, rows: list[TableRow]) -> list[TableRow]:
    if view.sort == "name":
        return sorted(rows, key=lambda row: row.name.casefold(), reverse=view.is_descending)
    if not view.sort:
        return rows
    column = BY_KEY[view.sort]
    # What is not known comes last either way.
    known = [row for row in rows if column.value(row.metrics) is not None]
    unknown = [row for row in rows if column.value(row.metrics) is None]
    known.sort(key=lambda row: column.value(row.metrics) or 0, reverse=view.is_descending)
    return known + unknown


def _key(row: ReportRow) -> tuple[str | None, ...]:
    """What is the same for one campaign in two periods, whatever it was called."""
    return tuple(value for name, value in row.identity.items() if not name.endswith("_name"))


def _table_row(row: ReportRow, breakdown: Breakdown, before: Metrics | None) -> TableRow:
    name, detail = _name(row.identity, breakdown)
    return TableRow(name=name, detail=detail, metrics=row.metrics, before=before)


def _name(identity: Mapping[str, str | None], breakdown: Breakdown) -> tuple[str, str | None]:
    if breakdown is Breakdown.DAY:
        return formats.day(date.fromisoformat(str(identity["date"]))), None
    if breakdown is Breakdown.COUNTRY:
        return identity["country"] or "Unknown country", None
    value = identity[f"{breakdown}_id"]
    if value is None:
        return f"Unknown {BREAKDOWNS[breakdown].lower()}", "The clicks did not tell"
    return identity.get(f"{breakdown}_name") or value, value
