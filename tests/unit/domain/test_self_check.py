"""How matching by address would have done where Play tells the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from appsprint.domain.attribution import attribute_install
from appsprint.domain.click import Click
from appsprint.domain.decision import AttributionRules
from appsprint.domain.likelihood import Surroundings
from appsprint.domain.self_check import (
    SelfCheck,
    SelfCheckOutcome,
    SelfCheckSums,
    by_week,
    check_without_referrer,
)
from appsprint.testing.builders import HOUR, make_click
from tests.support.builders import GAID, PIXEL_8, make_android_evidence

RULES = AttributionRules()
ELSEWHERE = "203.0.113.200"


def check(
    named: Click, *others: Click, rules: AttributionRules = RULES, **changes: object
) -> SelfCheck | None:
    """Of an install whose referrer names a click."""
    evidence = make_android_evidence(referrer=f"click_id={named.id}", **changes)
    clicks, learned = [named, *others], Surroundings()
    decision = attribute_install(evidence, clicks, rules, surroundings=learned)
    return check_without_referrer(
        decision, evidence, clicks, rules, credited=(), surroundings=learned
    )


def pixel_click(**changes: object) -> Click:
    """A click of the phone that installs."""
    return replace(make_click(age=HOUR / 4), user_agent=PIXEL_8, **changes)  # type: ignore[arg-type]


def test_the_same_click_agrees() -> None:
    """With the confidence that would have been stated, though Play made it certain."""
    found = check(pixel_click(), rules=AttributionRules(min_confidence=0.5))

    assert found is not None
    assert found.outcome is SelfCheckOutcome.AGREED
    assert 0.5 <= (found.confidence or 0) < 1


def test_another_click_of_the_address_can_win() -> None:
    """Play named one that was made elsewhere."""
    found = check(
        make_click(client_ip=ELSEWHERE), pixel_click(), rules=AttributionRules(min_confidence=0.5)
    )

    assert found is not None
    assert found.outcome is SelfCheckOutcome.OTHER_CLICK


@pytest.mark.parametrize("advertising_id", [None, GAID])
def test_no_credit_without_evidence(advertising_id: str | None) -> None:
    """An advertising id is set aside too: address and device are what is checked."""
    named = make_click(client_ip=ELSEWHERE, advertising_id=GAID)

    assert check(named, advertising_id=advertising_id) == SelfCheck(SelfCheckOutcome.NO_CREDIT)


def test_only_what_play_named_is_checked() -> None:
    """Neither an organic install nor one of an app that does not match by address."""
    off = AttributionRules(probabilistic=False)
    evidence = make_android_evidence()
    decision = attribute_install(evidence, [], RULES)

    assert check(pixel_click(), rules=off) is None
    assert (
        check_without_referrer(
            decision, evidence, [], RULES, credited=(), surroundings=Surroundings()
        )
        is None
    )


def test_weeks_begin_on_monday() -> None:
    """Their sums tell how many would have got credit, how many rightly, and what was stated."""
    monday = date(2026, 3, 23)
    days = [
        SelfCheckSums(
            first_on=monday + timedelta(days=offset),
            agreed=9,
            other_click=1,
            no_credit=10,
            stated=9.5,
        )
        for offset in (-1, 0, 6)
    ]

    before, week = by_week(days)

    assert (before.first_on, week.first_on) == (monday - timedelta(days=7), monday)
    assert (week.checked, week.credited, week.credited_share) == (40, 20, 0.5)
    assert (week.right_share, week.mean_confidence) == (0.9, 0.95)
    empty = SelfCheckSums(first_on=monday, agreed=0, other_click=0, no_credit=0, stated=0.0)
    assert (empty.credited_share, empty.right_share, empty.mean_confidence) == (0.0, None, None)
