"""The quality rules: what each looks for, what it may do, and the limits that an app can set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


class QualityRule(StrEnum):
    """What can be odd about an install, as tags and settings name it."""

    CLICK_INJECTION = "click_injection"
    TOO_FAST = "too_fast"
    ADDRESS_FLOOD = "address_flood"
    LINK_FLOOD = "link_flood"
    ODD_DELAYS = "odd_delays"
    DATA_CENTRE = "data_centre"
    BOT = "bot"
    EMULATOR = "emulator"
    REPEATED_INSTALLS = "repeated_installs"
    ADDRESS_BURST = "address_burst"
    KEY_BURST = "key_burst"


class Consequence(StrEnum):
    """What a rule does to an install that it finds, the mildest first.

    ``OFF`` does not look. ``TAG`` marks the install. ``NO_POSTBACK`` also keeps its events from
    the ad networks. ``NO_CREDIT`` takes its click away, which stays free for another install.
    """

    OFF = "off"
    TAG = "tag"
    NO_POSTBACK = "no_postback"
    NO_CREDIT = "no_credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A whole number that an app can set for a rule.

    Attributes:
        words: What it counts, with its unit.
        allowed: Both ends of the range are what ``allowed[0]`` and ``allowed[-1]`` say.
    """

    name: str
    words: str
    default: int
    allowed: range


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """One rule in words, with its defaults.

    Attributes:
        finds: Which installs it finds, as a sentence.
        default: Its consequence for an app that has chosen none: off or tag.
    """

    rule: QualityRule
    title: str
    finds: str
    default: Consequence = Consequence.TAG
    thresholds: tuple[Threshold, ...] = ()


def _at_most(longest: int, *, least: int = 1) -> range:
    return range(least, longest + 1)


_SPECS = (
    RuleSpec(
        rule=QualityRule.CLICK_INJECTION,
        title="Click injection",
        finds="By Play's times a click was made when the installation had already begun.",
    ),
    RuleSpec(
        rule=QualityRule.TOO_FAST,
        title="Impossibly fast",
        finds="The app was open before anybody could have loaded it from the store.",
        thresholds=(
            Threshold(
                name="seconds",
                words="seconds from the click to the install's arrival that are too few",
                default=10,
                allowed=_at_most(600),
            ),
        ),
    ),
    RuleSpec(
        rule=QualityRule.ADDRESS_FLOOD,
        title="Click flood of an address",
        finds="The click's address made very many clicks within an hour.",
        thresholds=(
            Threshold(
                name="clicks",
                words="clicks of one address in the hour up to the click",
                default=100,
                allowed=_at_most(2_000, least=2),
            ),
        ),
    ),
    RuleSpec(
        rule=QualityRule.LINK_FLOOD,
        title="Click flood of a link",
        finds="The click's link got very many clicks within its hour, and hardly any leads to an "
        "install.",
        default=Consequence.OFF,
        thresholds=(
            Threshold(
                name="clicks",
                words="clicks of one link in the clock hour of the click",
                default=1_000,
                allowed=_at_most(10_000_000, least=10),
            ),
            Threshold(
                name="clicks_per_install",
                words="clicks of the link for each install that it earned",
                default=1_000,
                allowed=_at_most(1_000_000, least=10),
            ),
        ),
    ),
    RuleSpec(
        rule=QualityRule.ODD_DELAYS,
        title="Odd times from click to install",
        finds="Hardly any of the link's latest installs came soon after their click, as where "
        "clicks are made up for people who install anyway.",
        default=Consequence.OFF,
        thresholds=(
            Threshold(
                name="installs",
                words="latest installs of the link to look at; with fewer the rule finds nothing",
                default=50,
                allowed=_at_most(200, least=10),
            ),
            Threshold(
                name="minutes",
                words="minutes after the click that are soon",
                default=60,
                allowed=_at_most(1_440),
            ),
            Threshold(
                name="share_percent",
                words="percent of them that came soon, below which the link is odd",
                default=20,
                allowed=_at_most(99),
            ),
        ),
    ),
    RuleSpec(
        rule=QualityRule.DATA_CENTRE,
        title="Data centre",
        finds="The install came from an address on the operator's list of data centres.",
    ),
    RuleSpec(
        rule=QualityRule.BOT,
        title="Bot",
        finds="The web view calls itself a crawler or an automation tool.",
    ),
    RuleSpec(
        rule=QualityRule.EMULATOR,
        title="Emulator",
        finds="The device's own fields name an emulator or a simulator.",
    ),
    RuleSpec(
        rule=QualityRule.REPEATED_INSTALLS,
        title="Repeated installs",
        finds="One device installed the app again and again.",
        thresholds=(
            Threshold(
                name="installs",
                words="installs of one device, this one included",
                default=5,
                allowed=_at_most(100, least=2),
            ),
            Threshold(name="days", words="days to look back", default=30, allowed=_at_most(365)),
        ),
    ),
    RuleSpec(
        rule=QualityRule.ADDRESS_BURST,
        title="Burst of installs from an address",
        finds="Very many installs came from one address within an hour.",
        thresholds=(
            Threshold(
                name="installs",
                words="installs of one address within an hour, this one included",
                default=50,
                allowed=_at_most(1_000, least=2),
            ),
        ),
    ),
    RuleSpec(
        rule=QualityRule.KEY_BURST,
        title="Burst of installs with the app's key",
        finds="Very many installs came within a minute: somebody may have taken the API key out "
        "of the app.",
        default=Consequence.OFF,
        thresholds=(
            Threshold(
                name="installs",
                words="installs of the app and its environment within a minute, this one included",
                default=300,
                allowed=_at_most(5_000, least=2),
            ),
        ),
    ),
)
SPECS: Mapping[QualityRule, RuleSpec] = MappingProxyType({spec.rule: spec for spec in _SPECS})


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What an app wants of one rule.

    Attributes:
        thresholds: Every threshold of the rule by name.
    """

    consequence: Consequence
    thresholds: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Whether the rule looks at installs."""
        return self.consequence is not Consequence.OFF


def default_setting(rule: QualityRule) -> RuleSetting:
    """What applies to an app that has set nothing."""
    spec = SPECS[rule]
    return RuleSetting(spec.default, {one.name: one.default for one in spec.thresholds})


@dataclass(frozen=True, slots=True)
class QualityRules:
    """The rules of one app; a rule that is not in ``own`` has its defaults."""

    own: Mapping[QualityRule, RuleSetting] = field(default_factory=dict)

    def setting(self, rule: QualityRule) -> RuleSetting:
        """What applies for a rule."""
        return self.own.get(rule) or _DEFAULTS[rule]

    def is_on(self, rule: QualityRule) -> bool:
        """Whether a rule looks at installs."""
        return self.setting(rule).is_on

    def threshold(self, rule: QualityRule, name: str) -> int:
        """One limit of a rule."""
        return self.setting(rule).thresholds[name]

    def changed(self, settings: Mapping[QualityRule, RuleSetting]) -> QualityRules:
        """The rules with other settings for some; those like the defaults need no row."""
        own = {
            rule: setting
            for rule, setting in {**self.own, **settings}.items()
            if setting != _DEFAULTS[rule]
        }
        return replace(self, own=own)


_DEFAULTS = {rule: default_setting(rule) for rule in QualityRule}
