"""The report as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.report import Breakdown, CostSum, InstallSum, Report, RevenueSum, local_days
from appsprint.domain.report_rows import ReportFacts, ReportFrame, build_report
from appsprint.services.report_document import report_document, report_fields, to_csv

DAY = date(2026, 3, 10)
READ_AT = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
METRICS = [
    "spend",
    "installs",
    "cpi",
    "ipm",
    "impressions",
    "cpm",
    "clicks",
    "cpc",
    "ctr",
    "cti",
    "roas",
    "revenue",
]
BESIDE = [
    "attributed_installs",
    "reported_conversions",
    "attributed_revenue",
    "reported_revenue",
    "installs_source",
    "revenue_source",
    "reinstalls",
]


def report_named(name: str, *, spend_micros: int = 51_200_000) -> Report:
    """A report with one campaign of this name and nothing round about its numbers."""
    frame = ReportFrame(
        breakdown=Breakdown.CAMPAIGN,
        days=local_days(DAY, DAY, UTC),
        currency="EUR",
        time_zone="Europe/Berlin",
    )
    cost = CostSum(
        value="c1",
        day_on=DAY,
        as_of=READ_AT,
        spend_micros=spend_micros,
        impressions=14_311,
        clicks=171,
        reported_installs=None,
        reported_revenue_micros=90_000_000,
    )
    revenue = RevenueSum(value="c1", day_on=DAY, currency="XOF", revenue_micros=1, events=1)
    facts = ReportFacts(
        costs=[cost],
        installs=[InstallSum(value="c1", day_on=DAY, installs=4)],
        revenue=[revenue],
        entities=[AdEntity(level=AdLevel.CAMPAIGN, id="c1", name=name, campaign_id="c1")],
    )
    return build_report(frame, facts, lambda *_: None)


def test_the_document_has_the_fields_of_the_contract() -> None:
    """Names as scripts rely on them, in rows and in totals."""
    document = report_document(report_named("Spring"))

    envelope = ["items", "totals", "currency", "time_zone", "start", "end", "as_of", "unconverted"]
    assert list(document) == envelope
    items, totals = document["items"], document["totals"]
    assert isinstance(items, list)
    assert isinstance(totals, dict)
    assert set(items[0]) == {"campaign_id", "campaign_name", "currency", *METRICS, *BESIDE}
    assert set(totals) == {"currency", *METRICS, *BESIDE}


def test_values_are_texts_integers_or_null() -> None:
    """Money and ratios are decimal texts with up to six places, counts are integers."""
    document = report_document(report_named("Spring"))

    assert document["items"] == [
        {
            "campaign_id": "c1",
            "campaign_name": "Spring",
            "spend": "51.20",
            "installs": 4,
            "cpi": "12.80",
            "ipm": "0.279505",
            "impressions": 14_311,
            "cpm": "3.577668",
            "clicks": 171,
            "cpc": "0.299415",
            "ctr": "0.011949",
            "cti": "0.023392",
            "roas": "0",
            "revenue": "0.00",
            "currency": "EUR",
            "attributed_installs": 4,
            "reported_conversions": None,
            "attributed_revenue": "0.00",
            "reported_revenue": "90.00",
            "installs_source": "attributed",
            "revenue_source": "attributed",
            "reinstalls": 0,
        }
    ]
    assert (document["start"], document["end"]) == ("2026-03-10", "2026-03-10")
    assert document["as_of"] == "2026-03-12T08:30:00.000Z"
    assert document["unconverted"] == [
        {"kind": "revenue", "currency": "XOF", "amount": "0.000001", "events": 1}
    ]


@pytest.mark.parametrize("by", Breakdown)
def test_the_header_starts_with_what_identifies_a_row(by: Breakdown) -> None:
    """The header is the row's fields in their order, whatever the breakdown."""
    frame = ReportFrame(
        breakdown=by, days=local_days(DAY, DAY, UTC), currency="EUR", time_zone="UTC"
    )
    facts = ReportFacts(installs=[InstallSum(value="x", day_on=DAY, installs=1)])
    report = build_report(frame, facts, lambda *_: None)
    items = report_document(report)["items"]

    assert isinstance(items, list)
    assert [list(item) for item in items] == [list(report_fields(by))]
    assert to_csv(report).splitlines()[0] == ",".join(report_fields(by))


def test_no_rows_are_a_header_alone() -> None:
    """An empty report is still a table."""
    frame = ReportFrame(
        breakdown=Breakdown.CAMPAIGN,
        days=local_days(DAY, DAY, UTC),
        currency="EUR",
        time_zone="UTC",
    )

    text = to_csv(build_report(frame, ReportFacts(), lambda *_: None))

    assert text == ",".join(report_fields(Breakdown.CAMPAIGN)) + "\r\n"


@example(name="\r", spend_micros=0)
@example(name='"=HYPERLINK(1),\n"', spend_micros=-1)
@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(-(10**13), 10**13))
def test_csv_equals_json(name: str, spend_micros: int) -> None:
    """Read back, every cell is the JSON's value; null is an empty cell. Any name survives."""
    report = report_named(name, spend_micros=spend_micros)
    items = json.loads(json.dumps(report_document(report)))["items"]

    found = list(csv.DictReader(io.StringIO(to_csv(report), newline="")))

    assert found == [
        {field: "" if value is None else str(value) for field, value in item.items()}
        for item in items
    ]


@given(st.integers(-(10**13), 10**13))
def test_money_texts_say_the_exact_amount(spend_micros: int) -> None:
    """No digit of an amount is lost or made up on its way into the document."""
    items = report_document(report_named("Spring", spend_micros=spend_micros))["items"]

    assert isinstance(items, list)
    assert Decimal(items[0]["spend"]) == Decimal(spend_micros) / 1_000_000
