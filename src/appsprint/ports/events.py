"""In-app events, the ones that were refused, and how many came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from appsprint.domain.ids import AppId, DeliveryId, EventId, InstallId
from appsprint.domain.inapp_event import InAppEvent, RefusedEvent
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCounts:
    """What one request, or all of them, brought: received = duplicates + refused + stored."""

    received: int = 0
    duplicates: int = 0
    refused: int = 0
    stored: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOutcome:
    """What became of an event at one network: a delivery's status, or ``skipped`` and why.

    Attributes:
        delivery_id: None where the event got no delivery at all.
    """

    network: AdNetwork
    status: str
    reason: str | None
    delivery_id: DeliveryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWithOutcome:
    """A stored event and its outcomes."""

    event: InAppEvent
    outcomes: tuple[NetworkOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events to list; None means any."""

    event_type: str | None = None
    event_name: str | None = None
    event_id: str | None = None
    appsprint_id: str | None = None
    install_id: InstallId | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventRepository(Protocol):
    """Event plane."""

    def add(self, events: Sequence[InAppEvent]) -> set[EventId]:
        """Store events; the ids of those that are new.

        One whose ``event_id`` the app already has, or that repeats an earlier one of the same
        call, is left out and changes nothing.
        """
        ...

    def refuse(self, refusals: Sequence[RefusedEvent]) -> None:
        """Keep refused events where the operator can see them."""
        ...

    def count(self, app_id: AppId, counts: ReceivedCounts, *, day_on: date) -> None:
        """Add one request's counts to the app's ledger; ``day_on`` is UTC's."""
        ...

    def page(
        self, app_id: AppId, wanted: EventFilter, *, after: EventId | None, limit: int
    ) -> Sequence[EventWithOutcome]:
        """Events, newest arrival first, beginning below ``after``."""
        ...

    def refusals(self, app_id: AppId, *, after: str | None, limit: int) -> Sequence[RefusedEvent]:
        """Refused events, newest first, beginning below ``after``."""
        ...

    def unattributed_of(self, app_id: AppId, install_id: InstallId) -> Sequence[InAppEvent]:
        """The install's events that got no delivery only because it had no credit."""
        ...

    def set_skip_reason(
        self, app_id: AppId, event_ids: Sequence[EventId], reason: str | None
    ) -> None:
        """Say anew why these events got no delivery; None when they have one now."""
        ...
