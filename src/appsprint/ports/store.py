"""The store: units of work over all repositories, read beside and written one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from appsprint.domain.click import Click, FilteredVisit
from appsprint.ports.access import AccessRepository
from appsprint.ports.apple_ads import AppleLookupRepository
from appsprint.ports.apps import AppRepository
from appsprint.ports.arrivals import ArrivalRepository
from appsprint.ports.audit import AuditRepository
from appsprint.ports.clicks import ClickRepository
from appsprint.ports.connections import ConnectionRepository
from appsprint.ports.costs import CostRepository
from appsprint.ports.deliveries import DeliveryRepository
from appsprint.ports.diagnostics import DiagnosticsRepository
from appsprint.ports.events import EventRepository
from appsprint.ports.installs import InstallRepository
from appsprint.ports.ledger import LedgerRepository
from appsprint.ports.links import LinkRepository
from appsprint.ports.members import MemberRepository
from appsprint.ports.privacy import PrivacyRepository
from appsprint.ports.quality import QualityRepository
from appsprint.ports.rehearsal import Rehearsal, RehearsedPeriod
from appsprint.ports.reports import ReportRepository
from appsprint.ports.rollups import RollupRepository
from appsprint.ports.sealed_texts import SealedTextRepository
from appsprint.ports.self_checks import SelfCheckRepository

T = TypeVar("T")


class UnitOfWork(Protocol):
    """All repositories inside one transaction: what one call writes, the next one sees."""

    @property
    def access(self) -> AccessRepository:
        """API tokens, setup and idempotency keys."""
        ...

    @property
    def members(self) -> MemberRepository:
        """Members, their sessions and invitations."""
        ...

    @property
    def audit(self) -> AuditRepository:
        """The log of every change."""
        ...

    @property
    def apps(self) -> AppRepository:
        """Apps and their API keys."""
        ...

    @property
    def links(self) -> LinkRepository:
        """Ad links."""
        ...

    @property
    def clicks(self) -> ClickRepository:
        """Clicks."""
        ...

    @property
    def installs(self) -> InstallRepository:
        """Installs, what became known of them later, and their attributions."""
        ...

    @property
    def quality(self) -> QualityRepository:
        """Quality rules and what they found."""
        ...

    @property
    def apple_ads(self) -> AppleLookupRepository:
        """What Apple was asked about installs."""
        ...

    @property
    def self_checks(self) -> SelfCheckRepository:
        """How the probabilistic rule would have done."""
        ...

    @property
    def events(self) -> EventRepository:
        """In-app events, refusals and the received counts."""
        ...

    @property
    def deliveries(self) -> DeliveryRepository:
        """The queue towards ad networks."""
        ...

    @property
    def connections(self) -> ConnectionRepository:
        """Connections, OAuth states and event mappings."""
        ...

    @property
    def sealed_texts(self) -> SealedTextRepository:
        """Every sealed text, wherever it is."""
        ...

    @property
    def costs(self) -> CostRepository:
        """Campaigns and cost rows."""
        ...

    @property
    def privacy(self) -> PrivacyRepository:
        """Erasing and forgetting."""
        ...

    @property
    def reports(self) -> ReportRepository:
        """Sums for reports, from the facts."""
        ...

    @property
    def rollups(self) -> RollupRepository:
        """Sums for reports that are kept ready."""
        ...

    @property
    def ledger(self) -> LedgerRepository:
        """What was counted, and what is there."""
        ...

    @property
    def diagnostics(self) -> DiagnosticsRepository:
        """What the diagnostics count."""
        ...

    @property
    def arrivals(self) -> ArrivalRepository:
        """What arrives, in order."""
        ...


# What one enqueued piece of work came to: its ticket, its result, its error.
Completion = tuple[object, object, BaseException | None]


class CompletionSink(Protocol):
    """Where an asynchronous caller learns what became of its work."""

    def deliver(self, completions: Sequence[Completion]) -> None:
        """Called on the writer's thread, after the commit, once for each group of work.

        Must return at once and must not raise.
        """
        ...


class ItemsWork(Protocol):
    """Work on the like items of many requests at once, which costs far less than one by one."""

    def __call__(self, uow: UnitOfWork, items: Sequence[Any], /) -> Sequence[object]:
        """Return a result for each item, in order.

        An ``AppsprintError`` as a result refuses its item, which must have changed nothing then.
        When the work raises, nothing was changed and it is called again for each item alone.
        """
        ...


class Store(Protocol):
    """A durable store with one writer.

    Writes run one after another, each alone in its unit of work; many share one commit. When a
    write returns or is delivered, it survives a power cut. A write that raises changes nothing.
    Any call may raise ``StoreUnavailable``.
    """

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` on one consistent snapshot and return what it returns."""
        ...

    def rehearse(self, period: RehearsedPeriod, work: Callable[[Rehearsal], T]) -> T:
        """Run ``work`` over a past period as it was, and return what it returns.

        Whatever it decides is gone afterwards. Others read and write meanwhile; memory does not
        grow with the length of the period.
        """
        ...

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` and return its result once it is durable."""
        ...

    def enqueue(
        self, work: Callable[[UnitOfWork], object], sink: CompletionSink, ticket: object
    ) -> None:
        """Like ``write`` without waiting; ``sink`` receives ``ticket`` with the outcome."""
        ...

    def enqueue_item(
        self, work: ItemsWork, item: object, sink: CompletionSink, ticket: object
    ) -> None:
        """Like ``enqueue``; items that wait together for the same ``work`` go into one call."""
        ...

    def enqueue_click(
        self, click: Click | FilteredVisit, sink: CompletionSink, ticket: object
    ) -> None:
        """Store a click or a filtered visit. One that is already stored changes nothing."""
        ...

    def clear_deleted(self) -> None:
        """Return once no file of the store holds any more what was erased or forgotten.

        Raises:
            StoreUnavailable: A long read is still under way; try again later.
        """
        ...

    def close(self) -> None:
        """Finish what is queued and give the store back."""
        ...
