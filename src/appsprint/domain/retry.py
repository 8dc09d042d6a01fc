"""The retry rule: when a failed delivery is tried again, and when it is given up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.delivery import DeadReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySchedule:
    """How long to wait after each failed attempt.

    The n-th pause is ``first_pause × growth^(n-1)``, at most ``longest_pause``; jitter takes it
    to between 100 % and 125 % of that.

    Attributes:
        max_attempts: The last one allowed; the defaults reach well past a day.
        dedupe_horizon: TikTok merges equal events for 48 hours after the first (TikTok help,
            "Event deduplication", May 2025). No automatic attempt is made later than that
            after one that may have been accepted.
    """

    first_pause: timedelta = timedelta(seconds=1.5)
    growth: float = 2.0
    longest_pause: timedelta = timedelta(hours=2)
    max_attempts: int = 30
    dedupe_horizon: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at this instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NoRetry:
    """Give it up, for this reason."""

    reason: DeadReason


def next_attempt(
    schedule: RetrySchedule,
    *,
    now: datetime,
    attempts: int,
    maybe_accepted_at: datetime | None,
    at_least: timedelta = timedelta(0),
    jitter: float = 0.0,
) -> RetryAt | NoRetry:
    """When to try again after ``attempts`` failed attempts, the last one at ``now``.

    Args:
        schedule: The pauses and limits in force.
        now: When the last attempt ended, in UTC.
        attempts: How many attempts have failed, at least 1.
        maybe_accepted_at: The first attempt whose outcome is unknown, if there was one.
        at_least: A pause that the network asked for.
        jitter: In [0, 1): spreads retries so that they do not come all at once.

    Returns:
        The instant, or the reason to give up: attempts used up, or the instant would lie past
        the dedupe horizon, where sending again could count the event twice.
    """
    if attempts >= schedule.max_attempts:
        return NoRetry(DeadReason.RETRIES_EXHAUSTED)
    at = now + max(pause_after(schedule, attempts) * (1 + 0.25 * jitter), at_least)
    if is_past_horizon(schedule, maybe_accepted_at, at):
        return NoRetry(DeadReason.DEDUPE_HORIZON)
    return RetryAt(at)


def is_past_horizon(
    schedule: RetrySchedule, maybe_accepted_at: datetime | None, now: datetime
) -> bool:
    """Whether sending again at ``now`` could count an event twice; at the very end it cannot."""
    return maybe_accepted_at is not None and now > maybe_accepted_at + schedule.dedupe_horizon


def pause_after(schedule: RetrySchedule, attempts: int) -> timedelta:
    """The pause after the ``attempts``-th failed attempt, without jitter."""
    # The exponent is bounded so that many attempts cannot overflow the multiplication.
    exponent = min(attempts - 1, 64)
    seconds = schedule.first_pause.total_seconds() * schedule.growth**exponent
    return timedelta(seconds=min(seconds, schedule.longest_pause.total_seconds()))
