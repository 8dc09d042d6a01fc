"""The rules of credit as the truth applies them, one test for each clause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.credit import credits_of
from appsprint.entrypoints.demo.people import Referrer
from tests.unit.demo.builders import (
    ANDROID_CAMPAIGN,
    NOON,
    make_click,
    make_install,
    make_person,
)

MOMENT = timedelta(seconds=1)


def test_a_click_of_the_same_home_is_credited() -> None:
    """One device clicked there and one app was installed there."""
    click = make_click()

    assert credits_of([make_person(clicks=(click,), install=make_install())]) == {1: click}


def test_the_last_click_of_one_device_wins() -> None:
    """Among equal evidence."""
    first, last = make_click(at=NOON), make_click(at=NOON + MOMENT)

    assert credits_of([make_person(clicks=(first, last), install=make_install())]) == {1: last}


@pytest.mark.parametrize(
    ("after", "is_credited"),
    [
        pytest.param(timedelta(hours=24), True, id="last instant"),
        pytest.param(timedelta(hours=24) + MOMENT, False, id="too late"),
        pytest.param(-MOMENT, False, id="before the click"),
    ],
)
def test_an_address_counts_for_a_day(after: timedelta, is_credited: bool) -> None:
    """Both ends of the window included."""
    person = make_person(clicks=(make_click(),), install=make_install(at=NOON + after))

    assert bool(credits_of([person])) is is_credited


@pytest.mark.parametrize(
    ("after", "is_credited"),
    [
        pytest.param(timedelta(hours=168), True, id="last instant"),
        pytest.param(timedelta(hours=168) + MOMENT, False, id="too late"),
    ],
)
def test_plays_referrer_counts_for_a_week(after: timedelta, is_credited: bool) -> None:
    """Wherever the phone is by then."""
    install = make_install(at=NOON + after, household="192.0.2.1", referrer=Referrer.CLICK)
    click = make_click(ANDROID_CAMPAIGN)
    person = make_person(platform=Platform.ANDROID, clicks=(click,), install=install)

    assert bool(credits_of([person])) is is_credited


def test_two_devices_behind_one_address_are_a_tie() -> None:
    """Choosing between them would be a guess."""
    other = make_person(2, clicks=(make_click(browser="B"),))
    person = make_person(clicks=(make_click(browser="A"),), install=make_install())

    assert credits_of([person, other]) == {}


def test_the_other_platforms_clicks_do_not_count() -> None:
    """A click belongs to one app, and an app to one platform."""
    other = make_person(2, platform=Platform.ANDROID, clicks=(make_click(browser="B"),))
    click = make_click()
    person = make_person(clicks=(click,), install=make_install())

    assert credits_of([person, other]) == {1: click}


def test_without_a_click_or_a_public_address_nobody_is_credited() -> None:
    """No evidence, no credit."""
    organic = make_person(1, install=make_install())
    hidden = make_person(
        2, clicks=(make_click(household=None),), install=make_install(household=None)
    )

    assert credits_of([organic, hidden]) == {}
