"""A campaign report as a table for people: rounded, the totals in the last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from rich.table import Table

from appsprint.domain.metrics import FigureSource
from appsprint.domain.reconciliation import Reconciliation
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_rows import (
    UNKNOWN_AD,
    UNKNOWN_ADGROUP,
    UNKNOWN_CAMPAIGN,
    UNKNOWN_LINK,
)
from appsprint.entrypoints.cli.output import shown
from appsprint.services.reconciliation_document import reconciliation_document
from appsprint.services.report_document import identity_fields, report_document

_CENT = Decimal("0.01")
_SAYS_NOTHING = frozenset({UNKNOWN_CAMPAIGN, UNKNOWN_ADGROUP, UNKNOWN_AD, UNKNOWN_LINK})
_MARKS: Mapping[object, str] = {
    FigureSource.REPORTED.value: "*",
    FigureSource.MIXED.value: "~",
}
_LEGEND: Mapping[str, str] = {
    "*": "* TikTok's own number, as there is none of ours.",
    "~": "~ Some rows of the sum are TikTok's own numbers.",
}
_IDENTITY = frozenset(field for by in Breakdown for field in identity_fields(by))
_Figures = Mapping[str, object]


def report_table(report: Report) -> Table:
    """One line for each row and one for the totals.

    Figures that are not all ours have a mark, which ``legend`` explains.
    """
    items, totals = _parts(report_document(report))
    table = Table(header_style="bold", show_footer=True)
    table.add_column(report.breakdown.value.capitalize(), "Total", overflow="fold")
    for name, read in _COLUMNS.items():
        table.add_column(name, read(totals), justify="right", no_wrap=True)
    for item in items:
        table.add_row(_name(item), *(read(item) for read in _COLUMNS.values()))
    return table


def legend(report: Report) -> Iterator[str]:
    """What the marks in the table mean, as far as it has any."""
    items, totals = _parts(report_document(report))
    marks = {_mark(row, field) for row in (*items, totals) for field in ("installs", "revenue")}
    yield from (words for mark, words in _LEGEND.items() if mark in marks)


def reconciliation_table(found: Reconciliation) -> Table:
    """One line for each campaign and one for the totals: ours, the network's, the difference."""
    items, totals = _parts(reconciliation_document(found))
    table = Table(header_style="bold", show_footer=True)
    table.add_column("Campaign", "Total", overflow="fold")
    for name, read in _DIFFERENCES.items():
        table.add_column(name, read(totals), justify="right", no_wrap=True)
    for item in items:
        table.add_row(_name(item), *(read(item) for read in _DIFFERENCES.values()))
    return table


def _parts(document: Mapping[str, object]) -> tuple[Sequence[_Figures], _Figures]:
    """The rows and the totals."""
    items, totals = document["items"], document["totals"]
    assert isinstance(items, list)  # noqa: S101 the document's own form
    assert isinstance(totals, dict)  # noqa: S101
    return items, totals


def _name(item: _Figures) -> str:
    """What a row is about: its name, and its id too where the name says nothing."""
    identity = [field for field in item if field in _IDENTITY and item[field]]
    name = next((field for field in identity if field.endswith("_name")), None)
    if name is None:
        return shown(item[identity[0]]) if identity else shown(None)
    key = name.replace("_name", "_id")
    if item[name] in _SAYS_NOTHING and item.get(key):
        return f"{shown(item[name])} {shown(item[key])}"
    return shown(item[name])


def _money(field: str) -> Callable[[_Figures], str]:
    return lambda figures: _rounded(figures[field])


def _count(field: str) -> Callable[[_Figures], str]:
    return lambda figures: shown(figures[field])


def _percent(field: str) -> Callable[[_Figures], str]:
    def read(figures: _Figures) -> str:
        value = figures[field]
        return shown(None) if value is None else f"{Decimal(str(value)) * 100:.2f} %"

    return read


def _sourced(field: str, read: Callable[[_Figures], str]) -> Callable[[_Figures], str]:
    """A figure with a mark where it is not all ours."""
    return lambda figures: f"{read(figures)}{_mark(figures, field)}"


def _mark(figures: _Figures, field: str) -> str:
    return _MARKS.get(figures[f"{field}_source"], "")


def _rounded(value: object) -> str:
    return shown(None) if value is None else str(Decimal(str(value)).quantize(_CENT))


_COLUMNS: Mapping[str, Callable[[_Figures], str]] = {
    "Spend": _money("spend"),
    "Installs": _sourced("installs", _count("installs")),
    "CPI": _money("cpi"),
    "IPM": _money("ipm"),
    "Impressions": _count("impressions"),
    "CPM": _money("cpm"),
    "Clicks": _count("clicks"),
    "CPC": _money("cpc"),
    "CTR": _percent("ctr"),
    "CTI": _percent("cti"),
    "ROAS": _money("roas"),
    "Revenue": _sourced("revenue", _money("revenue")),
}
_DIFFERENCES: Mapping[str, Callable[[_Figures], str]] = {
    "Our installs": _count("attributed_installs"),
    "Conversions": _count("reported_conversions"),
    "Difference": _count("installs_difference"),
    "Our revenue": _money("attributed_revenue"),
    "Reported": _money("reported_revenue"),
    "Revenue difference": _money("revenue_difference"),
}
