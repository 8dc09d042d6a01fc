"""Quality rules: each app's settings, what they look up of stored traffic, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from appsprint.domain.app import Environment
from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, InstallId, LinkId
from appsprint.domain.quality import Finding, LinkTraffic
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules
from appsprint.ports.installs import AttributedInstall


@dataclass(frozen=True, slots=True)
class JudgedClick:
    """The click that earned an install, or would have if no rule had refused it.

    Attributes:
        click_id: None where the credit is Apple's, who tells no click.
        campaign_id, campaign_name: What its link told of the ad.
    """

    click_id: ClickId | None
    campaign_id: str | None
    campaign_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInstall:
    """A stored install as a rule can judge it again.

    Attributes:
        click: The credited click, or the one that a rule refused; None without either, and where
            it is not stored any more.
        judged_by: The same click with its campaign; None without either.
    """

    found: AttributedInstall
    click: Click | None
    judged_by: JudgedClick | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInstalls:
    """How many live installs of one campaign a rule found, with what consequence.

    Attributes:
        campaign_id, campaign_name: Of the judged clicks; None where they did not tell.
        is_organic: These installs had no click.
    """

    campaign_id: str | None
    campaign_name: str | None
    is_organic: bool
    rule: QualityRule
    consequence: Consequence
    installs: int


class QualityRepository(Protocol):
    """Settings are of the control plane, everything else of the event plane."""

    def rules(self, app_id: AppId) -> QualityRules:
        """What the app has set; its defaults for the rest."""
        ...

    def save_rules(self, app_id: AppId, rules: QualityRules, *, at: datetime) -> None:
        """Replace what the app has set."""
        ...

    def count_clicks_of_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        """Clicks of an address, both ends included, at most ``limit``."""
        ...

    def link_traffic(self, app_id: AppId, link_id: LinkId, *, at: datetime) -> LinkTraffic:
        """The link's clicks in the clock hour (UTC) of ``at``, and all that it ever had."""
        ...

    def latest_delays(
        self, app_id: AppId, link_id: LinkId, *, until: datetime, limit: int
    ) -> Sequence[timedelta]:
        """From click to first open, of the last ``limit`` installs that a link earned.

        Latest arrival first, arrivals at ``until`` and later left out. An install whose click is
        not stored any more is left out too.
        """
        ...

    def count_installs_of_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        """Installs that arrived from an address, at most ``limit``; ``until`` is not included."""
        ...

    def count_installs(
        self,
        app_id: AppId,
        environment: Environment,
        *,
        since: datetime,
        until: datetime,
        limit: int,
    ) -> int:
        """Installs that arrived at all, at most ``limit``; ``until`` is not included."""
        ...

    def note(
        self,
        app_id: AppId,
        install_id: InstallId,
        findings: Sequence[Finding],
        *,
        judged_by: JudgedClick | None,
    ) -> None:
        """Keep what the decision in force found; it takes the place of what was found before."""
        ...

    def found_installs(
        self, app_id: AppId, *, since: datetime, until: datetime
    ) -> Sequence[FoundInstalls]:
        """Live installs of a time by campaign, rule and consequence; ``until`` is not included.

        An install counts at its first open, and once for each rule that found it.
        """
        ...

    def past_installs(
        self, app_id: AppId, *, since: datetime, after: InstallId | None, limit: int
    ) -> Sequence[PastInstall]:
        """Live installs that arrived since, in the order of their ids, beginning above that."""
        ...
