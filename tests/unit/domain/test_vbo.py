"""Value-based optimization: the fullest seven days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.vbo import (
    VBO_THRESHOLD,
    VBO_WINDOW,
    ValueBasedOptimization,
    VboWindow,
    value_based_optimization,
)

NOON = datetime.fromisoformat("2026-03-29T12:00:00+00:00")
SECOND = timedelta(seconds=1)
any_history = st.lists(
    st.integers(-40 * 24, 0).map(lambda hours: NOON + timedelta(hours=hours)), max_size=80
)


def progress_of(times: Iterable[datetime], **changes: int) -> ValueBasedOptimization:
    """The progress after payments at these times."""
    payments = sorted(Counter(times).items())
    return value_based_optimization(payments, now=NOON, **changes)


def test_no_payment_means_no_window() -> None:
    """Nothing is unlocked by nothing."""
    progress = progress_of([])

    assert (progress.recent, progress.best_window, progress.is_unlocked) == (0, None, False)


def test_window_includes_its_start_and_not_its_end() -> None:
    """Events exactly seven days apart are in different windows."""
    times = [NOON - VBO_WINDOW, NOON - SECOND, NOON]

    best = progress_of(times).best_window

    assert best == VboWindow(start_at=NOON - VBO_WINDOW, end_at=NOON, count=2)


@pytest.mark.parametrize(
    ("at", "recent"),
    [
        pytest.param(NOON, 1, id="now"),
        pytest.param(NOON - VBO_WINDOW + SECOND, 1, id="just within"),
        pytest.param(NOON - VBO_WINDOW, 0, id="seven days ago"),
        pytest.param(NOON + SECOND, 0, id="still to come"),
    ],
)
def test_last_seven_days_end_now(at: datetime, recent: int) -> None:
    """The last 7 × 24 hours, this instant included."""
    assert progress_of([at]).recent == recent


@pytest.mark.parametrize(
    ("amount", "unlocked"), [(VBO_THRESHOLD - 1, False), (VBO_THRESHOLD, True)]
)
def test_twenty_events_unlock(amount: int, unlocked: bool) -> None:
    """The threshold itself is enough, and long ago is as good as now."""
    times = [NOON - timedelta(days=100)] * amount

    assert progress_of(times).is_unlocked is unlocked


@pytest.mark.parametrize(
    ("recent", "long_ago", "missing"),
    [(0, 0, 20), (7, 15, 13), (19, 0, 1), (20, 0, 0), (1, 20, 0)],
)
def test_what_is_missing_is_missing_now(recent: int, long_ago: int, missing: int) -> None:
    """Old payments that never sufficed are of no use to the next window."""
    times = [NOON] * recent + [NOON - timedelta(days=100)] * long_ago

    assert progress_of(times).missing == missing


def test_the_threshold_can_be_another() -> None:
    """TikTok's page is of 2023, so an operator can correct it."""
    times = [NOON] * 29

    assert progress_of(times, threshold=30).missing == 1
    assert progress_of([*times, NOON], threshold=30).is_unlocked


def test_earliest_of_equal_windows_is_shown() -> None:
    """The answer does not depend on the order of events."""
    times = [NOON, NOON - timedelta(days=30)]

    best = progress_of(times).best_window

    assert best is not None
    assert best.start_at == NOON - timedelta(days=30)


@given(any_history)
def test_best_window_is_the_fullest_there_is(times: list[datetime]) -> None:
    """No window that begins anywhere holds more; it holds at least the recent events."""
    progress = progress_of(times)
    best = 0 if progress.best_window is None else progress.best_window.count

    for hours in range(-41 * 24, 0, 5):
        start = NOON + timedelta(hours=hours)
        assert sum(start <= time < start + VBO_WINDOW for time in times) <= best
    fullest = max(
        (sum(start <= time < start + VBO_WINDOW for time in times) for start in times), default=0
    )
    assert best == fullest >= progress.recent


@given(any_history)
def test_payments_of_one_instant_count_each(times: list[datetime]) -> None:
    """Whether they come together or one by one."""
    one_by_one = [(time, 1) for time in sorted(times)]

    assert value_based_optimization(one_by_one, now=NOON) == progress_of(times)
