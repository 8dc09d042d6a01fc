"""What the demonstration is given from outside: how to open a server's store, and a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from appsprint.config import Settings
from appsprint.ports.clock import Clock
from appsprint.ports.spool import ClickSpool
from appsprint.services.catalog import Services


class OpenProcess(Protocol):
    """Everything that one server holds open."""

    @property
    def services(self) -> Services: ...

    @property
    def spool(self) -> ClickSpool: ...

    def close(self) -> None: ...


class BuildProcess(Protocol):
    """Opens the store and builds every service; ``bootstrap.build`` is one."""

    def __call__(
        self, settings: Settings, *, is_server: bool, clock: Clock | None, lease: timedelta
    ) -> OpenProcess: ...


class Sandbox(Protocol):
    """A TikTok sandbox that answers."""

    api_url: str
    auth_url: str

    def stop(self) -> None: ...


class StartSandbox(Protocol):
    """Starts one on a free port with the given clock; ``sandboxes.start_sandbox`` does."""

    def __call__(self, *, now: Callable[[], datetime]) -> Sandbox: ...


class AppleSandbox(Protocol):
    """A stand-in for Apple's AdServices that answers."""

    url: str

    def stop(self) -> None: ...


# Starts one on a free port; ``sandboxes.start_apple_sandbox`` does.
StartAppleSandbox = Callable[[], AppleSandbox]
