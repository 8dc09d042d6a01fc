"""Takes due deliveries to their ad network and settles what became of them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from appsprint.domain.connection import Connection
from appsprint.domain.connection_states import credential_rejected
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    DeliverableEvent,
    DeliveryStatus,
    GiveUp,
    SkipReason,
    TryAgain,
    Verdict,
)
from appsprint.domain.ids import DeliveryId, IdPrefix
from appsprint.domain.isolation import Isolation
from appsprint.domain.link import AdNetwork
from appsprint.domain.retry import RetrySchedule, is_past_horizon
from appsprint.domain.web_context import CheckedWebContext, check_web_context
from appsprint.ports.ad_network import AdNetworkAdapter, EventsCredential, EventSender, SendResult
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.deliveries import ClaimedDelivery, NetworkCall, Settlement
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.pacing import Pacer
from appsprint.services.verdicts import Ended, settlements_of

log = structlog.get_logger()

_WAIT_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A claimed delivery that is fit to send, with its payload."""

    claim: ClaimedDelivery
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What one lease holds.

    Attributes:
        connection: As it was when the batch was claimed.
        fit: What is to be sent, in order.
        closed: What is settled without a call.
        claimed: How many deliveries were lent.
        until: Halfway through the lease: no call may begin after it.
    """

    connection: Connection
    sender: EventSender
    credential: EventsCredential = field(repr=False)
    lease_id: str
    fit: Sequence[_Prepared]
    closed: Sequence[Settlement]
    claimed: int
    until: datetime

    @property
    def is_full(self) -> bool:
        """Whether more may wait."""
        return self.claimed >= self.sender.max_batch()


class SendingService:
    """Sends what is due, one connection at a time.

    Claims with a lease, sends with a stable event id, records the attempt, settles: nothing is
    marked sent before the network said so, and a crash in between sends again under the same id.

    Args:
        store: Holds the queue.
        clock: Decides what is due.
        ids: Names the leases.
        networks: The adapters by network.
        secrets: Opens Events API tokens.
        schedule: When failed attempts are repeated.
        jitter: Gives a number in [0, 1) for each call that is repeated.
        pacer: Gives calls their turn.
        lease: Longer than two calls can take; the search for a bad event ends at half of it.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        secrets: SecretBox,
        schedule: RetrySchedule,
        jitter: Callable[[], float],
        pacer: Pacer,
        lease: timedelta = timedelta(minutes=10),
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._networks = networks
        self._secrets = secrets
        self._schedule = schedule
        self._jitter = jitter
        self._pacer = pacer
        self._lease = lease
        self._stopping = threading.Event()

    def recover(self) -> int:
        """Begin anew: give back the leases of a process that died; how much they held."""
        self._stopping.clear()
        return self._store.write(lambda uow: uow.deliveries.release_leases())

    def stop(self) -> None:
        """Begin no further call: what is under way is settled, the rest is given back."""
        self._stopping.set()

    def sendable(self) -> Sequence[Connection]:
        """The connections that may send now."""
        found = self._store.read(lambda uow: uow.connections.all())
        return [connection for connection in found if connection.can_send]

    def send_due(self, connection: Connection) -> int:
        """Send one batch of what is due for a connection; how many deliveries were claimed."""
        batch = self._take(connection)
        if batch is None:
            return 0
        self._carry(batch)
        return batch.claimed

    def drain(self, connection: Connection) -> None:
        """Send what is due, in order, until little is left or the connection has to wait.

        While one batch is with the network the next is made ready.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="prepare") as ahead:
            batch = self._take(connection)
            while batch is not None:
                coming = ahead.submit(self._take_next, connection) if batch.is_full else None
                batch = self._carry_on(batch, coming)

    def _carry_on(self, batch: _Batch, coming: Future[_Batch | None] | None) -> _Batch | None:
        """Carry a batch; the one to go on with, None when that was the last for now."""
        goes_on = False
        try:
            goes_on = self._carry(batch)
        finally:
            following = None if coming is None else coming.result()
            if following is not None and not goes_on:
                self._release(following)
        return following if goes_on else None

    def _take_next(self, before: Connection) -> _Batch | None:
        """The next batch of a connection as it is now."""
        key = before.app_id, before.network
        present = self._store.read(lambda uow: uow.connections.get(*key))
        return self._take(present) if present is not None and present.can_send else None

    def _take(self, connection: Connection) -> _Batch | None:
        """Claim a batch and make it ready; None when nothing is due or may be sent."""
        # Before claiming: a token that no key of ours opens must not tie up the queue.
        credential = self._credential(connection)
        if self._stopping.is_set() or self._pacer.is_held(credential.pixel_id):
            return None
        sender = self._networks[connection.network].sender
        until = self._clock.now() + self._lease / 2
        lease_id = self._claim(connection, sender.max_batch())
        if lease_id is None:
            return None
        claims = self._store.read(lambda uow: uow.deliveries.claimed(lease_id))
        fit, closed = self._prepare(sender, claims)
        return _Batch(
            connection=connection,
            sender=sender,
            credential=credential,
            lease_id=lease_id,
            fit=fit,
            closed=closed,
            claimed=len(claims),
            until=until,
        )

    def _claim(self, connection: Connection, limit: int) -> str | None:
        key, now = (connection.app_id, connection.network), self._clock.now()
        if not self._store.read(lambda uow: uow.deliveries.has_due(*key, now=now)):
            return None
        lease_id = self._ids.new(IdPrefix.SEND)
        amount = self._store.write(
            lambda uow: uow.deliveries.claim_due(
                *key, now=now, limit=limit, lease_id=lease_id, lease=self._lease
            )
        )
        return lease_id if amount else None

    def _credential(self, connection: Connection) -> EventsCredential:
        assert connection.pixel_id is not None  # noqa: S101 ``can_send`` was true
        assert connection.events_token is not None  # noqa: S101 ``can_send`` was true
        return EventsCredential(
            pixel_id=connection.pixel_id,
            access_token=self._secrets.open(connection.events_token),
            test_event_code=connection.test_event_code,
        )

    def _prepare(
        self, sender: EventSender, claims: Sequence[ClaimedDelivery]
    ) -> tuple[list[_Prepared], list[Settlement]]:
        """Split claims into what is fit to send and what is settled without a call."""
        fit: list[_Prepared] = []
        closed: defaultdict[tuple[DeliveryStatus, str], list[DeliveryId]] = defaultdict(list)
        now = self._clock.now()
        for claim in claims:
            if claim.is_credit_moved:
                closed[DeliveryStatus.SKIPPED, SkipReason.CREDIT_MOVED].append(claim.id)
                continue
            context = check_web_context(claim.context)
            if not isinstance(context, CheckedWebContext):
                closed[DeliveryStatus.SKIPPED, context].append(claim.id)
                continue
            event = _deliverable(claim, context)
            if (reason := self._refusal(sender, claim, event, now)) is not None:
                closed[DeliveryStatus.DEAD, reason].append(claim.id)
                continue
            fit.append(_Prepared(claim, sender.payload(event)))
        return fit, [
            Settlement(delivery_ids=ids, status=status, reason=reason, outcome=None)
            for (status, reason), ids in closed.items()
        ]

    def _refusal(
        self, sender: EventSender, claim: ClaimedDelivery, event: DeliverableEvent, now: datetime
    ) -> DeadReason | None:
        """Why an event must not be sent any more; None when it may."""
        if is_past_horizon(self._schedule, claim.maybe_accepted_at, now):
            return DeadReason.DEDUPE_HORIZON
        return sender.refuse_locally(event, now=now)

    def _carry(self, batch: _Batch) -> bool:
        """Settle a batch, sending what is fit; False when the connection has to wait now."""
        settled = self._settle(batch, batch.closed, None)
        search = Isolation(batch.fit)
        refusal: SendResult | None = None
        goes_on = True
        while goes_on and (group := search.next_group()):
            if not self._may_call(batch):
                goes_on = False
                break
            result = self._call(batch, group)
            is_refused = isinstance(result.verdict, GiveUp) and result.verdict.splittable
            if is_refused and len(group) > 1:
                refusal = result
            else:
                settled += self._conclude(batch, group, result, result.verdict)
            search.learn(is_refused=is_refused, suspect=_suspect(result.verdict))
            goes_on = not isinstance(result.verdict, TryAgain | AwaitReconnect)
        if goes_on and refusal is not None and search.left:
            # Nothing certain is known of these, so they are not given up; later they are fewer.
            again = TryAgain(maybe_accepted=False)
            settled += self._conclude(batch, search.left, refusal, again)
        if settled < batch.claimed:
            self._release(batch)
        return goes_on

    def _may_call(self, batch: _Batch) -> bool:
        """Wait for the connection's turn; False when the service stops or the lease grows old."""
        left = self._pacer.take_turn(batch.credential.pixel_id)
        turn_at = self._clock.now() + timedelta(seconds=left)
        # In steps, because the clock of a demonstration is faster than waiting is.
        while left > 0 and self._clock.now() < turn_at and not self._stopping.wait(_WAIT_SECONDS):
            left -= _WAIT_SECONDS
        return not self._stopping.is_set() and self._clock.now() < batch.until

    def _call(self, batch: _Batch, group: Sequence[_Prepared]) -> SendResult:
        pixel_id = batch.credential.pixel_id
        result = batch.sender.send(batch.credential, [item.payload for item in group])
        match result.verdict:
            case TryAgain(is_limited=True, at_least_seconds=seconds):
                self._pacer.was_limited(pixel_id, timedelta(seconds=seconds))
            case TryAgain():
                self._pacer.failed(pixel_id, self._schedule)
            case _:
                self._pacer.went_well(pixel_id)
        return result

    def _conclude(
        self, batch: _Batch, group: Sequence[_Prepared], result: SendResult, verdict: Verdict
    ) -> int:
        """Settle what one call decided; how many deliveries were still ours."""
        ended = Ended(
            now=self._clock.now(),
            message=result.answer.message,
            schedule=self._schedule,
            jitter=self._jitter(),
        )
        call = NetworkCall(
            pixel_id=batch.credential.pixel_id,
            test_event_code=batch.credential.test_event_code,
            payloads={item.claim.id: item.payload for item in group},
            answer=result.answer,
        )
        settlements = settlements_of([item.claim for item in group], verdict, ended)
        settled = self._settle(batch, settlements, call)
        if isinstance(verdict, AwaitReconnect):
            self._pause(batch.connection, verdict.problem)
        return settled

    def _settle(
        self, batch: _Batch, settlements: Sequence[Settlement], call: NetworkCall | None
    ) -> int:
        if not settlements:
            return 0
        now = self._clock.now()
        ours = self._store.write(
            lambda uow: uow.deliveries.settle(batch.lease_id, settlements, call=call, at=now)
        )
        log.info(
            "deliveries_settled",
            app_id=batch.connection.app_id,
            deliveries=ours,
            outcome=settlements[0].outcome,
            code=None if call is None else call.answer.code,
        )
        return ours

    def _release(self, batch: _Batch) -> None:
        """Give back what was not sent; what was settled is not in the lease any more."""
        self._store.write(lambda uow: uow.deliveries.release_lease(batch.lease_id))

    def _pause(self, connection: Connection, problem: str) -> None:
        """Stop sending for this connection; a new token starts it again."""

        def work(uow: UnitOfWork) -> None:
            present = uow.connections.get(connection.app_id, connection.network)
            # A token that was replaced during the call is not the one that was refused.
            if present is not None and present.events_token == connection.events_token:
                uow.connections.save(credential_rejected(present, problem))

        self._store.write(work)
        log.warning("events_token_rejected", app_id=connection.app_id, problem=problem)


def _suspect(verdict: Verdict) -> int | None:
    return verdict.suspect if isinstance(verdict, GiveUp) else None


def _deliverable(claim: ClaimedDelivery, context: CheckedWebContext) -> DeliverableEvent:
    return DeliverableEvent(
        delivery_id=claim.id,
        network_event=claim.network_event,
        network_event_id=claim.network_event_id,
        sdk_event=claim.sdk_event,
        occurred_at=claim.occurred_at,
        client_ip=context.client_ip,
        user_agent=context.user_agent,
        network_click_id=context.network_click_id,
        page_url=context.page_url,
        revenue_micros=claim.revenue_micros,
        currency=claim.currency,
        parameters=claim.parameters,
        customer_user_id=claim.customer_user_id,
        locale=claim.locale,
        limits_data_use=claim.limits_data_use,
    )
