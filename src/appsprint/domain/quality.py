"""Which quality rules find something odd about an install: facts in, findings out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from appsprint.domain.counted import amount_of
from appsprint.domain.emulators import DeviceMarks, automation_mark, emulator_mark
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules

MAX_QUOTED = 80
REASON_PREFIX = "quality:"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTraffic:
    """What a link had until the click.

    Attributes:
        clicks_in_hour: In the clock hour (UTC) of the click.
        clicks: All of them so far.
        installs: How many of them earned one.
    """

    clicks_in_hour: int
    clicks: int
    installs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFacts:
    """What is known of an install when it is judged.

    None means that nobody looked, because the rule is off or nothing can be looked up; the rule
    then finds nothing. Numbers are counted up to the rule's limit only.

    Attributes:
        injected_after_seconds: How long after the installation began the click was made that was
            ruled out for it; None when there was none.
        arrived_after_seconds: From the credited click to the registration, both by our clock; None
            for an organic install.
        address_clicks: Clicks of the click's address in the hour up to it.
        soon_and_late: Of the latest installs of the click's link, how many came within the rule's
            minutes of their click, and how many later.
        device_installs, address_installs, key_installs: This one included.
    """

    device: DeviceMarks = DeviceMarks()
    is_data_centre: bool = False
    injected_after_seconds: float | None = None
    arrived_after_seconds: float | None = None
    address_clicks: int | None = None
    link: LinkTraffic | None = None
    soon_and_late: tuple[int, int] | None = None
    device_installs: int | None = None
    address_installs: int | None = None
    key_installs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found about one install.

    Attributes:
        words: What was seen, as a sentence without its full stop.
    """

    rule: QualityRule
    consequence: Consequence
    words: str


def judge(facts: QualityFacts, rules: QualityRules) -> tuple[Finding, ...]:
    """What the rules that are on find, in the order of ``QualityRule``."""
    return tuple(
        Finding(rule=rule, consequence=rules.setting(rule).consequence, words=words)
        for rule, look in _LOOKS.items()
        if rules.is_on(rule) and (words := look(facts, rules)) is not None
    )


def refusing(findings: Iterable[Finding]) -> Finding | None:
    """The first finding that takes the credit away."""
    return _first(findings, Consequence.NO_CREDIT)


def withholding(findings: Iterable[Finding]) -> Finding | None:
    """The first finding that keeps the install's events from the ad networks."""
    return _first(findings, Consequence.NO_POSTBACK)


def quality_reason(rule: str) -> str:
    """The reason that a decision or a delivery gives when a rule stopped it."""
    return f"{REASON_PREFIX}{rule}"


def quality_rule_of(reason: str) -> QualityRule | None:
    """The rule that such a reason names; None for any other reason."""
    name = reason.removeprefix(REASON_PREFIX)
    return QualityRule(name) if name != reason and name in set(QualityRule) else None


def _first(findings: Iterable[Finding], consequence: Consequence) -> Finding | None:
    return next((one for one in findings if one.consequence is consequence), None)


def _click_injection(facts: QualityFacts, rules: QualityRules) -> str | None:
    del rules
    seconds = facts.injected_after_seconds
    if seconds is None:
        return None
    return f"a click was made {seconds:.0f} seconds after the installation had begun"


def _too_fast(facts: QualityFacts, rules: QualityRules) -> str | None:
    seconds = facts.arrived_after_seconds
    if seconds is None or seconds >= rules.threshold(QualityRule.TOO_FAST, "seconds"):
        return None
    return f"the install arrived {max(seconds, 0.0):.1f} seconds after its click"


def _address_flood(facts: QualityFacts, rules: QualityRules) -> str | None:
    clicks = facts.address_clicks
    if clicks is None or clicks < rules.threshold(QualityRule.ADDRESS_FLOOD, "clicks"):
        return None
    return f"the click's address had made {clicks} clicks or more within an hour"


def _link_flood(facts: QualityFacts, rules: QualityRules) -> str | None:
    link, rule = facts.link, QualityRule.LINK_FLOOD
    if link is None or link.clicks_in_hour < rules.threshold(rule, "clicks"):
        return None
    if link.clicks < rules.threshold(rule, "clicks_per_install") * max(link.installs, 1):
        return None
    return (
        f"the link had {link.clicks_in_hour} clicks in the click's hour, and {link.installs} of "
        f"{link.clicks} ever led to an install"
    )


def _odd_delays(facts: QualityFacts, rules: QualityRules) -> str | None:
    rule = QualityRule.ODD_DELAYS
    soon, late = facts.soon_and_late or (0, 0)
    seen = soon + late
    if seen < rules.threshold(rule, "installs"):
        return None
    if soon * 100 >= seen * rules.threshold(rule, "share_percent"):
        return None
    minutes = amount_of(rules.threshold(rule, "minutes"), "minute")
    return f"{soon} of the link's last {seen} installs came within {minutes} of their click"


def _data_centre(facts: QualityFacts, rules: QualityRules) -> str | None:
    del rules
    return "its address is on the list of data centres" if facts.is_data_centre else None


def _bot(facts: QualityFacts, rules: QualityRules) -> str | None:
    del rules
    mark = automation_mark(facts.device.user_agent)
    return None if mark is None else f"the web view calls itself “{mark[:MAX_QUOTED]}”"


def _emulator(facts: QualityFacts, rules: QualityRules) -> str | None:
    del rules
    mark = emulator_mark(facts.device)
    return None if mark is None else f"the device calls itself “{mark[:MAX_QUOTED]}”"


def _repeated_installs(facts: QualityFacts, rules: QualityRules) -> str | None:
    rule, installs = QualityRule.REPEATED_INSTALLS, facts.device_installs
    if installs is None or installs < rules.threshold(rule, "installs"):
        return None
    days = amount_of(rules.threshold(rule, "days"), "day")
    return f"its device had installed the app {installs} times or more within {days}"


def _address_burst(facts: QualityFacts, rules: QualityRules) -> str | None:
    installs = facts.address_installs
    if installs is None or installs < rules.threshold(QualityRule.ADDRESS_BURST, "installs"):
        return None
    return f"{installs} installs or more came from its address within an hour"


def _key_burst(facts: QualityFacts, rules: QualityRules) -> str | None:
    installs = facts.key_installs
    if installs is None or installs < rules.threshold(QualityRule.KEY_BURST, "installs"):
        return None
    return f"{installs} installs or more came with the app's key within a minute"


_LOOKS: Mapping[QualityRule, Callable[[QualityFacts, QualityRules], str | None]] = {
    QualityRule.CLICK_INJECTION: _click_injection,
    QualityRule.TOO_FAST: _too_fast,
    QualityRule.ADDRESS_FLOOD: _address_flood,
    QualityRule.LINK_FLOOD: _link_flood,
    QualityRule.ODD_DELAYS: _odd_delays,
    QualityRule.DATA_CENTRE: _data_centre,
    QualityRule.BOT: _bot,
    QualityRule.EMULATOR: _emulator,
    QualityRule.REPEATED_INSTALLS: _repeated_installs,
    QualityRule.ADDRESS_BURST: _address_burst,
    QualityRule.KEY_BURST: _key_burst,
}
