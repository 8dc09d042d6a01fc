"""How the probabilistic rule would have done where Play's referrer tells the truth. Pure.

Play names the click of an Android install. Deciding such an install as if it had told nothing shows
how right matching by address and device is on the app's own people, with what was known then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from appsprint.domain.attribution import attribute_install
from appsprint.domain.click import Click
from appsprint.domain.decision import AttributionRules, Decision, InstallEvidence, MatchType
from appsprint.domain.ids import ClickId
from appsprint.domain.likelihood import Surroundings
from appsprint.domain.referrer import parse_play_referrer

_NO_REFERRER = parse_play_referrer(None)


class SelfCheckOutcome(StrEnum):
    """What matching by address and device would have said beside what Play said."""

    AGREED = "agreed"
    OTHER_CLICK = "other_click"
    NO_CREDIT = "no_credit"


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """One install's check.

    Attributes:
        confidence: The stated probability; None where it would have credited nothing.
    """

    outcome: SelfCheckOutcome
    confidence: float | None = None


def check_without_referrer(
    decision: Decision,
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    *,
    credited: Collection[ClickId],
    surroundings: Surroundings,
) -> SelfCheck | None:
    """Decide again with address and device only; None where Play named no click that earned it.

    Args:
        decision: As it was made with all evidence.
        evidence, clicks, rules, credited, surroundings: What it was made of.
    """
    truth = decision.click
    if truth is None or decision.match_type is not MatchType.INSTALL_REFERRER:
        return None
    if not rules.probabilistic:
        return None
    blind = replace(
        evidence,
        referrer=_NO_REFERRER,
        given_click_id=None,
        advertising_id=None,
        play_click_at=None,
        play_began_at=None,
    )
    found = attribute_install(blind, clicks, rules, credited=credited, surroundings=surroundings)
    if found.click is None:
        return SelfCheck(SelfCheckOutcome.NO_CREDIT)
    is_right = found.click.id == truth.id
    outcome = SelfCheckOutcome.AGREED if is_right else SelfCheckOutcome.OTHER_CLICK
    return SelfCheck(outcome, found.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckSums:
    """The checks of some days.

    Attributes:
        first_on: The day, or a week's Monday; UTC.
        stated: The sum of the confidences of those that would have got credit.
    """

    first_on: date
    agreed: int
    other_click: int
    no_credit: int
    stated: float

    @property
    def checked(self) -> int:
        """Installs whose click Play named."""
        return self.credited + self.no_credit

    @property
    def credited(self) -> int:
        """Those that the rule would have credited without Play."""
        return self.agreed + self.other_click

    @property
    def credited_share(self) -> float:
        """How many of the checked ones."""
        return self.credited / self.checked if self.checked else 0.0

    @property
    def right_share(self) -> float | None:
        """How many of the credited ones went to the click that Play named; None without any."""
        return self.agreed / self.credited if self.credited else None

    @property
    def mean_confidence(self) -> float | None:
        """What the rule would have stated for them; well calibrated when near ``right_share``."""
        return self.stated / self.credited if self.credited else None


def by_week(days: Iterable[SelfCheckSums]) -> Sequence[SelfCheckSums]:
    """Sums by ISO week, which begins on Monday; ``days`` in order of time."""

    def monday(one: SelfCheckSums) -> date:
        return one.first_on - timedelta(days=one.first_on.weekday())

    return [_sum(first_on, list(found)) for first_on, found in groupby(days, key=monday)]


def _sum(first_on: date, days: Sequence[SelfCheckSums]) -> SelfCheckSums:
    return SelfCheckSums(
        first_on=first_on,
        agreed=sum(one.agreed for one in days),
        other_click=sum(one.other_click for one in days),
        no_credit=sum(one.no_credit for one in days),
        stated=sum(one.stated for one in days),
    )
