"""Installs, what became known of them later, and who earned them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, InstallId, LinkId
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.likelihood import UnrelatedInstalls
from appsprint.domain.link import CreditedNetwork
from appsprint.domain.reinstall import EarlierInstall
from appsprint.domain.revision import DecisionCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """One version of the decision on one install; a derived row, the newest version counts.

    Attributes:
        version: 1 for the first decision.
        cause: What made this version; a first one is made by the registration.
        network: The credited one; None for an organic install.
        click_id, link_id: None for an organic install and for one of Apple Ads.
        campaign_id … ad_name: What the credited click's link, or Apple, told of the ad.
        network_click_id: TikTok's ``ttclid``, character for character as received.
        explanation: The candidates and the rule, as JSON text.
        is_reinstall: The person had the app before; reports count it apart from installs.
        earlier_install_id: The person's install before a reinstall; None where only the SDK says
            that there was one.
        is_test: Of a test key or device; it neither enters reports nor uses up a click of theirs.
        tags: Codes of the quality rules that found something.
        rejected_for: The code of the quality rule that refused credit; None when none did.
        withheld_for: The code of the one that keeps the install's events from the ad networks.
    """

    app_id: AppId
    install_id: InstallId
    version: int
    decided_at: datetime
    rule_version: int
    match_type: str
    confidence: float
    reason: str
    cause: DecisionCause = DecisionCause.REGISTRATION
    click_id: ClickId | None = None
    link_id: LinkId | None = None
    network: CreditedNetwork | None = None
    campaign_id: str | None = None
    campaign_name: str | None = None
    adgroup_id: str | None = None
    adgroup_name: str | None = None
    ad_id: str | None = None
    ad_name: str | None = None
    network_click_id: str | None = None
    explanation: str = "{}"
    is_reinstall: bool = False
    earlier_install_id: InstallId | None = None
    is_test: bool = False
    tags: tuple[str, ...] = ()
    rejected_for: str | None = None
    withheld_for: str | None = None

    @property
    def is_attributed(self) -> bool:
        """Whether an ad earned the install."""
        return self.network is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributedInstall:
    """An install with the decision in force."""

    install: Install
    attribution: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallContext:
    """What an in-app event needs to know of its install.

    Attributes:
        click: The credited click; None for an organic install and for one of Apple Ads.
    """

    install: Install
    attribution: Attribution
    click: Click | None

    @property
    def network(self) -> CreditedNetwork | None:
        """The network that earned the install; None for an organic one."""
        return self.attribution.network


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallFilter:
    """Which installs to list; None means any."""

    is_attributed: bool | None = None
    is_reinstall: bool | None = None
    campaign_id: str | None = None
    link_id: LinkId | None = None
    match_type: str | None = None
    tag: str | None = None
    appsprint_id: str | None = None
    customer_user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class InstallRepository(Protocol):
    """Event plane."""

    def add(self, install: Install) -> bool:
        """Store an install; False, and no change, when the app knows its ``appsprint_id``."""
        ...

    def by_appsprint_id(self, app_id: AppId, appsprint_id: str) -> AttributedInstall | None:
        """The install with this device-made id and its decision; None if unknown."""
        ...

    def get(self, app_id: AppId, install_id: InstallId) -> AttributedInstall | None:
        """The install with its decision; None when the app has no such install."""
        ...

    def context(self, app_id: AppId, appsprint_id: str) -> InstallContext | None:
        """The install as its events need it; None if unknown."""
        ...

    def page(
        self, app_id: AppId, wanted: InstallFilter, *, after: InstallId | None, limit: int
    ) -> Sequence[AttributedInstall]:
        """Installs, newest arrival first, beginning below ``after``."""
        ...

    def decide(self, attribution: Attribution) -> None:
        """Store a decision; it becomes the one in force, older versions are kept."""
        ...

    def withdraw(self, app_id: AppId, install_ids: Collection[InstallId]) -> None:
        """Take the decisions on these installs out of force, so that credit can change hands.

        Each must get a new one in the same unit of work.
        """
        ...

    def decisions(self, app_id: AppId, install_id: InstallId) -> Sequence[Attribution]:
        """Every version of the decision, newest first."""
        ...

    def earlier_of_device(self, install: Install, *, limit: int) -> Sequence[EarlierInstall]:
        """Live installs of the app that were stored before and share an id with a stored one.

        The ids are the advertising id, also one that became known of the earlier install later
        and is its latest, and ``idfv`` in any case of its letters. At most ``limit`` for each,
        the last stored ones; an install that shares several ids can come several times.
        """
        ...

    def count_unearned(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        """Live installs that arrived from an address and no click earned, at most ``limit``.

        ``since`` is included, ``until`` is not.
        """
        ...

    def unrelated(self, app_id: AppId) -> UnrelatedInstalls:
        """What all addresses of the app have taught so far."""
        ...

    def learn(self, app_id: AppId, lesson: UnrelatedInstalls, *, at: datetime) -> None:
        """Add what one address teaches to it.

        What was known when the UTC day of ``at`` began is kept for ``Store.rehearse``.
        """
        ...

    def note_identifier(
        self,
        app_id: AppId,
        install_id: InstallId,
        kind: IdentifierKind,
        value: str,
        *,
        at: datetime,
    ) -> bool:
        """Keep what became known; the latest value counts. False when it is the present one."""
        ...

    def forget_advertising_ids(self, app_id: AppId, install_id: InstallId) -> None:
        """Take every advertising id off an install, those that were ever told included."""
        ...

    def set_ad_user_data(self, app_id: AppId, install_id: InstallId, word: str) -> None:
        """Keep the person's newer word on data for ads in place of the registration's."""
        ...

    def identifier(self, app_id: AppId, install_id: InstallId, kind: IdentifierKind) -> str | None:
        """The latest value of a kind; None when there is none."""
        ...

    def identifiers(self, app_id: AppId, install_id: InstallId) -> Mapping[IdentifierKind, str]:
        """The latest value of every kind that was told."""
        ...

    def registered_since(
        self, app_id: AppId, *, since: datetime, after: InstallId | None, limit: int
    ) -> Sequence[AttributedInstall]:
        """Installs that arrived at ``since`` or later, oldest first, beginning above ``after``.

        Costs what it returns, however many installs there are: ids sort by time.
        """
        ...

    def owner_of_identifier(
        self, app_id: AppId, kind: IdentifierKind, value: str
    ) -> InstallId | None:
        """The install whose latest value this is; None when it is nobody's.

        Only customer user ids and IDFAs can be looked up. Of several installs the one that told
        it last owns it.
        """
        ...
