"""The life of one server: its socket, uvicorn, the loops beside it, and an orderly end."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType, TracebackType
from typing import Self, cast

import structlog
import uvicorn

from appsprint.domain.visit import classify_user_agent
from appsprint.entrypoints.http.api.app import create_api
from appsprint.entrypoints.http.app import Application
from appsprint.entrypoints.http.asgi import AsgiApp
from appsprint.entrypoints.http.click_protocol import ClickProtocol
from appsprint.entrypoints.http.health_only import HealthOnly
from appsprint.entrypoints.worker.loops import Loop, Worker
from appsprint.errors import ConfigurationError
from appsprint.ports.spool import ClickSpool
from appsprint.services.catalog import Services

log = structlog.get_logger()

GRACE_SECONDS = 10
_BACKLOG = 4096
_KEEP_ALIVE_SECONDS = 75
_START_SECONDS = 30.0
# A changed list is read when two passes found it the same, so within about a minute.
_LISTS_SECONDS = 30.0
# The store's writer thread and the event loop share the interpreter's lock. At Python's default the
# writer waits up to 5 ms after each sync while the loop is busy, and every answer of its group
# waits with it. The value was decided by measurement; `make bench` repeats it.
_SWITCH_SECONDS = 0.0005


class ServerRole(StrEnum):
    """What a server does: the routes, the loops, or both."""

    ALL = "all"
    EDGE = "edge"
    WORKER = "worker"


def bind(host: str, port: int) -> socket.socket:
    """Take an address; nobody can connect until a server listens on it.

    Args:
        host: An address or a name of this machine.
        port: 0 takes a free one.

    Raises:
        ConfigurationError: The address is in use, or is not one of this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
        except OSError:
            taken.close()
            raise
    except OSError as exc:
        raise _cannot_listen(host, port, exc) from exc
    return taken


def url_of(listener: socket.socket) -> str:
    """The address that a bound socket is reached under."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """What a server is made of.

    Attributes:
        listener: A bound socket; the server closes it.
    """

    services: Services
    spool: ClickSpool
    listener: socket.socket
    role: ServerRole = ServerRole.ALL


class Server:
    """One server: in the foreground with ``run``, or on a thread with ``start`` and ``stop``.

    The services and their store belong to the caller, who closes them after the server's end. A
    server runs once. Also a context manager that starts and stops.
    """

    def __init__(self, plan: ServerPlan) -> None:
        self.url = url_of(plan.listener)
        self._plan = plan
        self._worker = Worker(plan.services, plan.spool) if plan.role in _WITH_LOOPS else None
        # Routes and loops both decide installs, so every role needs it.
        lists = plan.services.network_lists
        self._lists = Loop("network_lists", lists.refresh, seconds=_LISTS_SECONDS)
        application, end_streams = _application(plan)
        self._uvicorn = _Uvicorn(
            _config(application), on_ready=self._announce, on_stopping=end_streams
        )
        self._thread = threading.Thread(target=self._serve_quietly, name="http", daemon=True)
        self._failure: Exception | None = None
        self._on_ready: Callable[[], None] = lambda: None

    def run(self, *, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT; requests under way are answered before it returns.

        Args:
            on_ready: Called once, on this thread, as soon as requests are answered.

        Raises:
            ConfigurationError: Another process took the address.
        """
        self._on_ready = on_ready
        with _stop_on_signals(self._uvicorn):
            self._serve()

    def start(self) -> Self:
        """Serve on a thread of its own; returns once requests are answered.

        Raises:
            ConfigurationError: Another process took the address.
        """
        self._thread.start()
        self._uvicorn.is_settled.wait(_START_SECONDS)
        if self._failure is not None:
            raise self._failure
        if not self._uvicorn.started:
            raise ConfigurationError(f"the server did not start within {_START_SECONDS:g} seconds")
        return self

    def stop(self) -> None:
        """Answer what is under way, then end the routes and the loops."""
        self._uvicorn.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._plan.listener.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve_quietly(self) -> None:
        """For the thread: a failure is kept for ``start``."""
        try:
            self._serve()
        except Exception as exc:  # noqa: BLE001 it is raised again where the server is started
            self._failure = exc
        finally:
            self._uvicorn.is_settled.set()

    def _serve(self) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        # Compiles patterns for a tenth of a second, which the first click should not pay.
        classify_user_agent("")
        listener = self._plan.listener
        host, port = listener.getsockname()[:2]
        try:
            if self._worker is not None:
                self._worker.start()
            self._lists.start()
            self._uvicorn.run(sockets=[listener])
        except OSError as exc:
            raise _cannot_listen(host, port, exc) from exc
        except SystemExit as exc:  # uvicorn's way to say that the application did not start
            raise ConfigurationError("the server did not start; its log says why") from exc
        finally:
            listener.close()
            self._lists.stop()
            if self._worker is not None:
                self._worker.stop()
        log.info("server_stopped", address=self.url)

    def _announce(self) -> None:
        log.info("server_started", address=self.url, role=self._plan.role.value)
        self._on_ready()


_WITH_LOOPS = frozenset({ServerRole.ALL, ServerRole.WORKER})


class _Uvicorn(uvicorn.Server):
    """uvicorn that tells when it serves and when it stops, and leaves signals to us.

    Its own handling sends the signal on to the process once it has stopped, so that an orderly
    end would look like a kill.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        on_ready: Callable[[], None],
        on_stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stopping = on_stopping
        self.is_settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()
        self.is_settled.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # It waits for answers under way, and a stream has no end of its own.
        self._on_stopping()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _stop_on_signals(server: _Uvicorn) -> Iterator[None]:
    """Until the end, SIGTERM and SIGINT ask the server to stop; a second SIGINT hurries it."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        server.force_exit = server.should_exit and number == signal.SIGINT
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _application(plan: ServerPlan) -> tuple[AsgiApp, Callable[[], None]]:
    """The application, and what ends the streams that it sends."""
    if plan.role is ServerRole.WORKER:
        return HealthOnly(plan.services.store, plan.spool), lambda: None
    api = create_api(plan.services)
    # Litestar types the messages of ASGI one by one, where the protocol has plain mappings.
    behind = cast(AsgiApp, api)
    return Application(plan.services, plan.spool, behind), api.state.live_feed.close


def _config(application: AsgiApp) -> uvicorn.Config:
    # Anybody can cause its warnings ("Invalid HTTP request received"), as often as they like.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        application,
        # Which also parses with httptools; an application without ad links needs no short way.
        http=ClickProtocol if isinstance(application, Application) else "httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _cannot_listen(host: str, port: int, exc: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"cannot listen on {host} port {port}: {exc.strerror or exc}. "
        "Choose another with APPSPRINT_HOST and APPSPRINT_PORT, or --host and --port"
    )
