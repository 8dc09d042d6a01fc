"""What ``appsprint doctor`` looks at: whether the installation is sound, and what to do if not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from appsprint.config import Settings
from appsprint.domain.address import is_public, parse_address
from appsprint.domain.app import App
from appsprint.domain.connection import Connection, ConnectionStatus
from appsprint.domain.counted import amount_of
from appsprint.domain.ids import AppId
from appsprint.errors import AppsprintError, ConfigurationError
from appsprint.ports.clock import Clock
from appsprint.ports.inspection import StoreInspection
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.connection_health import overview_of
from appsprint.services.ledger import LedgerService
from appsprint.services.network_lists import NetworkLists
from appsprint.services.rollups import RollupService

# Sending is a matter of seconds; what waits longer has a reason.
LATE_QUEUE = timedelta(minutes=10)


class CheckState(StrEnum):
    """How one check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        app_id: None for what concerns the whole server.
        message: What was found.
        action: The next step; None when there is nothing to do.
    """

    name: str
    state: CheckState
    message: str
    action: str | None = None
    app_id: AppId | None = None


class DoctorService:
    """Looks at the store, the books, the secret key, the settings and the connections."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        secrets: SecretBox,
        settings: Settings,
        ledger: LedgerService,
        rollups: RollupService,
        inspection: StoreInspection,
        spool: ClickSpool,
        network_lists: NetworkLists,
    ) -> None:
        self._store = store
        self._clock = clock
        self._secrets = secrets
        self._settings = settings
        self._ledger = ledger
        self._rollups = rollups
        self._inspection = inspection
        self._spool = spool
        self._network_lists = network_lists

    def examine(self) -> Sequence[Check]:
        """Every check, in a fixed order; one that cannot be made is failing, never an error."""
        looks: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
            ("database", self._database),
            ("ledger", self._ledgers),
            ("rollups", self._rollup_sums),
            ("secret_key", self._secret_key),
            ("settings", self._settings_sanity),
            ("network_lists", self._lists_of_networks),
            ("connection", self._connections),
            ("queue", self._queues),
            ("spool", self._spooled),
        )
        return [check for name, look in looks for check in _made(name, look)]

    def _database(self) -> Iterator[Check]:
        versions = self._inspection.versions()
        if damages := self._inspection.damages():
            yield Check(
                name="database",
                state=CheckState.FAILING,
                message=f"The database file is damaged: {'; '.join(damages)}",
                action="Stop the server, keep a copy of the file and restore a backup.",
            )
        elif versions.present != versions.newest:
            yield Check(
                name="database",
                state=CheckState.FAILING,
                message=(
                    f"The database has schema {versions.present}, this program needs "
                    f"{versions.newest}."
                ),
                action="Start the newest version of the program once; it brings it up to date.",
            )
        else:
            yield _ok("database", f"The database is sound and has schema {versions.present}.")

    def _ledgers(self) -> Iterator[Check]:
        for app in self._apps():
            result = self._ledger.check(app.id)
            if result.is_balanced:
                yield _ok("ledger", f"{app.name}: every event is accounted for.", app.id)
            else:
                yield Check(
                    name="ledger",
                    app_id=app.id,
                    state=CheckState.FAILING,
                    message=f"{app.name}: {'; '.join(result.gaps)}.",
                    action="Report this with the output of this command; keep the database.",
                )

    def _rollup_sums(self) -> Iterator[Check]:
        for app in self._apps():
            differences = self._rollups.differences(app.id)
            if not differences:
                message = f"{app.name}: reports say what the stored facts say."
                yield _ok("rollups", message, app.id)
            else:
                yield Check(
                    name="rollups",
                    app_id=app.id,
                    state=CheckState.FAILING,
                    message=f"{app.name}: {_differing(differences)} not what facts give.",
                    action=f"Run `appsprint reports rebuild --app {app.id}` and report this.",
                )

    def _secret_key(self) -> Iterator[Check]:
        sealed = [
            (connection, token)
            for connection in self._store.read(lambda uow: uow.connections.all())
            for token in (connection.oauth_token, connection.events_token)
            if token is not None
        ]
        unreadable = {}
        for connection, token in sealed:
            try:
                self._secrets.open(token)
            except ConfigurationError as exc:
                unreadable[connection.app_id] = exc.message
        for app_id, message in unreadable.items():
            yield Check(
                name="secret_key",
                app_id=app_id,
                state=CheckState.FAILING,
                message=message[:1].upper() + message[1:] + ".",
                action=(
                    "Restore the key file or APPSPRINT_SECRET_KEY; `appsprint secrets keys` lists "
                    "which keys are needed."
                ),
            )
        if not unreadable:
            yield _ok("secret_key", f"The secret key opens all {len(sealed)} stored tokens.")

    def _settings_sanity(self) -> Iterator[Check]:
        address = self._settings.tracking_url
        has_links = any(
            link.archived_at is None for link in self._store.read(lambda uow: uow.links.all())
        )
        if has_links and not _is_reachable(address):
            yield Check(
                name="settings",
                state=CheckState.WARNING,
                message=f"Ad links start with {address}, which phones cannot reach.",
                action="Set APPSPRINT_PUBLIC_URL or APPSPRINT_LINK_URL to a public address.",
            )
        else:
            yield _ok("settings", f"Ad links start with {address}.")

    def _lists_of_networks(self) -> Iterator[Check]:
        problems = self._network_lists.problems()
        if not problems:
            yield _ok("network_lists", "The lists of networks can be read.")
        for problem in problems:
            yield Check(
                name="network_lists",
                state=CheckState.WARNING,
                message=f"A list of networks cannot be used: {problem}.",
                action=(
                    "Mend the file. A running server keeps the list that it read last, "
                    "but would not start again."
                ),
            )

    def _connections(self) -> Iterator[Check]:
        connected = self._connected()
        yield from self._store.read(
            lambda uow: [_state_of(uow, app, connection) for app, connection in connected]
        )

    def _queues(self) -> Iterator[Check]:
        now = self._clock.now()
        for app, connection in self._connected():
            due_at = self._inspection.oldest_due_at(app.id, connection.network)
            yield _queue(app, connection, due_at, now)

    def _spooled(self) -> Iterator[Check]:
        if self._spool.is_empty():
            yield _ok("spool", "No click waits in the spool.")
            return
        yield Check(
            name="spool",
            state=CheckState.WARNING,
            message="Clicks wait in the spool, as the database could not take them in time.",
            action="A running server stores them by itself; see its log if this stays.",
        )

    def _apps(self) -> Sequence[App]:
        return self._store.read(lambda uow: uow.apps.all())

    def _connected(self) -> Sequence[tuple[App, Connection]]:
        """The apps that have, or had, something to send or to import."""
        apps = {app.id: app for app in self._apps()}
        connections = self._store.read(lambda uow: uow.connections.all())
        return [(apps[one.app_id], one) for one in connections if one.app_id in apps]


_STATES = {
    ConnectionStatus.NOT_CONNECTED: CheckState.OK,
    ConnectionStatus.CHOOSE_ADVERTISER: CheckState.WARNING,
    ConnectionStatus.NEEDS_EVENTS_API: CheckState.WARNING,
    ConnectionStatus.ACTIVE: CheckState.OK,
    ConnectionStatus.TOKEN_REJECTED: CheckState.FAILING,
    ConnectionStatus.RECONNECT_NEEDED: CheckState.FAILING,
}


def _differing(sums: int) -> str:
    return amount_of(sums, "sum of reports is", "sums of reports are")


def _state_of(uow: UnitOfWork, app: App, connection: Connection) -> Check:
    problems = overview_of(uow, connection).problems
    state = _STATES[connection.status]
    if problems and state is CheckState.OK:
        state = CheckState.WARNING
    words = [f"{app.name}: {connection.network} is {connection.status}."]
    return Check(
        name="connection",
        app_id=app.id,
        state=state,
        message=" ".join([*words, *(problem.message for problem in problems)]),
        action=problems[0].action if problems else None,
    )


def _queue(app: App, connection: Connection, due_at: datetime | None, now: datetime) -> Check:
    waits = timedelta(0) if due_at is None else now - due_at
    if waits < LATE_QUEUE:
        return _ok("queue", f"{app.name}: no event waits longer than it should.", app.id)
    minutes = amount_of(waits // timedelta(minutes=1), "minute")
    return Check(
        name="queue",
        app_id=app.id,
        state=CheckState.WARNING,
        message=f"{app.name}: events wait to be sent, the first for {minutes}.",
        action=(
            "Check that a server with the worker role runs, and its log."
            if connection.can_send
            else "Complete the connection; what waits then goes out."
        ),
    )


def _made(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except AppsprintError as exc:
        yield Check(
            name=name,
            state=CheckState.FAILING,
            message=f"This could not be checked: {exc.message}.",
            action="Mend what the message names, then run this again.",
        )


def _ok(name: str, message: str, app_id: AppId | None = None) -> Check:
    return Check(name=name, state=CheckState.OK, message=message, app_id=app_id)


def _is_reachable(address: str) -> bool:
    """Whether a phone could reach a host: a name other than this machine's, or a public address."""
    host = urlsplit(address).hostname or ""
    parsed = parse_address(host)
    if parsed is not None:
        return is_public(parsed)
    return host != "localhost" and not host.endswith((".localhost", ".local"))
