"""The pace of calls: per pixel, over all, and after the network asked for less."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.retry import RetrySchedule
from appsprint.services.pacing import Pacer
from appsprint.testing.builders import NOON
from tests.support.control_plane import StandingClock

ONE, OTHER = "C0ONE", "C0OTHER"
SECOND = timedelta(seconds=1)
SCHEDULE = RetrySchedule(first_pause=2 * SECOND, growth=3.0)


@pytest.fixture
def clock() -> StandingClock:
    """It stands at noon."""
    return StandingClock(NOON)


@pytest.fixture
def pacer(clock: StandingClock) -> Pacer:
    """Ten calls a second for a pixel, twenty in all."""
    return Pacer(clock=clock, per_pixel=10, in_all=20)


def test_calls_for_one_pixel_keep_their_distance(clock: StandingClock, pacer: Pacer) -> None:
    """The first at once; after a rest nobody waits."""
    assert [pacer.take_turn(ONE) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])

    clock.advance(SECOND)
    assert pacer.take_turn(ONE) == 0


def test_all_pixels_share_one_pace(pacer: Pacer) -> None:
    """The developer app has a limit of its own."""
    assert [pacer.take_turn(f"C0{number}") for number in range(3)] == pytest.approx([0, 0.05, 0.1])


def test_a_pixel_that_waits_long_does_not_make_others_wait(pacer: Pacer) -> None:
    """Only its own turn is late."""
    for _ in range(9):
        pacer.take_turn(ONE)

    assert pacer.take_turn(OTHER) == pytest.approx(0.45)


def test_a_limit_holds_the_pixel_and_halves_its_pace(clock: StandingClock, pacer: Pacer) -> None:
    """As long as the network asked; other pixels go on."""
    pacer.was_limited(ONE, 300 * SECOND)
    assert (pacer.is_held(ONE), pacer.is_held(OTHER)) == (True, False)

    clock.advance(300 * SECOND - timedelta(microseconds=1))
    assert pacer.is_held(ONE)
    clock.advance(timedelta(microseconds=1))
    assert not pacer.is_held(ONE)
    assert [pacer.take_turn(ONE) for _ in range(2)] == pytest.approx([0, 0.2])
    assert pacer.take_turn(OTHER) == pytest.approx(0.1)


def test_calls_that_go_well_bring_the_pace_back(clock: StandingClock, pacer: Pacer) -> None:
    """Little by little, and never above the setting."""
    pacer.was_limited(ONE, timedelta(0))
    for _ in range(20):
        pacer.went_well(ONE)
    clock.advance(SECOND)

    assert [pacer.take_turn(ONE) for _ in range(2)] == pytest.approx([0, 0.1])


def test_a_pixel_is_never_slowed_to_a_stop(clock: StandingClock, pacer: Pacer) -> None:
    """Ten seconds between calls are the most."""
    for _ in range(50):
        pacer.was_limited(ONE, timedelta(0))
    clock.advance(10 * SECOND)

    assert not pacer.is_held(ONE)
    assert [pacer.take_turn(ONE) for _ in range(2)] == pytest.approx([0, 10])


def test_pauses_grow_with_failures_in_a_row(clock: StandingClock, pacer: Pacer) -> None:
    """As the schedule says, a minute at most; one success ends it."""
    pauses = []
    for _ in range(5):
        pacer.failed(ONE, SCHEDULE)
        start = clock.now()
        while pacer.is_held(ONE):
            clock.advance(SECOND)
        pauses.append((clock.now() - start) / SECOND)
    assert pauses == [2, 6, 18, 54, 60]

    pacer.went_well(ONE)
    pacer.failed(ONE, SCHEDULE)
    clock.advance(2 * SECOND)
    assert not pacer.is_held(ONE)
    assert not pacer.is_held(OTHER)
