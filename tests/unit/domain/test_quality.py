"""The quality rules, one by one and at their limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.emulators import DeviceMarks, automation_mark, emulator_mark
from appsprint.domain.quality import (
    LinkTraffic,
    QualityFacts,
    judge,
    quality_reason,
    refusing,
    withholding,
)
from appsprint.domain.quality_rules import (
    SPECS,
    Consequence,
    QualityRule,
    QualityRules,
    RuleSetting,
    default_setting,
)
from appsprint.testing.builders import SAFARI

DEFAULTS = QualityRules()
ALL_ON = QualityRules(
    {rule: RuleSetting(Consequence.TAG, default_setting(rule).thresholds) for rule in QualityRule}
)
BUSY_LINK = LinkTraffic(clicks_in_hour=1_000, clicks=3_000, installs=3)
HEADLESS = "Mozilla/5.0 (Linux; Android 14) HeadlessChrome/125.0"

# The least that each rule finds with its default limits, and the most that it lets pass.
FOUND = {
    QualityRule.CLICK_INJECTION: QualityFacts(injected_after_seconds=0.5),
    QualityRule.TOO_FAST: QualityFacts(arrived_after_seconds=9.999),
    QualityRule.ADDRESS_FLOOD: QualityFacts(address_clicks=100),
    QualityRule.LINK_FLOOD: QualityFacts(link=BUSY_LINK),
    QualityRule.ODD_DELAYS: QualityFacts(soon_and_late=(9, 41)),
    QualityRule.DATA_CENTRE: QualityFacts(is_data_centre=True),
    QualityRule.BOT: QualityFacts(device=DeviceMarks(user_agent=HEADLESS)),
    QualityRule.EMULATOR: QualityFacts(device=DeviceMarks(hardware="ranchu")),
    QualityRule.REPEATED_INSTALLS: QualityFacts(device_installs=5),
    QualityRule.ADDRESS_BURST: QualityFacts(address_installs=50),
    QualityRule.KEY_BURST: QualityFacts(key_installs=300),
}
PASSED = {
    QualityRule.CLICK_INJECTION: QualityFacts(injected_after_seconds=None),
    QualityRule.TOO_FAST: QualityFacts(arrived_after_seconds=10.0),
    QualityRule.ADDRESS_FLOOD: QualityFacts(address_clicks=99),
    QualityRule.LINK_FLOOD: QualityFacts(
        link=LinkTraffic(clicks_in_hour=999, clicks=3_000, installs=3)
    ),
    QualityRule.ODD_DELAYS: QualityFacts(soon_and_late=(10, 40)),
    QualityRule.DATA_CENTRE: QualityFacts(is_data_centre=False),
    QualityRule.BOT: QualityFacts(device=DeviceMarks(user_agent=SAFARI)),
    QualityRule.EMULATOR: QualityFacts(device=DeviceMarks(hardware="qcom")),
    QualityRule.REPEATED_INSTALLS: QualityFacts(device_installs=4),
    QualityRule.ADDRESS_BURST: QualityFacts(address_installs=49),
    QualityRule.KEY_BURST: QualityFacts(key_installs=299),
}


def found(facts: QualityFacts, rules: QualityRules = ALL_ON) -> list[QualityRule]:
    """Which rules find something."""
    return [finding.rule for finding in judge(facts, rules)]


@pytest.mark.parametrize("rule", QualityRule)
def test_a_rule_finds_what_reaches_its_limit(rule: QualityRule) -> None:
    """Exactly at the limit each rule finds its own kind and no other."""
    assert found(FOUND[rule]) == [rule]


@pytest.mark.parametrize("rule", QualityRule)
def test_a_rule_lets_pass_what_stays_below(rule: QualityRule) -> None:
    """One step below the limit nothing is found."""
    assert found(PASSED[rule]) == []


@pytest.mark.parametrize("rule", QualityRule)
def test_a_rule_that_is_off_finds_nothing(rule: QualityRule) -> None:
    """Off means off, whatever the facts say."""
    off = RuleSetting(Consequence.OFF, default_setting(rule).thresholds)
    assert found(FOUND[rule], ALL_ON.changed({rule: off})) == []


def test_what_nobody_looked_up_finds_nothing() -> None:
    """Unknown facts never count against an install."""
    assert found(QualityFacts()) == []


def test_no_rule_takes_credit_or_postbacks_by_default() -> None:
    """An app that sets nothing has tags and nothing else."""
    assert {spec.default for spec in SPECS.values()} == {Consequence.OFF, Consequence.TAG}
    for facts in FOUND.values():
        findings = judge(facts, DEFAULTS)
        assert refusing(findings) is None
        assert withholding(findings) is None


def test_defaults_lie_within_what_is_allowed() -> None:
    """A person can set every default by hand."""
    assert all(one.default in one.allowed for spec in SPECS.values() for one in spec.thresholds)


def test_a_link_with_few_clicks_for_an_install_is_no_flood() -> None:
    """A busy hour alone is what every good campaign has."""
    good = LinkTraffic(clicks_in_hour=50_000, clicks=99_000, installs=100)
    assert found(QualityFacts(link=good)) == []


def test_a_link_without_any_install_can_be_a_flood() -> None:
    """No install at all counts like one: there is nothing to divide by."""
    barren = LinkTraffic(clicks_in_hour=1_000, clicks=1_000, installs=0)
    assert found(QualityFacts(link=barren)) == [QualityRule.LINK_FLOOD]


def test_too_few_installs_tell_nothing_of_a_links_delays() -> None:
    """Chance makes any ten installs late; the rule waits for enough of them."""
    assert found(QualityFacts(soon_and_late=(0, 49))) == []


def test_the_first_rule_that_refuses_is_the_reason() -> None:
    """Of several findings the first with the consequence is named."""
    strict = QualityRules(
        {
            QualityRule.BOT: RuleSetting(Consequence.NO_POSTBACK),
            QualityRule.EMULATOR: RuleSetting(Consequence.NO_CREDIT),
        }
    )
    facts = QualityFacts(device=DeviceMarks(user_agent=HEADLESS, hardware="ranchu"))
    findings = judge(facts, strict)
    refused, withheld = refusing(findings), withholding(findings)
    assert refused is not None
    assert withheld is not None
    assert (refused.rule, withheld.rule) == (QualityRule.EMULATOR, QualityRule.BOT)
    assert quality_reason(refused.rule) == "quality:emulator"


def test_a_setting_like_the_default_is_no_setting() -> None:
    """So that a better default reaches apps that never chose another."""
    rule = QualityRule.BOT
    strict = DEFAULTS.changed({rule: RuleSetting(Consequence.NO_CREDIT)})
    assert strict.setting(rule).consequence is Consequence.NO_CREDIT
    assert strict.changed({rule: default_setting(rule)}) == DEFAULTS


@given(clicks=st.integers(2, 2_000), limit=st.integers(2, 2_000), other_limit=st.integers(2, 2_000))
def test_a_stricter_limit_never_finds_less(clicks: int, limit: int, other_limit: int) -> None:
    """Lowering a limit only adds findings."""
    facts = QualityFacts(address_clicks=clicks)
    low, high = sorted((limit, other_limit))

    def is_found(clicks_allowed: int) -> bool:
        setting = RuleSetting(Consequence.TAG, {"clicks": clicks_allowed})
        return bool(found(facts, DEFAULTS.changed({QualityRule.ADDRESS_FLOOD: setting})))

    assert is_found(low) or not is_found(high)


@pytest.mark.parametrize(
    "device",
    [
        DeviceMarks(hardware="goldfish"),
        DeviceMarks(product="sdk_gphone64_x86_64"),
        DeviceMarks(product="vbox86p", model="Pixel 7"),
        DeviceMarks(model="Android SDK built for x86"),
        DeviceMarks(model="sdk_gphone64_arm64"),
        DeviceMarks(model="arm64"),
        DeviceMarks(model="x86_64"),
        DeviceMarks(manufacturer="Genymotion"),
        DeviceMarks(renderer="Android Emulator OpenGL ES Translator (Google SwiftShader)"),
    ],
)
def test_emulators_are_known_by_what_they_call_themselves(device: DeviceMarks) -> None:
    """Any one field is enough."""
    assert emulator_mark(device) is not None


@pytest.mark.parametrize(
    "device",
    [
        DeviceMarks(),
        DeviceMarks(model="iPhone15,2"),
        DeviceMarks(model="Pixel 8", product="shiba", hardware="shiba", renderer="Mali-G715"),
        DeviceMarks(model="SM-S928B", hardware="qcom", renderer="Adreno (TM) 750"),
    ],
)
def test_phones_are_no_emulators(device: DeviceMarks) -> None:
    """What real devices tell is never taken for one."""
    assert emulator_mark(device) is None


@pytest.mark.parametrize(
    ("user_agent", "is_machine"),
    [
        (HEADLESS, True),
        ("python-requests/2.32", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        (SAFARI, False),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", False),
        (None, False),
    ],
)
def test_automation_is_known_by_its_name(user_agent: str | None, is_machine: bool) -> None:
    """The name that Android's runtime gives is no machine's, and no name at all is none."""
    assert (automation_mark(user_agent) is not None) is is_machine
