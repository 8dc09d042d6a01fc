"""Apple Ads: what Apple's AdServices says of an install, and when it is asked.

An app gets a token from the AdServices framework; whoever has the token may ask Apple whether an
ad of Apple Ads led to the install. Facts: developer.apple.com, "AAAttribution.attributionToken()",
read November 2026. A token lives for 24 hours. 200 carries the record or ``attribution: false``;
400 means that the token is not valid; 404 comes when one asks too soon, and Apple advises three
attempts five seconds apart; 500 means later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.ids import AppId, InstallId

TOKEN_LIFETIME = timedelta(hours=24)
NOT_FOUND_PAUSE = timedelta(seconds=5)
MAX_NOT_FOUND = 3
LONGEST_PAUSE = timedelta(hours=1)
# As SDK answers name them (SDK wire protocol §2), which is how Apple does.
CLAIM_FIELDS = (
    "campaignId",
    "orgId",
    "adGroupId",
    "keywordId",
    "adId",
    "countryOrRegion",
    "claimType",
    "clickDate",
    "impressionDate",
    "conversionType",
    "supplyPlacement",
)


@dataclass(frozen=True, slots=True)
class AppleClaim:
    """Apple's record of the ad that led to an install.

    Attributes:
        fields: Some of ``CLAIM_FIELDS`` as texts, ``campaignId`` always. Dates are Apple's.
    """

    fields: Mapping[str, str]

    @property
    def campaign_id(self) -> str:
        """Apple's campaign."""
        return self.fields["campaignId"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Apple says that its ad led to the install."""

    claim: AppleClaim


class NoClaim(StrEnum):
    """Any other end of asking once.

    ``NONE``: no ad of Apple Ads led to the install. ``NOT_FOUND``: asked too soon, or the token is
    too old. ``INVALID_TOKEN``: Apple will never know it. ``UNAVAILABLE``: no usable answer.
    ``SWITCHED_OFF``: the operator wants Apple not to be asked.
    """

    NONE = "none"
    NOT_FOUND = "not_found"
    INVALID_TOKEN = "invalid_token"
    UNAVAILABLE = "unavailable"
    SWITCHED_OFF = "switched_off"


AppleAnswer = Claimed | NoClaim


class LookupState(StrEnum):
    """Where asking about a token stands; all but ``WAITING`` are final for this token."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    NOT_CLAIMED = "not_claimed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleLookup:
    """What Apple was asked about the latest token of an install, and what it said.

    Attributes:
        noted_at: When the token reached us; it can only be older.
        attempts: How often Apple was asked about this token.
        not_found: How often it did not know the token.
        next_attempt_at: None when Apple is not asked again.
        reason: Why it was given up, or why the last attempt brought nothing; else None.
        answered_at: When the state became final.
        claim: What Apple claims; it stays, and no later token is asked about.
    """

    app_id: AppId
    install_id: InstallId
    noted_at: datetime
    state: LookupState = LookupState.WAITING
    attempts: int = 0
    not_found: int = 0
    next_attempt_at: datetime | None
    reason: NoClaim | None = None
    answered_at: datetime | None = None
    claim: AppleClaim | None = None

    def after(self, answer: AppleAnswer, now: datetime) -> AppleLookup:
        """The look-up when Apple was asked once more.

        Args:
            answer: What asking came to.
            now: When it did.
        """
        tried = replace(self, attempts=self.attempts + 1)
        if isinstance(answer, Claimed):
            return tried._ended(LookupState.CLAIMED, now, claim=answer.claim)
        if answer is NoClaim.NONE:
            return tried._ended(LookupState.NOT_CLAIMED, now)
        if answer is NoClaim.NOT_FOUND:
            tried = replace(tried, not_found=tried.not_found + 1)
        return tried._repeated(answer, now)

    def _repeated(self, reason: NoClaim, now: datetime) -> AppleLookup:
        next_at = now + self._pause(reason)
        is_hopeless = reason in (NoClaim.INVALID_TOKEN, NoClaim.SWITCHED_OFF)
        if is_hopeless or self.not_found >= MAX_NOT_FOUND or self._is_over(next_at):
            return self._ended(LookupState.GIVEN_UP, now, reason=reason)
        return replace(self, next_attempt_at=next_at, reason=reason)

    def _is_over(self, at: datetime) -> bool:
        return at >= self.noted_at + TOKEN_LIFETIME

    def _pause(self, reason: NoClaim) -> timedelta:
        if reason is NoClaim.NOT_FOUND:
            return NOT_FOUND_PAUSE
        return min(NOT_FOUND_PAUSE * (1 << min(self.attempts - 1, 10)), LONGEST_PAUSE)

    def _ended(
        self,
        state: LookupState,
        now: datetime,
        *,
        reason: NoClaim | None = None,
        claim: AppleClaim | None = None,
    ) -> AppleLookup:
        return replace(
            self,
            state=state,
            next_attempt_at=None,
            reason=reason,
            answered_at=now,
            claim=claim or self.claim,
        )
