"""Reinstalls in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.attribution_words import say_reinstall
from appsprint.domain.ids import InstallId
from appsprint.domain.reinstall import Reinstall, SamePersonBy


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(0), "a moment"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_the_time_is_told_in_the_unit_that_fits(since: timedelta, words: str) -> None:
    """As people would say it."""
    found = Reinstall(
        by=SamePersonBy.ADVERTISING_ID, earlier=InstallId("ins_1"), since_earlier=since
    )

    assert say_reinstall(found) == (
        f"Reinstall: the same advertising id had the app {words} earlier."
    )
