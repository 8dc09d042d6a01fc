"""When a decision may change: the rule of late facts, clause by clause."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.attribution import strength
from appsprint.domain.decision import MatchType
from appsprint.domain.ids import ClickId
from appsprint.domain.revision import Credit, DecisionCause, LateFact, may_replace
from appsprint.testing.builders import HOUR, NOON

ORGANIC = Credit(match_type=MatchType.ORGANIC)
APPLE = Credit(match_type=MatchType.APPLE_ADS)
ANY_FACT = LateFact(cause=DecisionCause.ADVERTISING_ID, is_in_time=True)
TOO_LATE = LateFact(cause=DecisionCause.ADVERTISING_ID, is_in_time=False)


def credit(match_type: MatchType, *, number: int = 1, age: timedelta = HOUR) -> Credit:
    """A click's."""
    return Credit(match_type=match_type, click_id=ClickId(f"clk_{number}"), clicked_at=NOON - age)


def stored_late(*numbers: int, is_in_time: bool = True) -> LateFact:
    """Clicks that waited in the spool."""
    return LateFact(
        cause=DecisionCause.LATE_CLICK,
        is_in_time=is_in_time,
        late_clicks={ClickId(f"clk_{number}") for number in numbers},
    )


WEAK, EXACT = credit(MatchType.IP_USER_AGENT), credit(MatchType.INSTALL_REFERRER, number=2)


def test_an_organic_install_may_gain_credit() -> None:
    """By any evidence."""
    for new in (WEAK, EXACT, APPLE):
        assert may_replace(ORGANIC, new, ANY_FACT)


def test_credit_goes_over_to_stronger_evidence_only() -> None:
    """Neither to weaker nor, when the click was known all along, to equal evidence."""
    later = credit(MatchType.IP_USER_AGENT, number=3, age=timedelta(0))

    assert may_replace(WEAK, EXACT, ANY_FACT)
    assert not may_replace(EXACT, WEAK, ANY_FACT)
    assert not may_replace(WEAK, later, ANY_FACT)


@pytest.mark.parametrize(
    ("match_type", "is_replaced"),
    [
        (MatchType.IP_USER_AGENT, True),
        (MatchType.CLICK_ID, False),
        (MatchType.IDFA, False),
        (MatchType.INSTALL_REFERRER, False),
        (MatchType.APPLE_ADS, False),
    ],
)
def test_apple_takes_credit_from_a_guess_only(match_type: MatchType, is_replaced: bool) -> None:
    """What names a click of ours exactly is stronger, and Apple does not replace itself."""
    assert may_replace(credit(match_type), APPLE, ANY_FACT) is is_replaced


@pytest.mark.parametrize(
    ("age", "is_replaced"),
    [(timedelta(minutes=30), True), (HOUR * 2, False)],
    ids=["later", "earlier"],
)
def test_the_last_of_equal_clicks_wins_when_it_was_stored_late(
    age: timedelta, is_replaced: bool
) -> None:
    """As it would have, had the store taken it in time."""
    new = credit(MatchType.IP_USER_AGENT, number=7, age=age)

    assert may_replace(WEAK, new, stored_late(7)) is is_replaced
    assert not may_replace(WEAK, new, stored_late(8))


def test_after_the_grace_period_credit_stays_where_it_is() -> None:
    """However strong the evidence is."""
    assert not may_replace(WEAK, EXACT, TOO_LATE)
    assert not may_replace(
        WEAK,
        credit(MatchType.IP_USER_AGENT, number=7, age=timedelta(0)),
        stored_late(7, is_in_time=False),
    )


def test_after_the_grace_period_an_organic_install_gains_exact_credit_only() -> None:
    """A person may allow tracking weeks later; a guess is too old then."""
    assert may_replace(ORGANIC, EXACT, TOO_LATE)
    assert may_replace(ORGANIC, APPLE, TOO_LATE)
    assert not may_replace(ORGANIC, WEAK, TOO_LATE)


def test_what_was_looked_at_is_kept_for_an_install_that_stays_organic() -> None:
    """Unless it was a click, which may have been anybody's."""
    assert may_replace(ORGANIC, ORGANIC, ANY_FACT)
    assert not may_replace(ORGANIC, ORGANIC, stored_late(1))


credits_ = st.one_of(
    st.just(ORGANIC),
    st.just(APPLE),
    st.builds(
        credit,
        st.sampled_from(
            [one for one in MatchType if one not in (MatchType.ORGANIC, MatchType.APPLE_ADS)]
        ),
        number=st.integers(1, 4),
        age=st.integers(0, 4).map(lambda hours: hours * HOUR),
    ),
)
facts = st.builds(
    LateFact,
    cause=st.sampled_from(DecisionCause),
    is_in_time=st.booleans(),
    late_clicks=st.sets(st.integers(1, 4).map(lambda number: ClickId(f"clk_{number}"))),
)


@given(credits_, credits_, facts)
def test_credit_is_never_taken_away_nor_weakened(old: Credit, new: Credit, fact: LateFact) -> None:
    """Whatever becomes known, a replacement is at least as strong as what it replaces."""
    if may_replace(old, new, fact):
        assert strength(new.match_type) <= strength(old.match_type)


@given(credits_, credits_, facts)
def test_two_decisions_never_replace_each_other(old: Credit, new: Credit, fact: LateFact) -> None:
    """So credit cannot go to and fro."""
    is_organic = old.match_type is MatchType.ORGANIC and new.match_type is MatchType.ORGANIC
    if not is_organic and may_replace(old, new, fact):
        assert not may_replace(new, old, fact)


@given(st.lists(credits_, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_in_time_the_strongest_evidence_has_the_credit_in_whatever_order_it_came(
    found: list[Credit], rng: random.Random
) -> None:
    """Within the grace period nothing is lost by coming late."""
    shuffled = list(found)
    rng.shuffle(shuffled)

    in_force = [_last_in_force(order) for order in (found, shuffled)]

    assert {strength(one.match_type) for one in in_force} == {
        min(strength(one.match_type) for one in found)
    }


def _last_in_force(order: list[Credit]) -> Credit:
    in_force = ORGANIC
    for credit_ in order:
        if may_replace(in_force, credit_, ANY_FACT):
            in_force = credit_
    return in_force
