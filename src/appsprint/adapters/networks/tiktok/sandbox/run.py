"""Running the sandbox: in the foreground for people, in a thread for tests and the demo."""

import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from appsprint.adapters.networks.tiktok.sandbox.control import CONTROL_PREFIX
from appsprint.adapters.networks.tiktok.sandbox.event_log import DEFAULT_MAX_EVENTS
from appsprint.adapters.networks.tiktok.sandbox.initial_world import default_world
from appsprint.adapters.networks.tiktok.sandbox.server import AUTH_PATH, SandboxApp
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox, utc_now
from appsprint.adapters.networks.tiktok.sandbox.world import World

_KEEP_ALIVE_SECONDS = 75  # nginx's default, and longer than clients pause between batches
_STOP_SECONDS = 1  # how long answers under way, and connections left hanging, get at the end


class SandboxServer:
    """A sandbox on its own thread, for tests and the demo.

    Works as a context manager, or with ``start`` and ``stop``. While it runs, change its world
    through the control API only: the server's thread owns it.

    Args:
        world: What exists at first and after a reset; ``default_world`` unless given.
        now: The clock, in UTC. It is read on the server's thread.
        host: A loopback address, unless others shall reach the sandbox, which has no protection.
        port: 0 takes a free one.
        max_events: How many events of each outcome to keep.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
        max_events: int = DEFAULT_MAX_EVENTS,
    ) -> None:
        sandbox = Sandbox(world or default_world(now()), now=now, max_events=max_events)
        self._socket = _listen(host, port)
        self.api_url = _url_of(self._socket)
        self.auth_url = f"{self.api_url}{AUTH_PATH}"
        self.control_url = f"{self.api_url}{CONTROL_PREFIX}"
        self._server = _ReadyServer(_config(sandbox))
        self._thread = threading.Thread(target=self._run, name="tiktok-sandbox", daemon=True)

    def start(self) -> Self:
        """Serve from now on; returns once requests are answered."""
        self._thread.start()
        self._server.is_ready.wait()
        if not self._server.started:
            raise RuntimeError("the TikTok sandbox did not start")
        return self

    def stop(self) -> None:
        """Stop serving; connections still open after a second are cut."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._server.is_ready.set()


def serve_sandbox(
    host: str,
    port: int,
    *,
    world: World | None = None,
    now: Callable[[], datetime] = utc_now,
    max_events: int = DEFAULT_MAX_EVENTS,
    on_listening: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until the process is told to stop; ``on_listening`` gets the base URL first.

    Raises:
        OSError: The address is in use or is not one of this machine's.
    """
    sandbox = Sandbox(world or default_world(now()), now=now, max_events=max_events)
    with _listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        on_listening(_url_of(listener))
        uvicorn.Server(_config(sandbox)).run(sockets=[listener])


class _ReadyServer(uvicorn.Server):
    """A server that tells another thread when it has begun to serve."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which also lets the application cut the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


def _config(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
        SandboxApp(sandbox),
        http=_Protocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
