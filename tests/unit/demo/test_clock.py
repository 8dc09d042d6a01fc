"""The simulated clock moves only as it is told, and never backwards."""

from __future__ import annotations

from datetime import timedelta

from appsprint.entrypoints.demo.clock import SimulatedClock
from tests.unit.demo.builders import NOON

HOUR = timedelta(hours=1)


def test_it_stands_until_it_is_moved() -> None:
    """No time passes by itself."""
    clock = SimulatedClock(NOON)

    assert clock.now() == clock.now() == NOON


def test_it_moves_forward_and_not_back() -> None:
    """An instant that is past changes nothing."""
    clock = SimulatedClock(NOON)

    clock.move_to(NOON + HOUR)
    clock.move_to(NOON)
    clock.advance(HOUR)

    assert clock.now() == NOON + 2 * HOUR


def test_released_it_follows_real_time() -> None:
    """From the moment on at which that is later."""
    real = [NOON - HOUR]
    clock = SimulatedClock(NOON, real=lambda: real[0])

    clock.release()
    before = clock.now()
    real[0] = NOON + HOUR

    assert (before, clock.now()) == (NOON, NOON + HOUR)
