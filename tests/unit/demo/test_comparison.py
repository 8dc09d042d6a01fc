"""Differences between the truth and what a server says are found, each told in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from appsprint.entrypoints.demo.comparison import report_differences
from appsprint.entrypoints.demo.expected import ExpectedReport

TRUTH = ExpectedReport(
    rows={"11": {"spend": Decimal("10.50"), "installs": 2, "cpi": Decimal("5.25"), "roas": None}},
    totals={"installs": 2},
)


def make_report(**changes: Any) -> dict[str, Any]:
    """The report that is right, with one row's figures changed."""
    row = {"campaign_id": "11", "spend": "10.50", "installs": 2, "cpi": "5.25", "roas": None}
    return {"items": [row | changes], "totals": {"installs": 2}, "unconverted": []}


def test_a_right_report_has_no_differences() -> None:
    """However many zeros a decimal text ends with."""
    assert list(report_differences("iOS", TRUTH, make_report())) == []
    assert list(report_differences("iOS", TRUTH, make_report(spend="10.500000"))) == []


def test_a_wrong_figure_is_named() -> None:
    """With what it is and what it should be."""
    assert list(report_differences("iOS", TRUTH, make_report(installs=3))) == [
        "iOS, campaign 11: installs is 3, and it should be 2"
    ]


def test_unknown_is_not_zero() -> None:
    """A ratio that cannot be known must be null."""
    assert list(report_differences("iOS", TRUTH, make_report(roas="0"))) == [
        "iOS, campaign 11: roas is 0, and it should be None"
    ]
    assert list(report_differences("iOS", TRUTH, make_report(cpi=None))) == [
        "iOS, campaign 11: cpi is None, and it should be 5.25"
    ]


def test_missing_and_surplus_rows_are_named() -> None:
    """Each by its campaign."""
    report = make_report(campaign_id="12")

    assert set(report_differences("iOS", TRUTH, report)) == {
        "iOS, campaign 11: should be in the report",
        "iOS, campaign 12: should not be in the report",
    }


def test_totals_and_amounts_left_out_are_looked_at() -> None:
    """A sum that is wrong, and money that is in no row."""
    report = make_report() | {
        "totals": {"installs": 1},
        "unconverted": [{"amount": "3.00", "currency": "XXX"}],
    }

    assert list(report_differences("iOS", TRUTH, report)) == [
        "iOS, totals: installs is 1, and it should be 2",
        "iOS: 3.00 XXX was not converted",
    ]
