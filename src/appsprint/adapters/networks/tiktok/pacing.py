"""Reading an account at a pace that TikTok allows, and without giving up at the first hiccup.

A developer app may call each endpoint so many times a second, 10 to begin with, and 60 times as
often a minute; who calls more often is refused, and after a breach of the minute's quota for five
minutes (portal, "Rate limits"). No header tells what is left, so the calls are counted here.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import structlog

from appsprint.adapters.networks.tiktok.management import ManagementApi
from appsprint.errors import AdNetworkBusy

log = structlog.get_logger()

T = TypeVar("T")
# TikTok counts by its own clock, and calls can arrive closer together than they left.
_SECOND = 1.05


class CallPace:
    """Holds calls back so that no endpoint gets too many a second; threads may share it.

    Args:
        clock: Seconds that only go forward.
        wait: Sleeps for some seconds.
    """

    def __init__(
        self,
        calls_per_second: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls_per_second = calls_per_second
        self._clock = clock
        self._wait = wait
        self._guard = threading.Lock()
        self._latest: dict[str, deque[float]] = {}

    def hold(self, path: str) -> None:
        """Return when the endpoint may be called, having counted the call."""
        with self._guard:
            latest = self._latest.setdefault(path, deque(maxlen=self._calls_per_second))
            now = self._clock()
            is_full = len(latest) == self._calls_per_second
            start_at = max(now, latest[0] + _SECOND) if is_full else now
            latest.append(start_at)
        if start_at > now:
            self._wait(start_at - now)


class PatientApi:
    """Reads like ``ManagementApi``, at a pace, and again after a pause when TikTok is busy.

    Args:
        pauses_seconds: Before the second try, the third, and so on; empty: one try.
    """

    def __init__(
        self,
        api: ManagementApi,
        pace: CallPace,
        *,
        pauses_seconds: Sequence[float],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = api
        self._pace = pace
        self._pauses_seconds = pauses_seconds
        self._wait = wait

    def get(self, path: str, params: Mapping[str, object], *, access_token: str, of: type[T]) -> T:
        for pause_seconds in self._pauses_seconds:
            try:
                return self._once(path, params, access_token=access_token, of=of)
            except AdNetworkBusy as exc:
                log.info("read_again", path=path, pause_seconds=pause_seconds, error=exc.message)
                self._wait(pause_seconds)
        return self._once(path, params, access_token=access_token, of=of)

    def _once(
        self, path: str, params: Mapping[str, object], *, access_token: str, of: type[T]
    ) -> T:
        self._pace.hold(path)
        return self._api.get(path, params, access_token=access_token, of=of)
