"""The machine's clock and a source of identifiers."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime

from appsprint.domain.ids import IdPrefix

_RANDOM_BITS = 80
_RANDOM_BYTES = _RANDOM_BITS // 8
_DRAWS = 256


class SystemClock:
    """The real time in UTC, in whole milliseconds: as it is stored, so is it told."""

    def now(self) -> datetime:
        found = datetime.now(UTC)
        return found.replace(microsecond=found.microsecond // 1000 * 1000)


class SortableIds:
    """Identifiers that sort in the order they were made, also across restarts.

    32 hex digits: 48 bits of Unix milliseconds and 80 random bits, the layout of a ULID
    (github.com/ulid/spec, monotonic form). Within a millisecond the random part counts up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._random = 0
        self._pool: list[bytes] = []

    def new(self, prefix: IdPrefix) -> str:
        with self._lock:
            now_ms = time.time_ns() // 1_000_000
            if now_ms > self._last_ms:
                self._last_ms = now_ms
                # The top bit stays free, so counting up cannot overflow.
                self._random = int.from_bytes(self._draw(), "big") >> 1
            else:
                self._random += 1
            return f"{prefix.value}{(self._last_ms << _RANDOM_BITS) | self._random:032x}"

    def _draw(self) -> bytes:
        """Fresh random bytes; asking the system a few at a time was a tenth of the click route."""
        if not self._pool:
            drawn = os.urandom(_RANDOM_BYTES * _DRAWS)
            self._pool = [
                drawn[at : at + _RANDOM_BYTES] for at in range(0, len(drawn), _RANDOM_BYTES)
            ]
        return self._pool.pop()
