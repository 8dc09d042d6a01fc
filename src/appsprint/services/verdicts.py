"""What one call makes of the deliveries in it: the network's verdict as settlements. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appsprint.domain.delivery import (
    AttemptOutcome,
    AwaitReconnect,
    DeadReason,
    Delivered,
    DeliveryStatus,
    GiveUp,
    TryAgain,
    Verdict,
)
from appsprint.domain.ids import DeliveryId
from appsprint.domain.retry import NoRetry, RetrySchedule, next_attempt
from appsprint.ports.deliveries import ClaimedDelivery, Settlement

MAX_REASON_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """When a call ended and what the retry rule needs; one jitter keeps a call's events together.

    Attributes:
        message: The network's words.
        jitter: In [0, 1).
    """

    now: datetime
    message: str
    schedule: RetrySchedule
    jitter: float


def settlements_of(
    claims: Sequence[ClaimedDelivery], verdict: Verdict, ended: Ended
) -> list[Settlement]:
    """How the deliveries of one call go on, those that go on alike together."""
    ids = [claim.id for claim in claims]
    match verdict:
        case Delivered():
            sent = Settlement(
                delivery_ids=ids,
                status=DeliveryStatus.SENT,
                reason=None,
                outcome=AttemptOutcome.DELIVERED,
                counts=True,
            )
            return [sent]
        case GiveUp(reason=reason):
            return [_dead(ids, reason)]
        case AwaitReconnect(problem=problem):
            # Trying is the connection's business now, so this attempt is not counted, and
            # the deliveries keep their place in the queue.
            waiting = Settlement(
                delivery_ids=ids,
                status=DeliveryStatus.RETRYING,
                reason=problem,
                outcome=AttemptOutcome.AWAIT_RECONNECT,
                keeps_place=True,
            )
            return [waiting]
        case TryAgain() as again:
            return _after_failure(claims, again, ended)


def _after_failure(
    claims: Sequence[ClaimedDelivery], again: TryAgain, ended: Ended
) -> list[Settlement]:
    """Deliveries with the same past get the same future, and stay together."""
    alike: defaultdict[tuple[int, datetime | None], list[DeliveryId]] = defaultdict(list)
    for claim in claims:
        alike[claim.attempts, claim.maybe_accepted_at].append(claim.id)
    return [
        _tried(ids, attempts + 1, maybe_accepted_at, again, ended)
        for (attempts, maybe_accepted_at), ids in alike.items()
    ]


def _tried(
    ids: Sequence[DeliveryId],
    attempts: int,
    maybe_accepted_at: datetime | None,
    again: TryAgain,
    ended: Ended,
) -> Settlement:
    if again.maybe_accepted and maybe_accepted_at is None:
        maybe_accepted_at = ended.now
    plan = next_attempt(
        ended.schedule,
        now=ended.now,
        attempts=attempts,
        maybe_accepted_at=maybe_accepted_at,
        at_least=timedelta(seconds=again.at_least_seconds),
        jitter=ended.jitter,
    )
    if isinstance(plan, NoRetry):
        return replace(_dead(ids, plan.reason), maybe_accepted_at=maybe_accepted_at)
    return Settlement(
        delivery_ids=ids,
        status=DeliveryStatus.RETRYING,
        reason=ended.message[:MAX_REASON_LENGTH],
        outcome=AttemptOutcome.RETRY,
        counts=True,
        maybe_accepted_at=maybe_accepted_at,
        next_attempt_at=plan.at,
    )


def _dead(ids: Sequence[DeliveryId], reason: DeadReason) -> Settlement:
    return Settlement(
        delivery_ids=ids,
        status=DeliveryStatus.DEAD,
        reason=reason,
        outcome=AttemptOutcome.DEAD,
        counts=True,
    )
