"""An ad network that takes events and remembers them, and a service that sends to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Connection, EventsApiState
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    DeliverableEvent,
    Delivered,
    Delivery,
    GiveUp,
    NetworkAnswer,
    Verdict,
)
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.domain.retry import RetrySchedule
from appsprint.ports.ad_network import AdNetworkAdapter, EventsCredential, SendResult
from appsprint.ports.deliveries import DeliveryDetail, DeliveryFilter
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.pacing import Pacer
from appsprint.services.sending import SendingService
from appsprint.testing.builders import (
    APP_ID,
    NOON,
    make_answer,
    make_app,
    make_click,
    make_connection,
    make_delivery,
    make_event,
    make_install,
    put_clicks,
    put_deliveries,
    put_events,
    put_install,
)
from tests.support.control_plane import CountingIds, ReversibleBox, StandingClock
from tests.support.fake_network import FakeNetwork, FakeSender

GOOD_TOKEN = "events-token"
LEASE = timedelta(minutes=10)
REFUSED = AwaitReconnect(problem="the access token is wrong (TikTok: 40105)")


@dataclass
class FakeTikTok(FakeSender):
    """The port ``EventSender`` with TikTok's manners.

    Attributes:
        batch: How many events one call may carry.
        tokens: The access tokens that it knows.
        bad: Events that it refuses, and with them the whole call.
        names_places: Whether a refusal names the place of the first bad event.
        unfit: Events that never reach it, and why.
        answers: What the next calls come to, instead; a None is no exception.
        before_answer: Called in the middle of each call.
        calls: The events of each call, in order.
        taken: How often it took each event.
    """

    batch: int = 1000
    tokens: set[str] = field(default_factory=lambda: {GOOD_TOKEN})
    bad: set[str] = field(default_factory=set)
    names_places: bool = False
    unfit: dict[str, DeadReason] = field(default_factory=dict)
    answers: list[tuple[Verdict | None, NetworkAnswer]] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    calls: list[list[str]] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    credentials: list[EventsCredential] = field(default_factory=list)
    events: dict[str, DeliverableEvent] = field(default_factory=dict)

    def max_batch(self) -> int:
        return self.batch

    def refuse_locally(self, event: DeliverableEvent, *, now: object) -> DeadReason | None:
        self.events[event.network_event_id] = event
        return self.unfit.get(event.network_event_id)

    def send(self, credential: EventsCredential, payloads: Sequence[bytes]) -> SendResult:
        assert 0 < len(payloads) <= self.batch
        ids = [str(json.loads(payload)["event_id"]) for payload in payloads]
        self.calls.append(ids)
        self.credentials.append(credential)
        self.before_answer()
        verdict, answer = self.answers.pop(0) if self.answers else (None, make_answer())
        if verdict is None:
            verdict = self._verdict(credential, ids)
            if isinstance(verdict, GiveUp):
                place = "" if verdict.suspect is None else f"data.{verdict.suspect} is "
                answer = make_answer(code=40002, message=f"{place}refused")
        if isinstance(verdict, Delivered):
            self.taken.update(ids)
        return SendResult(answer, verdict)

    def _verdict(self, credential: EventsCredential, ids: Sequence[str]) -> Verdict:
        if credential.access_token not in self.tokens:
            return REFUSED
        bad = next((place for place, one in enumerate(ids) if one in self.bad), None)
        if bad is None:
            return Delivered()
        suspect = bad if self.names_places else None
        return GiveUp(reason=DeadReason.REJECTED, splittable=True, suspect=suspect)

    def answer_next(self, verdict: Verdict, times: int = 1, **answer: Any) -> None:
        """Give this verdict to the next calls."""
        self.answers += [(verdict, make_answer(**answer))] * times


class SendingNetwork(FakeNetwork):
    """A network with that sender."""

    def __init__(self, sender: FakeTikTok) -> None:
        super().__init__()
        self.sender = sender


class SendingRig:
    """A store with one connected app, and the service that sends for it.

    Args:
        store: Empty.
        through: What the service writes through, when it is not the store itself.
    """

    def __init__(self, store: SqliteStore, through: Store | None = None) -> None:
        self.store = store
        self.clock = StandingClock(NOON)
        self.box = ReversibleBox()
        self.tiktok = FakeTikTok()
        self.pacer = Pacer(clock=self.clock, per_pixel=1e6, in_all=1e6)
        self._ids = CountingIds()
        self.service = self.make_service(through or store)
        self.store.write(lambda uow: uow.apps.add(make_app()))
        self.connect(GOOD_TOKEN)
        click = make_click()
        put_clicks(store, click)
        self.install = put_install(store, make_install(), click)

    def make_service(self, store: Store, network: AdNetworkAdapter | None = None) -> SendingService:
        """A service as a new process would build it, to another network if one is given."""
        return SendingService(
            store=store,
            clock=self.clock,
            ids=self._ids,
            networks={AdNetwork.TIKTOK: network or SendingNetwork(self.tiktok)},
            secrets=self.box,
            schedule=RetrySchedule(),
            jitter=lambda: 0.0,
            pacer=self.pacer,
            lease=LEASE,
        )

    def connect(self, token: str, **changes: Any) -> None:
        """Save a connection that can send with this token."""
        connection = make_connection(
            events_token=self.box.seal(token), **({"test_event_code": "TEST1"} | changes)
        )
        self.store.write(lambda uow: uow.connections.save(connection))

    @property
    def connection(self) -> Connection:
        """The connection as it is now."""
        found = self.store.read(lambda uow: uow.connections.get(APP_ID, AdNetwork.TIKTOK))
        assert found is not None
        return found

    @property
    def is_paused(self) -> bool:
        """Whether the events token was refused."""
        return self.connection.events_api is EventsApiState.REJECTED

    def queue(self, amount: int = 1, *, install: Install | None = None, **event: Any) -> list[str]:
        """New events with deliveries that are due; the ids that the network sees."""
        events = [make_event(install or self.install, **event) for _ in range(amount)]
        put_events(self.store, *events)
        put_deliveries(self.store, *(make_delivery(one) for one in events))
        return [one.id for one in events]

    def send(self) -> int:
        """Send one batch."""
        return self.service.send_due(self.connection)

    def details(self) -> dict[str, DeliveryDetail]:
        """Every delivery in full, by the id that the network sees."""

        def work(uow: UnitOfWork) -> dict[str, DeliveryDetail]:
            page = uow.deliveries.page(APP_ID, DeliveryFilter(), after=None, limit=10_000)
            found = [uow.deliveries.get(APP_ID, one.id) for one in page]
            return {one.delivery.network_event_id: one for one in found if one is not None}

        return self.store.read(work)

    def delivery(self, event_id: str) -> Delivery:
        """One delivery."""
        return self.details()[event_id].delivery

    def statuses(self) -> dict[str, str]:
        """Where every delivery stands."""
        return {one: detail.delivery.status.value for one, detail in self.details().items()}
