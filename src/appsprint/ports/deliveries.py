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
        attempts: How many attempts ended so far.
        maybe_accepted_at: As in ``Delivery``.
        occurred_at, revenue_micros, currency, parameters: The event's.
        customer_user_id: The install's latest.
        is_credit_moved: Another network earned the install meanwhile.
        limits_data_use: By the event, or, where it says nothing, by the install's registration.
    """

    id: DeliveryId
    sdk_event: str
    network_event: str
    network_event_id: str
    attempts: int
    maybe_accepted_at: datetime | None
    occurred_at: datetime
    revenue_micros: int | None
    currency: str | None
    parameters: str | None
    context: WebContext
    customer_user_id: str | None
    locale: str | None
    is_credit_moved: bool = False
    limits_data_use: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How some deliveries of one claim leave the worker's hands, all in the same way.

    Attributes:
        outcome: How the attempt ended; None when none was made.
        counts: Whether this was one of the attempts that a delivery has.
        next_attempt_at: None when nothing is due any more.
        keeps_place: The delivery stays due since when it was, whatever ``next_attempt_at`` says.
    """

    delivery_ids: Sequence[DeliveryId]
    status: DeliveryStatus
    reason: str | None
    outcome: AttemptOutcome | None
    counts: bool = False
    maybe_accepted_at: datetime | None = None
    next_attempt_at: datetime | None = None
    keeps_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCall:
    """One call to a network: where it went, what it carried and what came back.

    Attributes:
        test_event_code: What made the network take its events as tests; None for live ones.
        payloads: Each delivery of the call with what was sent for it.
    """

    pixel_id: str
    test_event_code: str | None
    payloads: Mapping[DeliveryId, bytes]
    answer: NetworkAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt as the log shows it; ``test_event_code`` is None when it was a live one."""

    at: datetime
    outcome: AttemptOutcome
    test_event_code: str | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """How many dead letters match; ``doubtful`` of them may have been accepted too long ago."""

    amount: int
    doubtful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSum:
    """How many deliveries stand alike; ``reason`` is None for those that need none."""

    status: DeliveryStatus
    reason: str | None
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySums:
    """Deliveries by status, and why those were not sent that came to an end.

    Attributes:
        totals: Every delivery by status; a status without any is missing.
        unsent: What was given up, then what was skipped, by reason, the most frequent first.
        newest: How many of each of the two were looked at for their reasons: the newest, so that
            counting costs the same however many there are.
    """

    totals: Mapping[str, int]
    unsent: Sequence[ReasonSum]
    newest: int

    @property
    def is_bounded(self) -> bool:
        """Whether some were not looked at for their reasons."""
        return any(amount > self.newest for amount in map(self.amount, ("dead", "skipped")))

    def amount(self, status: str) -> int:
        """How many stand there, whatever the reason."""
        return self.totals.get(status, 0)


class DeliveryRepository(Protocol):
    """A queue that survives restarts; at least once, with a stable ``network_event_id``."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Queue deliveries; one for an event and network that has one is ignored."""
        ...

    def has_due(self, app_id: AppId, network: AdNetwork, *, now: datetime) -> bool:
        """Whether anything is due at ``now``, also if others have it in their hands.

        Needs no turn at writing, so an idle sender disturbs nobody.
        """
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
    ) -> int:
        """Lend out at most ``limit`` deliveries due at ``now``, the longest due first; how many.

        Nobody else gets them before ``now + lease``. A worker that dies lets its lease run
        out: an event can be sent twice, never forgotten, both times under one id. Whatever a
        lease still held when it ran out may have been accepted at the time of the claim.
        """
        ...

    def claimed(self, lease_id: str) -> Sequence[ClaimedDelivery]:
        """What a lease holds, the longest due first."""
        ...

    def release_leases(self) -> int:
        """Give back every lease as if it ran out now; for the start, when no worker can hold one.

        How many deliveries they held.
        """
        ...

    def release_lease(self, lease_id: str) -> int:
        """Give back what one lease still holds and was surely not sent; how many."""
        ...

    def settle(
        self,
        lease_id: str,
        settlements: Sequence[Settlement],
        *,
        call: NetworkCall | None,
        at: datetime,
    ) -> int:
        """Record what became of deliveries of one lease; how many were still ours.

        Deliveries that the lease does not hold any more are left alone. ``call`` is None when
        none was made.
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

    def dead_letters(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        accepted_before: datetime,
    ) -> DeadLetters:
        """How many dead letters ``redrive`` would find.

        ``ids`` chooses when it is not None, else ``wanted``, whatever status that names.
        """
        ...

    def redrive(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None,
        wanted: DeliveryFilter,
        now: datetime,
        forget_before: datetime,
        limit: int,
    ) -> int:
        """Put at most ``limit`` dead letters back into the queue, due now, ids unchanged; how many.

        A first attempt before ``forget_before`` that may have been accepted is forgotten: who
        redrives knows of it. A later one still sets the end of automatic attempts.
        """
        ...

    def open_count(self, app_id: AppId, network: AdNetwork) -> int:
        """How many are pending or retrying."""
        ...

    def counts(self, app_id: AppId, network: AdNetwork) -> Mapping[str, int]:
        """How many deliveries there are by status; kept, so it reads none of them."""
        ...

    def counts_by_event(
        self, app_id: AppId, network: AdNetwork, *, since: datetime, newest: int
    ) -> Mapping[str, Mapping[str, int]]:
        """The newest deliveries created since an instant, by SDK event and status.

        Args:
            newest: At most so many are looked at.
        """
        ...

    def sums(self, app_id: AppId, network: AdNetwork, *, newest: int) -> DeliverySums:
        """Deliveries by status and reason, as far back as ``DeliverySums`` says."""
        ...

    def payments(
        self,
        app_id: AppId,
        network: AdNetwork,
        network_event: str,
        *,
        most: int,
        exact_at: Sequence[datetime],
    ) -> Sequence[tuple[datetime, int]]:
        """How many accepted payments with value and currency happened when, oldest first.

        Counted while settling, so it does not read deliveries. Only the network's purchase event
        is counted; any other name has none.

        Args:
            most: Where they happened at more instants, those of an hour come together, as if
                they had happened at its start.
            exact_at: The hours of these instants are told exactly in any case.
        """
        ...
