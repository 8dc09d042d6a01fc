"""What a server without routes answers: whether it lives, is ready, and what it counted."""

from __future__ import annotations

import asyncio

from appsprint.entrypoints.http.asgi import Receive, Scope, Send, send_json
from appsprint.entrypoints.http.health import PATHS, HealthRoutes
from appsprint.entrypoints.http.loop_sink import LoopSink
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store

_NO_ROUTES = {
    "error": "not_found",
    "message": "this server has the worker role: it answers /healthz, /readyz and /metrics only",
}


class HealthOnly:
    """The ASGI application of the worker role."""

    def __init__(self, store: Store, spool: ClickSpool) -> None:
        self._store = store
        self._spool = spool
        self._health: HealthRoutes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's scope."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and self._health is not None and scope["path"] in PATHS:
            await self._health(scope, send)
        elif scope["type"] == "http":
            await send_json(send, 404, _NO_ROUTES)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        sink = LoopSink(asyncio.get_running_loop())
        self._health = HealthRoutes(store=self._store, sink=sink, spool=self._spool)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
