"""Value-based optimization: whether TikTok has seen enough payments to bid by value.

TikTok unlocks it for web at 20 unique attributed payment events with value and currency within
any 7 consecutive days (TikTok help, "Value-based optimization for web", September 2023).
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """

    recent: int
    best_window: VboWindow | None

    @property
    def is_unlocked(self) -> bool:
        """Whether the threshold was ever reached."""
        return self.best_window is not None and self.best_window.count >= VBO_THRESHOLD


def value_based_optimization(
    payment_times: Iterable[datetime], *, now: datetime
) -> ValueBasedOptimization:
    """Count payment events by the times at which they happened.

    Args:
        payment_times: One for each unique event that TikTok accepted with value and currency,
            in any order.
        now: The end of the last seven days, included.
    """
    times = sorted(payment_times)
    recent = sum(now - VBO_WINDOW < time <= now for time in times)
    return ValueBasedOptimization(recent=recent, best_window=_best_window(times))


def _best_window(times: list[datetime]) -> VboWindow | None:
    """The fullest window; one that begins with an event is never worse than another."""
    best: VboWindow | None = None
    first_outside = 0
    for number, start_at in enumerate(times):
        end_at = start_at + VBO_WINDOW
        while first_outside < len(times) and times[first_outside] < end_at:
            first_outside += 1
        count = first_outside - number
        if best is None or count > best.count:
            best = VboWindow(start_at=start_at, end_at=end_at, count=count)
    return best
