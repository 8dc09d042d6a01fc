"""A reconciliation in the form of the public contract, as ``report_document`` does for reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from appsprint.domain.metrics import Metrics
from appsprint.domain.money import money_text
from appsprint.domain.reconciliation import Cause, Cell, Figure, Reconciliation
from appsprint.services.report_document import instant_text

Value = int | str | bool | None


def reconciliation_document(found: Reconciliation) -> dict[str, object]:
    """One item for each campaign of the report, the totals, and every cause."""
    report = found.report
    return {
        "items": [{**row.identity, **_differences(row.metrics)} for row in report.items],
        "totals": _differences(report.totals),
        "causes": [_cause(cause) for cause in found.causes],
        "is_complete": found.is_complete,
        "currency": report.currency,
        "time_zone": report.time_zone,
        "start": report.start_on.isoformat(),
        "end": report.end_on.isoformat(),
        "as_of": None if report.as_of is None else instant_text(report.as_of),
    }


def _differences(metrics: Metrics) -> dict[str, Value]:
    """Ours less the network's; None where the network told nothing."""
    conversions, revenue = metrics.reported_conversions, metrics.reported_revenue
    return {
        "attributed_installs": metrics.attributed_installs,
        "reported_conversions": conversions,
        "installs_difference": None
        if conversions is None
        else metrics.attributed_installs - conversions,
        "installs_source": metrics.installs_source.value,
        "attributed_revenue": money_text(metrics.attributed_revenue),
        "reported_revenue": money_text(revenue),
        "revenue_difference": None
        if revenue is None
        else money_text(metrics.attributed_revenue - revenue),
        "revenue_source": metrics.revenue_source.value,
    }


def _cause(cause: Cause) -> dict[str, object]:
    return {
        "code": cause.code.value,
        "applies": cause.applies,
        "message": cause.message,
        "figures": {name: _figure(figure) for name, figure in cause.figures.items()},
    }


def _figure(figure: Figure) -> Value | list[Mapping[str, Value]]:
    if isinstance(figure, str | int | Decimal | datetime | None):
        return _cell(figure)
    return [{name: _cell(cell) for name, cell in row.items()} for row in figure]


def _cell(cell: Cell) -> Value:
    if isinstance(cell, Decimal):
        return money_text(cell)
    return instant_text(cell) if isinstance(cell, datetime) else cell
