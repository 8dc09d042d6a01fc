"""Sends what is due, and dies at a chosen step as a process does that lost its power.

Run as ``python -m tests.support.dying_sender <step>``; the settings come from the environment.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.bootstrap import Process, build
from appsprint.config import load_settings
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.delivery import DeadReason, DeliverableEvent
from appsprint.domain.link import AdNetwork
from appsprint.domain.retry import RetrySchedule
from appsprint.ports.ad_network import (
    ConnectionFlow,
    CostImporter,
    EventNames,
    EventsCredential,
    EventSender,
    LinkDialect,
    SendResult,
)
from appsprint.ports.rehearsal import Rehearsal, RehearsedPeriod
from appsprint.ports.store import CompletionSink, ItemsWork, Store, UnitOfWork
from appsprint.services.pacing import Pacer
from appsprint.services.sending import SendingService

T = TypeVar("T")


class Step(StrEnum):
    """Where between claiming and settling the process dies.

    ``CALLING`` is when the network has everything and the answer has not come: it kills the
    process from outside.
    """

    CLAIMING = "claiming"
    CLAIMED = "claimed"
    CALLING = "calling"
    SENT = "sent"
    SETTLING = "settling"
    SETTLED = "settled"


def die() -> None:
    """End at once: nothing is finished, nothing is given back."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore:
    """A store whose process dies around one of the two writes of sending: claim and settle."""

    def __init__(self, store: Store, step: Step) -> None:
        self._store = store
        self._step = step
        self._writes = 0

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return self._store.read(work)

    def rehearse(self, period: RehearsedPeriod, work: Callable[[Rehearsal], T]) -> T:
        return self._store.rehearse(period, work)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self._writes += 1
        during, after = {
            1: (Step.CLAIMING, Step.CLAIMED),
            2: (Step.SETTLING, Step.SETTLED),
        }[self._writes]

        def watched(uow: UnitOfWork) -> T:
            result = work(uow)
            if self._step is during:
                die()
            return result

        result = self._store.write(watched)
        if self._step is after:
            die()
        return result

    def enqueue(
        self, work: Callable[[UnitOfWork], object], sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue(work, sink, ticket)

    def enqueue_item(
        self, work: ItemsWork, item: object, sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue_item(work, item, sink, ticket)

    def enqueue_click(
        self, click: Click | FilteredVisit, sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue_click(click, sink, ticket)

    def clear_deleted(self) -> None:
        self._store.clear_deleted()

    def close(self) -> None:
        self._store.close()


class DyingSender:
    """A sender whose process dies when the network has answered."""

    def __init__(self, sender: EventSender, step: Step) -> None:
        self._sender = sender
        self._step = step

    def max_batch(self) -> int:
        return self._sender.max_batch()

    def refuse_locally(self, event: DeliverableEvent, *, now: object) -> DeadReason | None:
        del event, now
        return None

    def payload(self, event: DeliverableEvent) -> bytes:
        return self._sender.payload(event)

    def send(self, credential: EventsCredential, payloads: Sequence[bytes]) -> SendResult:
        result = self._sender.send(credential, payloads)
        if self._step is Step.SENT:
            die()
        return result


class DyingNetwork:
    """TikTok with that sender."""

    def __init__(self, tiktok: TikTokAdapter, step: Step) -> None:
        self._tiktok = tiktok
        self.sender = DyingSender(tiktok.sender, step)

    @property
    def network(self) -> AdNetwork:
        return self._tiktok.network

    @property
    def links(self) -> LinkDialect:
        return self._tiktok.links

    @property
    def event_names(self) -> EventNames:
        return self._tiktok.event_names

    @property
    def flow(self) -> ConnectionFlow:
        return self._tiktok.flow

    @property
    def costs(self) -> CostImporter:
        return self._tiktok.costs


def sending(process: Process, step: Step) -> SendingService:
    """The service of the process, on its way to its death."""
    services = process.services
    return SendingService(
        store=DyingStore(services.store, step),
        clock=services.clock,
        ids=services.ids,
        networks={AdNetwork.TIKTOK: DyingNetwork(process.tiktok, step)},
        secrets=services.secrets,
        schedule=RetrySchedule(),
        jitter=random.random,
        pacer=Pacer(clock=services.clock, per_pixel=50, in_all=100),
    )


def main() -> None:
    """Send one batch for the first connection."""
    process = build(load_settings(os.environ).settings, is_server=True)
    service = sending(process, Step(sys.argv[1]))
    [connection] = service.sendable()
    service.send_due(connection)
    process.close()


if __name__ == "__main__":
    main()
