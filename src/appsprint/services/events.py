"""Takes in-app events in, one outcome each, and shows them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from appsprint.domain.app import App, Environment
from appsprint.domain.delivery import Delivery
from appsprint.domain.ids import AppId, EventId, IdPrefix
from appsprint.domain.inapp_event import InAppEvent, RefusalReason, RefusedEvent
from appsprint.domain.install import Install
from appsprint.domain.test_device import DeviceKey, is_listed
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
        limits_data_use: As in ``InAppEvent``.
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
    limits_data_use: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadEvent:
    """An event of a request that did not pass its checks, with the start of its text."""

    position: int
    reason: RefusalReason
    event_id: str | None
    appsprint_id: str | None = None
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


@dataclass(frozen=True, slots=True)
class _SortedBatch:
    """A batch whose events were told apart: what can be stored, and what is refused."""

    batch: EventBatch
    made: Sequence[tuple[int, InAppEvent, InstallContext]]
    refused: Sequence[UnreadEvent]


class EventIntake:
    """The write side that SDK routes use; runs inside the writer's unit of work."""

    def __init__(self, *, ids: IdSource, directory: Directory) -> None:
        self._ids = ids
        self._directory = directory

    def record(
        self, uow: UnitOfWork, batches: Sequence[EventBatch]
    ) -> Sequence[Sequence[EventOutcome] | InstallNotFound]:
        """Store the events of several requests with their deliveries.

        Returns:
            For each batch one outcome for each of its events, in their order; or
            ``InstallNotFound`` when its app knows none of the installs that it names. Nothing of
            such a batch is stored or counted: the SDK registers its install and sends all again.
        """
        found = self._sort(uow, batches)
        known = [one for one in found if not isinstance(one, InstallNotFound)]
        new = uow.events.add([event for one in known for _, event, _ in one.made])
        self._add_deliveries(uow, known, new)
        self._add_refusals(uow, known)
        results = [
            one if isinstance(one, InstallNotFound) else _outcomes(one, new) for one in found
        ]
        _count(uow, batches, results)
        return results

    def _sort(
        self, uow: UnitOfWork, batches: Sequence[EventBatch]
    ) -> Sequence[_SortedBatch | InstallNotFound]:
        contexts: dict[tuple[AppId, str], InstallContext | None] = {}
        for batch in batches:
            for event in batch.events:
                key = batch.app.id, event.appsprint_id
                if key not in contexts:
                    contexts[key] = uow.installs.context(*key)
        return [self._sort_one(batch, contexts) for batch in batches]

    def _sort_one(
        self, batch: EventBatch, contexts: Mapping[tuple[AppId, str], InstallContext | None]
    ) -> _SortedBatch | InstallNotFound:
        routes = self._directory.routes(batch.app.id)
        listed = self._directory.test_devices(batch.app.id)
        made: list[tuple[int, InAppEvent, InstallContext]] = []
        refused = list(batch.unread)
        for event in batch.events:
            context = contexts[batch.app.id, event.appsprint_id]
            if context is None:
                refused.append(_stranger(event))
                continue
            stored = with_skip_reason(self._event(batch, event, context, listed), routes, context)
            made.append((event.position, stored, context))
        if batch.events and not made:
            return InstallNotFound("this app knows none of these installs")
        return _SortedBatch(batch, made, refused)

    def _add_deliveries(
        self, uow: UnitOfWork, known: Sequence[_SortedBatch], new: Set[EventId]
    ) -> None:
        deliveries: list[Delivery] = []
        for one in known:
            routes = self._directory.routes(one.batch.app.id)
            if not routes:
                continue
            for _, event, context in one.made:
                if event.skip_reason is None and event.id in new:
                    deliveries += deliveries_for(
                        event, routes, context, ids=self._ids, now=one.batch.received_at
                    )
        if deliveries:
            uow.deliveries.add(deliveries)

    def _add_refusals(self, uow: UnitOfWork, known: Sequence[_SortedBatch]) -> None:
        refusals = [self._refusal(one.batch, event) for one in known for event in one.refused]
        if refusals:
            uow.events.refuse(refusals)

    def _event(
        self,
        batch: EventBatch,
        event: ReadEvent,
        context: InstallContext,
        listed: Set[DeviceKey],
    ) -> InAppEvent:
        is_test = event.is_sandbox or _is_test(context.install, listed)
        return InAppEvent(
            id=EventId(self._ids.new(IdPrefix.EVENT)),
            app_id=batch.app.id,
            event_id=event.event_id,
            install_id=context.install.id,
            appsprint_id=event.appsprint_id,
            environment=Environment.TEST if is_test else batch.environment,
            event_type=event.event_type,
            event_name=event.event_name,
            occurred_at=event.occurred_at,
            device_timestamp_ms=event.device_timestamp_ms,
            received_at=batch.received_at,
            revenue_micros=event.revenue_micros,
            currency=event.currency,
            parameters=event.parameters,
            client_ip=batch.client_ip,
            limits_data_use=event.limits_data_use,
        )

    def _refusal(self, batch: EventBatch, event: UnreadEvent) -> RefusedEvent:
        return RefusedEvent(
            id=self._ids.new(IdPrefix.REFUSAL),
            app_id=batch.app.id,
            received_at=batch.received_at,
            reason=event.reason,
            event_id=event.event_id,
            appsprint_id=event.appsprint_id,
            excerpt=event.excerpt,
        )


def _is_test(install: Install, listed: Set[DeviceKey]) -> bool:
    """Whether an install's events are tests, whatever key brings them."""
    return install.environment is Environment.TEST or is_listed(install, listed)


def _stranger(event: ReadEvent) -> UnreadEvent:
    return UnreadEvent(
        position=event.position,
        reason=RefusalReason.INSTALL_NOT_FOUND,
        event_id=event.event_id,
        appsprint_id=event.appsprint_id,
        excerpt=event.event_type,
    )


def _outcomes(found: _SortedBatch, new: Set[EventId]) -> Sequence[EventOutcome]:
    outcomes = {
        position: EventOutcome(
            event.event_id, EventStatus.STORED if event.id in new else EventStatus.DUPLICATE
        )
        for position, event, _ in found.made
    }
    for event in found.refused:
        outcomes[event.position] = EventOutcome(event.event_id, EventStatus.REFUSED, event.reason)
    return [outcomes[position] for position in sorted(outcomes)]


def _count(
    uow: UnitOfWork,
    batches: Sequence[EventBatch],
    results: Sequence[Sequence[EventOutcome] | InstallNotFound],
) -> None:
    """Add what was received to the apps' counts, by the day when it came."""
    received: Counter[tuple[AppId, date]] = Counter()
    fates: defaultdict[tuple[AppId, date], Counter[EventStatus]] = defaultdict(Counter)
    for batch, result in zip(batches, results, strict=True):
        if not isinstance(result, InstallNotFound):
            key = batch.app.id, batch.received_at.date()
            # Not from the outcomes: an event without one must be missing in the ledger.
            received[key] += len(batch.events) + len(batch.unread)
            fates[key].update(outcome.status for outcome in result)
    for (app_id, day_on), amounts in fates.items():
        counts = ReceivedCounts(
            received=received[app_id, day_on],
            duplicates=amounts[EventStatus.DUPLICATE],
            refused=amounts[EventStatus.REFUSED],
            stored=amounts[EventStatus.STORED],
        )
        uow.events.count(app_id, counts, day_on=day_on)


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
