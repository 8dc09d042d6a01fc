"""One run of an import: what it reads, in which order, and what it may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

import structlog

from appsprint.domain.app import App
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.connection_states import grant_lost
from appsprint.domain.cost import AdEntity, AdLevel, CostPart, CostRow
from appsprint.domain.cost_schedule import DayRange
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AppsprintError,
    Conflict,
    ConnectionRevoked,
    Unavailable,
)
from appsprint.ports.ad_network import CostImporter, CostQuery
from appsprint.ports.clock import Clock
from appsprint.ports.costs import Reading
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.cost_plan import Stretch

log = structlog.get_logger()

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
        part, start_on, end_on: Which daily rows are being read; None in other steps.
        entities, rows, new_versions: Read so far; see ``SyncResult``.
    """

    step: SyncStep = SyncStep.ADVERTISER
    steps_done: int = 0
    steps_total: int = 0
    part: CostPart | None = None
    start_on: date | None = None
    end_on: date | None = None
    entities: int = 0
    rows: int = 0
    new_versions: int = 0


ProgressListener = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import reads: the days that are wanted, and what of them is left to read."""

    days: DayRange
    stretches: Sequence[Stretch]


# Given the connection with the account as it is now, because its zone decides what today is.
Planner = Callable[[Connection], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What one import brought.

    Attributes:
        start_on, end_on: The days wanted, both included, in the advertiser's zone.
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
        self._listed: set[str] = set()

    def run(self, token: str, planner: Planner) -> SyncResult:
        """Read and save everything; raises as ``CostSyncService.sync`` does."""
        started_at = self._clock.now()
        self._tell(self._state)
        self._refresh_advertiser(token)
        plan = planner(self._connection)
        self._begin(SyncStep.ENTITIES, steps_total=2 + len(plan.stretches))
        self._import_entities(token)
        for stretch in plan.stretches:
            self._begin(SyncStep.COSTS, stretch=stretch)
            self._import_stretch(token, stretch)
        finished_at = self._clock.now()
        self._update(lambda now: replace(now, last_sync_at=finished_at, last_sync_error=None))
        self._begin(SyncStep.DONE)
        return SyncResult(
            app_id=self._app.id,
            network=self._connection.network,
            start_on=plan.days.start_on,
            end_on=plan.days.end_on,
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

    def _import_entities(self, token: str) -> None:
        for page in self._costs.entities(token, self._grant.advertiser.id):
            for rows in _slices(page):
                self._write(partial(self._save_entities, rows))
            self._listed.update(one.id for one in page if one.level is AdLevel.CAMPAIGN)
            self._count(entities=len(page))

    def _import_stretch(self, token: str, stretch: Stretch) -> None:
        # The instant before asking: the figures are at least as fresh as it says.
        as_of, part, days = self._clock.now(), stretch.part, stretch.days
        query = CostQuery(part=part, start_on=days.start_on, end_on=days.end_on, as_of=as_of)
        try:
            self._import_costs(token, query)
        except AdNetworkRefused as exc:
            if part is not CostPart.COUNTRY or isinstance(exc, ConnectionRevoked):
                raise
            # Numbers by country are good to have; not worth losing the others for.
            log.warning("costs_by_country_refused", app_id=self._app.id, error=exc.message)
        reading = Reading(
            advertiser_id=self._grant.advertiser.id, part=part, days=days, read_at=as_of
        )
        self._write(partial(self._note_reading, reading))

    def _import_costs(self, token: str, query: CostQuery) -> None:
        for page in self._costs.daily_costs(token, self._grant.advertiser.id, query):
            if unlisted := list(self._unlisted(page)):
                self._write(partial(self._save_entities, unlisted))
            new = sum(self._write(partial(self._save_costs, rows)) for rows in _slices(page))
            self._count(rows=len(page), new_versions=new)

    def _unlisted(self, rows: Sequence[CostRow]) -> Iterator[AdEntity]:
        """Campaigns that spent and are in no list, such as some of TikTok's Smart+."""
        for row in rows:
            if row.entity_name is not None and row.entity_id not in self._listed:
                self._listed.add(row.entity_id)
                yield AdEntity(
                    level=row.level,
                    id=row.entity_id,
                    name=row.entity_name,
                    campaign_id=row.entity_id,
                    advertiser_id=self._grant.advertiser.id,
                )

    def _note_reading(self, reading: Reading, uow: UnitOfWork) -> int:
        uow.costs.note_reading(self._app.id, self._connection.network, reading)
        return 1

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
        stretch: Stretch | None = None,
    ) -> None:
        self._state = replace(
            self._state,
            step=step,
            steps_done=self._state.steps_done + 1,
            steps_total=self._state.steps_total if steps_total is None else steps_total,
            part=None if stretch is None else stretch.part,
            start_on=None if stretch is None else stretch.days.start_on,
            end_on=None if stretch is None else stretch.days.end_on,
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


Item = TypeVar("Item")


def _slices(page: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(page), ROWS_PER_WRITE):
        yield page[start : start + ROWS_PER_WRITE]
