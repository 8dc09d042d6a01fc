"""The campaign report as a table, and what happened in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rich import box
from rich.table import Table

from appsprint.entrypoints.demo.outcome import Outcome

# In less the table's numbers would be cut off.
WIDTH = 128
REPORTED_MARK = "*"
_NONE = "–"
_HUNDREDTH, _TENTH, _UNIT = Decimal("0.01"), Decimal("0.1"), Decimal(1)
# Heading, the report's figure, decimal places; percentages are fractions in the report.
_COLUMNS: tuple[tuple[str, str, Decimal], ...] = (
    ("Spend", "spend", _HUNDREDTH),
    ("Installs", "installs", _UNIT),
    ("CPI", "cpi", _HUNDREDTH),
    ("IPM", "ipm", _HUNDREDTH),
    ("Impr.", "impressions", _UNIT),
    ("CPM", "cpm", _HUNDREDTH),
    ("Clicks", "clicks", _UNIT),
    ("CPC", "cpc", _HUNDREDTH),
    ("CTR", "ctr", _HUNDREDTH),
    ("CTI", "cti", _TENTH),
    ("ROAS", "roas", _HUNDREDTH),
    ("Revenue", "revenue", _HUNDREDTH),
)
_PERCENTAGES = frozenset({"ctr", "cti"})
_SOURCES = {"installs": "installs_source", "revenue": "revenue_source"}


def report_table(outcome: Outcome) -> Table:
    """One section for each app: its campaigns, then its totals."""
    first = outcome.apps[0].report
    table = Table(
        title=f"Campaign report, {first['start']} to {first['end']} "
        f"({first['time_zone']}, {first['currency']})",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("Campaign", overflow="fold")
    for heading, _, _ in _COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    for app in outcome.apps:
        for row in app.report["items"]:
            table.add_row(row["campaign_name"], *_cells(row))
        totals = app.report["totals"]
        table.add_row(f"= {app.connected.app.name}", *_cells(totals), style="bold")
        table.add_section()
    return table


def footnotes() -> Iterator[str]:
    yield f"{REPORTED_MARK} TikTok's own number: we saw no install, or no revenue, of ours there."
    yield f"~ Both together. {_NONE} Cannot be known."
    yield "Unknown campaign: TikTok left the macros of these clicks standing."


def summary(outcome: Outcome) -> Iterator[str]:
    """The funnel, and whether the books balance."""
    funnel = outcome.funnel
    yield (
        f"{funnel.visits} visits to ad links → {funnel.clicks} clicks "
        f"({funnel.visits - funnel.clicks} prefetches, previewers and crawlers kept apart)"
    )
    yield (
        f"→ {funnel.attributed + funnel.organic} installs: {funnel.attributed} attributed, "
        f"{funnel.organic} organic"
    )
    yield (
        f"→ {funnel.received} events: {funnel.stored} stored, {funnel.duplicates} duplicates, "
        f"{funnel.refused} refused"
    )
    yield (
        f"→ {funnel.sent + funnel.skipped + funnel.dead} deliveries: {funnel.sent} sent, "
        f"{funnel.skipped} skipped (no web context, or a refund), {funnel.dead} given up"
    )
    yield (
        f"TikTok's sandbox accepted {outcome.accepted} events and dropped "
        f"{outcome.duplicates} repeats by their event_id"
    )


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    for _, figure, places in _COLUMNS:
        mark = _mark(row[_SOURCES[figure]]) if figure in _SOURCES else ""
        yield f"{_shown(row[figure], figure, places)}{mark}"


def _mark(source: str) -> str:
    return {"reported": REPORTED_MARK, "mixed": "~"}.get(source, "")


def _shown(value: str | int | None, figure: str, places: Decimal) -> str:
    if value is None:
        return _NONE
    number = Decimal(value)
    if figure in _PERCENTAGES:
        return f"{(number * 100).quantize(places, ROUND_HALF_UP)} %"
    return f"{number.quantize(places, ROUND_HALF_UP):,}"
