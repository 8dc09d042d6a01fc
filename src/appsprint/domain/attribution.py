"""The rule of credit: which click, if any, earned an install. Pure, and every answer explained.

The order of evidence is Play install referrer, advertising id, click id otherwise given, and
last address and device together. Among equal evidence the last eligible click wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.app import LookbackWindows, Platform
from appsprint.domain.click import Click
from appsprint.domain.device import (
    InstallDevice,
    compare_devices,
    device_signature,
    parse_browser,
)
from appsprint.domain.ids import AppId, ClickId
from appsprint.domain.install import CLOCK_SKEW_ALLOWANCE
from appsprint.domain.referrer import PlayReferrer

# Stored with every decision; raise it when the rule changes, so that old ones stay explicable.
RULE_VERSION = 1


class MatchType(StrEnum):
    """The evidence that ties a click to an install, as SDK answers and reports name it."""

    INSTALL_REFERRER = "install_referrer"
    IDFA = "idfa"
    GAID = "gaid"
    CLICK_ID = "click_id"
    IP_USER_AGENT = "ip_user_agent"
    ORGANIC = "organic"


# Strongest first; both advertising ids are one rank because an app has only one of them.
_STRENGTH = {
    MatchType.INSTALL_REFERRER: 0,
    MatchType.IDFA: 1,
    MatchType.GAID: 1,
    MatchType.CLICK_ID: 2,
    MatchType.IP_USER_AGENT: 3,
}
_CERTAINTY = {
    MatchType.INSTALL_REFERRER: 1.0,
    MatchType.IDFA: 0.99,
    MatchType.GAID: 0.99,
    MatchType.CLICK_ID: 0.98,
}


class Verdict(StrEnum):
    """What became of one candidate click."""

    WON = "won"
    LINK_ARCHIVED = "link_archived"
    ALREADY_CREDITED = "already_credited"
    AFTER_INSTALL = "after_install"
    OUTSIDE_WINDOW = "outside_lookback_window"
    OS_DIFFERS = "os_differs"
    OS_VERSION_DIFFERS = "os_version_differs"
    MODEL_DIFFERS = "model_differs"
    UNKNOWN_DEVICE = "unknown_os"
    NOT_IN_REFERRER = "referrer_names_another_click"
    WEAKER_EVIDENCE = "weaker_evidence"
    LESS_SPECIFIC = "fits_the_device_less_well"
    EARLIER = "earlier_click"
    TIE = "tie"


class OrganicReason(StrEnum):
    """Why an install got no click."""

    NO_CANDIDATE = "no_candidate"
    PRIVATE_ADDRESS = "private_address"
    PROBABILISTIC_OFF = "probabilistic_matching_off"
    RULED_OUT = "all_candidates_ruled_out"
    TIE = "tie"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallEvidence:
    """What an install brings to the decision.

    Attributes:
        installed_at: The device's time, at most ``received_at``.
        received_at: Our clock; nothing later was known then.
        address_key: None when the address is not public and must not match.
        language: The device's locale, ``en-US``; None when unknown.
        given_click_id: A click id of ours that came by another way than the Play referrer.
    """

    app_id: AppId
    platform: Platform
    installed_at: datetime
    received_at: datetime
    address_key: str | None
    device: InstallDevice
    language: str | None
    referrer: PlayReferrer
    given_click_id: str | None
    advertising_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionRules:
    """The app's choices that the rule obeys."""

    windows: LookbackWindows = LookbackWindows()
    probabilistic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One click that some evidence ties to the install, and what became of it.

    Attributes:
        agreement: The device features that both sides know and agree on.
        age_seconds: From the click to the install; negative when the click came later.
    """

    click: Click
    match_type: MatchType
    verdict: Verdict
    agreement: tuple[str, ...] = ()
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who earned an install.

    Attributes:
        click: The credited click; None for an organic install.
        confidence: 0 to 1; 0 for an organic install.
        reason: Why this click, or why none, as a short code.
        candidates: Every click that was weighed, the winner first, then latest first.
    """

    match_type: MatchType
    click: Click | None
    confidence: float
    reason: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_attributed(self) -> bool:
        """Whether a click earned the install."""
        return self.click is not None


def attribute_install(
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    *,
    credited: Collection[ClickId] = (),
) -> Decision:
    """Credit an install to at most one click.

    The answer depends on neither the order of ``clicks`` nor on duplicates among them.

    Args:
        evidence: The install.
        clicks: Every click that might match. Too many is safe; too few loses credit.
        rules: The app's windows and switches.
        credited: Clicks that already earned another install.

    Returns:
        The decision with the reason and every candidate. Never raises.
    """
    weighed = [
        candidate
        for click in {click.id: click for click in clicks}.values()
        if (candidate := _weigh(evidence, click, rules, credited)) is not None
    ]
    weighed.sort(key=lambda c: (c.click.occurred_at, c.click.id), reverse=True)
    if any(candidate.match_type is MatchType.INSTALL_REFERRER for candidate in weighed):
        weighed = [_obey_referrer(candidate) for candidate in weighed]
    eligible = [candidate for candidate in weighed if candidate.verdict is Verdict.WON]
    if not eligible:
        return _organic(_why_organic(evidence, weighed, rules), weighed)
    best = min(_STRENGTH[candidate.match_type] for candidate in eligible)
    equals = [candidate for candidate in eligible if _STRENGTH[candidate.match_type] == best]
    return _choose(equals, weighed, rules)


def _weigh(
    evidence: InstallEvidence,
    click: Click,
    rules: AttributionRules,
    credited: Collection[ClickId],
) -> Candidate | None:
    """The click as a candidate, None when nothing ties it; ``WON`` means eligible here."""
    match_type = strongest_match(evidence, click)
    if match_type is None:
        return None
    if match_type is MatchType.IP_USER_AGENT and not rules.probabilistic:
        return None
    comparison = compare_devices(parse_browser(click.user_agent), evidence.device)
    agreement = (*sorted(comparison.matched), *_language_agreement(evidence, click))
    verdict = _fault(evidence, click, match_type, rules)
    if click.id in credited:
        verdict = Verdict.ALREADY_CREDITED
    elif verdict is None and match_type is MatchType.IP_USER_AGENT:
        verdict = None if comparison.compatible else Verdict(str(comparison.reason))
    return Candidate(
        click=click,
        match_type=match_type,
        verdict=verdict or Verdict.WON,
        agreement=agreement,
        age_seconds=(evidence.installed_at - click.occurred_at).total_seconds(),
    )


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


def _fault(
    evidence: InstallEvidence, click: Click, match_type: MatchType, rules: AttributionRules
) -> Verdict | None:
    """Why this click cannot earn this install whatever the device says; None when it can."""
    if not click.earns_credit:
        return Verdict.LINK_ARCHIVED
    if click.occurred_at > _latest_possible_click(evidence):
        return Verdict.AFTER_INSTALL
    probabilistic = match_type is MatchType.IP_USER_AGENT
    window = rules.windows.probabilistic if probabilistic else rules.windows.click
    if evidence.installed_at - click.occurred_at > window:
        return Verdict.OUTSIDE_WINDOW
    return None


def _latest_possible_click(evidence: InstallEvidence) -> datetime:
    return min(evidence.installed_at + CLOCK_SKEW_ALLOWANCE, evidence.received_at)


def _language_agreement(evidence: InstallEvidence, click: Click) -> tuple[str, ...]:
    if evidence.language is None or not click.accept_language:
        return ()
    first = click.accept_language.split(",", 1)[0].split(";", 1)[0].strip()
    return ("language",) if first.lower() == evidence.language.lower() else ()


def _obey_referrer(candidate: Candidate) -> Candidate:
    """Play named one of our clicks, so no other click can have led to this install."""
    if candidate.match_type is MatchType.INSTALL_REFERRER:
        return candidate
    return _judged(candidate, Verdict.NOT_IN_REFERRER)


def _choose(
    equals: Sequence[Candidate], weighed: Sequence[Candidate], rules: AttributionRules
) -> Decision:
    """The last of equally strong candidates, unless that would be a guess between devices."""
    if equals[0].match_type is not MatchType.IP_USER_AGENT:
        return _credit(equals[0], weighed, rules)
    specific = max(len(candidate.agreement) for candidate in equals)
    fitting = [candidate for candidate in equals if len(candidate.agreement) == specific]
    devices = {
        device_signature(candidate.click.user_agent, candidate.click.accept_language)
        for candidate in fitting
    }
    if len(devices) > 1:
        tied = {candidate.click.id for candidate in fitting}
        return _organic(OrganicReason.TIE, _with_losers(weighed, Verdict.LESS_SPECIFIC, tied))
    return _credit(fitting[0], weighed, rules)


def _with_losers(
    weighed: Sequence[Candidate], verdict: Verdict, tied: Collection[ClickId]
) -> list[Candidate]:
    return [
        _judged(candidate, Verdict.TIE if candidate.click.id in tied else verdict)
        for candidate in weighed
    ]


def _credit(winner: Candidate, weighed: Sequence[Candidate], rules: AttributionRules) -> Decision:
    losers = [
        _judged(candidate, _why_lost(candidate, winner))
        for candidate in weighed
        if candidate is not winner
    ]
    return Decision(
        match_type=winner.match_type,
        click=winner.click,
        confidence=_confidence(winner, rules.windows),
        reason=f"{winner.match_type}_match",
        candidates=(winner, *losers),
    )


def _judged(candidate: Candidate, verdict: Verdict) -> Candidate:
    """The candidate with its final verdict; one that was never eligible keeps its own."""
    if candidate.verdict is not Verdict.WON:
        return candidate
    return Candidate(
        click=candidate.click,
        match_type=candidate.match_type,
        verdict=verdict,
        agreement=candidate.agreement,
        age_seconds=candidate.age_seconds,
    )


def _why_lost(loser: Candidate, winner: Candidate) -> Verdict:
    if _STRENGTH[loser.match_type] > _STRENGTH[winner.match_type]:
        return Verdict.WEAKER_EVIDENCE
    if len(loser.agreement) < len(winner.agreement):
        return Verdict.LESS_SPECIFIC
    return Verdict.EARLIER


def _confidence(winner: Candidate, windows: LookbackWindows) -> float:
    """How sure the match is: fixed for exact evidence, falling with age for the rest.

    The figures for address and device order matches sensibly; they are not yet calibrated.
    """
    certain = _CERTAINTY.get(winner.match_type)
    if certain is not None:
        return certain
    age_share = max(winner.age_seconds, 0.0) / windows.probabilistic.total_seconds()
    detail = min(len(winner.agreement), 4) / 4
    return round(0.65 + 0.25 * detail - 0.25 * age_share, 3)


def _organic(reason: OrganicReason, weighed: Sequence[Candidate]) -> Decision:
    return Decision(
        match_type=MatchType.ORGANIC,
        click=None,
        confidence=0.0,
        reason=reason,
        candidates=tuple(weighed),
    )


def _why_organic(
    evidence: InstallEvidence, weighed: Sequence[Candidate], rules: AttributionRules
) -> OrganicReason:
    if weighed:
        return OrganicReason.RULED_OUT
    if evidence.address_key is None:
        return OrganicReason.PRIVATE_ADDRESS
    return OrganicReason.NO_CANDIDATE if rules.probabilistic else OrganicReason.PROBABILISTIC_OFF


def _same(left: str | None, right: str | None) -> bool:
    return left is not None and left == right
