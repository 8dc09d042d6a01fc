"""When an install happened, by the clocks that tell of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.install import installed_at
from appsprint.testing.builders import HOUR, NOON

instants = st.integers(-20_000, 20_000).map(lambda hours: NOON + hours * HOUR)


def test_the_device_is_believed_when_no_other_clock_speaks_against_it() -> None:
    """A registration can be days late."""
    assert installed_at(NOON, NOON + 50 * HOUR) == NOON
    assert installed_at(NOON, NOON + 50 * HOUR, NOON - HOUR) == NOON


def test_a_clock_that_is_ahead_gives_way_to_the_arrival() -> None:
    """Nothing is registered before it is opened."""
    assert installed_at(NOON + HOUR, NOON) == NOON


def test_a_clock_that_lags_gives_way_to_plays() -> None:
    """Nobody opens an app before its installation began."""
    assert installed_at(NOON - 72 * HOUR, NOON, NOON - HOUR) == NOON - HOUR


def test_plays_time_is_not_believed_when_it_is_later_than_the_arrival() -> None:
    """Then that clock is wrong itself."""
    assert installed_at(NOON - HOUR, NOON, NOON + timedelta(seconds=1)) == NOON - HOUR


def test_a_time_that_no_device_can_mean_becomes_the_arrival() -> None:
    """A phone without a battery wakes in 1970."""
    assert installed_at(datetime(1970, 1, 1, tzinfo=UTC), NOON) == NOON
    assert installed_at(None, NOON, NOON - HOUR) == NOON


@given(st.none() | instants, instants, st.none() | instants)
def test_an_install_never_follows_its_arrival(
    claimed_at: datetime | None, received_at: datetime, began_at: datetime | None
) -> None:
    """Whatever the phone and Play say."""
    assert installed_at(claimed_at, received_at, began_at) <= received_at
