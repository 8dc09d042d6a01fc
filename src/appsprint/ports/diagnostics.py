"""What the diagnostics count: the newest rows of the event plane, never more than asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId, ClickId, DeliveryId, LinkId
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows to look at: the newest ``max_rows`` of an app and a network, from ``since`` on.

    Both bounds hold, so that a call costs the same on a large table as on a small one. Rows are
    taken in the order in which they were stored.
    """

    app_id: AppId
    network: AdNetwork
    since: datetime
    max_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClick:
    """What a click tells of the ad and the device that it came from."""

    id: ClickId
    link_id: LinkId
    occurred_at: datetime
    user_agent: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySum:
    """Deliveries of one status towards one pixel.

    Attributes:
        pixel_id: None before it is known.
        first_sent_at: Of those that were sent live, not as tests; None where none was.
        last_sent_at: None where none was sent.
    """

    status: DeliveryStatus
    pixel_id: str | None
    amount: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentExample:
    """One delivery that was skipped or given up.

    Attributes:
        answer: The network's last words about it; None when it was never tried.
    """

    delivery_id: DeliveryId
    event_id: str
    sdk_event: str
    network_event: str
    created_at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentSum:
    """Deliveries that were skipped or given up for one reason, with the newest as examples."""

    status: DeliveryStatus
    reason: str | None
    amount: int
    examples: tuple[UnsentExample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredSum:
    """Stored events of one name that got no delivery, by the reason.

    Attributes:
        sdk_event: As mappings name it, ``custom:<eventName>`` for custom ones.
    """

    reason: str
    sdk_event: str
    amount: int


class DiagnosticsRepository(Protocol):
    """Event plane, read only."""

    def clicks(self, scope: Scope) -> Sequence[SeenClick]:
        """Clicks on the network's ad links, newest first."""
        ...

    def deliveries(self, scope: Scope) -> Sequence[DeliverySum]:
        """Deliveries by status and pixel; unique by both, in no order."""
        ...

    def unsent(self, scope: Scope, *, examples: int) -> Sequence[UnsentSum]:
        """Skipped and dead deliveries by reason, the most frequent first.

        ``max_rows`` counts for each of the two statuses.

        Args:
            scope: Which deliveries.
            examples: How many of the newest of each reason to show.
        """
        ...

    def undelivered(self, scope: Scope) -> Sequence[UndeliveredSum]:
        """Live events without a delivery by reason and name, the most frequent first.

        ``max_rows`` counts stored events, delivered ones included.
        """
        ...
