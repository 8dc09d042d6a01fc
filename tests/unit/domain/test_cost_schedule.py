"""Which days of an ad account's numbers have to be read again, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.cost_schedule import (
    RESUMABLE_FOR,
    Backfill,
    DayRange,
    RefreshPeriods,
    due_days,
    settles_at,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = DayRange(TODAY - 29 * DAY, TODAY)
PERIODS = RefreshPeriods()


def due(read_at: dict[date, datetime], periods: RefreshPeriods = PERIODS) -> DayRange | None:
    """What is due now."""
    return due_days(read_at, today=TODAY, now=NOW, periods=periods)


def test_an_account_that_was_never_read() -> None:
    """Its last 30 days, today included."""
    assert due({}) == MONTH


@pytest.mark.parametrize(
    ("ago", "oldest_age"),
    [
        pytest.param(timedelta(0), None, id="just now"),
        pytest.param(HOUR - timedelta(seconds=1), None, id="less than an hour ago"),
        pytest.param(HOUR, 1, id="an hour ago: today and yesterday"),
        pytest.param(6 * HOUR - timedelta(seconds=1), 1, id="just before six hours"),
        pytest.param(6 * HOUR, 6, id="six hours ago: a week"),
        pytest.param(24 * HOUR - timedelta(seconds=1), 6, id="just before a day"),
        pytest.param(24 * HOUR, 29, id="a day ago: a month"),
        pytest.param(-HOUR, 29, id="in the future, as the clock was wrong"),
    ],
)
def test_the_tiers(ago: timedelta, oldest_age: int | None) -> None:
    """Each tier at its very instant, and one step before it."""
    read_at = dict.fromkeys(MONTH, NOW - ago)

    expected = None if oldest_age is None else DayRange(TODAY - oldest_age * DAY, TODAY)
    assert due(read_at) == expected


def test_a_new_day_is_due_when_it_begins() -> None:
    """Where the advertiser is, nobody has read it yet."""
    read_at = dict.fromkeys(DayRange(TODAY - 29 * DAY, TODAY - DAY), NOW)

    assert due(read_at) == DayRange(TODAY, TODAY)


def test_a_setting_longer_than_an_inner_tier_holds_for_it_too() -> None:
    """Who asks for one import a day does not get four."""
    read_at = dict.fromkeys(MONTH, NOW - 12 * HOUR)

    assert due(read_at, RefreshPeriods(recent=DAY)) is None


def test_zero_is_never() -> None:
    """Not even what was never read."""
    assert due({}, RefreshPeriods(recent=timedelta(0))) is None


def test_days_that_an_outage_left_unsettled_are_read_once_more() -> None:
    """A day that was read while it was young, and is older than a month now."""
    old_on = TODAY - 40 * DAY
    read_at = dict.fromkeys(MONTH, NOW)

    assert due({**read_at, old_on: settles_at(old_on) - HOUR}) == DayRange(old_on, TODAY)
    assert due({**read_at, old_on: settles_at(old_on)}) is None


def test_days_that_an_outage_skipped_are_read() -> None:
    """Everything since the last day that was read, however long ago."""
    last_on = TODAY - 60 * DAY

    assert due({last_on: settles_at(last_on)}) == DayRange(last_on + DAY, TODAY)


def test_old_days_that_nobody_asked_for_are_left_alone() -> None:
    """An old day that was backfilled does not bring the days between."""
    old_on = TODAY - 300 * DAY

    assert due({**dict.fromkeys(MONTH, NOW), old_on: settles_at(old_on)}) is None


@given(st.dictionaries(st.dates(date(2025, 12, 1), TODAY), st.datetimes(timezones=st.just(UTC))))
def test_reading_what_is_due_leaves_nothing_due(read_at: dict[date, datetime]) -> None:
    """Otherwise an import would follow the other without end."""
    found = due(read_at)
    if found is not None:
        read_at.update(dict.fromkeys(found, NOW))

    assert due(read_at) is None


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    ],
    ids=["the clocks go forward", "the clocks go back"],
)
def test_a_change_of_the_clocks_skips_no_day(now: datetime) -> None:
    """Days are counted in the calendar, so a day of 23 or 25 hours is one day."""
    today = now.astimezone(ZoneInfo("Europe/Berlin")).date()
    read_at = dict.fromkeys(DayRange(today - 29 * DAY, today), now - HOUR)

    assert due_days(read_at, today=today, now=now, periods=PERIODS) == DayRange(today - DAY, today)


@given(st.integers(1, 400), st.integers(1, 40))
def test_stretches_are_all_days_once_the_newest_first(count: int, longest: int) -> None:
    """None left out, none twice, none too long."""
    days = DayRange(TODAY - (count - 1) * DAY, TODAY)

    stretches = list(days.stretches(longest))

    assert [day for part in reversed(stretches) for day in part] == list(days)
    assert all(1 <= len(list(part)) <= longest for part in stretches)


def backfill(days: DayRange = MONTH, *, account: str = "1", ago: timedelta = HOUR) -> Backfill:
    """A backfill that began some time ago."""
    return Backfill(advertiser_id=account, days=days, started_at=NOW - ago)


@pytest.mark.parametrize(
    ("unfinished", "goes_on"),
    [
        pytest.param(None, False, id="none"),
        pytest.param(backfill(), True, id="the same"),
        pytest.param(backfill(ago=RESUMABLE_FOR), False, id="too old"),
        pytest.param(backfill(ago=RESUMABLE_FOR - DAY), True, id="almost too old"),
        pytest.param(backfill(ago=-HOUR), False, id="from the future"),
        pytest.param(backfill(account="2"), False, id="another account"),
        pytest.param(backfill(DayRange(TODAY, TODAY)), False, id="other days"),
        pytest.param(
            backfill(DayRange(MONTH.start_on, TODAY - DAY)), True, id="until today, yesterday"
        ),
        pytest.param(backfill(DayRange(MONTH.start_on, TODAY + DAY)), False, id="fewer days"),
    ],
)
def test_what_is_taken_up(unfinished: Backfill | None, *, goes_on: bool) -> None:
    """The same account and days, or days until a later today, within a week."""
    wanted = backfill(ago=timedelta(0))

    taken_up = wanted.taken_up(unfinished)

    assert (taken_up.days, taken_up.advertiser_id) == (wanted.days, wanted.advertiser_id)
    began = unfinished.started_at if unfinished is not None and goes_on else wanted.started_at
    assert taken_up.started_at == began


@pytest.mark.parametrize(
    ("read_at", "is_done"),
    [
        pytest.param(NOW, True, id="after it began"),
        pytest.param(NOW - 2 * HOUR, False, id="before it began"),
        pytest.param(None, False, id="never"),
    ],
)
def test_what_a_backfill_has_read(read_at: datetime | None, *, is_done: bool) -> None:
    """Every day of the stretch counts, and only readings of this backfill."""
    days = DayRange(TODAY - 60 * DAY, TODAY - 59 * DAY)
    read = {days.start_on: NOW} | ({} if read_at is None else {days.end_on: read_at})

    assert backfill(days).has_read(days, read) is is_done


def test_days_that_are_not_final_are_never_done() -> None:
    """TikTok restates them, so going on means reading them again."""
    assert not backfill().has_read(MONTH, dict.fromkeys(MONTH, NOW))
