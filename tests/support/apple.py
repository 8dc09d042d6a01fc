"""Apple without Apple: AdServices that answers as it is told."""

from __future__ import annotations

from collections import deque

from appsprint.domain.apple_ads import AppleAnswer, AppleClaim, Claimed, NoClaim

CLAIM = AppleClaim(
    {
        "campaignId": "542370539",
        "orgId": "40669820",
        "adGroupId": "542317095",
        "keywordId": "87675432",
        "adId": "542317136",
        "countryOrRegion": "US",
        "claimType": "Click",
        "conversionType": "Download",
    }
)
CLAIMED = Claimed(CLAIM)


class FakeAdServices:
    """Gives the answers that a test queues, then that no ad led to the install.

    Attributes:
        answers: What comes next.
        tokens: What was asked about.
    """

    def __init__(self) -> None:
        self.answers: deque[AppleAnswer] = deque()
        self.tokens: list[str] = []

    def resolve(self, token: str) -> AppleAnswer:
        """The next answer."""
        self.tokens.append(token)
        return self.answers.popleft() if self.answers else NoClaim.NONE
