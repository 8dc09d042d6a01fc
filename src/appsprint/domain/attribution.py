"""The rule of credit: which click, if any, earned an install. Pure, and every answer explained.

The order of evidence is Play install referrer, advertising id, click id otherwise given, what
Apple Ads claims, and last address and device together. Among equal exact evidence the last
eligible click wins; address and device are weighed as probabilities (``domain.likelihood``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from appsprint.domain.app import Platform
from appsprint.domain.click import Click
from appsprint.domain.decision import (
    AttributionRules,
    Candidate,
    Decision,
    InstallEvidence,
    MatchType,
    OrganicReason,
    Verdict,
)
from appsprint.domain.device import (
    DeviceComparison,
    compare_devices,
    device_signature,
    parse_browser,
)
from appsprint.domain.ids import ClickId
from appsprint.domain.install import CLOCK_SKEW_ALLOWANCE
from appsprint.domain.likelihood import (
    Address,
    Surroundings,
    Suspect,
    UnrelatedInstalls,
    Weighed,
)

# Stored with every decision; raise it when the rule changes, so that old ones stay explicable.
RULE_VERSION = 5


# One click is clearly more probable than another when it is so many times as probable.
_CLEARLY_MORE = 2.0


# Strongest first; both advertising ids are one rank because an app has only one of them.
_STRENGTH = {
    MatchType.INSTALL_REFERRER: 0,
    MatchType.IDFA: 1,
    MatchType.GAID: 1,
    MatchType.CLICK_ID: 2,
    MatchType.APPLE_ADS: 3,
    MatchType.IP_USER_AGENT: 4,
    MatchType.ORGANIC: 5,
}
_CERTAINTY = {
    MatchType.INSTALL_REFERRER: 1.0,
    MatchType.IDFA: 0.99,
    MatchType.GAID: 0.99,
    MatchType.CLICK_ID: 0.98,
    MatchType.APPLE_ADS: 0.97,
}
_NOTHING_LEARNED = Surroundings()
_NO_LESSON = UnrelatedInstalls()


def attribute_install(
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    *,
    credited: Collection[ClickId] = (),
    surroundings: Surroundings = _NOTHING_LEARNED,
) -> Decision:
    """Credit an install to at most one click.

    The answer depends on neither the order of ``clicks`` nor on duplicates among them.

    Args:
        evidence: The install.
        clicks: Every click that might match, and for probabilities every click of the install's
            address within ``likelihood.LEARNED_FOR``. Too few loses credit or certainty; those of
            other apps count for nothing.
        rules: The app's windows and switches.
        credited: Clicks that already earned another install.
        surroundings: What traffic has taught of the address and the links.

    Returns:
        The decision with the reason and every candidate. Never raises.
    """
    distinct = sorted(
        {click.id: click for click in clicks if click.app_id == evidence.app_id}.values(),
        key=lambda click: (click.occurred_at, click.id),
        reverse=True,
    )
    key = evidence.address_key
    address = Address(
        evidence.traits,
        [click for click in distinct if key is not None and click.address_key == key],
        credited=credited,
        surroundings=surroundings,
    )
    case = _Case(evidence, rules, credited, address)
    return replace(_decide(case, distinct), lesson=address.lesson() if key else _NO_LESSON)


def strength(match_type: MatchType) -> int:
    """The rank of a kind of evidence, 0 for the strongest; organic is the weakest."""
    return _STRENGTH[match_type]


def strongest_match(evidence: InstallEvidence, click: Click) -> MatchType | None:
    """The best evidence that one device made both, or None if there is none."""
    if click.app_id != evidence.app_id:
        return None
    if evidence.referrer.click_id == click.id:
        return MatchType.INSTALL_REFERRER
    if _same(evidence.advertising_id, click.advertising_id):
        return MatchType.IDFA if evidence.platform is Platform.IOS else MatchType.GAID
    if evidence.given_click_id == click.id:
        return MatchType.CLICK_ID
    if _same(evidence.address_key, click.address_key):
        return MatchType.IP_USER_AGENT
    return None


def earliest_time(evidence: InstallEvidence, named: Iterable[Click]) -> datetime:
    """When the install happened at the earliest: after the clicks that it names.

    Args:
        evidence: The install, with the time that the phone's clock told.
        named: Clicks that it names; one that cannot have led to it moves nothing.
    """
    return max(
        [
            evidence.installed_at,
            *(click.occurred_at for click in named if _must_precede(evidence, click)),
        ]
    )


def _must_precede(evidence: InstallEvidence, click: Click) -> bool:
    if click.app_id != evidence.app_id or click.occurred_at > evidence.received_at:
        return False
    if evidence.referrer.click_id == click.id and _was_injected(evidence, click):
        return False
    return _is_proven_first(evidence, click)


class _Case:
    """One install and everything that its clicks are judged by."""

    def __init__(
        self,
        evidence: InstallEvidence,
        rules: AttributionRules,
        credited: Collection[ClickId],
        address: Address,
    ) -> None:
        self._evidence = evidence
        self._rules = rules
        self._credited = credited
        self._address = address
        self._comparisons: dict[str, tuple[DeviceComparison, tuple[str, ...]]] = {}

    def examine(self, click: Click) -> Candidate | None:
        """The click as a candidate, None when nothing ties it; ``WON`` means eligible here."""
        match_type = strongest_match(self._evidence, click)
        is_guess = match_type is MatchType.IP_USER_AGENT
        if match_type is None or (is_guess and not self._rules.probabilistic):
            return None
        found = self._examine_by(click, match_type)
        if found.verdict is Verdict.OUTSIDE_WINDOW and self._may_be_guessed(click, match_type):
            guessed = self._examine_by(click, MatchType.IP_USER_AGENT)
            return guessed if guessed.verdict is Verdict.WON else found
        return found

    def _may_be_guessed(self, click: Click, match_type: MatchType) -> bool:
        """Whether address and device may still tie a click that is too old for what names it.

        Their window can be the longer one, and more evidence must not cost a click its credit. Not
        where Play names the click: then it alone can have led to the install.
        """
        is_named = match_type in (MatchType.IDFA, MatchType.GAID, MatchType.CLICK_ID)
        is_tied = _same(self._evidence.address_key, click.address_key)
        return is_named and is_tied and self._rules.probabilistic

    def _examine_by(self, click: Click, match_type: MatchType) -> Candidate:
        age = self._age(click)
        is_probabilistic = match_type is MatchType.IP_USER_AGENT
        window = self._rules.window_of(click.link_id, is_probabilistic=is_probabilistic)
        verdict = self._fault(click, match_type)
        if verdict is None and age > window.length:
            verdict = Verdict.OUTSIDE_WINDOW
        agreement: tuple[str, ...] = ()
        if verdict is None:
            comparison, agreement = self._compare(click.user_agent)
            if is_probabilistic and not comparison.compatible:
                verdict = Verdict(str(comparison.reason))
        return Candidate(
            click=click,
            match_type=match_type,
            verdict=verdict or Verdict.WON,
            agreement=agreement,
            age_seconds=age.total_seconds(),
            window=window,
        )

    def choose(self, eligible: Sequence[Candidate], all_of_them: Sequence[Candidate]) -> Decision:
        """The most probable click, unless it is not probable enough or hardly more than another."""
        weighed = {one.click.id: one for one in self._weigh(eligible)}
        candidates = [_with_weight(one, weighed.get(one.click.id)) for one in all_of_them]
        best = max((one for one in candidates if one.probability is not None), key=_rank)
        if (best.probability or 0.0) >= self._rules.min_confidence:
            return _credit(best, candidates)
        rivals = [one for one in candidates if _rivals(one, best)]
        if not rivals:
            return _organic(
                OrganicReason.NOT_SURE_ENOUGH,
                [_judged(one, Verdict.NOT_SURE_ENOUGH) for one in candidates],
            )
        tied = {best.click.id, *(one.click.id for one in rivals)}
        return _organic(OrganicReason.TIE, [_tied_or_not(one, tied) for one in candidates])

    @property
    def is_claimed_by_apple(self) -> bool:
        """Whether Apple says that its ad led to the install."""
        return self._evidence.is_claimed_by_apple

    def why_organic(self, candidates: Sequence[Candidate]) -> OrganicReason:
        """Why no click is eligible."""
        if candidates:
            return OrganicReason.RULED_OUT
        if self._evidence.is_shared_network:
            return OrganicReason.SHARED_NETWORK
        if self._evidence.address_key is None:
            return OrganicReason.PRIVATE_ADDRESS
        is_on = self._rules.probabilistic
        return OrganicReason.NO_CANDIDATE if is_on else OrganicReason.PROBABILISTIC_OFF

    def _weigh(self, eligible: Sequence[Candidate]) -> Sequence[Weighed]:
        suspects = [
            Suspect(
                click=one.click,
                comparison=self._compare(one.click.user_agent)[0],
                age_hours=one.age_seconds / 3600,
            )
            for one in eligible
        ]
        return self._address.weigh(suspects)

    def _age(self, click: Click) -> timedelta:
        """From the click to the install; a lagging clock cannot put an install before its click."""
        age = self._evidence.installed_at - click.occurred_at
        return max(age, timedelta(0)) if _is_proven_first(self._evidence, click) else age

    def _is_after_install(self, click: Click) -> bool:
        """Whether the click came too late to have led to the install."""
        if click.occurred_at > self._evidence.received_at:
            return True
        if _is_proven_first(self._evidence, click):
            return False
        return click.occurred_at > self._evidence.installed_at + CLOCK_SKEW_ALLOWANCE

    def _fault(self, click: Click, match_type: MatchType) -> Verdict | None:
        """Why this click cannot earn this install whatever its age and device; None if it can."""
        if click.id in self._credited:
            return Verdict.ALREADY_CREDITED
        if not click.earns_credit:
            return Verdict.LINK_ARCHIVED
        if self._is_after_install(click):
            return Verdict.AFTER_INSTALL
        if match_type is MatchType.INSTALL_REFERRER and _was_injected(self._evidence, click):
            return Verdict.AFTER_INSTALL_BEGAN
        return None

    def _compare(self, user_agent: str) -> tuple[DeviceComparison, tuple[str, ...]]:
        found = self._comparisons.get(user_agent)
        if found is None:
            comparison = compare_devices(parse_browser(user_agent), self._evidence.device)
            found = comparison, tuple(sorted(comparison.matched))
            self._comparisons[user_agent] = found
        return found


def _decide(case: _Case, distinct: Iterable[Click]) -> Decision:
    candidates = [one for click in distinct if (one := case.examine(click)) is not None]
    if any(map(_is_named_by_play, candidates)):
        candidates = [_obey_referrer(one) for one in candidates]
    eligible = [one for one in candidates if one.verdict is Verdict.WON]
    exact = [one for one in eligible if one.match_type is not MatchType.IP_USER_AGENT]
    if exact:
        return _credit(min(exact, key=_strength), candidates)
    if case.is_claimed_by_apple:
        return _credit_apple(candidates)
    if eligible:
        return case.choose(eligible, candidates)
    return _organic(case.why_organic(candidates), candidates)


def _is_proven_first(evidence: InstallEvidence, click: Click) -> bool:
    """Whether the click was before the install, whatever the phone's clock says.

    Nobody can name a click's random id before the click was made. Play settles its referrer
    when the installation begins; another name can reach an app that is installed already, so
    Play's time speaks against it where there is one.
    """
    if evidence.referrer.click_id == click.id:
        return True
    if evidence.given_click_id != click.id:
        return False
    began_at = evidence.play_began_at
    return began_at is None or click.occurred_at <= began_at + CLOCK_SKEW_ALLOWANCE


def _was_injected(evidence: InstallEvidence, click: Click) -> bool:
    """Whether the click that Play names was made when the installation had already begun.

    Play's two times come from one clock. Where Play's time of the click is missing, ours is
    compared with the phone's, with the allowance for its skew.
    """
    if evidence.play_began_at is None:
        return False
    if evidence.play_click_at is not None:
        return evidence.play_click_at > evidence.play_began_at
    return click.occurred_at > evidence.play_began_at + CLOCK_SKEW_ALLOWANCE


def _is_named_by_play(candidate: Candidate) -> bool:
    is_named = candidate.match_type is MatchType.INSTALL_REFERRER
    return is_named and candidate.verdict is not Verdict.AFTER_INSTALL_BEGAN


def _obey_referrer(candidate: Candidate) -> Candidate:
    """Play named one of our clicks, so no other click can have led to this install."""
    if candidate.match_type is MatchType.INSTALL_REFERRER:
        return candidate
    return _judged(candidate, Verdict.NOT_IN_REFERRER)


def _strength(candidate: Candidate) -> int:
    return _STRENGTH[candidate.match_type]


def _rank(candidate: Candidate) -> tuple[float, datetime, str]:
    return candidate.probability or 0.0, candidate.click.occurred_at, candidate.click.id


def _with_weight(candidate: Candidate, weighed: Weighed | None) -> Candidate:
    if weighed is None:
        return candidate
    agreed = ("language",) if any(one.name == "language" for one in weighed.factors) else ()
    return replace(
        candidate,
        agreement=(*candidate.agreement, *agreed),
        probability=weighed.probability,
        factors=weighed.factors,
    )


def _rivals(candidate: Candidate, best: Candidate) -> bool:
    """Whether another click is so probable too that choosing would be a guess."""
    if candidate is best or candidate.probability is None or best.probability is None:
        return False
    return candidate.probability * _CLEARLY_MORE >= best.probability


def _tied_or_not(candidate: Candidate, tied: Collection[ClickId]) -> Candidate:
    is_tied = candidate.click.id in tied
    return _judged(candidate, Verdict.TIE if is_tied else Verdict.LESS_PROBABLE)


def _credit(winner: Candidate, candidates: Sequence[Candidate]) -> Decision:
    losers = [_judged(one, _why_lost(one, winner)) for one in candidates if one is not winner]
    certain = _CERTAINTY.get(winner.match_type)
    return Decision(
        match_type=winner.match_type,
        click=winner.click,
        confidence=round(winner.probability or 0.0, 4) if certain is None else certain,
        reason=f"{winner.match_type}_match",
        candidates=(winner, *losers),
    )


def _credit_apple(candidates: Sequence[Candidate]) -> Decision:
    """What Apple says of its own ad is sure enough to beat every guess by address and device."""
    return Decision(
        match_type=MatchType.APPLE_ADS,
        click=None,
        confidence=_CERTAINTY[MatchType.APPLE_ADS],
        reason=f"{MatchType.APPLE_ADS}_match",
        candidates=tuple(_judged(one, Verdict.WEAKER_EVIDENCE) for one in candidates),
    )


def _judged(candidate: Candidate, verdict: Verdict) -> Candidate:
    """The candidate with its final verdict; one that was never eligible keeps its own."""
    is_eligible = candidate.verdict is Verdict.WON
    return replace(candidate, verdict=verdict) if is_eligible else candidate


def _why_lost(loser: Candidate, winner: Candidate) -> Verdict:
    if _strength(loser) > _strength(winner):
        return Verdict.WEAKER_EVIDENCE
    is_weighed = winner.match_type is MatchType.IP_USER_AGENT
    if is_weighed and _device_of(loser.click) != _device_of(winner.click):
        return Verdict.LESS_PROBABLE
    return Verdict.EARLIER


def _device_of(click: Click) -> str:
    return device_signature(click.user_agent, click.accept_language)


def _organic(reason: OrganicReason, candidates: Sequence[Candidate]) -> Decision:
    return Decision(
        match_type=MatchType.ORGANIC,
        click=None,
        confidence=0.0,
        reason=reason,
        candidates=tuple(candidates),
    )


def _same(left: str | None, right: str | None) -> bool:
    return left is not None and left == right
