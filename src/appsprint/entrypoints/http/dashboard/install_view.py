"""What the address of the installs' list says, and how installs are matched, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appsprint.domain.apple_ads import AppleLookup, LookupState, NoClaim
from appsprint.domain.decision import MatchType
from appsprint.domain.delivery import NotEligibleReason
from appsprint.domain.ids import LinkId
from appsprint.domain.install import TestReason
from appsprint.domain.quality_rules import SPECS, Consequence, QualityRule
from appsprint.entrypoints.http.dashboard.list_view import ListView
from appsprint.ports.installs import Attribution, InstallFilter

MATCHES: Mapping[str, str] = {
    MatchType.INSTALL_REFERRER: "Play install referrer",
    MatchType.IDFA: "Advertising id (IDFA)",
    MatchType.GAID: "Advertising id (GAID)",
    MatchType.CLICK_ID: "Click id",
    MatchType.APPLE_ADS: "Apple Ads",
    MatchType.IP_USER_AGENT: "Address and device",
    MatchType.ORGANIC: "Organic",
}
NOT_MEANT: Mapping[str, str] = {
    NotEligibleReason.NOT_MAPPED: "Not mapped",
    NotEligibleReason.NOT_ATTRIBUTED: "Install not credited to it",
    NotEligibleReason.TEST_EVENT: "Test event",
    NotEligibleReason.REINSTALL: "Reinstall, not a new install",
}
TESTS: Mapping[str | None, str] = {
    TestReason.API_KEY: "its app carries a test key",
    TestReason.SANDBOX: "its SDK says that it is a sandbox build",
    TestReason.TEST_DEVICE: "its device is on this app's list of test devices",
    None: "it came with a test key or from a sandbox build",
}
_EFFECTS: Mapping[Consequence, str] = {
    Consequence.OFF: "",
    Consequence.TAG: "Marked only",
    Consequence.NO_POSTBACK: "Events are kept from networks",
    Consequence.NO_CREDIT: "No credit",
}
_CREDIT: Mapping[str, bool] = {"attributed": True, "organic": False}
_KIND: Mapping[str, bool] = {"new": False, "reinstall": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallView(ListView):
    """Which installs the address asks for.

    Attributes:
        credit: "attributed" or "organic".
        kind: "new" or "reinstall".
    """

    credit: str = ""
    kind: str = ""
    match_type: str = ""
    tag: str = ""
    link_id: str = ""
    campaign_id: str = ""
    appsprint_id: str = ""
    customer_user_id: str = ""

    def wanted(self, time_zone: str) -> InstallFilter:
        """The installs that are asked for.

        Raises:
            InvalidInput: A day is not one.
        """
        since, until = self.span(time_zone)
        return InstallFilter(
            is_attributed=_CREDIT.get(self.credit),
            is_reinstall=_KIND.get(self.kind),
            match_type=self.match_type or None,
            tag=self.tag or None,
            link_id=LinkId(self.link_id) if self.link_id else None,
            campaign_id=self.campaign_id or None,
            appsprint_id=self.appsprint_id or None,
            customer_user_id=self.customer_user_id or None,
            since=since,
            until=until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsideredClick:
    """A click that was weighed, as the decision's explanation tells it."""

    click_id: str
    link_id: str
    occurred_at: datetime | None
    age: str
    match: str
    probability: float | None
    verdict: str
    has_won: bool
    evidence: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMark:
    """What a quality rule found, as the decision's explanation tells it."""

    title: str
    words: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an install got its click, or none.

    Attributes:
        words: None for decisions from before there were any.
        reinstall: Why it is not a new install; None when it is one, or nobody can say any more.
        missing: Which evidence tied no click to the install; empty for credited installs.
        considered: How many clicks there were; the best of them are in ``clicks``.
    """

    words: str | None
    reinstall: str | None
    missing: Sequence[str]
    considered: int
    clicks: Sequence[ConsideredClick]
    quality: Sequence[QualityMark] = ()


APPLE_STATES: Mapping[LookupState, str] = {
    LookupState.WAITING: "Apple has not answered yet",
    LookupState.CLAIMED: "An ad of Apple Ads led to this install, says Apple",
    LookupState.NOT_CLAIMED: "No ad of Apple Ads led to this install, says Apple",
    LookupState.GIVEN_UP: "Apple gave no answer",
}
APPLE_REASONS: Mapping[NoClaim, str] = {
    NoClaim.NOT_FOUND: "it does not know the token",
    NoClaim.INVALID_TOKEN: "it says that the token is not valid",
    NoClaim.UNAVAILABLE: "it was not to be reached while the token was good",
    NoClaim.SWITCHED_OFF: "this server is set to ask nobody",
}
APPLE_FIELDS: Mapping[str, str] = {
    "campaignId": "Campaign",
    "adGroupId": "Ad group",
    "keywordId": "Keyword",
    "adId": "Ad",
    "orgId": "Account",
    "claimType": "Claimed for",
    "conversionType": "Conversion",
    "countryOrRegion": "Country or region",
    "clickDate": "Tapped",
    "impressionDate": "Seen",
    "supplyPlacement": "Placement",
}


def say_lookup(lookup: AppleLookup) -> str:
    """How asking Apple stands, in a sentence."""
    reason = None if lookup.reason is None else APPLE_REASONS.get(lookup.reason)
    told = APPLE_STATES[lookup.state]
    said = f"{told}: {reason}." if reason else f"{told}."
    if not lookup.attempts:
        return said
    return f"{said} Asked {'once' if lookup.attempts == 1 else f'{lookup.attempts} times'}."


def read_explanation(decision: Attribution) -> Explanation:
    """The stored explanation, whatever version of the rule wrote it."""
    told: dict[str, Any] = json.loads(decision.explanation)
    candidates = told.get("candidates") or []
    return Explanation(
        words=told.get("words"),
        missing=[one["words"] for one in told.get("missing_evidence", ())],
        reinstall=(told.get("reinstall") or {}).get("words"),
        considered=told.get("candidates_considered", len(candidates)),
        clicks=[_click(one) for one in candidates],
        quality=[_mark(one) for one in told.get("quality") or []],
    )


def _mark(told: Mapping[str, Any]) -> QualityMark:
    return QualityMark(
        title=SPECS[QualityRule(told["rule"])].title,
        words=told["words"],
        effect=_EFFECTS[Consequence(told["consequence"])],
    )


def _click(told: Mapping[str, Any]) -> ConsideredClick:
    at, age = told.get("occurred_at"), told.get("age_seconds")
    return ConsideredClick(
        click_id=told.get("click_id", ""),
        link_id=told.get("link_id", ""),
        occurred_at=None if at is None else datetime.fromisoformat(at),
        age="" if age is None else duration(float(age)),
        match=MATCHES.get(told.get("match_type", ""), told.get("match_type", "")),
        probability=told.get("probability"),
        verdict=told.get("verdict_words") or str(told.get("verdict", "")).replace("_", " "),
        has_won=told.get("verdict") == "won",
        evidence=[one["words"] for one in told.get("evidence", ()) if "words" in one],
    )


def duration(seconds: float) -> str:
    """How long, in its two largest units: ``2 h 5 min``."""
    rest, parts = abs(round(seconds)), []
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        amount, rest = divmod(rest, unit)
        if amount:
            parts.append(f"{amount} {name}")
    return " ".join(parts[:2]) or "0 s"
