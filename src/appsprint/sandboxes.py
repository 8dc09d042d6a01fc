"""The stand-ins for TikTok and Apple, wired for commands, the demonstration and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from appsprint.adapters.networks.apple_ads import sandbox as apple_sandbox
from appsprint.adapters.networks.tiktok import sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAccess:
    """What the TikTok sandbox lets in unless it is told otherwise."""

    app_id: str
    secret: str
    pixel_id: str
    events_token: str


SANDBOX_ACCESS = SandboxAccess(
    app_id=sandbox.DEFAULT_APP_ID,
    secret=sandbox.DEFAULT_SECRET,
    pixel_id=sandbox.DEFAULT_PIXEL_CODE,
    events_token=sandbox.DEFAULT_EVENTS_TOKEN,
)


def serve_sandbox(
    host: str, port: int, *, app_id: str, secret: str, on_listening: Callable[[str], None]
) -> None:
    """Serve the TikTok sandbox until the process is told to stop.

    Raises:
        OSError: The address is in use or is not one of this machine's.
    """
    world = sandbox.default_world(app_id=app_id, secret=secret)
    sandbox.serve_sandbox(host, port, world=world, on_listening=on_listening)


def serve_apple_sandbox(host: str, port: int, *, on_listening: Callable[[str], None]) -> None:
    """Serve the stand-in for Apple's AdServices until the process is told to stop.

    Raises:
        OSError: The address is in use or is not one of this machine's.
    """
    apple_sandbox.serve_apple_sandbox(host, port, on_listening=on_listening)


def start_apple_sandbox() -> apple_sandbox.AppleSandbox:
    """A stand-in for Apple's AdServices on a thread of its own; ``stop`` ends it."""
    return apple_sandbox.AppleSandbox().start()


def start_sandbox(
    *, now: Callable[[], datetime] = lambda: datetime.now(UTC), port: int = 0
) -> sandbox.SandboxServer:
    """A TikTok sandbox on a thread of its own, answering already; ``stop`` ends it.

    Args:
        now: Its clock, in UTC.
        port: 0 takes a free one.
    """
    return sandbox.SandboxServer(sandbox.default_world(now()), now=now, port=port).start()
