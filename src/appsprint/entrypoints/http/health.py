"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from appsprint.entrypoints.http.asgi import Scope, Send, send_bytes, send_json
from appsprint.entrypoints.http.loop_sink import LoopSink, write
from appsprint.errors import StoreUnavailable
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_READY_SECONDS = 2.0


class HealthRoutes:
    """Answers whether the process lives, whether it can store, and what it counted."""

    def __init__(self, *, store: Store, sink: LoopSink, spool: ClickSpool) -> None:
        self._store = store
        self._sink = sink
        self._spool = spool

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer one of ``PATHS``."""
        path = scope["path"]
        if path == "/metrics":
            await send_bytes(send, 200, generate_latest(), CONTENT_TYPE_LATEST.encode())
        elif path == "/healthz":
            await send_json(send, 200, {"status": "ok"})
        else:
            await self._readiness(send)

    async def _readiness(self, send: Send) -> None:
        """A real commit is the only honest answer to "can you store?"."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await write(self._store, self._sink, lambda uow: None)
        except (StoreUnavailable, TimeoutError) as exc:
            reason = str(exc) or "the store did not answer in time"
            await send_json(send, 503, {"status": "unavailable", "message": reason})
            return
        spool = "empty" if self._spool.is_empty() else "waiting"
        await send_json(send, 200, {"status": "ready", "spool": spool})
