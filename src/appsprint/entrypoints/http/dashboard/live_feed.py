"""One look at the store for everybody who watches: a bounded number of listeners on one loop."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import structlog
from anyio import to_thread

from appsprint.domain.ids import AppId
from appsprint.errors import AppsprintError, RateLimited
from appsprint.ports.arrivals import Arrival, ArrivalMark
from appsprint.services.live import LiveService

log = structlog.get_logger()

MAX_LISTENERS = 50
# Well within the second in which people expect their test event.
LOOK_EVERY_SECONDS = 0.25
# Tells proxies and us that the other side is still there.
HEARTBEAT_SECONDS = 15.0
# Then the browser comes again, and its session is checked again.
STREAM_SECONDS = 120.0
# Whoever lets more wait comes again.
WAITING_BATCHES = 50

Batch = tuple[ArrivalMark, Sequence[Arrival]]


@dataclass(eq=False, slots=True)
class Listener:
    """One who watches an app; None in the queue ends the stream."""

    app_id: AppId
    queue: asyncio.Queue[Batch | None] = field(
        default_factory=lambda: asyncio.Queue(WAITING_BATCHES)
    )

    def offer(self, batch: Batch | None) -> bool:
        """Hand something over; False when too much waits already."""
        try:
            self.queue.put_nowait(batch)
        except asyncio.QueueFull:
            return False
        return True


class LiveFeed:
    """Looks for arrivals while somebody watches, and at no other time.

    All methods run on one event loop, the server's; only the looks run on a thread.
    """

    def __init__(self, *, look_every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        self._look_every_seconds = look_every_seconds
        self._listeners: set[Listener] = set()
        self._mark: ArrivalMark | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many watch now."""
        return len(self._listeners)

    @property
    def is_looking(self) -> bool:
        """Whether the store is being looked at."""
        return self._task is not None

    def check_room(self) -> None:
        """Refuse one listener too many, before a stream begins.

        Raises:
            RateLimited: Too many watch already.
        """
        if len(self._listeners) >= MAX_LISTENERS:
            raise RateLimited("too many people watch live now: try again in a minute")

    async def listen(
        self, live: LiveService, app_id: AppId, since: ArrivalMark | None
    ) -> AsyncGenerator[Batch | None, None]:
        """What arrives at an app, as it does; None now and then when nothing does.

        Ends after a while, when the reader is too slow, or with the server. Whoever comes again
        with the last mark has missed nothing, unless very much came.
        """
        listener = Listener(app_id)
        self._listeners.add(listener)
        try:
            start = await self._begin(live)
            if since is not None and since != start:
                missed = await to_thread.run_sync(
                    lambda: live.look(since, until=start, app_id=app_id)
                )
                if missed[1]:
                    yield missed
            end_at = asyncio.get_running_loop().time() + STREAM_SECONDS
            while asyncio.get_running_loop().time() < end_at:
                try:
                    batch = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if batch is None:
                    return
                yield batch
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream; for the server's end."""
        for listener in list(self._listeners):
            self._end(listener)

    async def _begin(self, live: LiveService) -> ArrivalMark:
        """From where the shared looks go on for a new listener."""
        if self._task is not None and self._mark is not None:
            return self._mark
        mark = await to_thread.run_sync(live.head)
        if self._task is None or self._mark is None:
            self._mark = mark
            self._task = asyncio.create_task(self._watch(live))
        return self._mark

    async def _watch(self, live: LiveService) -> None:
        try:
            while self._listeners and self._mark is not None:
                await asyncio.sleep(self._look_every_seconds)
                try:
                    mark, found = await to_thread.run_sync(live.look, self._mark)
                except AppsprintError as exc:
                    log.warning("live_look_failed", error=exc.message)
                    continue
                self._mark = mark
                self._hand_out(mark, found)
        finally:
            self._task = self._mark = None

    def _hand_out(self, mark: ArrivalMark, found: Sequence[Arrival]) -> None:
        by_app: dict[AppId, list[Arrival]] = defaultdict(list)
        for one in found:
            by_app[one.app_id].append(one)
        for listener in list(self._listeners):
            batch = by_app.get(listener.app_id)
            if batch and not listener.offer((mark, batch)):
                self._end(listener)

    def _end(self, listener: Listener) -> None:
        """Make room for the end: what waits is for nobody any more."""
        self._listeners.discard(listener)
        while not listener.offer(None):
            listener.queue.get_nowait()
