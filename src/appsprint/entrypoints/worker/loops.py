"""Loops on threads of their own; each pass calls one service and waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from appsprint.domain.connection import Connection
from appsprint.domain.cost_schedule import RefreshPeriods
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import AppsprintError
from appsprint.ports.spool import ClickSpool
from appsprint.services.catalog import Services
from appsprint.services.clicks import SpoolReplay

log = structlog.get_logger()

SPOOL_SECONDS = 1.0
APPLE_SECONDS = 1.0
SYNC_CHECK_SECONDS = 15.0
ROLLUP_SECONDS = 2.0


class Loop:
    """Calls ``work`` again and again until it is stopped.

    Args:
        name: For the thread and the log.
        work: One pass. An error is logged and the loop goes on.
        seconds: The pause between passes; a pass that returns True is repeated at once.
    """

    def __init__(self, name: str, work: Callable[[], object], *, seconds: float) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the loop to end after the pass it is in."""
        self._stopping.set()

    def join(self, timeout_seconds: float) -> None:
        """Wait until the loop has ended; one that never began has."""
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._pass() is not True:
                self._stopping.wait(self._seconds)

    def _pass(self) -> object:
        try:
            return self._work()
        except AppsprintError as exc:
            log.warning("loop_pass_failed", loop=self._name, error=exc.message)
        except Exception:
            log.exception("loop_pass_crashed", loop=self._name)
        return None


class Worker:
    """All loops of one process."""

    def __init__(self, services: Services, spool: ClickSpool) -> None:
        self._services = services
        replay = SpoolReplay(
            store=services.store, spool=spool, reconsider=services.late_clicks.reconsider
        )
        self._senders: dict[tuple[AppId, AdNetwork], Loop] = {}
        self._watcher = Loop("connections", self._watch_connections, seconds=0.5)
        self._loops = [
            self._watcher,
            Loop("spool", replay.replay, seconds=SPOOL_SECONDS),
            Loop("apple", services.apple_ads.resolve_due, seconds=APPLE_SECONDS),
            Loop("sync", self._sync_due, seconds=SYNC_CHECK_SECONDS),
            Loop("rollups", services.rollups.advance, seconds=ROLLUP_SECONDS),
            Loop("grants", self._check_grants, seconds=SYNC_CHECK_SECONDS),
            Loop("upkeep", self._upkeep, seconds=3600),
        ]

    def start(self) -> None:
        """Give back what a dead process held, then begin every loop."""
        released = self._services.sending.recover()
        if released:
            log.info("leases_released", deliveries=released)
        for loop in self._loops:
            loop.start()

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """End every loop after the call it is in; what is claimed is settled or given back."""
        self._services.sending.stop()
        for loop in self._loops:
            loop.stop()
        # Only when it has ended no sender can be new.
        self._watcher.join(timeout_seconds)
        loops = [*self._loops, *self._senders.values()]
        for loop in loops:
            loop.stop()
        for loop in loops:
            loop.join(timeout_seconds)

    def _watch_connections(self) -> None:
        """One sending loop for each connection that may send, so that none slows another."""
        sendable = {
            (connection.app_id, connection.network)
            for connection in self._services.sending.sendable()
        }
        for gone in self._senders.keys() - sendable:
            self._senders.pop(gone).stop()
        for key in sendable - self._senders.keys():
            loop = Loop(
                f"send-{key[1]}",
                lambda key=key: self._send(key),  # type: ignore[misc]
                seconds=self._services.settings.delivery_wait_seconds,
            )
            self._senders[key] = loop
            loop.start()

    def _send(self, key: tuple[AppId, AdNetwork]) -> None:
        connection = self._connection(key)
        if connection is not None and connection.can_send:
            self._services.sending.drain(connection)

    def _connection(self, key: tuple[AppId, AdNetwork]) -> Connection | None:
        return self._services.store.read(lambda uow: uow.connections.get(*key))

    def _sync_due(self) -> None:
        settings = self._services.settings
        self._services.costs.sync_due(
            RefreshPeriods(
                recent=timedelta(minutes=settings.tiktok_sync_minutes),
                week=timedelta(hours=settings.tiktok_sync_week_hours),
                month=timedelta(hours=settings.tiktok_sync_month_hours),
            )
        )

    def _check_grants(self) -> None:
        every = timedelta(minutes=self._services.settings.tiktok_check_minutes)
        self._services.grants.check_due(every=every)

    def _upkeep(self) -> None:
        self._services.access.forget_old_answers()
        self._services.sessions.forget_over()
        self._services.privacy.forget_old()
