"""Slows down guessing: after some failures within a while, no more tries are taken."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from appsprint.errors import RateLimited
from appsprint.ports.clock import Clock

WINDOW = timedelta(minutes=15)
_MOST_KEYS = 20_000


class Throttle:
    """Counts failures by key in memory; a restart forgets them.

    Args:
        most: How many failures of one key are taken within ``WINDOW``.
    """

    def __init__(self, *, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._failures: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Let a try pass.

        Raises:
            RateLimited: There were too many failures; the message says how long to wait.
        """
        now = self._clock.now()
        with self._lock:
            recent = self._recent(key, now)
            if len(recent) < self._most:
                return
            wait = recent[0] + WINDOW - now
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        raise RateLimited(f"too many attempts failed: wait {minutes} min and try again")

    def note_failure(self, key: str) -> None:
        """Count a failure."""
        now = self._clock.now()
        with self._lock:
            if len(self._failures) >= _MOST_KEYS:
                self._forget_old(now)
            self._recent(key, now).append(now)

    def forgive(self, key: str) -> None:
        """Forget a key's failures."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        recent = self._failures.setdefault(key, deque(maxlen=self._most))
        while recent and now - recent[0] >= WINDOW:
            recent.popleft()
        return recent

    def _forget_old(self, now: datetime) -> None:
        over = [
            key for key, times in self._failures.items() if not times or now - times[-1] >= WINDOW
        ]
        # Where everything is recent it is an attack, and whoever began it is still throttled by
        # address: the oldest key goes.
        for key in over or [next(iter(self._failures))]:
            del self._failures[key]
