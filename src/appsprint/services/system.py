"""The server as its operator sees it: storage, what waits, and how fresh imports are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.app import App
from appsprint.domain.connection import Connection
from appsprint.domain.ids import AppId
from appsprint.domain.privacy import Retention
from appsprint.ports.clock import Clock
from appsprint.ports.inspection import SchemaVersions, StorageSizes, StoreInspection
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.ledger import LedgerResult, LedgerService
from appsprint.services.rollups import RollupService


@dataclass(frozen=True, slots=True, kw_only=True)
class AppQueue:
    """One app's connection, how much waits for it, and for how long the first does.

    Attributes:
        age: Since the longest waiting delivery became due; None where none is due.
    """

    app: App
    connection: Connection
    waiting: int
    age: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState:
    """How the server stands.

    Attributes:
        engine: The store's program and its version.
        retention: How long each kind of personal data is kept; a kind that is not in it, for ever.
    """

    versions: SchemaVersions
    engine: str
    sizes: StorageSizes
    is_spool_empty: bool
    queues: Sequence[AppQueue]
    retention: Retention
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Whether one app's books balance; both counts read all its facts once.

    Attributes:
        gaps: What does not add up in the ledger, in words.
        differences: Sums of reports that are not what the facts give.
    """

    app: App
    gaps: Sequence[str]
    differences: int


class SystemService:
    """Looks at the whole server."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        inspection: StoreInspection,
        spool: ClickSpool,
        retention: Retention,
    ) -> None:
        self._store = store
        self._clock = clock
        self._inspection = inspection
        self._spool = spool
        self._retention = retention

    def state(self) -> SystemState:
        """How the server stands now."""
        return SystemState(
            versions=self._inspection.versions(),
            engine=self._inspection.engine(),
            sizes=self._inspection.sizes(),
            is_spool_empty=self._spool.is_empty(),
            queues=[self._queue(*one) for one in self._store.read(_connected)],
            retention=self._retention,
            at=self._clock.now(),
        )

    def books(self) -> Sequence[Books]:
        """Count again what was counted before, app by app; takes long with many events."""
        ledger = LedgerService(store=self._store, clock=self._clock)
        rollups = RollupService(store=self._store)
        apps = self._store.read(lambda uow: uow.apps.all())
        return [
            Books(
                app=app,
                gaps=ledger.check(app.id).gaps,
                differences=rollups.differences(app.id),
            )
            for app in apps
        ]

    def recent_ledgers(self) -> Sequence[tuple[App, LedgerResult]]:
        """The books of the last days, app by app, as many days as can be read at once."""
        ledger = LedgerService(store=self._store, clock=self._clock)
        apps = self._store.read(lambda uow: uow.apps.all())
        return [(app, ledger.recent(app.id)) for app in apps]

    def _queue(self, app: App, connection: Connection, waiting: int) -> AppQueue:
        due_at = self._inspection.oldest_due_at(app.id, connection.network) if waiting else None
        age = None if due_at is None else max(self._clock.now() - due_at, timedelta(0))
        return AppQueue(app=app, connection=connection, waiting=waiting, age=age)


def _connected(uow: UnitOfWork) -> Sequence[tuple[App, Connection, int]]:
    apps: dict[AppId, App] = {app.id: app for app in uow.apps.all()}
    return [
        (apps[one.app_id], one, uow.deliveries.open_count(one.app_id, one.network))
        for one in uow.connections.all()
        if one.app_id in apps
    ]
