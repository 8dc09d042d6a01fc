"""Decisions in words, for people who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from appsprint.domain.counted import amount_of, percent_of
from appsprint.domain.decision import Candidate, MatchType, OrganicReason, Verdict
from appsprint.domain.likelihood import Factor
from appsprint.domain.missing_evidence import MissingEvidence
from appsprint.domain.quality import Finding
from appsprint.domain.quality_rules import SPECS
from appsprint.domain.reinstall import Reinstall, SamePersonBy
from appsprint.domain.revision import DecisionCause

_VERDICTS: Mapping[Verdict, str] = {
    Verdict.WON: "earned the install",
    Verdict.LINK_ARCHIVED: "its link was archived when it was tapped",
    Verdict.ALREADY_CREDITED: "it earned another install",
    Verdict.AFTER_INSTALL: "it came after the install",
    Verdict.AFTER_INSTALL_BEGAN: "by Play's times it was made when the installation had begun",
    Verdict.OUTSIDE_WINDOW: "it was older than the lookback window",
    Verdict.OS_DIFFERS: "it was made on another operating system",
    Verdict.OS_VERSION_DIFFERS: "it was made on another version of the system",
    Verdict.MODEL_DIFFERS: "it was made on another model",
    Verdict.UNKNOWN_DEVICE: "its user agent names no operating system",
    Verdict.NOT_IN_REFERRER: "Play's referrer names another click of ours",
    Verdict.WEAKER_EVIDENCE: "there was stronger evidence for another ad",
    Verdict.LESS_PROBABLE: "another device's click was more probable",
    Verdict.NOT_SURE_ENOUGH: "it was less probable than the app asks for",
    Verdict.EARLIER: "a later click of the same device counts",
    Verdict.TIE: "another device's click was about as probable",
    Verdict.REFUSED: "a quality rule refused it; it stays free for another install",
}
_REASONS: Mapping[OrganicReason, str] = {
    OrganicReason.NO_CANDIDATE: (
        "Organic: no click of this app came from this address in time, and there was no Play "
        "referrer, advertising id or click id that names one."
    ),
    OrganicReason.SHARED_NETWORK: (
        "Organic: the install came through a relay or data centre, whose addresses strangers "
        "share, and there was no Play referrer, advertising id or click id that names a click."
    ),
    OrganicReason.PRIVATE_ADDRESS: (
        "Organic: the install came from an address that is not public, and "
        "there was no Play referrer, advertising id or click id that names a click."
    ),
    OrganicReason.PROBABILISTIC_OFF: (
        "Organic: matching by address is off for this app, and there was no Play referrer, "
        "advertising id or click id that names a click."
    ),
    OrganicReason.RULED_OUT: "Organic: there were clicks, and something ruled out each of them.",
    OrganicReason.NOT_SURE_ENOUGH: (
        "Organic: the best click was less probable than the app asks for; more likely than one "
        "likes, the install would have come without it."
    ),
    OrganicReason.TIE: "Organic: clicks of several devices were about as probable.",
}
_FACTORS: Mapping[str, tuple[str, str]] = {
    "os_version": ("same version of the system", "another version of the system"),
    "model": ("same model", "another model"),
    "web_view_version": ("same version of the web view", "another version of the web view"),
    "build": ("same build of the system", "another build of the system"),
    "language": ("same language", "same language, which everybody here has"),
    "other_language": ("another language", "another language"),
    "referrer_organic": ("Play calls the install organic",) * 2,
    "referrer_other": ("Play names another origin",) * 2,
    "referrer_ours": ("Play names a click of ours that is not known",) * 2,
    "device_installed_already": ("a click of a device like this one earned an install",) * 2,
}
_SAME_PERSON: Mapping[SamePersonBy, str] = {
    SamePersonBy.ADVERTISING_ID: "the same advertising id",
    SamePersonBy.IDFV: "the same id of the device for the vendor (idfv)",
    SamePersonBy.INSTALL_TYPE: "the SDK",
}


_MISSING: Mapping[MissingEvidence, str] = {
    MissingEvidence.NO_REFERRER: "Play told no install referrer.",
    MissingEvidence.REFERRER_ORGANIC: "Play's referrer calls the install organic.",
    MissingEvidence.REFERRER_FOREIGN: "Play's referrer names another origin than our links.",
    MissingEvidence.REFERRER_UNKNOWN_CLICK: "Play's referrer names a click that is not known.",
    MissingEvidence.NO_ADVERTISING_ID: "The app told no advertising id.",
    MissingEvidence.NO_CLICK_WITH_ADVERTISING_ID: "No click carried the app's advertising id.",
    MissingEvidence.NO_CLICK_ID: "The app passed on no click id.",
    MissingEvidence.UNKNOWN_CLICK_ID: "The click id that the app passed on is not known.",
    MissingEvidence.ADDRESS_MATCHING_OFF: "Matching by address is off for this app.",
    MissingEvidence.SHARED_NETWORK: (
        "The install's address is one of a relay or data centre, which strangers share."
    ),
    MissingEvidence.PRIVATE_ADDRESS: "The install's address is not public.",
    MissingEvidence.NO_CLICK_FROM_ADDRESS: (
        "No click of this app came from the install's address in time."
    ),
}
_CAUSES: Mapping[DecisionCause, str] = {
    DecisionCause.REGISTRATION: "The install was registered.",
    DecisionCause.INSTALL_REFERRER: "A repeated registration brought Play's install referrer.",
    DecisionCause.ADVERTISING_ID: "The app told the advertising id later.",
    DecisionCause.CLICK_ID: "A repeated registration brought a click id.",
    DecisionCause.REPLAY: "The app's past was decided again by other rules.",
    DecisionCause.LATE_CLICK: "A click that had waited in the spool was stored.",
    DecisionCause.APPLE_ADS: "Apple answered about the app's AdServices token.",
}
_APPLE_ADS = (
    "Credited to Apple Ads: Apple's AdServices says that one of its ads led to the install, and "
    "nothing stronger names a click of ours."
)


def say_verdict(verdict: Verdict) -> str:
    """What became of a candidate."""
    return _VERDICTS[verdict]


def say_reason(reason: str, winner: Candidate | None) -> str:
    """Why an install got its click, or none."""
    if winner is None:
        is_apples = reason == f"{MatchType.APPLE_ADS}_match"
        return _APPLE_ADS if is_apples else _REASONS[OrganicReason(reason)]
    match = winner.match_type.replace("_", " ")
    if winner.probability is None:
        return f"Credited by {match}."
    agreed = ", ".join(winner.agreement).replace("_", " ") or "nothing else"
    minutes = amount_of(round(winner.age_seconds / 60), "minute")
    return (
        f"Credited by address: {percent_of(winner.probability)} probable; "
        f"agreeing on {agreed}; {minutes} after the tap."
    )


def say_refusal(finding: Finding) -> str:
    """Why a quality rule took an install's click away."""
    title = SPECS[finding.rule].title
    return f"Not credited, by the quality rule “{title}”: {finding.words}."


def say_missing(missing: MissingEvidence) -> str:
    """Which evidence tied no click to the install."""
    return _MISSING[missing]


def say_cause(cause: DecisionCause) -> str:
    """What made a version of a decision."""
    return _CAUSES[cause]


def say_factor(factor: Factor) -> str:
    """One piece of evidence with its weight."""
    for_it, against_it = _FACTORS[factor.name]
    if factor.ratio >= 1:
        return f"{for_it}: {factor.ratio:.1f} times as probable"
    return f"{against_it}: {1 / max(factor.ratio, 1e-9):.1f} times less probable"


def say_reinstall(reinstall: Reinstall) -> str:
    """Why an install is not a new one."""
    by = _SAME_PERSON[reinstall.by]
    if reinstall.since_earlier is None:
        return f"Reinstall: {by} says that the app was on the device before."
    return f"Reinstall: {by} had the app {_how_long(reinstall.since_earlier)} earlier."


def _how_long(time: timedelta) -> str:
    """A time in the one unit that is fit for it."""
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "hours")):
        if time >= 2 * unit:
            return f"{time // unit} {name}"
    minutes = time // timedelta(minutes=1)
    return amount_of(minutes, "minute") if minutes > 1 else "a moment"
