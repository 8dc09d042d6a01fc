"""The demonstration's clock: it stands where the player puts it, until it follows real time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    return datetime.now(UTC)


class SimulatedClock:
    """A clock port that is moved by hand and never goes backwards; safe to share between threads.

    Args:
        start_at: Where it stands at first, UTC.
        real: The time that it follows once released.
    """

    def __init__(self, start_at: datetime, *, real: Callable[[], datetime] = real_now) -> None:
        self._moving = threading.Lock()
        self._instant = start_at
        self._is_released = False
        self._real = real

    def now(self) -> datetime:
        return max(self._instant, self._real()) if self._is_released else self._instant

    def move_to(self, instant: datetime) -> None:
        """Stand at ``instant``, unless the clock is past it already."""
        with self._moving:
            self._instant = max(self._instant, instant)

    def advance(self, by: timedelta) -> None:
        with self._moving:
            self._instant += by

    def release(self) -> None:
        """Follow real time from now on, once it is past the simulated one."""
        self._is_released = True
