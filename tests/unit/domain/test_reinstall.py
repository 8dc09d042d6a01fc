"""Which installs are reinstalls: a test for each sentence of the rules page's section."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.app import Environment
from appsprint.domain.ids import InstallId
from appsprint.domain.install import Install
from appsprint.domain.reinstall import (
    EarlierInstall,
    Reinstall,
    SamePersonBy,
    find_reinstall,
    idfv_of,
    install_type_of,
)
from appsprint.testing.builders import NOON, make_install

DAY = timedelta(days=1)
WINDOW = 90 * DAY
BARE = make_install()


def told(**fields: str) -> Install:
    """An install at noon whose SDK told these fields."""
    return replace(BARE, body=json.dumps(fields))


def earlier(
    age: timedelta = 12 * DAY, by: SamePersonBy = SamePersonBy.IDFV, name: str = "ins_1"
) -> EarlierInstall:
    """An install of the same person ``age`` before noon."""
    return EarlierInstall(id=InstallId(name), installed_at=NOON - age, by=by)


@pytest.mark.parametrize("by", [SamePersonBy.ADVERTISING_ID, SamePersonBy.IDFV])
def test_an_id_shared_with_an_earlier_install_makes_a_reinstall(by: SamePersonBy) -> None:
    """Whichever id it is, the reinstall tells it with the earlier install and the time between."""
    found = find_reinstall(BARE, [earlier(by=by)], WINDOW)

    assert found == Reinstall(by=by, earlier=InstallId("ins_1"), since_earlier=12 * DAY)


@pytest.mark.parametrize(
    ("age", "is_reinstall"),
    [
        pytest.param(timedelta(0), True, id="same instant"),
        pytest.param(WINDOW, True, id="last instant of the window"),
        pytest.param(WINDOW + timedelta(microseconds=1), False, id="just too old"),
        pytest.param(-WINDOW, True, id="the device's clock was turned back"),
        pytest.param(-WINDOW - timedelta(microseconds=1), False, id="turned back too far"),
    ],
)
def test_the_window_includes_its_end(age: timedelta, is_reinstall: bool) -> None:
    """What counts is the time between the two installs, by the devices' clocks."""
    assert (find_reinstall(BARE, [earlier(age)], WINDOW) is not None) is is_reinstall


def test_without_an_earlier_install_it_is_new() -> None:
    """Nothing is known of the person."""
    assert find_reinstall(BARE, [], WINDOW) is None


def test_the_latest_earlier_install_counts() -> None:
    """A person who comes back often is measured from the last time."""
    often = [earlier(30 * DAY, name="ins_1"), earlier(5 * DAY, name="ins_2")]

    found = find_reinstall(BARE, often, WINDOW)

    assert found is not None
    assert found.earlier == "ins_2"


def test_of_two_ids_the_stronger_counts() -> None:
    """Both lead to the same install."""
    both = [earlier(by=SamePersonBy.IDFV), earlier(by=SamePersonBy.ADVERTISING_ID)]

    found = find_reinstall(BARE, both, WINDOW)

    assert found is not None
    assert found.by is SamePersonBy.ADVERTISING_ID


@pytest.mark.parametrize("kind", ["reinstall", "restore", "Reinstall"])
def test_an_sdk_that_says_the_app_came_back_is_believed(kind: str) -> None:
    """Although we know no earlier install."""
    found = find_reinstall(told(installType=kind), [], WINDOW)

    assert found == Reinstall(by=SamePersonBy.INSTALL_TYPE)


@pytest.mark.parametrize(
    "kind", ["fresh_install", "app_update", "sdk_added_on_update", "unknown", "surprise"]
)
def test_other_install_types_say_nothing(kind: str) -> None:
    """An update installs nothing; the device is new to us."""
    assert find_reinstall(told(installType=kind), [], WINDOW) is None


def test_the_sdk_is_not_believed_against_an_install_before_the_window() -> None:
    """We know when the person had the app: too long ago."""
    assert find_reinstall(told(installType="reinstall"), [earlier(91 * DAY)], WINDOW) is None


def test_a_shared_id_outweighs_what_the_sdk_says() -> None:
    """An SDK cannot know that a fresh install had another before it."""
    fresh = told(installType="fresh_install")

    assert find_reinstall(fresh, [earlier()], WINDOW) is not None


def test_a_test_install_is_always_new() -> None:
    """Whatever it shares, and whatever the SDK says."""
    test = replace(told(installType="reinstall"), environment=Environment.TEST)

    assert find_reinstall(test, [earlier()], WINDOW) is None
    assert find_reinstall(test, [], WINDOW) is None


def test_what_the_body_tells_is_folded() -> None:
    """IOS sends upper case; what is absent is None."""
    assert idfv_of(told(idfv="0AFF")) == "0aff"
    assert install_type_of(told(installType="SDK-added-on-update")) == "sdk_added_on_update"
    assert (idfv_of(BARE), install_type_of(BARE)) == (None, None)


@given(
    ages=st.lists(st.integers(-200, 200), max_size=6),
    rng=st.randoms(use_true_random=False),
)
def test_order_and_duplicates_do_not_matter(ages: list[int], rng: random.Random) -> None:
    """Stores answer in any order, and one install can share several ids."""
    sharing = [earlier(age * DAY, name=f"ins_{n}") for n, age in enumerate(ages)]
    expected = find_reinstall(BARE, sharing, WINDOW)
    shuffled = sharing * 2
    rng.shuffle(shuffled)

    assert find_reinstall(BARE, shuffled, WINDOW) == expected
