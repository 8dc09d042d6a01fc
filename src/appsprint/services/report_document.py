"""A report in the form of the public contract: texts for JSON, and the same values as CSV.

Money and ratios are decimal texts of at most six places, counts are integers, what is not known
is None (an empty cell). Field names and their order are part of the contract.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime

from appsprint.domain.metrics import Metrics
from appsprint.domain.money import money_text, ratio_text
from appsprint.domain.report import Breakdown, Report, ReportRow, UnconvertedAmount
from appsprint.services.reports import ComparedReport

Cell = str | int | None

_IDENTITIES: Mapping[Breakdown, tuple[str, ...]] = {
    Breakdown.CAMPAIGN: ("campaign_id", "campaign_name"),
    Breakdown.DAY: ("date",),
    Breakdown.ADGROUP: ("adgroup_id", "adgroup_name", "campaign_id"),
    Breakdown.AD: ("ad_id", "ad_name"),
    Breakdown.COUNTRY: ("country",),
    Breakdown.LINK: ("link_id", "link_name"),
}
_METRIC_FIELDS = (
    *("spend", "installs", "cpi", "ipm", "impressions", "cpm"),
    *("clicks", "cpc", "ctr", "cti", "roas", "revenue"),
    *("currency", "attributed_installs", "reported_conversions"),
    *("attributed_revenue", "reported_revenue", "installs_source", "revenue_source"),
    "reinstalls",
)


def report_document(report: Report) -> dict[str, object]:
    """The report as the contract's JSON object, ready to be encoded."""
    return {
        "items": [_item(row, report.currency) for row in report.items],
        "totals": _metrics(report.totals, report.currency),
        "currency": report.currency,
        "time_zone": report.time_zone,
        "start": report.start_on.isoformat(),
        "end": report.end_on.isoformat(),
        "as_of": None if report.as_of is None else instant_text(report.as_of),
        "unconverted": [_unconverted(left) for left in report.unconverted],
    }


def compared_document(compared: ComparedReport) -> dict[str, object]:
    """The report's object with the period before it as its member ``previous``."""
    previous = report_document(compared.previous)
    kept = ("items", "totals", "start", "end", "unconverted")
    return {
        **report_document(compared.report),
        "previous": {name: previous[name] for name in kept},
    }


def report_fields(breakdown: Breakdown) -> tuple[str, ...]:
    """The names of a row's fields in their order; the CSV's header."""
    return (*_IDENTITIES[breakdown], *_METRIC_FIELDS)


def identity_fields(breakdown: Breakdown) -> tuple[str, ...]:
    """The names of the fields that tell what a row is about."""
    return _IDENTITIES[breakdown]


def to_csv(report: Report) -> str:
    """A header and one line per item, every value as in ``report_document``; no totals.

    Lines and quotes are those of RFC 4180; a None is an empty cell.
    """
    text = io.StringIO()
    fields = report_fields(report.breakdown)
    # With a plain line feed at the end, csv would leave a carriage return in a name unquoted.
    lines = csv.DictWriter(text, fields, lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(_item(row, report.currency) for row in report.items)
    return text.getvalue()


def _item(row: ReportRow, currency: str) -> dict[str, Cell]:
    return {**row.identity, **_metrics(row.metrics, currency)}


def _metrics(metrics: Metrics, currency: str) -> dict[str, Cell]:
    return {
        "spend": money_text(metrics.spend),
        "installs": metrics.installs,
        "cpi": money_text(metrics.cpi),
        "ipm": ratio_text(metrics.ipm),
        "impressions": metrics.impressions,
        "cpm": money_text(metrics.cpm),
        "clicks": metrics.clicks,
        "cpc": money_text(metrics.cpc),
        "ctr": ratio_text(metrics.ctr),
        "cti": ratio_text(metrics.cti),
        "roas": ratio_text(metrics.roas),
        "revenue": money_text(metrics.revenue),
        "currency": currency,
        "attributed_installs": metrics.attributed_installs,
        "reported_conversions": metrics.reported_conversions,
        "attributed_revenue": money_text(metrics.attributed_revenue),
        "reported_revenue": money_text(metrics.reported_revenue),
        "installs_source": metrics.installs_source.value,
        "revenue_source": metrics.revenue_source.value,
        "reinstalls": metrics.reinstalls,
    }


def _unconverted(left: UnconvertedAmount) -> dict[str, Cell]:
    return {
        "kind": left.kind.value,
        "currency": left.currency,
        "amount": money_text(left.amount),
        "events": left.events,
    }


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC."""
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
