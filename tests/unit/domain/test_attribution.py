"""The rule of credit, clause by clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from appsprint.domain.app import LookbackWindows, Platform
from appsprint.domain.attribution import attribute_install
from appsprint.domain.click import Click
from appsprint.domain.decision import AttributionRules, Decision, MatchType, OrganicReason, Verdict
from appsprint.domain.device import describe_install_device
from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.likelihood import LinkHistory, Surroundings, UnrelatedInstalls
from appsprint.domain.link import LinkWindows
from appsprint.testing.builders import HOUR, LINK_ID, NOON, SAFARI, make_click
from tests.support.builders import (
    GAID,
    IDFA,
    PIXEL_8,
    make_android_evidence,
    make_evidence,
)

RULES = AttributionRules()
STEP = timedelta(microseconds=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
BY_ADDRESS = MatchType.IP_USER_AGENT
ELSEWHERE = "203.0.113.200"


def verdicts(decision: Decision) -> dict[ClickId, Verdict]:
    """What became of each click."""
    return {candidate.click.id: candidate.verdict for candidate in decision.candidates}


def assert_credited(decision: Decision, click: Click, match_type: MatchType) -> None:
    """The click earned the install by this evidence."""
    assert (decision.click, decision.match_type) == (click, match_type)
    assert decision.is_attributed
    assert decision.reason == f"{match_type}_match"


def assert_organic(decision: Decision, reason: OrganicReason) -> None:
    """No click earned the install."""
    assert (decision.click, decision.match_type) == (None, MatchType.ORGANIC)
    assert not decision.is_attributed
    assert (decision.reason, decision.confidence) == (reason, 0.0)


# One kind of evidence at a time


def test_a_play_referrer_names_its_click() -> None:
    """Wherever the click came from and whatever device it was made with."""
    click = make_click(client_ip=ELSEWHERE)

    decision = attribute_install(
        make_android_evidence(referrer=f"click_id={click.id}&utm_source=tiktok"), [click], RULES
    )

    assert_credited(decision, click, MatchType.INSTALL_REFERRER)


@pytest.mark.parametrize(
    ("platform", "advertising_id", "match_type"),
    [(Platform.IOS, IDFA, MatchType.IDFA), (Platform.ANDROID, GAID, MatchType.GAID)],
)
def test_an_advertising_id_ties_a_click(
    platform: Platform, advertising_id: str, match_type: MatchType
) -> None:
    """It is called what the platform calls it."""
    click = make_click(client_ip=ELSEWHERE, advertising_id=advertising_id)
    evidence = make_evidence(platform=platform, advertising_id=advertising_id)

    assert_credited(attribute_install(evidence, [click], RULES), click, match_type)


def test_a_click_id_that_the_app_gave_ties_its_click() -> None:
    """A link that opened the app can hand it over."""
    click = make_click(client_ip=ELSEWHERE)

    decision = attribute_install(make_evidence(given_click_id=click.id), [click], RULES)

    assert_credited(decision, click, MatchType.CLICK_ID)


def test_address_and_device_tie_a_click() -> None:
    """The same public address and a browser that fits the device."""
    click = make_click()

    assert_credited(
        attribute_install(make_evidence(), [click], RULES), click, MatchType.IP_USER_AGENT
    )


def test_without_any_click_an_install_is_organic() -> None:
    """Nothing to weigh."""
    assert_organic(attribute_install(make_evidence(), [], RULES), OrganicReason.NO_CANDIDATE)


@pytest.mark.parametrize(
    "click",
    [
        pytest.param(make_click(client_ip=ELSEWHERE), id="another address"),
        pytest.param(make_click(app_id=AppId("app_2")), id="another app"),
        pytest.param(make_click(client_ip=ELSEWHERE, advertising_id=GAID), id="another device"),
    ],
)
def test_without_evidence_there_is_no_candidate(click: Click) -> None:
    """A click that nothing ties to the install is not even weighed."""
    decision = attribute_install(make_evidence(advertising_id=IDFA), [click], RULES)

    assert_organic(decision, OrganicReason.NO_CANDIDATE)
    assert decision.candidates == ()


@pytest.mark.parametrize("kind", ["referrer", "given"])
def test_another_apps_click_id_is_worth_nothing(kind: str) -> None:
    """Even exact evidence does not reach across apps."""
    click = make_click(app_id=AppId("app_2"))
    evidence = (
        make_android_evidence(referrer=f"click_id={click.id}")
        if kind == "referrer"
        else make_evidence(given_click_id=click.id)
    )

    assert_organic(attribute_install(evidence, [click], RULES), OrganicReason.NO_CANDIDATE)


@pytest.mark.parametrize("user_agent", [SAFARI, SAFARI.replace("18_5", "17_1")])
def test_taps_on_another_apps_ads_teach_nothing(user_agent: str) -> None:
    """Its clicks make an address neither crowded nor a device common."""
    click = make_click()
    others = [make_click(app_id=AppId("app_2"), user_agent=user_agent) for _ in range(20)]

    decision = attribute_install(make_evidence(), [click, *others], RULES)

    assert decision == attribute_install(make_evidence(), [click], RULES)


# The order of evidence


@pytest.mark.parametrize(
    ("stronger", "weaker", "lost_because"),
    [
        ("referrer", "advertising_id", Verdict.NOT_IN_REFERRER),
        ("referrer", "given", Verdict.NOT_IN_REFERRER),
        ("referrer", "address", Verdict.NOT_IN_REFERRER),
        ("advertising_id", "given", Verdict.WEAKER_EVIDENCE),
        ("advertising_id", "address", Verdict.WEAKER_EVIDENCE),
        ("given", "address", Verdict.WEAKER_EVIDENCE),
    ],
)
def test_stronger_evidence_beats_a_later_click(
    stronger: str, weaker: str, lost_because: Verdict
) -> None:
    """Referrer, advertising id, click id, address; each beats all that follow."""
    clicks = {
        kind: make_click(
            age=age * HOUR,
            client_ip="203.0.113.7" if kind == "address" else ELSEWHERE,
            advertising_id=GAID if kind == "advertising_id" else None,
            user_agent=PIXEL_8,
        )
        for kind, age in ((stronger, 2), (weaker, 1))
    }
    ids = {kind: click.id for kind, click in clicks.items()}
    evidence = make_android_evidence(
        referrer=f"click_id={ids['referrer']}" if "referrer" in ids else None,
        given_click_id=ids.get("given"),
        advertising_id=GAID,
    )

    decision = attribute_install(evidence, clicks.values(), RULES)

    assert decision.click == clicks[stronger]
    assert verdicts(decision) == {ids[stronger]: Verdict.WON, ids[weaker]: lost_because}


def test_a_click_is_judged_by_its_strongest_evidence() -> None:
    """One that fits by advertising id and by address fits by advertising id."""
    click = make_click(advertising_id=IDFA)

    decision = attribute_install(make_evidence(advertising_id=IDFA), [click], RULES)

    assert_credited(decision, click, MatchType.IDFA)


@pytest.mark.parametrize("advertising_id", [IDFA, None], ids=["advertising id", "address"])
def test_the_last_of_equal_clicks_wins(advertising_id: str | None) -> None:
    """Every earlier one is told so."""
    clicks = [make_click(age=age * HOUR, advertising_id=advertising_id) for age in (2, 1, 3)]

    decision = attribute_install(make_evidence(advertising_id=advertising_id), clicks, RULES)

    assert decision.click == clicks[1]
    assert [candidate.click for candidate in decision.candidates] == [
        clicks[1],
        clicks[0],
        clicks[2],
    ]
    assert verdicts(decision) == {
        clicks[1].id: Verdict.WON,
        clicks[0].id: Verdict.EARLIER,
        clicks[2].id: Verdict.EARLIER,
    }


def test_of_two_clicks_in_one_instant_the_greater_id_wins() -> None:
    """Ids sort by time, and the answer never depends on the order of asking."""
    first, second = make_click(), make_click()

    for clicks in ([first, second], [second, first]):
        assert attribute_install(make_evidence(), clicks, RULES).click == second


def test_the_referrer_rules_out_every_other_click() -> None:
    """Play named one of ours; when that one cannot earn credit, no other did."""
    named = make_click(age=8 * DAY)
    other = make_click(user_agent=PIXEL_8)
    evidence = make_android_evidence(referrer=f"click_id={named.id}")

    decision = attribute_install(evidence, [named, other], RULES)

    assert_organic(decision, OrganicReason.RULED_OUT)
    assert verdicts(decision) == {
        named.id: Verdict.OUTSIDE_WINDOW,
        other.id: Verdict.NOT_IN_REFERRER,
    }


@pytest.mark.parametrize(
    "referrer", ["click_id=clk_unknown", "utm_source=google-play&utm_medium=organic", None]
)
def test_a_referrer_that_names_no_click_of_ours_rules_out_nothing(referrer: str | None) -> None:
    """It may be lost, organic or somebody else's."""
    click = make_click(user_agent=PIXEL_8)

    decision = attribute_install(make_android_evidence(referrer=referrer), [click], RULES)

    assert_credited(decision, click, MatchType.IP_USER_AGENT)


# Windows


@pytest.mark.parametrize(
    ("age", "is_credited"),
    [
        pytest.param(timedelta(0), True, id="same instant"),
        pytest.param(7 * DAY, True, id="last instant of the window"),
        pytest.param(7 * DAY + STEP, False, id="just too old"),
    ],
)
@pytest.mark.parametrize("kind", ["referrer", "advertising_id", "given"])
def test_exact_evidence_reaches_back_seven_days(
    kind: str, age: timedelta, is_credited: bool
) -> None:
    """Both ends included."""
    click = make_click(age=age, advertising_id=GAID if kind == "advertising_id" else None)
    evidence = make_android_evidence(
        referrer=f"click_id={click.id}" if kind == "referrer" else None,
        given_click_id=click.id if kind == "given" else None,
        advertising_id=GAID,
    )

    decision = attribute_install(evidence, [click], RULES)

    assert decision.is_attributed is is_credited
    assert verdicts(decision)[click.id] is (Verdict.WON if is_credited else Verdict.OUTSIDE_WINDOW)


@pytest.mark.parametrize(
    ("age", "is_credited"),
    [
        pytest.param(timedelta(0), True, id="same instant"),
        pytest.param(DAY, True, id="last instant of the window"),
        pytest.param(DAY + STEP, False, id="just too old"),
    ],
)
def test_address_and_device_reach_back_one_day(age: timedelta, is_credited: bool) -> None:
    """Both ends included; the window of exact evidence does not help."""
    click = make_click(age=age)

    decision = attribute_install(make_evidence(), [click], RULES)

    assert decision.is_attributed is is_credited
    assert verdicts(decision)[click.id] is (Verdict.WON if is_credited else Verdict.OUTSIDE_WINDOW)


@pytest.mark.parametrize(
    "install", [{"advertising_id": IDFA}, {"given_click_id": "clk_given"}], ids=str
)
def test_what_names_a_click_costs_it_no_credit_where_its_window_is_the_shorter_one(
    install: dict[str, str],
) -> None:
    """The click still fits by address and device; elsewhere its own window counts."""
    rules = AttributionRules(windows=LookbackWindows(click=HOUR, probabilistic=DAY))
    click = make_click(age=2 * HOUR, id=ClickId("clk_given"), advertising_id=IDFA)
    evidence = make_evidence(**install)

    assert_credited(attribute_install(evidence, [click], rules), click, BY_ADDRESS)
    for other in (replace(click, address_key=ELSEWHERE), replace(click, user_agent=PIXEL_8)):
        decision = attribute_install(evidence, [other], rules)
        assert verdicts(decision) == {click.id: Verdict.OUTSIDE_WINDOW}
    off = replace(rules, probabilistic=False)
    assert not attribute_install(evidence, [click], off).is_attributed


def test_an_app_chooses_its_windows() -> None:
    """Each kind of evidence obeys its own."""
    rules = AttributionRules(windows=LookbackWindows(click=2 * HOUR, probabilistic=HOUR))
    by_address, by_id = make_click(age=HOUR), make_click(age=2 * HOUR, advertising_id=IDFA)
    evidence = make_evidence(advertising_id=IDFA)

    assert attribute_install(evidence, [by_address], rules).click == by_address
    assert attribute_install(evidence, [by_id], rules).click == by_id
    for late in (make_click(age=HOUR + STEP), replace(by_id, occurred_at=NOON - 2 * HOUR - STEP)):
        assert not attribute_install(evidence, [late], rules).is_attributed


@pytest.mark.parametrize(
    ("windows", "age", "is_credited"),
    [
        (LinkWindows(probabilistic_hours=2), 2 * HOUR, True),
        (LinkWindows(probabilistic_hours=2), 2 * HOUR + STEP, False),
        (LinkWindows(probabilistic_hours=48), 2 * DAY, True),
        (LinkWindows(click_hours=1), DAY, True),
    ],
)
def test_a_link_may_have_a_window_of_its_own(
    windows: LinkWindows, age: timedelta, is_credited: bool
) -> None:
    """Shorter or longer than the app's, for one kind of evidence or both; both ends included."""
    click = make_click(age=age)
    rules = AttributionRules(link_windows={LINK_ID: windows}, min_confidence=0.0)

    decision = attribute_install(make_evidence(), [click], rules)

    assert decision.is_attributed is is_credited
    [candidate] = decision.candidates
    assert candidate.window.is_of_link is (windows.probabilistic_hours is not None)


def test_a_links_window_counts_for_its_own_clicks_only() -> None:
    """Another link's click of the same age follows the app; the widest is what is searched."""
    wide, other = LinkId("lnk_wide"), make_click(age=8 * DAY, advertising_id=IDFA)
    own = replace(make_click(age=9 * DAY, advertising_id=IDFA), link_id=wide)
    rules = AttributionRules(link_windows={wide: LinkWindows(click_hours=240)})

    decision = attribute_install(make_evidence(advertising_id=IDFA), [own, other], rules)

    assert_credited(decision, own, MatchType.IDFA)
    assert verdicts(decision)[other.id] is Verdict.OUTSIDE_WINDOW
    assert rules.widest == LookbackWindows(click=10 * DAY, probabilistic=DAY)


@pytest.mark.parametrize(
    ("later", "is_credited"),
    [
        pytest.param(timedelta(seconds=60), True, id="a clock that lags by the allowance"),
        pytest.param(timedelta(seconds=60) + STEP, False, id="one step more"),
    ],
)
def test_a_click_can_be_a_little_later_than_the_install_says(
    later: timedelta, is_credited: bool
) -> None:
    """The device's clock may lag by a minute."""
    click = make_click(age=-later)

    decision = attribute_install(make_evidence(received_at=NOON + DAY), [click], RULES)

    assert decision.is_attributed is is_credited
    assert verdicts(decision)[click.id] is (Verdict.WON if is_credited else Verdict.AFTER_INSTALL)
    assert decision.candidates[0].age_seconds == -later.total_seconds()


@pytest.mark.parametrize(
    ("later", "is_credited"),
    [(timedelta(seconds=5), True), (timedelta(seconds=5) + STEP, False)],
)
def test_a_click_is_never_later_than_the_arrival(later: timedelta, is_credited: bool) -> None:
    """By our own clock, that is impossible."""
    click = make_click(age=-later)
    evidence = make_evidence(received_at=NOON + timedelta(seconds=5))

    assert attribute_install(evidence, [click], RULES).is_attributed is is_credited


@pytest.mark.parametrize("kind", ["referrer", "given"])
@pytest.mark.parametrize("lag", [2 * MINUTE, HOUR, 3 * DAY])
def test_a_lagging_clock_does_not_cost_the_credit_of_a_click_that_is_named(
    kind: str, lag: timedelta
) -> None:
    """Nobody can name a random id before there is one; the install counts as of that moment."""
    click = make_click(age=-lag, client_ip=ELSEWHERE)
    evidence = make_android_evidence(
        referrer=f"click_id={click.id}" if kind == "referrer" else None,
        given_click_id=click.id if kind == "given" else None,
        received_at=NOON + lag,
    )

    decision = attribute_install(evidence, [click], RULES)

    assert decision.click == click
    assert decision.candidates[0].age_seconds == 0


def test_an_advertising_id_does_not_cost_the_credit_of_a_click_that_is_named() -> None:
    """The click id proves that the click came first, also where the other id is stronger."""
    click = make_click(age=-HOUR, advertising_id=IDFA)
    named = make_evidence(received_at=NOON + DAY, given_click_id=click.id)
    both = replace(named, advertising_id=IDFA)
    alone = replace(both, given_click_id=None)

    assert_credited(attribute_install(named, [click], RULES), click, MatchType.CLICK_ID)
    assert_credited(attribute_install(both, [click], RULES), click, MatchType.IDFA)
    assert not attribute_install(alone, [click], RULES).is_attributed


@pytest.mark.parametrize("kind", ["referrer", "given"])
def test_a_click_that_is_named_is_never_later_than_the_arrival(kind: str) -> None:
    """That is our own clock, for both."""
    click = make_click(age=-HOUR - STEP)
    evidence = make_android_evidence(
        referrer=f"click_id={click.id}" if kind == "referrer" else None,
        given_click_id=click.id if kind == "given" else None,
        received_at=NOON + HOUR,
    )

    assert verdicts(attribute_install(evidence, [click], RULES)) == {
        click.id: Verdict.AFTER_INSTALL
    }


@pytest.mark.parametrize(
    ("began_after", "verdict"),
    [(HOUR - MINUTE, Verdict.WON), (HOUR - MINUTE - STEP, Verdict.AFTER_INSTALL)],
)
def test_an_app_that_is_installed_already_can_be_given_a_later_click(
    began_after: timedelta, verdict: Verdict
) -> None:
    """Play's time of the installation shows it; the minute for skew is allowed."""
    click = make_click(age=-HOUR, client_ip=ELSEWHERE)
    evidence = make_android_evidence(
        given_click_id=click.id, play_began_at=NOON + began_after, received_at=NOON + DAY
    )

    assert verdicts(attribute_install(evidence, [click], RULES)) == {click.id: verdict}


def test_an_injected_click_gains_nothing_by_a_lagging_clock() -> None:
    """Play's two times are of one clock, and tell the order whatever the phone's says."""
    click = make_click(age=-HOUR, client_ip=ELSEWHERE)
    evidence = make_android_evidence(
        referrer=f"click_id={click.id}",
        play_click_at=NOON + HOUR,
        play_began_at=NOON + HOUR - STEP,
        received_at=NOON + DAY,
    )

    assert verdicts(attribute_install(evidence, [click], RULES)) == {
        click.id: Verdict.AFTER_INSTALL_BEGAN
    }


# What rules a click out


def test_an_archived_links_click_earns_nothing() -> None:
    """It still led to the store."""
    click = make_click(earns_credit=False)

    decision = attribute_install(make_evidence(), [click], RULES)

    assert_organic(decision, OrganicReason.RULED_OUT)
    assert verdicts(decision) == {click.id: Verdict.LINK_ARCHIVED}


@pytest.mark.parametrize("kind", ["referrer", "address"])
def test_one_click_earns_one_install(kind: str) -> None:
    """One that earned another install already is out, whatever the evidence."""
    used, free = make_click(user_agent=PIXEL_8), make_click(age=2 * HOUR, user_agent=PIXEL_8)
    evidence = make_android_evidence(referrer=f"click_id={used.id}" if kind == "referrer" else None)

    decision = attribute_install(evidence, [used, free], RULES, credited={used.id})

    assert verdicts(decision)[used.id] is Verdict.ALREADY_CREDITED
    assert decision.click == (None if kind == "referrer" else free)


@pytest.mark.parametrize(
    ("user_agent", "verdict"),
    [
        pytest.param(PIXEL_8, Verdict.OS_DIFFERS, id="os"),
        pytest.param(SAFARI.replace("18_5", "16_2"), Verdict.OS_VERSION_DIFFERS, id="version"),
        pytest.param(SAFARI.replace("iPhone;", "iPad;"), Verdict.MODEL_DIFFERS, id="model"),
        pytest.param("", Verdict.UNKNOWN_DEVICE, id="unknown"),
    ],
)
def test_a_browser_that_cannot_be_the_device_is_out(user_agent: str, verdict: Verdict) -> None:
    """Each difference by its name."""
    click = make_click(user_agent=user_agent)

    decision = attribute_install(make_evidence(), [click], RULES)

    assert_organic(decision, OrganicReason.RULED_OUT)
    assert verdicts(decision) == {click.id: verdict}


def test_exact_evidence_does_not_look_at_the_device() -> None:
    """People click on one browser and install from another."""
    click = make_click(user_agent=PIXEL_8, advertising_id=IDFA)

    decision = attribute_install(make_evidence(advertising_id=IDFA), [click], RULES)

    assert_credited(decision, click, MatchType.IDFA)


def test_an_install_without_a_public_address_matches_no_address() -> None:
    """Private, carrier and loopback addresses have no key, and no key is like another."""
    click = make_click(client_ip="100.64.0.1", address_key=None)

    decision = attribute_install(make_evidence(address_key=None), [click], RULES)

    assert_organic(decision, OrganicReason.PRIVATE_ADDRESS)


def test_an_install_without_advertising_id_matches_none() -> None:
    """Two unknowns are not the same."""
    click = make_click(client_ip=ELSEWHERE, advertising_id=None)

    assert_organic(
        attribute_install(make_evidence(advertising_id=None), [click], RULES),
        OrganicReason.NO_CANDIDATE,
    )


def test_an_app_can_switch_address_matching_off() -> None:
    """Then it is not even weighed, and the reason says so; exact evidence stays."""
    rules = AttributionRules(probabilistic=False)
    click = make_click(advertising_id=IDFA)

    organic = attribute_install(make_evidence(), [click], rules)
    credited = attribute_install(make_evidence(advertising_id=IDFA), [click], rules)

    assert_organic(organic, OrganicReason.PROBABILISTIC_OFF)
    assert organic.candidates == ()
    assert_credited(credited, click, MatchType.IDFA)


# Several devices behind one address

NEWER = SAFARI.replace("18_5", "18_5_1").replace("Version/18.5", "Version/18.5.1")
VAGUE = "Mozilla/5.0 (iPhone; CPU like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


def test_two_devices_that_fit_equally_well_are_a_tie() -> None:
    """Choosing would be a guess, so nobody gets the credit."""
    clicks = [make_click(age=HOUR), make_click(age=2 * HOUR, user_agent=NEWER)]

    decision = attribute_install(make_evidence(), clicks, RULES)

    assert_organic(decision, OrganicReason.TIE)
    assert verdicts(decision) == {click.id: Verdict.TIE for click in clicks}


def test_in_a_tie_those_that_fit_less_well_are_told_apart() -> None:
    """The tie is between the best."""
    vague = make_click(user_agent=VAGUE)
    best = [make_click(), make_click(user_agent=NEWER)]

    decision = attribute_install(make_evidence(), [vague, *best], RULES)

    assert_organic(decision, OrganicReason.TIE)
    assert verdicts(decision)[vague.id] is Verdict.LESS_PROBABLE


def test_the_device_that_fits_best_wins_over_a_later_one() -> None:
    """Version and model known and equal say more than the system alone."""
    exact, vague = make_click(age=70 * MINUTE), make_click(age=HOUR, user_agent=VAGUE)

    decision = attribute_install(make_evidence(), [exact, vague], RULES)

    assert decision.click == exact
    assert verdicts(decision)[vague.id] is Verdict.LESS_PROBABLE


def test_the_language_tells_devices_apart() -> None:
    """One family, two phones of one kind, two languages."""
    english = make_click(age=2 * HOUR, accept_language="en-US,en;q=0.9")
    german = make_click(age=HOUR, accept_language="de-DE,de;q=0.9")

    decision = attribute_install(make_evidence(), [english, german], RULES)

    assert decision.click == english
    assert decision.candidates[0].agreement == ("model", "os", "os_version", "language")


@pytest.mark.parametrize(
    ("accept_language", "language", "agrees"),
    [
        ("en-US,de;q=0.9", "en-US", True),
        ("EN-us", "en-US", True),
        ("en-US;q=0.8", "en-US", True),
        ("de,en-US", "en-US", False),
        ("en", "en-US", False),
        (None, "en-US", False),
        ("", "en-US", False),
        ("en-US", None, False),
    ],
)
def test_only_the_first_language_counts(
    accept_language: str | None, language: str | None, agrees: bool
) -> None:
    """It must be the install's, whatever its case; unknown on either side says nothing."""
    click = make_click(accept_language=accept_language)

    decision = attribute_install(make_evidence(language=language), [click], RULES)

    assert ("language" in decision.candidates[0].agreement) is agrees


def test_two_clicks_of_one_device_are_no_tie() -> None:
    """The last of them wins."""
    clicks = [make_click(age=HOUR), make_click(age=2 * HOUR)]

    assert attribute_install(make_evidence(), clicks, RULES).click == clicks[0]


def test_a_device_that_was_ruled_out_makes_no_tie() -> None:
    """Only clicks that could earn the install compete."""
    iphone, pixel = make_click(), make_click(user_agent=PIXEL_8)
    old = make_click(age=2 * DAY, user_agent=NEWER)

    decision = attribute_install(make_evidence(), [iphone, pixel, old], RULES)

    assert decision.click == iphone
    assert verdicts(decision) == {
        iphone.id: Verdict.WON,
        pixel.id: Verdict.OS_DIFFERS,
        old.id: Verdict.OUTSIDE_WINDOW,
    }


def test_exact_evidence_knows_no_tie() -> None:
    """Two browsers with one advertising id are one device."""
    clicks = [
        make_click(age=HOUR, advertising_id=IDFA),
        make_click(age=2 * HOUR, advertising_id=IDFA, user_agent=NEWER),
    ]

    decision = attribute_install(make_evidence(advertising_id=IDFA), clicks, RULES)

    assert_credited(decision, clicks[0], MatchType.IDFA)


def test_an_install_that_tells_nothing_of_its_device_fits_none() -> None:
    """Address alone is no evidence."""
    device = describe_install_device(
        platform="unknown", os_version=None, device_model=None, web_view_user_agent=None
    )
    click = make_click()

    decision = attribute_install(make_evidence(device=device), [click], RULES)

    assert verdicts(decision) == {click.id: Verdict.UNKNOWN_DEVICE}


# Confidence


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        pytest.param({"advertising_id": IDFA}, 0.99, id="advertising id"),
        pytest.param({"given_click_id": "clk_given"}, 0.98, id="click id"),
    ],
)
def test_exact_evidence_has_a_fixed_confidence(changes: dict[str, str], confidence: float) -> None:
    """Age does not change it."""
    for age in (timedelta(0), 7 * DAY):
        click = make_click(age=age, id=ClickId("clk_given"), advertising_id=IDFA)
        decision = attribute_install(make_evidence(**changes), [click], RULES)
        assert decision.confidence == confidence


def test_a_referrer_is_certain() -> None:
    """Play vouches for it."""
    click = make_click()
    evidence = make_android_evidence(referrer=f"click_id={click.id}")

    assert attribute_install(evidence, [click], RULES).confidence == 1.0


def confidence(**changes: Any) -> float:
    """How probable the credit of a click with these changes is, however low."""
    rules = AttributionRules(min_confidence=0.0)
    evidence = make_evidence(received_at=NOON + HOUR)
    return attribute_install(evidence, [make_click(**changes)], rules).confidence


def test_address_and_device_are_surer_the_fresher_the_tap() -> None:
    """Most installs follow their tap within minutes."""
    falling = [confidence(age=age) for age in (5 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR, DAY)]

    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 0.99


def test_address_and_device_are_surer_the_more_agrees() -> None:
    """A feature that strangers rarely share says more than one that most have."""
    vague = confidence(age=12 * HOUR, user_agent=VAGUE)
    known = confidence(age=12 * HOUR)
    english = confidence(age=12 * HOUR, accept_language="en-US")
    turkish = confidence(age=12 * HOUR, accept_language="tr-TR")

    assert turkish < known < english
    assert vague < known


def test_nobody_opens_an_app_at_once() -> None:
    """What is faster than any download was hardly caused by the tap."""
    assert confidence(age=timedelta(0)) < confidence(age=MINUTE)
    assert confidence(age=-MINUTE) == confidence(age=timedelta(0))


def test_less_sure_than_the_app_asks_for_is_no_credit() -> None:
    """The reason and the click's probability are kept."""
    rules = AttributionRules(min_confidence=0.9)
    click = make_click(age=DAY, user_agent=VAGUE)

    decision = attribute_install(make_evidence(), [click], rules)

    assert_organic(decision, OrganicReason.NOT_SURE_ENOUGH)
    assert verdicts(decision) == {click.id: Verdict.NOT_SURE_ENOUGH}
    assert 0.5 < (decision.candidates[0].probability or 0) < 0.9


# What traffic teaches


def crowd(size: int) -> list[Click]:
    """Clicks of so many other phones behind the address, all of today."""
    return [
        make_click(age=(2 + number % 20) * HOUR, user_agent=f"{SAFARI} musical_ly_{number}")
        for number in range(size)
    ]


def test_behind_a_crowded_address_a_match_is_worth_less() -> None:
    """With many devices, one of them installs by itself sooner or later."""
    click = make_click(age=6 * HOUR)
    rules = AttributionRules(min_confidence=0.0)
    falling = [
        attribute_install(make_evidence(), [click, *crowd(size)], rules).confidence
        for size in (0, 5, 50, 150)
    ]

    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < 0.5 < falling[0]


@pytest.mark.parametrize(
    "surroundings",
    [
        pytest.param(Surroundings(other_installs=40, observed_hours=168), id="installs from here"),
        pytest.param(Surroundings(unrelated=UnrelatedInstalls(500, 50_000)), id="of the app"),
        pytest.param(
            Surroundings(links={LINK_ID: LinkHistory(clicks=90_000, installs=2)}),
            id="taps of the link",
        ),
    ],
)
def test_what_happens_without_the_tap_speaks_against_it(surroundings: Surroundings) -> None:
    """Installs that no click earned, and taps that earn none."""
    rules = AttributionRules(min_confidence=0.0)
    click = make_click(age=6 * HOUR)
    alone = attribute_install(make_evidence(), [click], rules)
    learned = attribute_install(make_evidence(), [click], rules, surroundings=surroundings)

    assert learned.confidence < alone.confidence


def test_a_tap_behind_a_carrier_fades_within_hours() -> None:
    """There a phone gets another address soon; at home it comes back to its own."""
    rules = AttributionRules(min_confidence=0.0)

    def fading(*, is_cellular: bool) -> float:
        install = make_evidence(is_cellular=is_cellular)
        soon, late = (
            attribute_install(install, [make_click(age=age)], rules).confidence
            for age in (HOUR, 20 * HOUR)
        )
        return (1 / late - 1) / (1 / soon - 1)

    assert fading(is_cellular=True) > 5 * fading(is_cellular=False)


def test_a_flood_takes_the_credit_away_from_its_own_link() -> None:
    """The more of its taps led to nothing, the less one more is worth, without end."""
    rules = AttributionRules(min_confidence=0.0)
    falling = [
        attribute_install(
            make_evidence(),
            [make_click(age=2 * HOUR)],
            rules,
            surroundings=Surroundings(links={LINK_ID: LinkHistory(clicks=clicks, installs=0)}),
        ).confidence
        for clicks in (0, 100, 1_000, 5_000)
    ]

    assert falling == sorted(set(falling), reverse=True)
    assert falling[-1] < 0.75 < falling[0]


def test_what_is_common_in_a_crowd_says_less() -> None:
    """Phones of a crowd that look the same are several, so what they show is common there."""
    older = SAFARI.replace("18_5", "17_5").replace("18.5", "17.5")

    def agreement(same: int) -> float:
        """How much the version says, beside so many clicks that look the same."""
        others = [
            make_click(age=3 * HOUR, user_agent=f"{older} other_{number}") for number in range(12)
        ]
        alike = [make_click(age=4 * HOUR, user_agent=f"{SAFARI} alike") for _ in range(same)]
        decision = attribute_install(
            make_evidence(), [make_click(age=HOUR), *others, *alike], AttributionRules()
        )
        factors = decision.candidates[0].factors
        return next(one.ratio for one in factors if one.name == "os_version")

    assert agreement(30) < agreement(1)


def test_the_phone_that_installed_already_does_not_install_again() -> None:
    """A housemate's install is not the earlier tap's."""
    earned, earlier = make_click(age=11 * HOUR), make_click(age=12 * HOUR)
    clicks = [earned, earlier]

    assert attribute_install(make_evidence(), [earlier], RULES).click == earlier
    decision = attribute_install(make_evidence(), clicks, RULES, credited={earned.id})

    assert_organic(decision, OrganicReason.NOT_SURE_ENOUGH)


# Play's own times


@pytest.mark.parametrize(
    ("play_click_at", "began_after", "is_credited"),
    [
        pytest.param(NOON - 3 * MINUTE, -2 * MINUTE, True, id="the click first"),
        pytest.param(NOON - 2 * MINUTE, -2 * MINUTE, True, id="the same second"),
        pytest.param(NOON - MINUTE, -2 * MINUTE, False, id="the installation first"),
        pytest.param(None, -3 * MINUTE, True, id="ours, as late as a clock may lag"),
        pytest.param(None, -3 * MINUTE - STEP, False, id="ours, later than that"),
    ],
)
def test_a_click_after_the_installation_began_was_injected(
    play_click_at: datetime | None, began_after: timedelta, is_credited: bool
) -> None:
    """Play tells both times by one clock; without its click's, ours counts."""
    click = make_click(age=2 * MINUTE, user_agent=PIXEL_8, client_ip=ELSEWHERE)
    evidence = make_android_evidence(
        referrer=f"click_id={click.id}",
        play_click_at=play_click_at,
        play_began_at=NOON + began_after,
    )

    decision = attribute_install(evidence, [click], RULES)

    assert decision.is_attributed is is_credited
    expected = Verdict.WON if is_credited else Verdict.AFTER_INSTALL_BEGAN
    assert verdicts(decision) == {click.id: expected}


def test_an_injected_click_does_not_hide_the_true_one() -> None:
    """Its name in the referrer rules out nobody."""
    injected = make_click(age=2 * MINUTE, user_agent=PIXEL_8, client_ip=ELSEWHERE)
    true = make_click(age=10 * MINUTE, user_agent=PIXEL_8)
    evidence = make_android_evidence(
        referrer=f"click_id={injected.id}",
        play_click_at=NOON - 2 * MINUTE,
        play_began_at=NOON - 3 * MINUTE,
    )

    assert_credited(attribute_install(evidence, [injected, true], RULES), true, BY_ADDRESS)


def test_an_install_through_a_shared_network_matches_no_address() -> None:
    """A relay's address is everybody's; the reason says so."""
    evidence = make_evidence(address_key=None, is_shared_network=True)

    decision = attribute_install(evidence, [make_click()], RULES)

    assert_organic(decision, OrganicReason.SHARED_NETWORK)
