"""One run of an import: what it reads, in which order, and what it may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TypeVar

import structlog

from appsprint.domain.app import App
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.connection_states import grant_lost
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report_query import first_of, require_window
from appsprint.errors import AppsprintError, Conflict, ConnectionRevoked, Unavailable
from appsprint.ports.ad_network import CostImporter, CostQuery
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.reporting_zone import reporting_zone

log = structlog.get_logger()

# TikTok counts a conversion on the day of its click and restates that day until its longest
# window of 28 days has closed (TikTok Business Help Centre, "Attribution settings", 2026).
DEFAULT_SYNC_DAYS = 30
MAX_SYNC_DAYS = 1096
# One stretch is read and saved before the next begins, so a long import that breaks off keeps
# what it has. It is also the most that TikTok's daily report covers in one call.
CHUNK_DAYS = 30
# A write holds up the clicks behind it, so a page of a thousand rows is several.
ROWS_PER_WRITE = 250
MAX_ERROR_LENGTH = 500


class SyncStep(StrEnum):
    """What an import is doing, in this order."""

    ADVERTISER = "advertiser"
    ENTITIES = "entities"
    COSTS = "costs"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """How far an import is; told before each step and after each page.

    Attributes:
        steps_total: Not yet known, and 0, in the first step.
        level, start_on, end_on: Which daily rows are being read; None in other steps.
        entities, rows, new_versions: Read so far; see ``SyncResult``.
    """

    step: SyncStep = SyncStep.ADVERTISER
    steps_done: int = 0
    steps_total: int = 0
    level: AdLevel | None = None
    start_on: date | None = None
    end_on: date | None = None
    entities: int = 0
    rows: int = 0
    new_versions: int = 0


ProgressListener = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What one import brought.

    Attributes:
        start_on, end_on: The days read, both included, in the advertiser's zone.
        entities: Campaigns, ad groups and ads that the network listed.
        rows: Daily rows that it reported, all levels together.
        new_versions: Rows among them that were new or restated.
    """

    app_id: AppId
    network: AdNetwork
    start_on: date
    end_on: date
    entities: int
    rows: int
    new_versions: int
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWindow:
    """The days that were asked for, both included; see ``CostSyncService.sync``.

    Raises:
        InvalidInput: The days are in the wrong order, too many, or beyond every calendar.
    """

    start_on: date | None = None
    end_on: date | None = None

    def __post_init__(self) -> None:
        if self.start_on is not None and self.end_on is not None:
            require_window(self.start_on, self.end_on, max_days=MAX_SYNC_DAYS)

    def days(self, *, today: date) -> tuple[date, date]:
        """The first and the last day; ``today`` is the advertiser's; raises as the class does."""
        end_on = today if self.end_on is None else min(self.end_on, today)
        start_on = self.start_on
        if start_on is None:
            start_on = first_of(DEFAULT_SYNC_DAYS, end_on)
        require_window(start_on, end_on, max_days=MAX_SYNC_DAYS)
        return start_on, end_on


@dataclass(frozen=True, slots=True)
class Grant:
    """What an import is allowed to read; another grant or account is another import."""

    oauth_token: str
    advertiser: Advertiser

    @property
    def key(self) -> tuple[str, str]:
        """What tells one grant from another."""
        return self.oauth_token, self.advertiser.id


def grant_of(connection: Connection | None) -> Grant | None:
    """The right to import that a connection holds; None when it holds none."""
    if connection is None or connection.oauth is not OAuthState.GRANTED:
        return None
    if connection.oauth_token is None or connection.advertiser is None:
        return None
    return Grant(connection.oauth_token, connection.advertiser)


class CostImport:
    """One run. Everything is written under the condition that the grant is still the same.

    Args:
        token: The grant's access token in plain text.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        costs: CostImporter,
        app: App,
        connection: Connection,
        grant: Grant,
        progress: ProgressListener,
    ) -> None:
        self._store = store
        self._clock = clock
        self._costs = costs
        self._app = app
        self._connection = connection
        self._grant = grant
        self._tell = progress
        self._state = SyncProgress()

    def run(self, token: str, window: SyncWindow) -> SyncResult:
        """Read and save everything; raises as ``CostSyncService.sync`` does."""
        started_at = self._clock.now()
        self._tell(self._state)
        self._refresh_advertiser(token)
        start_on, end_on = window.days(today=self._today())
        stretches = list(_stretches(start_on, end_on))
        self._begin(SyncStep.ENTITIES, steps_total=2 + len(stretches))
        self._import_entities(token)
        for level, first_on, last_on in stretches:
            self._begin(SyncStep.COSTS, level=level, start_on=first_on, end_on=last_on)
            self._import_costs(token, level, first_on, last_on)
        finished_at = self._clock.now()
        self._update(lambda now: replace(now, last_sync_at=finished_at, last_sync_error=None))
        self._begin(SyncStep.DONE)
        return SyncResult(
            app_id=self._app.id,
            network=self._connection.network,
            start_on=start_on,
            end_on=end_on,
            entities=self._state.entities,
            rows=self._state.rows,
            new_versions=self._state.new_versions,
            started_at=started_at,
            finished_at=finished_at,
        )

    def note_failure(self, error: AppsprintError) -> None:
        """Keep what went wrong where the operator sees it.

        A revoked grant is marked as lost, which stops imports and leaves sending alone.
        """
        message = error.message[:MAX_ERROR_LENGTH]

        def failed(now: Connection) -> Connection:
            if isinstance(error, ConnectionRevoked):
                now = grant_lost(now, message)
            return replace(now, last_sync_error=message)

        try:
            self._update(failed)
        except (Conflict, Unavailable) as exc:
            # A newer connection has nothing to do with this failure.
            log.info("cost_sync_error_not_kept", app_id=self._app.id, because=exc.code)

    def _refresh_advertiser(self, token: str) -> None:
        known = self._grant.advertiser
        found = self._costs.advertiser(token, known.id)
        advertiser = Advertiser(
            id=known.id,
            name=found.name or known.name,
            currency=found.currency or known.currency,
            time_zone=found.time_zone or known.time_zone,
        )
        self._connection = self._update(lambda now: replace(now, advertiser=advertiser))

    def _today(self) -> date:
        return self._clock.now().astimezone(reporting_zone(self._app, self._connection)).date()

    def _import_entities(self, token: str) -> None:
        for page in self._costs.entities(token, self._grant.advertiser.id):
            for rows in _slices(page):
                self._write(partial(self._save_entities, rows))
            self._count(entities=len(page))

    def _import_costs(self, token: str, level: AdLevel, start_on: date, end_on: date) -> None:
        # The instant before asking: the figures are at least as fresh as it says.
        query = CostQuery(level=level, start_on=start_on, end_on=end_on, as_of=self._clock.now())
        for page in self._costs.daily_costs(token, self._grant.advertiser.id, query):
            new = sum(self._write(partial(self._save_costs, rows)) for rows in _slices(page))
            self._count(rows=len(page), new_versions=new)

    def _save_entities(self, entities: Sequence[AdEntity], uow: UnitOfWork) -> int:
        uow.costs.save_entities(
            self._app.id, self._connection.network, entities, at=self._clock.now()
        )
        return len(entities)

    def _save_costs(self, rows: Sequence[CostRow], uow: UnitOfWork) -> int:
        advertiser = self._connection.advertiser
        return uow.costs.save_costs(
            self._app.id,
            self._connection.network,
            rows,
            currency=None if advertiser is None else advertiser.currency,
        )

    def _update(self, change: Callable[[Connection], Connection]) -> Connection:
        """Change the connection as it is now, not as it was when the import began."""

        def work(uow: UnitOfWork) -> Connection:
            changed = change(self._require_unchanged(uow))
            uow.connections.save(changed)
            return changed

        return self._store.write(work)

    def _write(self, work: Callable[[UnitOfWork], int]) -> int:
        def checked(uow: UnitOfWork) -> int:
            self._require_unchanged(uow)
            return work(uow)

        return self._store.write(checked)

    def _require_unchanged(self, uow: UnitOfWork) -> Connection:
        now = uow.connections.get(self._app.id, self._connection.network)
        grant = grant_of(now)
        if now is None or grant is None or grant.key != self._grant.key:
            raise Conflict(
                "the connection was changed while its campaigns were read: import again",
                code="connection_changed",
            )
        return now

    def _begin(
        self,
        step: SyncStep,
        *,
        steps_total: int | None = None,
        level: AdLevel | None = None,
        start_on: date | None = None,
        end_on: date | None = None,
    ) -> None:
        self._state = replace(
            self._state,
            step=step,
            steps_done=self._state.steps_done + 1,
            steps_total=self._state.steps_total if steps_total is None else steps_total,
            level=level,
            start_on=start_on,
            end_on=end_on,
        )
        self._tell(self._state)

    def _count(self, *, entities: int = 0, rows: int = 0, new_versions: int = 0) -> None:
        self._state = replace(
            self._state,
            entities=self._state.entities + entities,
            rows=self._state.rows + rows,
            new_versions=self._state.new_versions + new_versions,
        )
        self._tell(self._state)


def _stretches(start_on: date, end_on: date) -> Iterator[tuple[AdLevel, date, date]]:
    """What to ask for, newest days first: they are what people look at."""
    while start_on <= end_on:
        first_on = max(start_on, end_on - timedelta(days=CHUNK_DAYS - 1))
        for level in AdLevel:
            yield level, first_on, end_on
        end_on = first_on - timedelta(days=1)


Item = TypeVar("Item")


def _slices(page: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(page), ROWS_PER_WRITE):
        yield page[start : start + ROWS_PER_WRITE]
