"""Value-based optimization: whether TikTok has seen enough payments to bid by value.

TikTok unlocks it for web at 20 unique attributed payment events with value and currency within
any 7 consecutive days (TikTok help, "Value-based optimization for web", September 2023).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

VBO_WINDOW = timedelta(days=7)
VBO_THRESHOLD = 20
# The one web event that counts; Subscribe and StartTrial do not, whatever they are worth.
VBO_EVENT = "Purchase"


@dataclass(frozen=True, slots=True, kw_only=True)
class VboWindow:
    """Seven times 24 hours and the payment events in them.

    Attributes:
        start_at: The first event's time, included, UTC.
        end_at: Seven days later, not included.
    """

    start_at: datetime
    end_at: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBasedOptimization:
    """How far an app is.

    Attributes:
        recent: Payment events within the last seven days.
        best_window: The fullest seven days there were, the earliest of equals; None without
            any payment event.
        threshold: How many within one window TikTok wants.
    """

    recent: int
    best_window: VboWindow | None
    threshold: int = VBO_THRESHOLD

    @property
    def is_unlocked(self) -> bool:
        """Whether the threshold was ever reached."""
        return self.best_window is not None and self.best_window.count >= self.threshold

    @property
    def missing(self) -> int:
        """How many payment events the last seven days lack; 0 once it is unlocked."""
        return 0 if self.is_unlocked else self.threshold - self.recent


def value_based_optimization(
    payments: Sequence[tuple[datetime, int]], *, now: datetime, threshold: int = VBO_THRESHOLD
) -> ValueBasedOptimization:
    """Count payment events by the times at which they happened.

    Args:
        payments: How many unique events TikTok accepted with value and currency, by when they
            happened, the oldest first.
        now: The end of the last seven days, included.
        threshold: How many within one window TikTok wants.
    """
    after = bisect_right(payments, now - VBO_WINDOW, key=_time_of)
    until = bisect_right(payments, now, key=_time_of)
    return ValueBasedOptimization(
        recent=sum(amount for _, amount in payments[after:until]),
        best_window=_best_window(payments),
        threshold=threshold,
    )


def _time_of(payment: tuple[datetime, int]) -> datetime:
    return payment[0]


def _best_window(payments: Sequence[tuple[datetime, int]]) -> VboWindow | None:
    """The fullest window; one that begins with an event is never worse than another.

    One pass: each payment enters the window once and leaves it once.
    """
    best_start, best, inside, first_outside = None, 0, 0, 0
    for start_at, amount in payments:
        end_at = start_at + VBO_WINDOW
        while first_outside < len(payments) and payments[first_outside][0] < end_at:
            inside += payments[first_outside][1]
            first_outside += 1
        if inside > best:
            best_start, best = start_at, inside
        inside -= amount
    if best_start is None:
        return None
    return VboWindow(start_at=best_start, end_at=best_start + VBO_WINDOW, count=best)
