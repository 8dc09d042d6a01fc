"""Hands outcomes of the store's writer thread to coroutines, one wake-up for each commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from appsprint.errors import StoreUnavailable
from appsprint.ports.store import Completion, ItemsWork, Store, UnitOfWork

T = TypeVar("T")

# SDKs give up after 10 s (Android) and retry; a clear 503 before that is better.
WRITE_TIMEOUT_SECONDS = 8.0


class LoopSink:
    """A completion sink whose tickets are futures of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def deliver(self, completions: Sequence[Completion]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, completions)


def _resolve(completions: Sequence[Completion]) -> None:
    for ticket, result, error in completions:
        assert isinstance(ticket, asyncio.Future)  # noqa: S101 only futures are enqueued here
        if ticket.done():
            continue
        if error is None:
            ticket.set_result(result)
        else:
            ticket.set_exception(error)


async def write(store: Store, sink: LoopSink, work: Callable[[UnitOfWork], T]) -> T:
    """Run ``work`` on the store's writer and wait until it is durable.

    Raises:
        StoreUnavailable: Also when the writer did not come to it in time; it may still happen,
            which is harmless because every SDK call can be repeated.
    """
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    store.enqueue(work, sink, future)
    return await _in_time(future)


async def write_item(store: Store, sink: LoopSink, work: ItemsWork, item: object) -> Any:
    """Like ``write``, together with the items of other requests; what ``work`` gave for this one.

    Raises:
        StoreUnavailable: See ``write``.
    """
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    store.enqueue_item(work, item, sink, future)
    return await _in_time(future)


async def _in_time(future: asyncio.Future[T]) -> T:
    try:
        async with asyncio.timeout(WRITE_TIMEOUT_SECONDS):
            return await future
    except TimeoutError as exc:
        raise StoreUnavailable("the store is too slow now") from exc
