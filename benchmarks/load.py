"""A small closed-loop load generator: each connection sends its next request after the answer.

It counts an answer by its status and reads its body by ``content-length``, nothing more, so that
it costs little beside the server that it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(slots=True)
class LoadResult:
    """What a run saw.

    Attributes:
        latencies_ms: One for each answer, in the order of arrival.
        statuses: Answers by HTTP status.
    """

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """Answers a second over the whole run."""
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that ``share`` of the answers stayed within."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(
        self, requests: Iterator[bytes], result: LoadResult, on_end: Callable[[], None]
    ) -> None:
        self._requests = requests
        self._result = result
        self._on_end = on_end
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head_end = self._buffer.find(_HEAD_END)
        if head_end < 0:
            return
        at = self._buffer.find(_LENGTH, 0, head_end)
        line_end = self._buffer.find(b"\r", at)
        length = int(self._buffer[at + len(_LENGTH) : line_end])
        if len(self._buffer) < head_end + len(_HEAD_END) + length:
            return
        self._result.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        self._result.statuses[int(self._buffer[9:12])] += 1
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_end()

    def _send(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def run_load(host: str, port: int, requests: Iterator[bytes], *, connections: int) -> LoadResult:
    """Send ``requests`` over ``connections`` at once until there are none left."""
    return uvloop.run(_run(host, port, requests, connections))


async def _run(host: str, port: int, requests: Iterator[bytes], connections: int) -> LoadResult:
    loop = asyncio.get_running_loop()
    result = LoadResult()
    all_done = loop.create_future()
    open_count = connections

    def on_end() -> None:
        nonlocal open_count
        open_count -= 1
        if open_count == 0:
            all_done.set_result(None)

    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Client(requests, result, on_end), host, port)
    await all_done
    result.seconds = time.perf_counter() - started
    return result


def bounded(requests: Iterator[bytes], *, count: int, seconds: float) -> Iterator[bytes]:
    """At most ``count`` of ``requests``, and none after ``seconds``."""
    end = time.perf_counter() + seconds
    for _ in range(count):
        if time.perf_counter() > end:
            return
        yield next(requests)
