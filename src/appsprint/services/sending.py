"""Takes due deliveries to their ad network and settles what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from appsprint.domain.connection import Connection
from appsprint.domain.connection_states import credential_rejected
from appsprint.domain.delivery import (
    AttemptOutcome,
    AwaitReconnect,
    DeadReason,
    DeliverableEvent,
    Delivered,
    Delivery,
    DeliveryStatus,
    GiveUp,
    TryAgain,
)
from appsprint.domain.ids import IdPrefix
from appsprint.domain.link import AdNetwork
from appsprint.domain.retry import NoRetry, RetrySchedule, next_attempt
from appsprint.domain.web_context import CheckedWebContext, check_web_context
from appsprint.ports.ad_network import AdNetworkAdapter, EventsCredential, EventSender, SendResult
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.deliveries import ClaimedDelivery, Settlement
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A claimed delivery that is fit to send, with its payload."""

    claim: ClaimedDelivery
    payload: bytes


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
        jitter: Gives a number in [0, 1) for each retry.
        lease: Longer than any call can take, bisection included.
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
        lease: timedelta = timedelta(minutes=10),
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._networks = networks
        self._secrets = secrets
        self._schedule = schedule
        self._jitter = jitter
        self._lease = lease

    def recover(self) -> int:
        """Give back the leases of a process that died; how many there were."""
        return self._store.write(lambda uow: uow.deliveries.release_leases())

    def sendable(self) -> Sequence[Connection]:
        """The connections that may send now."""
        found = self._store.read(lambda uow: uow.connections.all())
        return [connection for connection in found if connection.can_send]

    def send_due(self, connection: Connection) -> int:
        """Send one batch of what is due for a connection; how many deliveries were settled."""
        sender = self._networks[connection.network].sender
        # Before claiming: a token that no key of ours opens must not tie up the queue.
        credential = self._credential(connection)
        claims = self._claim(connection, sender.max_batch())
        if not claims:
            return 0
        fit, settled = self._prepare(sender, claims)
        self._settle(settled, None)
        if fit and not self._send(connection, sender, credential, fit):
            self._release(claims)
        return len(claims)

    def _release(self, claims: Sequence[ClaimedDelivery]) -> None:
        """Give back what a pause left unsent; what was settled has no lease any more."""
        lease_id = claims[0].lease_id
        self._store.write(lambda uow: uow.deliveries.release_lease(lease_id))

    def _claim(self, connection: Connection, limit: int) -> Sequence[ClaimedDelivery]:
        lease_id = self._ids.new(IdPrefix.SEND)
        return self._store.write(
            lambda uow: uow.deliveries.claim_due(
                connection.app_id,
                connection.network,
                now=self._clock.now(),
                limit=limit,
                lease_id=lease_id,
                lease=self._lease,
            )
        )

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
        settled: list[Settlement] = []
        now = self._clock.now()
        for claim in claims:
            context = check_web_context(claim.context)
            if not isinstance(context, CheckedWebContext):
                settled.append(_closed(claim, DeliveryStatus.SKIPPED, context))
                continue
            event = _deliverable(claim, context)
            if (reason := sender.refuse_locally(event, now=now)) is not None:
                settled.append(_closed(claim, DeliveryStatus.DEAD, reason))
                continue
            fit.append(_Prepared(claim, sender.payload(event)))
        return fit, settled

    def _send(
        self,
        connection: Connection,
        sender: EventSender,
        credential: EventsCredential,
        batch: Sequence[_Prepared],
    ) -> bool:
        """One call; a batch that one bad event can have failed is halved until it is found.

        False once the connection was paused: the rest was not sent.
        """
        result = sender.send(credential, [item.payload for item in batch])
        verdict = result.verdict
        if isinstance(verdict, GiveUp) and verdict.splittable and len(batch) > 1:
            middle = len(batch) // 2
            halves = batch[:middle], batch[middle:]
            return all(self._send(connection, sender, credential, half) for half in halves)
        now = self._clock.now()
        settlements = [self._settlement(item, connection, result, now) for item in batch]
        self._settle(settlements, result)
        if isinstance(verdict, AwaitReconnect):
            self._pause(connection, verdict.problem)
            return False
        return True

    def _settlement(
        self, item: _Prepared, connection: Connection, result: SendResult, now: datetime
    ) -> Settlement:
        delivery = replace(
            item.claim.delivery,
            pixel_id=connection.pixel_id,
            attempts=item.claim.delivery.attempts + 1,
        )
        settled, outcome = self._judge(delivery, result, now)
        return Settlement(
            delivery=settled, lease_id=item.claim.lease_id, outcome=outcome, payload=item.payload
        )

    def _judge(
        self, delivery: Delivery, result: SendResult, now: datetime
    ) -> tuple[Delivery, AttemptOutcome]:
        """The delivery after one attempt, and what the attempt is called in the log."""
        match result.verdict:
            case Delivered():
                return _sent(delivery, now), AttemptOutcome.DELIVERED
            case GiveUp(reason=reason):
                return _dead(delivery, reason), AttemptOutcome.DEAD
            case AwaitReconnect(problem=problem):
                # Trying is the connection's business now, so this attempt is not counted, and
                # the delivery keeps its place in the queue.
                waiting = replace(
                    delivery,
                    attempts=delivery.attempts - 1,
                    status=DeliveryStatus.RETRYING,
                    reason=problem,
                )
                return waiting, AttemptOutcome.AWAIT_RECONNECT
            case TryAgain() as again:
                return self._after_failure(delivery, again, result.answer.message, now)

    def _after_failure(
        self, delivery: Delivery, again: TryAgain, message: str, now: datetime
    ) -> tuple[Delivery, AttemptOutcome]:
        maybe_accepted_at = delivery.maybe_accepted_at
        if again.maybe_accepted and maybe_accepted_at is None:
            maybe_accepted_at = now
        plan = next_attempt(
            self._schedule,
            now=now,
            attempts=delivery.attempts,
            maybe_accepted_at=maybe_accepted_at,
            at_least=timedelta(seconds=again.at_least_seconds),
            jitter=self._jitter(),
        )
        tried = replace(delivery, maybe_accepted_at=maybe_accepted_at)
        if isinstance(plan, NoRetry):
            return _dead(tried, plan.reason), AttemptOutcome.DEAD
        waiting = replace(
            tried,
            status=DeliveryStatus.RETRYING,
            reason=message[:200],
            next_attempt_at=plan.at,
        )
        return waiting, AttemptOutcome.RETRY

    def _settle(self, settlements: Sequence[Settlement], result: SendResult | None) -> None:
        if not settlements:
            return
        answer = None if result is None else result.answer
        now = self._clock.now()
        ours = self._store.write(
            lambda uow: uow.deliveries.settle(settlements, answer=answer, at=now)
        )
        log.info(
            "deliveries_settled",
            app_id=settlements[0].delivery.app_id,
            deliveries=ours,
            outcome=settlements[0].outcome,
            code=None if answer is None else answer.code,
        )

    def _pause(self, connection: Connection, problem: str) -> None:
        """Stop sending for this connection; a new token starts it again."""

        def work(uow: UnitOfWork) -> None:
            present = uow.connections.get(connection.app_id, connection.network)
            # A token that was replaced during the call is not the one that was refused.
            if present is not None and present.events_token == connection.events_token:
                uow.connections.save(credential_rejected(present, problem))

        self._store.write(work)
        log.warning("events_token_rejected", app_id=connection.app_id, problem=problem)


def _deliverable(claim: ClaimedDelivery, context: CheckedWebContext) -> DeliverableEvent:
    delivery = claim.delivery
    return DeliverableEvent(
        delivery_id=delivery.id,
        network_event=delivery.network_event,
        network_event_id=delivery.network_event_id,
        sdk_event=delivery.sdk_event,
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
    )


def _closed(claim: ClaimedDelivery, status: DeliveryStatus, reason: str) -> Settlement:
    closed = replace(claim.delivery, status=status, reason=reason, next_attempt_at=None)
    return Settlement(delivery=closed, lease_id=claim.lease_id, outcome=None, payload=None)


def _sent(delivery: Delivery, now: datetime) -> Delivery:
    return replace(
        delivery, status=DeliveryStatus.SENT, reason=None, sent_at=now, next_attempt_at=None
    )


def _dead(delivery: Delivery, reason: DeadReason) -> Delivery:
    return replace(delivery, status=DeliveryStatus.DEAD, reason=reason, next_attempt_at=None)
