"""The services of one process over a fresh store, a clock that stands, and a fake ad network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from appsprint.adapters.spool.file import FileSpool
from appsprint.adapters.sqlite.inspection import SqliteInspection
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.bootstrap import Parts, services_over
from appsprint.config import Settings
from appsprint.domain.app import App
from appsprint.domain.ids import IdPrefix, first_id_at
from appsprint.domain.link import AdNetwork
from appsprint.errors import ConfigurationError
from appsprint.services.apps import CreatedApp, NewApp
from appsprint.services.catalog import Services
from appsprint.services.directory import Directory
from appsprint.services.secret_keys import SecretKeyService
from tests.support.apple import FakeAdServices
from tests.support.fake_network import FakeNetwork

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
APP_STORE_URL = "https://apps.apple.com/us/app/example/id1234567890"
PLAY_STORE_URL = "https://play.google.com/store/apps/details?id=com.example.app"


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


class CountingIds:
    """Identifiers that count up from noon on, so they sort in the order they were made."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self, prefix: IdPrefix) -> str:
        first = int(first_id_at(prefix, NOON).removeprefix(prefix), 16)
        return f"{prefix.value}{first + next(self._numbers):032x}"


class ReversibleBox:
    """Seals by reversing: no secrecy, but what is stored is not what was given.

    Attributes:
        is_locked: While true nothing can be opened, as under a wrong key.
    """

    def __init__(self) -> None:
        self.is_locked = False

    def seal(self, plain: str) -> str:
        return f"sealed:{base64.b64encode(plain.encode())[::-1].decode()}"

    def open(self, sealed: str) -> str:
        if self.is_locked:
            raise ConfigurationError("no key of ours opens it")
        return base64.b64decode(sealed.removeprefix("sealed:")[::-1]).decode()

    def key_ids(self) -> Sequence[str]:
        """The one key, which changes nothing."""
        return ["00000000"]

    def is_from_settings(self) -> bool:
        """There is no other to be made."""
        return True

    def unused_key_ids(self) -> Sequence[str]:
        """There is no file."""
        return []

    def make_key(self) -> str:
        """Never asked for."""
        raise ConfigurationError("there is only one key")


class PlainPasswords:
    """Hashes at once by writing backwards; what begins with "weak" is easily guessed."""

    def hash(self, plain: str) -> str:
        return f"hash:{plain[::-1]}"

    def matches(self, stored: str, plain: str) -> bool:
        return stored == self.hash(plain)

    def is_outdated(self, stored: str) -> bool:
        return stored.startswith("old:")

    def weakness(self, plain: str, *, about: Sequence[str]) -> str | None:
        del about
        return "It begins with weak." if plain.startswith("weak") else None


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """Services and the parts that tests steer."""

    services: Services
    store: SqliteStore
    clock: StandingClock
    network: FakeNetwork
    secrets: ReversibleBox
    apple: FakeAdServices

    def make_app(self, platform: str = "ios", name: str = "Example") -> CreatedApp:
        """A new app with its first key."""
        url = APP_STORE_URL if platform == "ios" else PLAY_STORE_URL
        return self.services.apps.create(NewApp(name=name, platform=platform, store_url=url))

    def ios_app(self) -> App:
        """A new iOS app."""
        return self.make_app().app


def build_control_plane(folder: Path, *, settings: Settings | None = None) -> ControlPlane:
    """Everything over a database in ``folder``; close ``store`` when done."""
    chosen = settings or Settings(
        public_url="https://app.example.com", link_url="https://go.example"
    )
    store = SqliteStore(folder / "appsprint.db")
    clock, ids, secrets, network = StandingClock(), CountingIds(), ReversibleBox(), FakeNetwork()
    apple = FakeAdServices()
    networks = {AdNetwork.TIKTOK: network}
    directory = Directory(store, networks)
    directory.refresh()
    parts = Parts(
        settings=chosen,
        clock=clock,
        ids=ids,
        store=store,
        networks=networks,
        secrets=secrets,
        passwords=PlainPasswords(),
        secret_keys=SecretKeyService(store=store, secrets=secrets, keys=secrets),
        directory=directory,
        inspection=SqliteInspection(folder / "appsprint.db"),
        spool=FileSpool(folder / "spool"),
        adservices=apple,
        jitter=lambda: 0.0,
    )
    return ControlPlane(services_over(parts), store, clock, network, secrets, apple)
