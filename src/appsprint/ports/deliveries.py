"""The queue of deliveries towards ad networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from appsprint.domain.delivery import (
    AttemptOutcome,
    Delivery,
    DeliveryStatus,
    NetworkAnswer,
    WebContext,
)
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery lent to one worker, with the facts its payload is made of.

    Attributes:
        lease_id: Proves whose turn it is when settling.
        occurred_at, revenue_micros, currency, parameters: The event's.
        customer_user_id: The install's latest.
    """

    delivery: Delivery
    lease_id: str
    occurred_at: datetime
    revenue_micros: int | None
    currency: str | None
    parameters: str | None
    context: WebContext
    customer_user_id: str | None
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How one claimed delivery leaves the worker's hands.

    Attributes:
        payload: What was sent, None to leave it as it is.
        outcome: None when no attempt was made (refused before sending).
    """

    delivery: Delivery
    lease_id: str
    outcome: AttemptOutcome | None
    payload: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt as the log shows it."""

    at: datetime
    outcome: AttemptOutcome
    answer: NetworkAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDetail:
    """One delivery with the payload last sent and every attempt, oldest first."""

    delivery: Delivery
    payload: bytes | None
    attempts: tuple[AttemptRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries; None means any."""

    status: DeliveryStatus | None = None
    reason: str | None = None
    sdk_event: str | None = None
    network_event: str | None = None
    event_id: str | None = None
    appsprint_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class DeliveryRepository(Protocol):
    """A queue that survives restarts; at least once, with a stable ``network_event_id``."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Queue deliveries; one for an event and network that has one is ignored."""
        ...

    def claim_due(
        self,
        app_id: AppId,
        network: AdNetwork,
        *,
        now: datetime,
        limit: int,
        lease_id: str,
        lease: timedelta,
    ) -> Sequence[ClaimedDelivery]:
        """Lend out at most ``limit`` deliveries due at ``now``, the longest due first.

        Nobody else gets them before ``now + lease``. A worker that dies lets its lease run
        out: an event can be sent twice, never forgotten, both times under one id.
        """
        ...

    def release_leases(self) -> int:
        """Give back every lease; for the start, when no worker can hold one. How many."""
        ...

    def release_lease(self, lease_id: str) -> int:
        """Give back what one lease still holds; how many."""
        ...

    def settle(
        self, settlements: Sequence[Settlement], *, answer: NetworkAnswer | None, at: datetime
    ) -> int:
        """Record the outcome of one call for each delivery in it; how many were still ours.

        A delivery whose lease another worker took meanwhile is left alone.
        """
        ...

    def page(
        self, app_id: AppId, wanted: DeliveryFilter, *, after: DeliveryId | None, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries, newest first, beginning below ``after``."""
        ...

    def get(self, app_id: AppId, delivery_id: DeliveryId) -> DeliveryDetail | None:
        """One delivery in full; None when the app has no such delivery."""
        ...

    def redrive(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        now: datetime,
    ) -> int:
        """Put dead letters back into the queue, due now, ids unchanged; how many."""
        ...

    def open_count(self, app_id: AppId, network: AdNetwork) -> int:
        """How many are pending or retrying."""
        ...

    def counts(self, app_id: AppId, network: AdNetwork) -> Mapping[str, int]:
        """How many deliveries there are by status."""
        ...

    def payments(
        self, app_id: AppId, network: AdNetwork, network_event: str
    ) -> Sequence[tuple[datetime, int]]:
        """How many accepted payments with value and currency happened when, oldest first.

        Counted while settling, so it does not read deliveries. Only the network's purchase event
        is counted; any other name has none.
        """
        ...
