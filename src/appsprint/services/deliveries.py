"""Deliveries as people see them: where each stands, why, and back into the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from appsprint.domain.audit import AuditAction
from appsprint.domain.delivery import Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.link import AdNetwork
from appsprint.domain.retry import RetrySchedule
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.clock import Clock
from appsprint.ports.deliveries import DeadLetters, DeliveryDetail, DeliveryFilter, DeliverySums
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.checks import quoted

log = structlog.get_logger()

MAX_REDRIVE_IDS = 1_000
# Some 40 ms of reading.
COUNTED = 50_000
_REDRIVEN_AT_ONCE = 2_000
# Counting by event looks at the newest ones only, so that a page costs the same on any database.
MAX_COUNTED = 20_000


class DeliveryService:
    """Reads the queue, and gives dead letters another chance."""

    def __init__(self, *, store: Store, clock: Clock, schedule: RetrySchedule) -> None:
        self._store = store
        self._clock = clock
        self._schedule = schedule

    def page(
        self,
        app_id: AppId,
        wanted: DeliveryFilter,
        *,
        after: DeliveryId | None = None,
        limit: int = 50,
    ) -> Sequence[Delivery]:
        """Deliveries, newest first, beginning below ``after``.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> Sequence[Delivery]:
            require_app(uow, app_id)
            return uow.deliveries.page(app_id, wanted, after=after, limit=limit)

        return self._store.read(work)

    def counts_by_event(
        self, app_id: AppId, *, since: datetime, network: AdNetwork = AdNetwork.TIKTOK
    ) -> Mapping[str, Mapping[str, int]]:
        """How many of the newest 20,000 deliveries stand where, by SDK event and status."""
        return self._store.read(
            lambda uow: uow.deliveries.counts_by_event(
                app_id, network, since=since, newest=MAX_COUNTED
            )
        )

    def get(self, app_id: AppId, delivery_id: DeliveryId) -> DeliveryDetail:
        """One delivery with its payload and every attempt.

        Raises:
            NotFound: The app has no such delivery.
        """

        def work(uow: UnitOfWork) -> DeliveryDetail | None:
            require_app(uow, app_id)
            return uow.deliveries.get(app_id, delivery_id)

        found = self._store.read(work)
        if found is None:
            raise NotFound(f"this app has no delivery {quoted(delivery_id)}")
        return found

    def sums(self, app_id: AppId, network: AdNetwork) -> DeliverySums:
        """How many deliveries stand where, and why; of many the newest only.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> DeliverySums:
            require_app(uow, app_id)
            return uow.deliveries.sums(app_id, network, newest=COUNTED)

        return self._store.read(work)

    def redrive(
        self,
        app_id: AppId,
        *,
        ids: Sequence[DeliveryId] | None = None,
        wanted: DeliveryFilter | None = None,
        dry_run: bool = False,
    ) -> DeadLetters:
        """Put dead letters back into the queue under their old event ids; which those were.

        The doubtful ones may have been accepted longer ago than the network remembers an event:
        sending them again can count them twice. They are redriven too, as the caller knows.

        Deliveries that are not dead letters are left alone, so asking twice is safe.

        Args:
            ids: Exactly these, at most 1,000; or
            wanted: all that match; exactly one of the two.
            dry_run: Only count.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Both or neither given, too many ids, or a filter that no dead letter
                can match.
        """
        _check_redrive(ids, wanted)
        chosen = DeliveryFilter() if wanted is None else wanted
        now = self._clock.now()
        horizon = now - self._schedule.dedupe_horizon

        def count(uow: UnitOfWork) -> DeadLetters:
            require_app(uow, app_id)
            return uow.deliveries.dead_letters(
                app_id, ids=ids, wanted=chosen, accepted_before=horizon
            )

        found = self._store.read(count)
        if dry_run or not found.amount:
            return found

        def redrive_some(uow: UnitOfWork) -> int:
            return uow.deliveries.redrive(
                app_id,
                ids=ids,
                wanted=chosen,
                now=now,
                forget_before=horizon,
                limit=_REDRIVEN_AT_ONCE,
            )

        # Some at a time, so that nobody waits long for the writer; what dies again meanwhile is
        # not taken a second time, because no more go than were found.
        amount = 0
        while amount < found.amount and (some := self._store.write(redrive_some)):
            amount += some
        told = entry(now, AuditAction.DELIVERIES_REDRIVEN, app_id=app_id)
        self._store.write(lambda uow: uow.audit.add(replace(told, details={"amount": str(amount)})))
        log.info("deliveries_redriven", app_id=app_id, amount=amount, doubtful=found.doubtful)
        return replace(found, amount=amount)


def _check_redrive(ids: Sequence[DeliveryId] | None, wanted: DeliveryFilter | None) -> None:
    if (ids is None) == (wanted is None):
        raise InvalidInput("give either ids or a filter, and not both", field="ids")
    if ids is not None and not 1 <= len(ids) <= MAX_REDRIVE_IDS:
        raise InvalidInput(f"must hold 1 to {MAX_REDRIVE_IDS} delivery ids", field="ids")
    if wanted is not None and wanted.status not in {None, DeliveryStatus.DEAD}:
        raise InvalidInput("only dead letters can be redriven: use dead", field="filter.status")
