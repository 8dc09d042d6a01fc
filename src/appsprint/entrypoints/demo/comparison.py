"""Compares what the server says with the truth, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from appsprint.entrypoints.demo.expected import ExpectedReport
from appsprint.entrypoints.demo.funnel import Funnel
from appsprint.entrypoints.demo.outcome import Outcome


def report_differences(
    name: str, expected: ExpectedReport, report: Mapping[str, Any]
) -> Iterator[str]:
    """One sentence for each figure of an app's report that is not the true one."""
    shown = {row.get("campaign_id"): row for row in report["items"]}
    for campaign_id in expected.rows.keys() | shown.keys():
        row, truth = shown.get(campaign_id), expected.rows.get(campaign_id)
        where = f"{name}, campaign {campaign_id}"
        if row is None or truth is None:
            yield f"{where}: {'should be' if row is None else 'should not be'} in the report"
        else:
            yield from _row_differences(where, truth, row)
    yield from _row_differences(f"{name}, totals", expected.totals, report["totals"])
    for left in report["unconverted"]:
        yield f"{name}: {left['amount']} {left['currency']} was not converted"


def funnel_differences(expected: Funnel, outcome: Outcome) -> Iterator[str]:
    """One sentence for each count that is not the true one, and for books that do not balance."""
    for one in fields(expected):
        truth, shown = getattr(expected, one.name), getattr(outcome.funnel, one.name)
        if truth != shown:
            yield f"{one.name}: {shown}, and it should be {truth}"
    if outcome.accepted != outcome.funnel.sent:
        yield f"TikTok took {outcome.accepted} events, and {outcome.funnel.sent} count as sent"
    for app in outcome.apps:
        for gap in app.ledger.gaps:
            yield f"{app.connected.app.name}, ledger: {gap}"


def _row_differences(
    where: str, truth: Mapping[str, object], row: Mapping[str, Any]
) -> Iterator[str]:
    for figure, value in truth.items():
        shown = row[figure]
        if not _is_same(value, shown):
            yield f"{where}: {figure} is {shown}, and it should be {value}"


def _is_same(truth: object, shown: object) -> bool:
    """Money and ratios are texts in the API, and numbers in the truth."""
    if isinstance(truth, Decimal):
        return isinstance(shown, str) and Decimal(shown) == truth
    return truth == shown
