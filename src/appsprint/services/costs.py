"""Imports of ad accounts' campaigns and daily numbers: now, and when they are due."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from appsprint.domain.app import App
from appsprint.domain.connection import Connection, OAuthState
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AppsprintError,
    ConfigurationError,
    Conflict,
    Unavailable,
)
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.cost_import import (
    CostImport,
    Grant,
    ProgressListener,
    SyncProgress,
    SyncResult,
    SyncWindow,
    grant_of,
)

log = structlog.get_logger()

# A fault of TikTok's gateway lasts about that long (developer portal, "Return codes").
PAUSE_AFTER_FAILURE = timedelta(minutes=5)
_NEVER = datetime.min.replace(tzinfo=UTC)

_Key = tuple[AppId, AdNetwork]


@dataclass(frozen=True, slots=True)
class DueSync:
    """An app whose numbers of one network are older than the settings allow."""

    app_id: AppId
    network: AdNetwork


class CostSyncService:
    """Reads what the network reports and keeps every version of it.

    An import changes only what it learned: the advertiser's name, currency and zone, and how the
    import went.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        secrets: SecretBox,
    ) -> None:
        self._store = store
        self._clock = clock
        self._networks = networks
        self._secrets = secrets
        self._guard = threading.Lock()
        self._running: dict[_Key, threading.Lock] = {}
        self._failed: dict[_Key, tuple[tuple[str, str], datetime]] = {}

    def sync(
        self,
        app_id: AppId,
        network: AdNetwork = AdNetwork.TIKTOK,
        start_on: date | None = None,
        end_on: date | None = None,
        *,
        progress: ProgressListener | None = None,
    ) -> SyncResult:
        """Import campaigns, ad groups, ads and their daily numbers.

        One import of an app runs at a time in this process; a second one waits for it. Running
        the same import again changes nothing.

        Args:
            start_on: The first day, in the advertiser's zone. None: 29 days before the last.
            end_on: The last day. None, or a day to come: today.
            progress: Called on this thread.

        Raises:
            NotFound: There is no such app.
            Conflict: The connection cannot import, or was changed during the import.
            InvalidInput: The days cannot be used.
            ConnectionRevoked: The grant is gone; the connection now says so. Sending goes on.
            AdNetworkRefused, AdNetworkUnavailable: The network did not give the data; the
                connection keeps the message, and what was already read stays.
            ConfigurationError: The secret key does not open the stored token.
        """
        window = SyncWindow(start_on=start_on, end_on=end_on)
        with self._turn((app_id, network)):
            app, connection, grant = self._store.read(lambda uow: _load(uow, app_id, network))
            run = CostImport(
                store=self._store,
                clock=self._clock,
                costs=self._networks[network].costs,
                app=app,
                connection=connection,
                grant=grant,
                progress=_ignore if progress is None else progress,
            )
            try:
                token = self._secrets.open(grant.oauth_token)
                return run.run(token, window)
            except (AdNetworkRefused, Unavailable, ConfigurationError) as exc:
                self._failed[app_id, network] = (grant.key, self._clock.now())
                run.note_failure(exc)
                raise

    def due(self, now: datetime, *, every: timedelta) -> Sequence[DueSync]:
        """What to import at ``now``, the longest waiting first; never imported is due at once.

        After a failure the same grant is left alone for some minutes.

        Args:
            every: The time between imports; zero turns them off.
        """
        if every <= timedelta(0):
            return ()
        connections = self._store.read(lambda uow: uow.connections.all())
        due = [connection for connection in connections if self._is_due(connection, now, every)]
        due.sort(key=lambda connection: (connection.last_sync_at or _NEVER, connection.app_id))
        return [DueSync(connection.app_id, connection.network) for connection in due]

    def sync_due(self, *, every: timedelta) -> int:
        """Import everything that is ``due``; how many imports went well.

        Failures are logged and stand in the connection; they are tried again when due.
        """
        return sum(self._try(due) for due in self.due(self._clock.now(), every=every))

    def _turn(self, key: _Key) -> threading.Lock:
        with self._guard:
            return self._running.setdefault(key, threading.Lock())

    def _is_due(self, connection: Connection, now: datetime, every: timedelta) -> bool:
        grant = grant_of(connection)
        if grant is None:
            return False
        failed_grant, failed_at = self._failed.get(
            (connection.app_id, connection.network), (None, _NEVER)
        )
        pause = min(PAUSE_AFTER_FAILURE, every)
        if failed_grant == grant.key and now - failed_at < pause:
            return False
        return connection.last_sync_at is None or now - connection.last_sync_at >= every

    def _try(self, due: DueSync) -> bool:
        lines = log.bind(app_id=due.app_id, network=due.network.value)
        try:
            result = self.sync(due.app_id, due.network)
        except AppsprintError as exc:
            lines.warning("cost_sync_failed", code=exc.code, error=exc.message)
            return False
        lines.info(
            "cost_sync_finished",
            entities=result.entities,
            rows=result.rows,
            new_versions=result.new_versions,
        )
        return True


def _load(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> tuple[App, Connection, Grant]:
    app = require_app(uow, app_id)
    connection = uow.connections.get(app_id, network)
    grant = grant_of(connection)
    if connection is None or grant is None:
        raise _why_not(connection)
    return app, connection, grant


def _why_not(connection: Connection | None) -> Conflict:
    """Why nothing can be imported, and what to do about it."""
    if connection is None or connection.oauth is OAuthState.NONE:
        return Conflict("the ad network is not connected: connect it first", code="not_connected")
    if connection.oauth is OAuthState.LOST:
        return Conflict(
            "the connection to the ad network was lost: connect it again", code="reconnect_needed"
        )
    return Conflict("no advertiser is chosen: choose one first", code="choose_advertiser")


def _ignore(progress: SyncProgress) -> None:
    """For callers that do not watch."""
