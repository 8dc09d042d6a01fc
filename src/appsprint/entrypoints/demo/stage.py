"""The stage: a TikTok sandbox and a whole server in this process, on one simulated clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from appsprint.config import Secret, Settings
from appsprint.domain.access import Role
from appsprint.entrypoints.demo.clock import SimulatedClock
from appsprint.entrypoints.demo.sandbox_world import DEVELOPER_APP_ID, DEVELOPER_SECRET
from appsprint.entrypoints.demo.wire import Wire
from appsprint.entrypoints.demo.wiring import (
    BuildProcess,
    OpenProcess,
    Sandbox,
    StartAppleSandbox,
    StartSandbox,
)
from appsprint.entrypoints.http.server import Server, ServerPlan, bind
from appsprint.errors import ConfigurationError

DATABASE_NAME = "demo.db"
_HOST = "127.0.0.1"
# Minutes pass in milliseconds here, so a sender must never lose a delivery to the clock.
_LEASE = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs.

    Attributes:
        api: The way to the server with the owner's token.
        phones: The way to the server without any token.
        control: The way to the sandbox.
    """

    settings: Settings
    clock: SimulatedClock
    process: OpenProcess
    server_url: str
    sandbox_url: str
    token: str
    api: Wire
    phones: Wire
    control: Wire


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody signs in to the dashboard with."""

    email: str
    password: str


def make_login(stage: Stage) -> Login:
    """An owner of the dashboard who uses their invitation."""
    login = Login("demo@example.com", secrets.token_urlsafe(12))
    members = stage.process.services.members
    _, secret = members.invite(login.email, Role.OWNER)
    members.accept(secret, login.password)
    return login


@contextmanager
def open_stage(
    *,
    folder: Path,
    port: int,
    start_at: datetime,
    build: BuildProcess,
    start_sandbox: StartSandbox,
    start_apple: StartAppleSandbox,
) -> Iterator[Stage]:
    """Start the server and what stands in for others, and end them again.

    Args:
        folder: For the database; there must be none yet.
        port: Of our server; 0 takes a free one. The sandbox always takes a free one.
        start_at: Where the clock stands at first, UTC.

    Raises:
        ConfigurationError: The port is taken, or the folder cannot be used.
    """
    with ExitStack() as stack:
        clock = SimulatedClock(start_at)
        sandbox = start_sandbox(now=clock.now)
        stack.callback(sandbox.stop)
        apple = start_apple()
        stack.callback(apple.stop)
        listener = stack.enter_context(closing(bind(_HOST, port)))
        token = secrets.token_urlsafe(24)
        settings = replace(
            _settings(_database(folder), listener.getsockname()[1], token, sandbox),
            apple_adservices_url=apple.url,
        )
        process = build(settings, is_server=True, clock=clock, lease=_LEASE)
        stack.callback(process.close)
        process.services.access.seed_owner(Secret(token))
        server = Server(
            ServerPlan(services=process.services, spool=process.spool, listener=listener)
        )
        stack.enter_context(server)
        yield Stage(
            settings=settings,
            clock=clock,
            process=process,
            server_url=server.url,
            sandbox_url=sandbox.api_url,
            token=token,
            api=_wire(stack, server.url, {"Authorization": f"Bearer {token}"}),
            phones=_wire(stack, server.url, {}),
            control=_wire(stack, sandbox.api_url, {}),
        )


def _wire(stack: ExitStack, url: str, headers: dict[str, str]) -> Wire:
    return stack.enter_context(closing(Wire(url, headers)))


def _database(folder: Path) -> Path:
    path = (folder / DATABASE_NAME).absolute()
    if path.exists():
        raise ConfigurationError(
            f"{path} is there already: a demonstration begins with an empty folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return path


def _settings(database: Path, port: int, token: str, sandbox: Sandbox) -> Settings:
    return Settings(
        database_url=f"sqlite:///{database}",
        host=_HOST,
        port=port,
        # The player is the proxy that tells where each request comes from.
        trusted_proxies=(ip_network("127.0.0.0/8"),),
        admin_token=Secret(token),
        tiktok_app_id=DEVELOPER_APP_ID,
        tiktok_secret=Secret(DEVELOPER_SECRET),
        tiktok_api_url=sandbox.api_url,
        tiktok_auth_url=sandbox.auth_url,
        # Imported when the story says so: by this clock it would be due all the time.
        tiktok_sync_minutes=0,
        delivery_wait_seconds=0.2,
        # A busy machine shall not send clicks through the spool.
        click_wait_seconds=30.0,
        log_level="error",
    )
