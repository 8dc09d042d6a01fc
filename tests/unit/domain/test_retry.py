"""The retry rule: how long to wait, and when to give up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.delivery import DeadReason
from appsprint.domain.retry import NoRetry, RetryAt, RetrySchedule, next_attempt, pause_after
from appsprint.testing.builders import NOON

SCHEDULE = RetrySchedule(
    first_pause=timedelta(seconds=2),
    growth=3.0,
    longest_pause=timedelta(minutes=1),
    max_attempts=6,
    dedupe_horizon=timedelta(hours=48),
)
SECOND = timedelta(seconds=1)
STEP = timedelta(microseconds=1)

schedules = st.builds(
    RetrySchedule,
    first_pause=st.timedeltas(timedelta(milliseconds=10), timedelta(hours=1)),
    growth=st.floats(1.0, 10.0),
    longest_pause=st.timedeltas(timedelta(milliseconds=10), timedelta(days=1)),
    max_attempts=st.integers(1, 1000),
)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 6), (3, 18), (4, 54), (5, 60), (500, 60)]
)
def test_pauses_grow_up_to_the_longest(attempts: int, seconds: int) -> None:
    """Each is the last one times the growth, until the cap."""
    assert pause_after(SCHEDULE, attempts) == seconds * SECOND


def test_the_defaults_start_within_two_seconds_and_reach_past_a_day() -> None:
    """A hiccup costs seconds; an outage of a day loses nothing."""
    schedule = RetrySchedule()
    pauses = [pause_after(schedule, attempts) for attempts in range(1, schedule.max_attempts)]

    assert SECOND <= pauses[0] <= 2 * SECOND
    assert sum(pauses, timedelta()) > timedelta(days=1)


@pytest.mark.parametrize(
    ("jitter", "seconds"), [(0.0, 6.0), (0.5, 6.75), (1.0, 7.5)], ids=["none", "half", "full"]
)
def test_jitter_spreads_retries_by_up_to_a_quarter(jitter: float, seconds: float) -> None:
    """It only ever adds."""
    plan = next_attempt(SCHEDULE, now=NOON, attempts=2, maybe_accepted_at=None, jitter=jitter)

    assert plan == RetryAt(NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(("asked", "seconds"), [(0, 6), (5, 6), (6, 6), (7, 7), (600, 600)])
def test_a_pause_that_the_network_asks_for_is_kept(asked: int, seconds: int) -> None:
    """The longer of the two."""
    plan = next_attempt(
        SCHEDULE, now=NOON, attempts=2, maybe_accepted_at=None, at_least=asked * SECOND
    )

    assert plan == RetryAt(NOON + seconds * SECOND)


@pytest.mark.parametrize(("attempts", "is_tried"), [(5, True), (6, False), (7, False)])
def test_after_the_last_attempt_it_is_given_up(attempts: int, is_tried: bool) -> None:
    """The schedule's number of attempts, the first one included."""
    plan = next_attempt(SCHEDULE, now=NOON, attempts=attempts, maybe_accepted_at=None)

    assert (plan != NoRetry(DeadReason.RETRIES_EXHAUSTED)) is is_tried


@pytest.mark.parametrize(
    ("since", "is_tried"),
    [
        pytest.param(timedelta(hours=48) - 6 * SECOND, True, id="exactly at the horizon"),
        pytest.param(timedelta(hours=48) - 6 * SECOND + STEP, False, id="just beyond it"),
        pytest.param(timedelta(0), True, id="at once"),
    ],
)
def test_nothing_is_repeated_beyond_the_dedupe_horizon(since: timedelta, is_tried: bool) -> None:
    """TikTok would count an event that it may have taken a second time."""
    plan = next_attempt(SCHEDULE, now=NOON, attempts=2, maybe_accepted_at=NOON - since)

    expected = RetryAt(NOON + 6 * SECOND) if is_tried else NoRetry(DeadReason.DEDUPE_HORIZON)
    assert plan == expected


def test_without_a_doubtful_attempt_there_is_no_horizon() -> None:
    """What was surely not taken can be repeated for ever."""
    schedule = RetrySchedule(longest_pause=timedelta(days=5), first_pause=timedelta(days=5))

    plan = next_attempt(schedule, now=NOON, attempts=1, maybe_accepted_at=None)

    assert plan == RetryAt(NOON + timedelta(days=5))


@given(schedules, st.integers(1, 2000))
def test_pauses_never_shrink_and_never_pass_the_cap(schedule: RetrySchedule, attempts: int) -> None:
    """Whatever the schedule, and without overflow."""
    pause = pause_after(schedule, attempts)

    assert timedelta(0) < pause <= pause_after(schedule, attempts + 1) <= schedule.longest_pause


@given(
    schedules,
    st.integers(1, 1000),
    st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=3))),
    st.timedeltas(timedelta(0), timedelta(days=1)),
    st.floats(0, 1, exclude_max=True),
)
def test_a_retry_lies_in_the_future_and_within_every_limit(
    schedule: RetrySchedule,
    attempts: int,
    doubtful_for: timedelta | None,
    at_least: timedelta,
    jitter: float,
) -> None:
    """After now, not before the network wants it, not beyond the horizon, not without end."""
    maybe_accepted_at = None if doubtful_for is None else NOON - doubtful_for
    plan = next_attempt(
        schedule,
        now=NOON,
        attempts=attempts,
        maybe_accepted_at=maybe_accepted_at,
        at_least=at_least,
        jitter=jitter,
    )

    if isinstance(plan, RetryAt):
        assert plan.at > NOON
        assert plan.at >= NOON + at_least
        assert attempts < schedule.max_attempts
        if maybe_accepted_at is not None:
            assert plan.at <= maybe_accepted_at + schedule.dedupe_horizon
    elif plan.reason is DeadReason.RETRIES_EXHAUSTED:
        assert attempts >= schedule.max_attempts
    else:
        assert maybe_accepted_at is not None
