"""Keeps calls to a network below its limits, and holds back who was told to slow down."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.retry import RetrySchedule, pause_after
from appsprint.ports.clock import Clock

# Each limit that is met halves the pace; each call that goes well takes back a tenth of that.
_SLOW_DOWN = 2.0
_SPEED_UP = 0.9
_SLOWEST = timedelta(seconds=10)
_LONGEST_FAILURE_HOLD = timedelta(minutes=1)


@dataclass(slots=True)
class _Pace:
    """One web event source's.

    Attributes:
        interval: Between the beginnings of two calls.
        free_at: When the next call may begin; None at once.
        held_until: No call at all before this.
        failures: Calls in a row that failed.
    """

    interval: timedelta
    free_at: datetime | None = None
    held_until: datetime | None = None
    failures: int = 0


class Pacer:
    """Gives each call its turn, per web event source (pixel) and over all of them.

    Thread-safe. One pixel's limits and failures hold back that pixel only.

    Args:
        clock: Its instants are compared with one another only.
        per_pixel: The most calls a second for one pixel.
        in_all: The most calls a second of this process.
    """

    def __init__(self, *, clock: Clock, per_pixel: float, in_all: float) -> None:
        self._clock = clock
        self._interval = timedelta(seconds=1 / per_pixel)
        self._interval_in_all = timedelta(seconds=1 / in_all)
        self._free_at: datetime | None = None
        self._paces: dict[str, _Pace] = {}
        self._lock = threading.Lock()

    def is_held(self, pixel_id: str) -> bool:
        """Whether the pixel has to stay silent now."""
        with self._lock:
            held_until = self._pace(pixel_id).held_until
            return held_until is not None and held_until > self._clock.now()

    def take_turn(self, pixel_id: str) -> float:
        """Take the next turn; how many seconds to wait for it."""
        with self._lock:
            now, pace = self._clock.now(), self._pace(pixel_id)
            own, shared = max(now, pace.free_at or now), max(now, self._free_at or now)
            turn = max(own, shared)
            pace.free_at = turn + pace.interval
            # Not from ``turn`` on: a pixel that waits long must not make the others wait.
            self._free_at = shared + self._interval_in_all
            return (turn - now).total_seconds()

    def went_well(self, pixel_id: str) -> None:
        """The network took or refused a call in the normal way: back towards the full pace."""
        with self._lock:
            pace = self._pace(pixel_id)
            pace.failures = 0
            pace.interval = max(self._interval, pace.interval * _SPEED_UP)

    def was_limited(self, pixel_id: str, pause: timedelta) -> None:
        """The network wants fewer calls: hold the pixel, and go on at half the pace."""
        with self._lock:
            pace = self._pace(pixel_id)
            pace.interval = min(max(pace.interval * _SLOW_DOWN, self._interval), _SLOWEST)
            pace.held_until = self._clock.now() + max(pause, pace.interval)

    def failed(self, pixel_id: str, schedule: RetrySchedule) -> None:
        """A call failed in a way that time can mend: pauses grow from failure to failure."""
        with self._lock:
            pace = self._pace(pixel_id)
            pace.failures += 1
            pause = min(pause_after(schedule, pace.failures), _LONGEST_FAILURE_HOLD)
            pace.held_until = self._clock.now() + pause

    def _pace(self, pixel_id: str) -> _Pace:
        return self._paces.setdefault(pixel_id, _Pace(self._interval))
