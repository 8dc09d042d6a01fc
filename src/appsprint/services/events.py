"""Takes in-app events in, one outcome each, and shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.app import App, Environment
from appsprint.domain.ids import AppId, EventId, IdPrefix
from appsprint.domain.inapp_event import InAppEvent, RefusalReason, RefusedEvent
from appsprint.errors import InstallNotFound
from appsprint.ports.clock import IdSource
from appsprint.ports.events import EventFilter, EventWithOutcome, ReceivedCounts
from appsprint.ports.installs import InstallContext
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.directory import Directory
from appsprint.services.eligibility import deliveries_for, with_skip_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event of a request that passed its own checks.

    Attributes:
        position: Its place in the request, from 0.
        is_sandbox: The app says that it is no real use; kept apart like a test key's.
    """

    position: int
    event_id: str
    appsprint_id: str
    event_type: str
    event_name: str | None
    occurred_at: datetime
    device_timestamp_ms: int
    revenue_micros: int | None
    currency: str | None
    parameters: str | None
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadEvent:
    """An event of a request that did not pass its checks, with the start of its text."""

    position: int
    reason: RefusalReason
    event_id: str | None
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """One request's events, checked one by one, in any order; positions cover 0 to n - 1."""

    app: App
    environment: Environment
    received_at: datetime
    client_ip: str
    events: Sequence[ReadEvent]
    unread: Sequence[UnreadEvent] = ()


class EventStatus(StrEnum):
    """What became of one event of a request."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """The answer for one event; ``reason`` only when it was refused."""

    event_id: str | None
    status: EventStatus
    reason: RefusalReason | None = None


class EventIntake:
    """The write side that SDK routes use; runs inside the writer's unit of work."""

    def __init__(self, *, ids: IdSource, directory: Directory) -> None:
        self._ids = ids
        self._directory = directory

    def record(self, uow: UnitOfWork, batch: EventBatch) -> Sequence[EventOutcome]:
        """Store a request's events with their deliveries; one outcome each, in their order.

        Raises:
            InstallNotFound: The app knows none of the installs that the events name. Nothing
                was stored or counted: the SDK registers its install and sends all again.
        """
        installs = self._find_installs(uow, batch)
        if batch.events and not installs:
            raise InstallNotFound("this app knows none of these installs")
        outcomes: dict[int, EventOutcome] = {}
        self._store(uow, batch, installs, outcomes)
        self._refuse(uow, batch, installs, outcomes)
        ordered = [outcomes[position] for position in sorted(outcomes)]
        uow.events.count(batch.app.id, _counts(ordered))
        return ordered

    def _find_installs(self, uow: UnitOfWork, batch: EventBatch) -> Mapping[str, InstallContext]:
        wanted = {event.appsprint_id for event in batch.events}
        found = {one: uow.installs.context(batch.app.id, one) for one in wanted}
        return {one: context for one, context in found.items() if context is not None}

    def _store(
        self,
        uow: UnitOfWork,
        batch: EventBatch,
        installs: Mapping[str, InstallContext],
        outcomes: dict[int, EventOutcome],
    ) -> None:
        routes = self._directory.routes(batch.app.id)
        made = [
            (event.position, with_skip_reason(self._event(batch, event, context), routes, context))
            for event in batch.events
            if (context := installs.get(event.appsprint_id)) is not None
        ]
        new = uow.events.add([event for _, event in made])
        deliveries = []
        for position, event in made:
            is_new = event.id in new
            status = EventStatus.STORED if is_new else EventStatus.DUPLICATE
            outcomes[position] = EventOutcome(event.event_id, status)
            if is_new and event.skip_reason is None and routes:
                context = installs[event.appsprint_id]
                deliveries += deliveries_for(
                    event, routes, context, ids=self._ids, now=batch.received_at
                )
        if deliveries:
            uow.deliveries.add(deliveries)

    def _refuse(
        self,
        uow: UnitOfWork,
        batch: EventBatch,
        installs: Mapping[str, InstallContext],
        outcomes: dict[int, EventOutcome],
    ) -> None:
        strangers = [
            UnreadEvent(
                position=event.position,
                reason=RefusalReason.INSTALL_NOT_FOUND,
                event_id=event.event_id,
                excerpt=event.event_type,
            )
            for event in batch.events
            if event.appsprint_id not in installs
        ]
        refused = [*batch.unread, *strangers]
        for one in refused:
            outcomes[one.position] = EventOutcome(one.event_id, EventStatus.REFUSED, one.reason)
        if refused:
            uow.events.refuse([self._refusal(batch, one) for one in refused])

    def _event(self, batch: EventBatch, event: ReadEvent, context: InstallContext) -> InAppEvent:
        return InAppEvent(
            id=EventId(self._ids.new(IdPrefix.EVENT)),
            app_id=batch.app.id,
            event_id=event.event_id,
            install_id=context.install.id,
            appsprint_id=event.appsprint_id,
            environment=Environment.TEST if event.is_sandbox else batch.environment,
            event_type=event.event_type,
            event_name=event.event_name,
            occurred_at=event.occurred_at,
            device_timestamp_ms=event.device_timestamp_ms,
            received_at=batch.received_at,
            revenue_micros=event.revenue_micros,
            currency=event.currency,
            parameters=event.parameters,
            client_ip=batch.client_ip,
        )

    def _refusal(self, batch: EventBatch, event: UnreadEvent) -> RefusedEvent:
        return RefusedEvent(
            id=self._ids.new(IdPrefix.REFUSAL),
            app_id=batch.app.id,
            received_at=batch.received_at,
            reason=event.reason,
            event_id=event.event_id,
            excerpt=event.excerpt,
        )


def _counts(outcomes: Sequence[EventOutcome]) -> ReceivedCounts:
    by_status: dict[EventStatus, int] = defaultdict(int)
    for outcome in outcomes:
        by_status[outcome.status] += 1
    return ReceivedCounts(
        received=len(outcomes),
        duplicates=by_status[EventStatus.DUPLICATE],
        refused=by_status[EventStatus.REFUSED],
        stored=by_status[EventStatus.STORED],
    )


class EventService:
    """The read side: what the management API shows."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def page(
        self, app_id: AppId, wanted: EventFilter, *, after: EventId | None, limit: int
    ) -> Sequence[EventWithOutcome]:
        """Stored events with their outcomes, newest arrival first."""
        return self._store.read(
            lambda uow: uow.events.page(app_id, wanted, after=after, limit=limit)
        )

    def refusals(self, app_id: AppId, *, after: str | None, limit: int) -> Sequence[RefusedEvent]:
        """Refused events, newest first."""
        return self._store.read(lambda uow: uow.events.refusals(app_id, after=after, limit=limit))
