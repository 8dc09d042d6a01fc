"""How a span of days is cut to what one report may cover."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.cost_importer import report_windows

FIRST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("days", "lengths"),
    [(1, [1]), (29, [29]), (30, [30]), (31, [30, 1]), (60, [30, 30]), (61, [30, 30, 1]), (0, [])],
)
def test_windows_have_at_most_thirty_days(days: int, lengths: list[int]) -> None:
    """TikTok's daily report takes 30 calendar days, both ends included."""
    windows = list(report_windows(FIRST, FIRST + timedelta(days=days - 1)))

    assert [(end - start).days + 1 for start, end in windows] == lengths


@settings(deadline=None)
@given(st.dates(max_value=date(9000, 1, 1)), st.integers(min_value=0, max_value=400))
def test_windows_cover_every_day_once(start_on: date, days: int) -> None:
    """No day is read twice or left out, and the oldest come first."""
    end_on = start_on + timedelta(days=days)

    covered = [
        first + timedelta(days=number)
        for first, last in report_windows(start_on, end_on)
        for number in range((last - first).days + 1)
    ]

    assert covered == [start_on + timedelta(days=number) for number in range(days + 1)]
