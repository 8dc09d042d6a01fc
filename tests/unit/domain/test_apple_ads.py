"""When Apple is asked again, and when it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.apple_ads import (
    TOKEN_LIFETIME,
    AppleAnswer,
    AppleLookup,
    LookupState,
    NoClaim,
)
from appsprint.domain.ids import InstallId
from appsprint.testing.builders import APP_ID, HOUR, NOON
from tests.support.apple import CLAIM, CLAIMED

SECOND = timedelta(seconds=1)
NEW = AppleLookup(app_id=APP_ID, install_id=InstallId("ins_1"), noted_at=NOON, next_attempt_at=NOON)


def asked(*answers: AppleAnswer, every: timedelta = SECOND) -> AppleLookup:
    """The look-up after these answers."""
    found = NEW
    for number, answer in enumerate(answers):
        found = found.after(answer, NOON + number * every)
    return found


def test_a_claim_is_kept() -> None:
    """Apple is not asked again."""
    found = asked(CLAIMED)

    assert (found.state, found.claim, found.answered_at) == (LookupState.CLAIMED, CLAIM, NOON)
    assert found.next_attempt_at is None


def test_no_claim_is_an_answer_too() -> None:
    """It is kept as one."""
    found = asked(NoClaim.NONE)

    assert (found.state, found.reason) == (LookupState.NOT_CLAIMED, None)
    assert (found.next_attempt_at, found.answered_at) == (None, NOON)


def test_a_token_that_apple_does_not_know_yet_is_asked_about_thrice() -> None:
    """Five seconds apart, as Apple advises."""
    once = asked(NoClaim.NOT_FOUND)
    assert (once.state, once.next_attempt_at) == (LookupState.WAITING, NOON + 5 * SECOND)
    assert asked(NoClaim.NOT_FOUND, CLAIMED).state is LookupState.CLAIMED

    thrice = asked(*[NoClaim.NOT_FOUND] * 3)
    assert (thrice.state, thrice.reason) == (LookupState.GIVEN_UP, NoClaim.NOT_FOUND)
    assert (thrice.attempts, thrice.next_attempt_at) == (3, None)


@pytest.mark.parametrize("answer", [NoClaim.INVALID_TOKEN, NoClaim.SWITCHED_OFF])
def test_what_time_cannot_mend_is_given_up_at_once(answer: NoClaim) -> None:
    """With the reason."""
    found = asked(answer)

    assert (found.state, found.reason) == (LookupState.GIVEN_UP, answer)


def test_while_apple_is_down_the_pauses_grow_up_to_an_hour() -> None:
    """Being down does not use up the attempts of a token that is not known yet."""
    pauses, found, now = [], NEW, NOON
    for _ in range(12):
        found = found.after(NoClaim.UNAVAILABLE, now)
        assert found.next_attempt_at is not None
        pauses.append((found.next_attempt_at - now) // SECOND)
        now = found.next_attempt_at

    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert found.not_found == 0


def test_a_token_is_given_up_when_it_is_a_day_old() -> None:
    """The last reason is kept."""
    waiting = NEW.after(NoClaim.UNAVAILABLE, NOON + TOKEN_LIFETIME - 6 * SECOND)
    given_up = NEW.after(NoClaim.UNAVAILABLE, NOON + TOKEN_LIFETIME - 5 * SECOND)

    assert waiting.state is LookupState.WAITING
    assert (given_up.state, given_up.reason) == (LookupState.GIVEN_UP, NoClaim.UNAVAILABLE)


@given(st.lists(st.sampled_from([*NoClaim, CLAIMED]), min_size=1, max_size=40))
def test_asking_ends(answers: list[AppleAnswer]) -> None:
    """A look-up waits for a time within the token's life, or has ended with an answer or reason."""
    found, now = NEW, NOON
    for answer in answers:
        found = found.after(answer, now)
        if found.next_attempt_at is None:
            break
        now = found.next_attempt_at

    if found.state is LookupState.WAITING:
        assert found.next_attempt_at is not None
        assert found.next_attempt_at < NOON + TOKEN_LIFETIME
    else:
        assert (found.next_attempt_at, found.answered_at) == (None, now)
    assert (found.reason is not None) is (found.state is LookupState.GIVEN_UP) or (
        found.state is LookupState.WAITING
    )
    assert now - NOON <= 24 * HOUR
