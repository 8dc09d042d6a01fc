"""The server's ASGI application: hot routes in front, everything else behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from appsprint.entrypoints.http import health, redirect
from appsprint.entrypoints.http.asgi import AsgiApp, Receive, Scope, Send
from appsprint.entrypoints.http.health import HealthRoutes
from appsprint.entrypoints.http.loop_sink import LoopSink
from appsprint.entrypoints.http.redirect import ClickDesk, RedirectRoute
from appsprint.entrypoints.http.sdk import SdkRoutes
from appsprint.ports.spool import ClickSpool
from appsprint.services.catalog import Services
from appsprint.services.clicks import ClickIntake


@dataclass(frozen=True, slots=True)
class _HotRoutes:
    """What needs the running event loop, so it is built when the server starts."""

    desk: ClickDesk
    redirect: RedirectRoute
    sdk: SdkRoutes
    health: HealthRoutes


class Application:
    """Sends ``/c/`` and ``/v1/`` to plain handlers and the rest to the framework.

    Args:
        services: The use cases.
        spool: Where clicks go that the store cannot take in time.
        behind: The management API and the pages.
        on_start: Called on the event loop once requests can come.
    """

    def __init__(
        self,
        services: Services,
        spool: ClickSpool,
        behind: AsgiApp,
        *,
        on_start: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._services = services
        self._spool = spool
        self._behind = behind
        self._on_start = on_start
        self._hot: _HotRoutes | None = None

    @property
    def redirect(self) -> RedirectRoute | None:
        """The handler of ad links; None before the server has started."""
        return None if self._hot is None else self._hot.redirect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's scope; the lifespan builds the hot routes."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        hot = self._hot
        path: str = scope.get("path", "")
        if scope["type"] != "http" or hot is None:
            await self._behind(scope, receive, send)
        elif path.startswith(redirect.PREFIX):
            await hot.redirect(scope, send)
        elif path.startswith("/v1/"):
            await hot.sdk(scope, receive, send)
        elif path in health.PATHS:
            await hot.health(scope, send)
        else:
            await self._behind(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wrap the framework's own start and end in ours."""

        async def receive_ours() -> dict[str, object]:
            message = dict(await receive())
            if message["type"] == "lifespan.startup":
                self._hot = self._build()
                if self._on_start is not None:
                    await self._on_start()
            elif self._hot is not None:
                await self._hot.desk.close()
            return message

        await self._behind(scope, receive_ours, send)

    def _build(self) -> _HotRoutes:
        services, settings = self._services, self._services.settings
        sink = LoopSink(asyncio.get_running_loop())
        desk = ClickDesk(
            store=services.store, spool=self._spool, wait_seconds=settings.click_wait_seconds
        )
        return _HotRoutes(
            desk=desk,
            redirect=RedirectRoute(
                directory=services.directory,
                intake=ClickIntake(
                    ids=services.ids,
                    networks=services.networks,
                    tracking_url=settings.tracking_url,
                ),
                desk=desk,
                clock=services.clock,
                trusted_proxies=settings.trusted_proxies,
            ),
            sdk=SdkRoutes(
                store=services.store,
                sink=sink,
                directory=services.directory,
                installs=services.install_intake,
                events=services.event_intake,
                clock=services.clock,
                ids=services.ids,
                trusted_proxies=settings.trusted_proxies,
            ),
            health=HealthRoutes(store=services.store, sink=sink, spool=self._spool),
        )
