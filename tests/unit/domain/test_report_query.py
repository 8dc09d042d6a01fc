"""What a report may be asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from appsprint.domain.report_query import ReportQuery, report_window
from appsprint.errors import InvalidInput

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("start_on", "end_on", "window"),
    [
        pytest.param(None, None, (date(2026, 3, 25), TODAY), id="seven days ending today"),
        pytest.param(date(2026, 3, 1), None, (date(2026, 3, 1), TODAY), id="until today"),
        pytest.param(
            None, date(2026, 3, 10), (date(2026, 3, 4), date(2026, 3, 10)), id="seven before"
        ),
        pytest.param(TODAY, TODAY, (TODAY, TODAY), id="one day"),
        pytest.param(
            None, date(2000, 1, 3), (date(2000, 1, 1), date(2000, 1, 3)), id="the calendar's start"
        ),
    ],
)
def test_windows(start_on: date | None, end_on: date | None, window: tuple[date, date]) -> None:
    """What is missing is filled in from what is there and from the advertiser's today."""
    assert report_window(ReportQuery(start_on=start_on, end_on=end_on), today=TODAY) == window


@pytest.mark.parametrize(("days", "is_allowed"), [(366, True), (367, False)])
def test_a_leap_year_is_the_longest_window(*, days: int, is_allowed: bool) -> None:
    """366 days with both ends, and not one more."""
    query = ReportQuery(start_on=TODAY - timedelta(days=days - 1), end_on=TODAY)

    if is_allowed:
        assert report_window(query, today=TODAY)[0] == query.start_on
        return
    with pytest.raises(InvalidInput) as caught:
        report_window(query, today=TODAY)
    assert [problem.field for problem in caught.value.problems] == ["end"]


@pytest.mark.parametrize(
    ("start_on", "end_on", "fields"),
    [
        pytest.param(date(2026, 3, 2), date(2026, 3, 1), {"start"}, id="backwards"),
        pytest.param(TODAY + timedelta(days=1), None, {"start"}, id="tomorrow until today"),
        pytest.param(date(1, 1, 1), date(1, 1, 2), {"start", "end"}, id="too early"),
        pytest.param(date.max, date.max, {"start", "end"}, id="too late"),
        pytest.param(None, date.min, {"start", "end"}, id="nothing before it"),
    ],
)
def test_windows_that_cannot_be(
    start_on: date | None, end_on: date | None, fields: set[str]
) -> None:
    """A wrong window is the caller's to mend, never a failure of the arithmetic."""
    with pytest.raises(InvalidInput) as caught:
        report_window(ReportQuery(start_on=start_on, end_on=end_on), today=TODAY)

    assert {problem.field for problem in caught.value.problems} == fields
