"""Rules of credit that others use, to compare ours with.

Both obey our Play referrer, because nobody does without it, and differ where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from appsprint.domain.attribution import strongest_match
from appsprint.domain.click import Click
from appsprint.domain.decision import (
    AttributionRules,
    Candidate,
    Decision,
    InstallEvidence,
    MatchType,
    Verdict,
)
from appsprint.domain.device import DeviceFeature, compare_devices, parse_browser
from appsprint.domain.ids import ClickId
from appsprint.domain.likelihood import Surroundings

_POINTS_NEEDED = 60


def last_click_by_address(
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    *,
    credited: Collection[ClickId],
    surroundings: Surroundings,
) -> Decision:
    """The last click from the same address within the window, with full confidence."""
    return _best(evidence, clicks, rules, credited, lambda click: 100.0)


def points_and_threshold(
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    *,
    credited: Collection[ClickId],
    surroundings: Surroundings,
) -> Decision:
    """Points for each thing that agrees; from sixty on the best click wins, the last of equals."""

    def points(click: Click) -> float:
        found = compare_devices(parse_browser(click.user_agent), evidence.device)
        language = (click.accept_language or "").partition(",")[0].lower()
        hours = (evidence.installed_at - click.occurred_at).total_seconds() / 3600
        return (
            40
            + 10 * (DeviceFeature.OS in found.matched)
            + 15 * (DeviceFeature.OS_VERSION in found.matched)
            + 15 * (DeviceFeature.MODEL in found.matched)
            + 10 * (language == (evidence.language or "-").lower())
            + (10 if hours <= 1 else 5 if hours <= 6 else 0)
            - (100 if not found.compatible else 0)
        )

    return _best(evidence, clicks, rules, credited, points)


def _best(
    evidence: InstallEvidence,
    clicks: Iterable[Click],
    rules: AttributionRules,
    credited: Collection[ClickId],
    points: Callable[[Click], float],
) -> Decision:
    known = {click.id: click for click in clicks if click.occurred_at <= evidence.received_at}
    named = known.get(ClickId(evidence.referrer.click_id or ""))
    if named is not None:
        return _credit(named, MatchType.INSTALL_REFERRER, 1.0)
    scored = [
        (points(click), click.occurred_at, click.id)
        for click in known.values()
        if strongest_match(evidence, click) is MatchType.IP_USER_AGENT
        and click.id not in credited
        and evidence.installed_at - click.occurred_at <= rules.windows.probabilistic
    ]
    best = max(scored, default=None)
    if best is None or best[0] < _POINTS_NEEDED:
        return Decision(match_type=MatchType.ORGANIC, click=None, confidence=0.0, reason="none")
    return _credit(known[best[2]], MatchType.IP_USER_AGENT, best[0] / 100)


def _credit(click: Click, match_type: MatchType, confidence: float) -> Decision:
    return Decision(
        match_type=match_type,
        click=click,
        confidence=confidence,
        reason=f"{match_type}_match",
        candidates=(Candidate(click=click, match_type=match_type, verdict=Verdict.WON),),
    )
