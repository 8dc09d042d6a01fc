"""Local days as stretches of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appsprint.domain.report import local_day, local_days

MILLENNIUM = datetime(2000, 1, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day_on", "start", "hours"),
    [
        pytest.param("UTC", "2026-03-29", "2026-03-29T00:00", 24, id="no clocks to change"),
        pytest.param("Europe/Berlin", "2026-03-28", "2026-03-27T23:00", 24, id="the day before"),
        pytest.param("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", 23, id="forward"),
        pytest.param("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", 25, id="back"),
        pytest.param("America/New_York", "2026-11-01", "2026-11-01T04:00", 25, id="west"),
        pytest.param("Asia/Kolkata", "2026-03-29", "2026-03-28T18:30", 24, id="half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", 24.5, id="half back"),
        pytest.param("Africa/Cairo", "2026-04-24", "2026-04-23T22:00", 23, id="midnight skipped"),
        pytest.param("Atlantic/Azores", "2026-10-25", "2026-10-25T00:00", 25, id="and repeated"),
        pytest.param(
            "Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0, id="a day that never was"
        ),
    ],
)
def test_a_day_starts_and_lasts(zone: str, day_on: str, start: str, hours: float) -> None:
    """Worked out by hand from each zone's rules."""
    on = date.fromisoformat(day_on)

    (day,) = local_days(on, on, ZoneInfo(zone))

    assert day.start_at == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert day.end_at - day.start_at == hours * HOUR


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 40),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Beirut", "Pacific/Apia"]),
)
def test_days_leave_no_gap(start_on: date, more: int, zone: str) -> None:
    """Each day ends where the next one starts, so every instant is in exactly one."""
    days = local_days(start_on, start_on + timedelta(days=more), ZoneInfo(zone))

    assert [day.day_on for day in days] == [start_on + timedelta(days=n) for n in range(more + 1)]
    for day, following in pairwise(days):
        assert day.end_at == following.start_at
        assert day.start_at <= day.end_at


@given(
    st.integers(0, 99 * 365 * 86_400).map(lambda seconds: MILLENNIUM + timedelta(seconds=seconds)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Beirut", "Pacific/Apia"]),
)
@example(datetime(2006, 10, 29, 2, 40, tzinfo=UTC), "America/St_Johns")
@example(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia")
def test_an_instant_is_in_the_day_that_it_is_told(at: datetime, zone: str) -> None:
    """Also where clocks go back over midnight, or leave out midnight or a whole day."""
    on = local_day(at, ZoneInfo(zone))

    (day,) = local_days(on, on, ZoneInfo(zone))

    assert day.start_at <= at < day.end_at


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_have_days(day: str) -> None:
    """A nonsensical instant never fails a report."""
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")

    assert abs(local_day(at, ZoneInfo("Pacific/Apia")) - at.date()) <= timedelta(days=1)
