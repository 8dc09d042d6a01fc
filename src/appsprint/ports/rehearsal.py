"""Past decisions, made again on a copy of the credit that nobody else sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.install import Install
from appsprint.domain.quality import Finding
from appsprint.domain.revision import DecisionCause
from appsprint.ports.installs import Attribution
from appsprint.ports.quality import JudgedClick

if TYPE_CHECKING:
    from appsprint.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedPeriod:
    """Which installs are decided again: those of an app that arrived from ``since`` on.

    Attributes:
        since: The beginning of a UTC day: what was learnt is known for those only.
        until: Not included.
        reaches_back_to: No click before it can match an install of the period.
    """

    app_id: AppId
    since: datetime
    until: datetime
    reaches_back_to: datetime


@dataclass(frozen=True, slots=True)
class InstallArrived:
    """An install registers."""

    install: Install


@dataclass(frozen=True, slots=True)
class FactArrived:
    """Something became known of an install of the period that bears on its credit."""

    install_id: InstallId
    cause: DecisionCause
    at: datetime


Arrival = InstallArrived | FactArrived


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCredit:
    """An install whose rehearsed decision is another one than the stored one.

    Attributes:
        group: Credit changes hands inside a group only, so each can be stored by itself.
        before: The stored decision in force.
        after: The rehearsed one.
        findings, judged_by: What quality rules found with it; their words are in its explanation.
    """

    group: int
    appsprint_id: str
    received_at: datetime
    before: Attribution
    after: Attribution
    findings: Sequence[Finding] = ()
    judged_by: JudgedClick | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCredit:
    """New live installs of one campaign in the period, as stored and as rehearsed.

    Attributes:
        campaign_id: None where the credited click told none.
        is_organic: They are those that no click earned.
    """

    campaign_id: str | None
    campaign_name: str | None
    is_organic: bool
    before: int
    after: int


class Rehearsal(Protocol):
    """The store as it stood at one instant of a past period; see ``Store.rehearse``."""

    @property
    def uow(self) -> UnitOfWork:
        """Clicks, installs, identifiers and lessons up to the last arrival, and decisions.

        Decisions and lessons written through it are the rehearsal's own; nothing else can be
        written. Credit of installs outside the period counts as given, and so does that of
        installs whose person was erased or forgotten, which cannot be decided again.
        """
        ...

    def arrivals(self) -> Iterator[Arrival]:
        """What arrived in the period, in order; with each, the store moves on to its instant."""
        ...

    def progress(self) -> tuple[int, int]:
        """How many arrivals were given, and how many there are."""
        ...

    def finish(self) -> None:
        """Compare; afterwards what it found can be asked."""
        ...

    def changes(self) -> Iterator[ChangedCredit]:
        """The installs whose click, or whose being a reinstall or rejected, is another now.

        By group, then in the order of arrival; ``before`` is as it was when ``finish`` compared.
        """
        ...

    def campaigns(self) -> Sequence[CampaignCredit]:
        """Every campaign of the period with its sums, by campaign id; organic installs last."""
        ...

    def installs(self) -> int:
        """How many installs were decided again."""
        ...

    def changed(self) -> int:
        """How many changes there are."""
        ...

    def kept(self) -> int:
        """How many installs of the period keep their credit because what decided it is gone."""
        ...
