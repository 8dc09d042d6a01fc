"""What a report is asked for, and the rules that a question has to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown
from appsprint.errors import FieldProblem, InvalidInput

DEFAULT_REPORT_DAYS = 7
# A leap year fits; more days belong into an export.
MAX_REPORT_DAYS = 366
# No ad was bought outside, and arithmetic with dates stays safe.
EARLIEST_ON = date(2000, 1, 1)
LATEST_ON = date(2099, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """Which report: both days included, in the advertiser's time zone.

    Attributes:
        start_on: None for six days before ``end_on``.
        end_on: None for today.
        exclude_tagged: Leave out installs that a quality rule found something about, and their
            revenue; the network's own numbers stay whole.
    """

    network: AdNetwork = AdNetwork.TIKTOK
    start_on: date | None = None
    end_on: date | None = None
    breakdown: Breakdown = Breakdown.CAMPAIGN
    exclude_tagged: bool = False


def report_window(query: ReportQuery, *, today: date) -> tuple[date, date]:
    """The first and the last day of the report; ``today`` is the advertiser's.

    Raises:
        InvalidInput: The days are in the wrong order, too many, or beyond every calendar.
    """
    end_on = query.end_on if query.end_on is not None else today
    start_on = query.start_on
    if start_on is None:
        start_on = first_of(DEFAULT_REPORT_DAYS, end_on)
    require_window(start_on, end_on, max_days=MAX_REPORT_DAYS)
    return start_on, end_on


def previous_window(query: ReportQuery, start_on: date, end_on: date) -> ReportQuery:
    """The same question about as many days just before ``start_on``."""
    before_on = start_on - timedelta(days=1)
    return replace(query, start_on=before_on - (end_on - start_on), end_on=before_on)


def first_of(days: int, end_on: date) -> date:
    """The first of so many days that end with ``end_on``; no earlier than the calendar begins."""
    return max(EARLIEST_ON, max(EARLIEST_ON, end_on) - timedelta(days=days - 1))


def require_window(start_on: date, end_on: date, *, max_days: int) -> None:
    """Check days that a caller gave, both included.

    Raises:
        InvalidInput: With one problem for each field, ``start`` or ``end``.
    """
    problems = [
        FieldProblem(field, f"must be from {EARLIEST_ON} to {LATEST_ON}")
        for field, day_on in (("start", start_on), ("end", end_on))
        if not EARLIEST_ON <= day_on <= LATEST_ON
    ]
    if start_on > end_on:
        problems.append(FieldProblem("start", f"{start_on} is after the end, {end_on}"))
    elif (end_on - start_on).days >= max_days:
        problems.append(FieldProblem("end", f"at most {max_days} days from {start_on} on"))
    if problems:
        raise InvalidInput(_joined(problems), problems=problems)


def _joined(problems: Sequence[FieldProblem]) -> str:
    return "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
