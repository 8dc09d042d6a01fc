"""What holds for every history of clicks, whatever it looks like."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appsprint.domain.app import LookbackWindows
from appsprint.domain.attribution import attribute_install, strength, strongest_match
from appsprint.domain.click import Click
from appsprint.domain.decision import (
    AttributionRules,
    Candidate,
    Decision,
    InstallEvidence,
    MatchType,
    Verdict,
)
from appsprint.domain.ids import AppId, ClickId
from appsprint.domain.referrer import parse_play_referrer
from appsprint.testing.builders import HOUR, NOON, SAFARI, make_click
from tests.support.builders import GAID, PIXEL_8, make_android_evidence

ADDRESSES = ("203.0.113.7", "203.0.113.8", None)
BROWSERS = (
    PIXEL_8,
    PIXEL_8.replace("Pixel 8", "SM-A325F"),
    PIXEL_8.replace("Android 14", "Android 13"),
    PIXEL_8.replace("121.0", "122.0"),
    SAFARI,
    "",
)
OWN_GAID = "8a2d83cb-c149-4309-91b2-131f0fb18fbb"
WINDOWS = LookbackWindows(click=48 * HOUR, probabilistic=24 * HOUR)
SHORT = LookbackWindows(click=6 * HOUR, probabilistic=24 * HOUR)
NAMED = (MatchType.INSTALL_REFERRER, MatchType.CLICK_ID)
IDS = tuple(ClickId(f"clk_{number}") for number in range(8))
# Of candidates that nothing rules out.
STANDING = (
    Verdict.WON,
    Verdict.WEAKER_EVIDENCE,
    Verdict.LESS_PROBABLE,
    Verdict.NOT_SURE_ENOUGH,
    Verdict.EARLIER,
    Verdict.TIE,
)

ages = st.one_of(
    st.sampled_from([0, 24 * 60, 24 * 60 + 1, 48 * 60, 48 * 60 + 1, -1, -2]),
    st.integers(-5, 50 * 60),
).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def histories(draw: st.DrawFn, max_size: int = 6) -> list[Click]:
    """Clicks of a few people behind a few addresses, with ids of their own."""
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=max_size))
    return [draw(clicks(click_id)) for click_id in ids]


@st.composite
def clicks(draw: st.DrawFn, click_id: ClickId) -> Click:
    """One click."""
    address = draw(st.sampled_from(ADDRESSES))
    return make_click(
        id=click_id,
        age=draw(ages),
        app_id=AppId(draw(st.sampled_from(["app_1", "app_1", "app_1", "app_2"]))),
        client_ip=address or "10.0.0.1",
        address_key=address,
        user_agent=draw(st.sampled_from(BROWSERS)),
        accept_language=draw(st.sampled_from([None, "en-US", "de"])),
        advertising_id=draw(st.sampled_from([None, None, GAID])),
        earns_credit=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def installs(draw: st.DrawFn) -> InstallEvidence:
    """One install, with or without each kind of evidence."""
    named = draw(st.sampled_from([None, None, *IDS, "clk_unknown"]))
    return make_android_evidence(
        referrer=None if named is None else f"click_id={named}&utm_source=tiktok",
        given_click_id=draw(st.sampled_from([None, None, *IDS])),
        advertising_id=draw(st.sampled_from([None, GAID])),
        address_key=draw(st.sampled_from(ADDRESSES)),
        received_at=NOON + draw(st.sampled_from([timedelta(0), HOUR])),
    )


rules = st.booleans().map(lambda on: AttributionRules(windows=WINDOWS, probabilistic=on))
credited_clicks = st.sets(st.sampled_from(IDS), max_size=3)


@given(installs(), histories(), rules, credited_clicks, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(
    install: InstallEvidence,
    history: list[Click],
    rules: AttributionRules,
    credited: set[ClickId],
    rng: random.Random,
) -> None:
    """Stores may answer in any order, and two look-ups may find one click."""
    expected = attribute_install(install, history, rules, credited=credited)
    shuffled = history * 2
    rng.shuffle(shuffled)

    assert attribute_install(install, shuffled, rules, credited=credited) == expected


@given(installs(), histories(), rules, credited_clicks)
def test_credit_rests_on_evidence_within_the_window(
    install: InstallEvidence,
    history: list[Click],
    rules: AttributionRules,
    credited: set[ClickId],
) -> None:
    """No winner without evidence, too old, too late, archived, used or of another app."""
    decision = attribute_install(install, history, rules, credited=credited)
    if decision.click is None:
        return
    click, age = decision.click, install.installed_at - decision.click.occurred_at

    assert click in history
    assert click.app_id == install.app_id
    assert click.earns_credit
    assert click.id not in credited
    assert strongest_match(install, click) is decision.match_type
    assert click.occurred_at <= install.received_at
    if decision.match_type is MatchType.IP_USER_AGENT:
        assert rules.probabilistic
        assert age <= WINDOWS.probabilistic
    assert age <= WINDOWS.click
    if decision.match_type not in NAMED:
        assert age >= -timedelta(minutes=1)


@given(installs(), histories(), rules, credited_clicks)
def test_every_candidate_has_its_verdict(
    install: InstallEvidence,
    history: list[Click],
    rules: AttributionRules,
    credited: set[ClickId],
) -> None:
    """One has won exactly when the install is attributed, and it stands first."""
    decision = attribute_install(install, history, rules, credited=credited)

    won = [one.verdict for one in decision.candidates].count(Verdict.WON)
    assert won == int(decision.is_attributed)
    if decision.is_attributed:
        assert decision.candidates[0].click == decision.click
    assert 0.0 <= decision.confidence <= 1.0
    assert (decision.confidence == 0.0) is (not decision.is_attributed)
    assert len({one.click.id for one in decision.candidates}) == len(decision.candidates)


@given(installs(), histories(max_size=5), rules, ages, st.sampled_from(BROWSERS))
def test_an_unrelated_click_never_changes_the_winner(
    install: InstallEvidence,
    history: list[Click],
    rules: AttributionRules,
    age: timedelta,
    user_agent: str,
) -> None:
    """Whoever clicks elsewhere, or on another app's ad, takes nobody's credit."""
    expected = attribute_install(install, history, rules)
    strangers = [
        make_click(id=ClickId("clk_s1"), age=age, client_ip="198.51.100.1", user_agent=user_agent),
        make_click(id=ClickId("clk_s2"), age=age, app_id=AppId("app_2"), user_agent=user_agent),
        make_click(id=ClickId("clk_s3"), age=age, client_ip="10.0.0.1", address_key=None),
    ]

    assert attribute_install(install, history + strangers, rules) == expected


@given(histories(max_size=5), rules, ages.filter(lambda age: timedelta(0) <= age <= WINDOWS.click))
def test_the_click_that_play_names_always_wins(
    history: list[Click], rules: AttributionRules, age: timedelta
) -> None:
    """Whatever else there is, and whatever it was made with."""
    named = make_click(
        id=ClickId("clk_named"), age=age, client_ip="10.0.0.1", address_key=None, user_agent=""
    )
    install = make_android_evidence(referrer="click_id=clk_named", advertising_id=GAID)

    decision = attribute_install(install, [*history, named], rules)

    assert (decision.click, decision.match_type) == (named, MatchType.INSTALL_REFERRER)


@given(st.lists(installs(), max_size=6), histories(), rules)
def test_one_click_earns_one_install(
    arrivals: list[InstallEvidence], history: list[Click], rules: AttributionRules
) -> None:
    """However many installs come, in whatever order."""
    credited: list[ClickId] = []
    for install in arrivals:
        decision = attribute_install(install, history, rules, credited=credited)
        if decision.click is not None:
            credited.append(decision.click.id)

    assert len(credited) == len(set(credited))


@given(histories(max_size=5), rules, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_lagging_clock_never_costs_the_click_that_play_names(
    history: list[Click], rules: AttributionRules, lag: timedelta
) -> None:
    """However far behind the phone is, as long as the click reached us before the install did."""
    named = make_click(
        id=ClickId("clk_named"), age=-lag, client_ip="10.0.0.1", address_key=None, user_agent=""
    )
    install = make_android_evidence(referrer="click_id=clk_named", received_at=NOON + lag)

    assert attribute_install(install, [*history, named], rules).click == named


@given(st.lists(installs(), max_size=6), histories(), rules)
def test_attributed_and_organic_are_all_installs(
    arrivals: list[InstallEvidence], history: list[Click], rules: AttributionRules
) -> None:
    """Each is one of them, never both, and an organic one has a reason."""
    decisions = [attribute_install(install, history, rules) for install in arrivals]
    organic = [one for one in decisions if one.match_type is MatchType.ORGANIC]

    assert sum(one.is_attributed for one in decisions) + len(organic) == len(arrivals)
    assert all(one.reason and one.click is None for one in organic)


def name(
    kind: str, click: Click, install: InstallEvidence, history: list[Click]
) -> tuple[InstallEvidence, list[Click]]:
    """The install and its clicks with one more thing that names the click."""
    if kind == "advertising id":
        carrying = replace(click, advertising_id=OWN_GAID)
        history = [carrying if one.id == click.id else one for one in history]
        return replace(install, advertising_id=OWN_GAID), history
    if kind == "click id":
        return replace(install, given_click_id=click.id), history
    referrer = parse_play_referrer(f"click_id={click.id}&utm_source=tiktok")
    return replace(install, referrer=referrer), history


@pytest.mark.parametrize("kind", ["referrer", "advertising id", "click id"])
@given(installs(), histories(), rules)
def test_more_evidence_never_takes_a_winners_credit(
    kind: str, install: InstallEvidence, history: list[Click], rules: AttributionRules
) -> None:
    """A click that wins by what is known wins also when more names it."""
    winner = attribute_install(install, history, rules).click
    if winner is None:
        return
    again = attribute_install(*name(kind, winner, install, history), rules)

    assert again.click is not None
    assert again.click.id == winner.id


def rank(decision: Decision, click: Click) -> tuple[int, int]:
    """How many candidates stand before a click: with stronger evidence, or as strong and better.

    Those that nothing rules out, and whether the click itself is ruled out first of all.
    """
    standing = {one.click.id: one for one in decision.candidates if one.verdict in STANDING}
    own = standing.get(click.id)
    if own is None:
        return 1, 0
    return 0, sum(_merit(one) > _merit(own) for one in standing.values())


def _merit(candidate: Candidate) -> tuple[int, float, datetime, str]:
    click, probability = candidate.click, candidate.probability or 0.0
    return -strength(candidate.match_type), probability, click.occurred_at, click.id


@pytest.mark.parametrize("kind", ["referrer", "advertising id", "click id"])
@given(installs(), histories(), rules, st.data())
def test_more_evidence_never_lowers_a_clicks_rank(
    kind: str,
    install: InstallEvidence,
    history: list[Click],
    rules: AttributionRules,
    data: st.DataObject,
) -> None:
    """Also of a click that does not win: what names it brings it forward, never back.

    Whichever window is the longer one; only Play's word obeys its own window in any case.
    """
    assume(history)
    if kind != "referrer":
        rules = replace(rules, windows=data.draw(st.sampled_from([WINDOWS, SHORT])))
    before = attribute_install(install, history, rules)
    standing = [one.click for one in before.candidates if one.verdict in STANDING]
    true = data.draw(st.sampled_from(standing or history))
    named, told = name(kind, true, install, history)

    assert rank(attribute_install(named, told, rules), true) <= rank(before, true)


@given(installs(), histories(), rules)
def test_a_private_address_never_matches(
    install: InstallEvidence, history: list[Click], rules: AttributionRules
) -> None:
    """Where either side's address is not public, only exact evidence counts."""
    decision = attribute_install(install, history, rules)

    for candidate in decision.candidates:
        if candidate.match_type is MatchType.IP_USER_AGENT:
            assert candidate.click.address_key is not None
            assert candidate.click.address_key == install.address_key


@given(installs(), histories(), rules)
def test_credit_is_never_a_guess_between_devices(
    install: InstallEvidence, history: list[Click], rules: AttributionRules
) -> None:
    """The winner by address fits better than every eligible click of another device."""
    decision = attribute_install(install, history, rules)
    if decision.match_type is not MatchType.IP_USER_AGENT:
        return
    winner, *others = decision.candidates

    for other in others:
        if other.verdict is Verdict.EARLIER and len(other.agreement) == len(winner.agreement):
            assert other.click.user_agent == winner.click.user_agent
            assert other.click.accept_language == winner.click.accept_language


def test_a_decision_is_plain_data() -> None:
    """Equal inputs give equal decisions, so they can be compared and stored."""
    click = make_click(user_agent=PIXEL_8)
    decisions: list[Decision] = [
        attribute_install(make_android_evidence(), [click], AttributionRules()) for _ in range(2)
    ]

    assert decisions[0] == decisions[1]
    assert hash(decisions[0]) == hash(decisions[1])
