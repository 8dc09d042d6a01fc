"""Imports of ad accounts' campaigns and daily numbers: now, and when they are due."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from appsprint.domain.app import App
from appsprint.domain.connection import Connection, OAuthState
from appsprint.domain.cost_schedule import Backfill, DayRange, RefreshPeriods
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
    Plan,
    ProgressListener,
    SyncProgress,
    SyncResult,
    grant_of,
)
from appsprint.services.cost_plan import (
    Stretch,
    SyncWindow,
    backfill_plan,
    due_plan,
    month_before,
)
from appsprint.services.reporting_zone import reporting_zone

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
        the same import again changes nothing. One that broke off goes on where it was when the
        same days are asked for again within a week; days that TikTok still restates are read anew.

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
        result = self._run(
            app_id, network, lambda *found: self._plan_window(window, *found), progress
        )
        self._store.write(lambda uow: uow.costs.end_backfill(app_id, network))
        return result

    def due(self, now: datetime, periods: RefreshPeriods) -> Sequence[DueSync]:
        """What to import at ``now``, the longest waiting first.

        After a failure the same grant is left alone for some minutes.
        """
        if periods.recent <= timedelta(0):
            return ()
        found = self._store.read(lambda uow: self._due(uow, now, periods))
        found.sort(key=lambda connection: (connection.last_sync_at or _NEVER, connection.app_id))
        return [DueSync(connection.app_id, connection.network) for connection in found]

    def sync_due(self, periods: RefreshPeriods) -> int:
        """Import everything that is ``due``; how many imports went well.

        What is being imported already is passed over: a long backfill must not hold up the others.
        Each reads only the days and parts that are due, so one that broke off goes on where it
        was. Failures are logged and stand in the connection; they are tried again when due.
        """
        return sum(self._try(due, periods) for due in self.due(self._clock.now(), periods))

    def _run(
        self,
        app_id: AppId,
        network: AdNetwork,
        planner: Callable[[App, Connection], Plan],
        progress: ProgressListener | None,
    ) -> SyncResult:
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
                return run.run(token, lambda connection: planner(app, connection))
            except (AdNetworkRefused, Unavailable, ConfigurationError) as exc:
                self._failed[app_id, network] = (grant.key, self._clock.now())
                run.note_failure(exc)
                raise

    def _plan_window(self, window: SyncWindow, app: App, connection: Connection) -> Plan:
        """Everything in the days that were asked for, and the memory that they were."""
        now, advertiser_id = self._clock.now(), _account_of(connection)
        days = window.days(today=_today(app, connection, now))
        wanted = Backfill(advertiser_id=advertiser_id, days=days, started_at=now)

        def work(uow: UnitOfWork) -> Plan:
            place = (app.id, connection.network)
            backfill = wanted.taken_up(uow.costs.backfill(*place))
            uow.costs.begin_backfill(*place, backfill)
            read_at = uow.costs.readings(*place, advertiser_id, since=days.start_on)
            return Plan(days, backfill_plan(backfill, read_at))

        return self._store.write(work)

    def _plan_due(self, periods: RefreshPeriods, app: App, connection: Connection) -> Plan:
        stretches = self._store.read(
            lambda uow: _due_stretches(uow, app, connection, self._clock.now(), periods)
        )
        today = _today(app, connection, self._clock.now())
        first_on = min((stretch.days.start_on for stretch in stretches), default=today)
        return Plan(DayRange(first_on, today), stretches)

    def _due(self, uow: UnitOfWork, now: datetime, periods: RefreshPeriods) -> list[Connection]:
        apps = {app.id: app for app in uow.apps.all()}
        return [
            connection
            for connection in uow.connections.all()
            if connection.app_id in apps
            and self._may_import(connection, now, pause=min(PAUSE_AFTER_FAILURE, periods.recent))
            and _due_stretches(uow, apps[connection.app_id], connection, now, periods)
        ]

    def _turn(self, key: _Key) -> threading.Lock:
        with self._guard:
            return self._running.setdefault(key, threading.Lock())

    def _may_import(self, connection: Connection, now: datetime, *, pause: timedelta) -> bool:
        grant = grant_of(connection)
        if grant is None:
            return False
        failed_grant, failed_at = self._failed.get(
            (connection.app_id, connection.network), (None, _NEVER)
        )
        return failed_grant != grant.key or now - failed_at >= pause

    def _try(self, due: DueSync, periods: RefreshPeriods) -> bool:
        if self._turn((due.app_id, due.network)).locked():
            return False
        lines = log.bind(app_id=due.app_id, network=due.network.value)
        try:
            result = self._run(
                due.app_id, due.network, lambda *found: self._plan_due(periods, *found), None
            )
        except AppsprintError as exc:
            lines.warning("cost_sync_failed", code=exc.code, error=exc.message)
            return False
        lines.info(
            "cost_sync_finished",
            start_on=result.start_on.isoformat(),
            end_on=result.end_on.isoformat(),
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


def _due_stretches(
    uow: UnitOfWork, app: App, connection: Connection, now: datetime, periods: RefreshPeriods
) -> Sequence[Stretch]:
    today = _today(app, connection, now)
    read_at = uow.costs.readings(
        app.id, connection.network, _account_of(connection), since=month_before(today)
    )
    due = due_plan(read_at, today=today, now=now, periods=periods)
    if due or connection.last_sync_at is not None:
        return due
    # An account that is chosen again: its days were read lately, by a connection that forgot it.
    return due_plan({}, today=today, now=now, periods=periods)


def _today(app: App, connection: Connection, now: datetime) -> date:
    return now.astimezone(reporting_zone(app, connection)).date()


def _account_of(connection: Connection) -> str:
    return "" if connection.advertiser is None else connection.advertiser.id


def _ignore(progress: SyncProgress) -> None:
    """For callers that do not watch."""
