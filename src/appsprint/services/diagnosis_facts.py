"""The facts that a diagnosis rests on: counts of one app and one network at one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appsprint.domain.app import Platform
from appsprint.domain.connection import Connection
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.device import OperatingSystem
from appsprint.domain.objective import (
    CampaignObjective,
    ObjectiveConflict,
    UnmetOptimization,
)
from appsprint.domain.pasted_link import LandingDefect, VisitDefect
from appsprint.domain.reconciliation import Reconciliation
from appsprint.domain.vbo import ValueBasedOptimization
from appsprint.ports.diagnostics import DeliverySum, SeenClick, UndeliveredSum, UnsentSum


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectiveClick:
    """An example of a click that lacks something."""

    click: SeenClick
    defects: frozenset[VisitDefect]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClicks:
    """How many of one link's clicks lack something."""

    name: str
    clicks: int
    defective: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickFacts:
    """What the newest clicks tell.

    Attributes:
        amount: How many were looked at.
        is_complete: Whether those are all of the window.
        defective: With any defect; ``by_defect`` counts a click under each of its own.
        by_link: Links with a defective click, by link id, the worst first.
    """

    amount: int
    is_complete: bool
    by_os: Mapping[OperatingSystem, int]
    defective: int
    by_defect: Mapping[VisitDefect, int]
    by_link: Mapping[str, LinkClicks]
    examples: Sequence[DefectiveClick]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectiveLanding:
    """An ad that does not lead to an ad link as it was generated."""

    ad_id: str
    ad_name: str
    landing_page_url: str
    defect: LandingDefect


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingFacts:
    """Where the imported ads of this app lead.

    Attributes:
        exact: Ads that lead to an ad link of this app as it was generated.
    """

    exact: int
    defective: Sequence[DefectiveLanding]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What became of the newest events.

    Attributes:
        sums: Deliveries by status and pixel.
        is_complete: Whether those are all of the window.
        open_amount: Pending and retrying ones, however old.
        unsent: Skipped and dead ones by reason.
        undelivered: Events that were never meant for the network, by reason and name.
        switched_off: SDK events that the app itself took out of the shipped mapping.
    """

    sums: Sequence[DeliverySum]
    is_complete: bool
    open_amount: int
    unsent: Sequence[UnsentSum]
    undelivered: Sequence[UndeliveredSum]
    switched_off: frozenset[str]

    def amount(self, status: DeliveryStatus) -> int:
        """How many of the newest deliveries stand so."""
        return sum(one.amount for one in self.sums if one.status is status)

    @property
    def total(self) -> int:
        """How many deliveries were looked at."""
        return sum(one.amount for one in self.sums)

    def reasons(self, status: DeliveryStatus) -> Mapping[str, int]:
        """Why deliveries were skipped or given up, the most frequent reason first."""
        return {one.reason or "unknown": one.amount for one in self.unsent if one.status is status}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveFacts:
    """What the imported campaigns make of the mapped events.

    Attributes:
        campaigns: Objectives of the campaigns that are not deleted.
        uses_web_events: Whether any of them optimizes for web events, as far as is known.
        conflicts: Mapped events that no campaign is sure to use.
        sentences: One for people for each conflict.
        unmet: What ad groups optimize for, and nothing is mapped to.
    """

    campaigns: Sequence[CampaignObjective]
    uses_web_events: bool
    conflicts: Sequence[ObjectiveConflict]
    sentences: Sequence[str]
    unmet: Sequence[UnmetOptimization]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the server knows of one app and one network at one instant.

    Attributes:
        since: The start of the window that clicks and events were counted over.
        usable_links: Ad links that are not archived.
        mapped_events: The network's events that something fires as.
        numbers: Ours beside the network's, of a report's usual week; None before the first import.
        sync_minutes: Between imports; 0 when they only run by hand.
    """

    now: datetime
    since: datetime
    platform: Platform
    connection: Connection
    usable_links: int
    clicks: ClickFacts
    landings: LandingFacts
    events: EventFacts
    mapped_events: frozenset[str]
    objectives: ObjectiveFacts
    numbers: Reconciliation | None
    vbo: ValueBasedOptimization
    sync_minutes: int

    @property
    def window_days(self) -> int:
        """How long the window is."""
        return (self.now - self.since).days
