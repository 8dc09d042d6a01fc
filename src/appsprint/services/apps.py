"""Apps and the API keys that their SDKs send."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import structlog

from appsprint.domain.app import (
    CLICK_LOOKBACK_HOURS,
    MIN_CONFIDENCE_PERCENT,
    PROBABILISTIC_LOOKBACK_HOURS,
    REATTRIBUTION_DAYS,
    ApiKey,
    App,
    Environment,
    Platform,
    RevokeMode,
    StorePage,
    read_store_url,
    require_store_page,
)
from appsprint.domain.audit import AuditAction, AuditEntry
from appsprint.domain.connection_states import disconnected
from appsprint.domain.ids import AppId, IdPrefix, KeyId
from appsprint.domain.link import AdNetwork
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import differences, entry
from appsprint.services.checks import (
    Problems,
    quoted,
    require_currency,
    require_name,
    require_time_zone,
    require_within,
)
from appsprint.services.creation import Creation
from appsprint.services.directory import Directory

log = structlog.get_logger()

KEY_SECRET_BYTES = 24  # 32 characters of URL-safe base64
DEFAULT_TIME_ZONE = "UTC"
DEFAULT_CURRENCY = "USD"
_CHANGEABLE = (
    *("name", "store_url", "time_zone", "currency", "probabilistic_matching"),
    *("click_lookback_hours", "probabilistic_lookback_hours", "min_confidence_percent"),
    *("reattribution_days", "truncate_addresses"),
)
_NO_PAGE = StorePage(Platform.IOS, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """What a person gives for a new app, as typed; None takes the default (UTC, USD).

    Attributes:
        platform: None to read it from the store page's address.
    """

    name: str
    platform: str | None
    store_url: str
    time_zone: str | None = None
    currency: str | None = None
    probabilistic_matching: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AppChanges:
    """What to change of an app, as typed; None leaves a setting as it is."""

    name: str | None = None
    store_url: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    probabilistic_matching: bool | None = None
    click_lookback_hours: int | None = None
    probabilistic_lookback_hours: int | None = None
    min_confidence_percent: int | None = None
    reattribution_days: int | None = None
    truncate_addresses: bool | None = None


class CreatedKey(NamedTuple):
    """A new API key; ``plain_key`` is shown once and never stored."""

    key: ApiKey
    plain_key: str


class CreatedApp(NamedTuple):
    """A new app with its first API key, a live one."""

    app: App
    key: ApiKey
    plain_key: str


class AppService:
    """The control plane of apps. Changes are in force for the hot routes at once."""

    def __init__(self, *, store: Store, clock: Clock, ids: IdSource, directory: Directory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._directory = directory

    def create(self, wanted: NewApp) -> CreatedApp:
        """A new app; see ``creation``."""
        created = self._store.write(self.creation(wanted))
        self._directory.refresh()
        return created

    def creation(self, wanted: NewApp) -> Creation[CreatedApp]:
        """The unit of work that stores a new app with its first key.

        Raises:
            InvalidInput: Every value that is not allowed.
        """
        app = self._check_new(wanted)
        key, plain = self._make_key(app.id, Environment.LIVE)
        told = self._entry(AuditAction.APP_CREATED, app.id, app.name, store_url=app.store_url)

        def work(uow: UnitOfWork) -> CreatedApp:
            uow.apps.add(app)
            uow.apps.add_key(key)
            uow.audit.add(told)
            return CreatedApp(app, key, plain)

        return work

    def get(self, app_id: AppId) -> App:
        """The app.

        Raises:
            NotFound: There is none, or it was deleted.
        """
        return self._store.read(lambda uow: require_app(uow, app_id))

    def list(self) -> Sequence[App]:
        """The apps that were not deleted, oldest first."""
        return self._store.read(lambda uow: uow.apps.all())

    def update(self, app_id: AppId, changes: AppChanges) -> App:
        """Change an app's settings.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every value that is not allowed; nothing was changed.
        """
        told = self._entry(AuditAction.APP_UPDATED, app_id)

        def work(uow: UnitOfWork) -> App:
            present = require_app(uow, app_id)
            changed = changed_app(present, changes)
            if details := differences(present, changed, *_CHANGEABLE):
                uow.apps.update(changed)
                uow.audit.add(replace(told, subject=changed.name, details=details))
            return changed

        changed = self._store.write(work)
        self._directory.refresh()
        log.info("app_updated", app_id=app_id)
        return changed

    def delete(self, app_id: AppId) -> None:
        """Mark an app deleted; from now on its keys answer as discarded ones do.

        Its connections' secrets are erased.

        Raises:
            NotFound: There is no such app.
        """
        now = self._clock.now()
        told = self._entry(AuditAction.APP_DELETED, app_id)

        def work(uow: UnitOfWork) -> None:
            app = require_app(uow, app_id)
            uow.apps.update(replace(app, deleted_at=now))
            _erase_secrets(uow, app_id)
            uow.audit.add(replace(told, subject=app.name))

        self._store.write(work)
        self._directory.refresh()
        log.info("app_deleted", app_id=app_id)

    def keys(self, app_id: AppId) -> Sequence[ApiKey]:
        """The app's keys, oldest first, revoked ones included."""
        return self._store.read(lambda uow: uow.apps.keys(app_id))

    def add_key(self, app_id: AppId, environment: str = Environment.LIVE) -> CreatedKey:
        """A further API key; the present ones stay good. See ``key_creation``."""
        created = self._store.write(self.key_creation(app_id, environment))
        self._directory.refresh()
        return created

    def key_creation(
        self, app_id: AppId, environment: str = Environment.LIVE
    ) -> Creation[CreatedKey]:
        """The unit of work that stores a new key.

        Raises:
            InvalidInput: No such environment.
            NotFound: (when it runs) There is no such app.
        """
        if environment not in set(Environment):
            raise InvalidInput(f"must be one of {', '.join(Environment)}", field="environment")
        key, plain = self._make_key(app_id, Environment(environment))
        told = self._entry(AuditAction.KEY_CREATED, app_id, key.hint)

        def work(uow: UnitOfWork) -> CreatedKey:
            require_app(uow, app_id)
            uow.apps.add_key(key)
            uow.audit.add(told)
            return CreatedKey(key, plain)

        return work

    def revoke_key(self, app_id: AppId, key_id: KeyId, mode: str = RevokeMode.DISCARD) -> ApiKey:
        """End a key; ending it again changes the mode only.

        Args:
            mode: ``discard`` keeps shipped apps quiet; ``reject`` switches their SDK off.

        Raises:
            InvalidInput: No such mode.
            NotFound: The app has no such key.
        """
        if mode not in set(RevokeMode):
            raise InvalidInput(f"must be one of {', '.join(RevokeMode)}", field="mode")
        now = self._clock.now()
        told = self._entry(AuditAction.KEY_REVOKED, app_id, mode=mode)

        def work(uow: UnitOfWork) -> ApiKey:
            require_app(uow, app_id)
            if not uow.apps.revoke_key(app_id, key_id, RevokeMode(mode), now):
                raise NotFound(f"this app has no API key {quoted(key_id)}")
            revoked = next(key for key in uow.apps.keys(app_id) if key.id == key_id)
            uow.audit.add(replace(told, subject=revoked.hint))
            return revoked

        revoked = self._store.write(work)
        self._directory.refresh()
        log.info("api_key_revoked", app_id=app_id, key_id=key_id, mode=mode)
        return revoked

    def _check_new(self, wanted: NewApp) -> App:
        problems = Problems()
        name = problems.check(require_name, wanted.name, otherwise="")
        platform = problems.check(_require_platform, wanted.platform, otherwise=None)
        page = problems.check(partial(_read_page, platform), wanted.store_url, otherwise=_NO_PAGE)
        zone = DEFAULT_TIME_ZONE if wanted.time_zone is None else wanted.time_zone
        currency = DEFAULT_CURRENCY if wanted.currency is None else wanted.currency
        problems.check(require_time_zone, zone, otherwise="")
        problems.check(require_currency, currency, otherwise="")
        problems.raise_if_any()
        return App(
            id=AppId(self._ids.new(IdPrefix.APP)),
            name=name,
            platform=page.platform,
            store_url=wanted.store_url.strip(),
            store_id=page.store_id,
            time_zone=zone,
            currency=currency,
            probabilistic_matching=wanted.probabilistic_matching,
            created_at=self._clock.now(),
        )

    def _entry(
        self, action: AuditAction, app_id: AppId, subject: str | None = None, **details: object
    ) -> AuditEntry:
        return entry(self._clock.now(), action, app_id=app_id, subject=subject, **details)

    def _make_key(self, app_id: AppId, environment: Environment) -> CreatedKey:
        plain = f"as_{environment}_{secrets.token_urlsafe(KEY_SECRET_BYTES)}"
        key = ApiKey(
            id=KeyId(self._ids.new(IdPrefix.KEY)),
            app_id=app_id,
            environment=environment,
            key_hash=hashlib.sha256(plain.encode()).hexdigest(),
            hint=f"as_{environment}_…{plain[-4:]}",
            created_at=self._clock.now(),
        )
        return CreatedKey(key, plain)


def require_app(uow: UnitOfWork, app_id: AppId) -> App:
    """The app.

    Raises:
        NotFound: There is none, or it was deleted.
    """
    app = uow.apps.get(app_id)
    if app is None:
        raise NotFound(f"there is no app {quoted(app_id)}")
    return app


def _require_platform(platform: str) -> Platform | None:
    if platform not in set(Platform):
        raise InvalidInput(f"must be one of {', '.join(Platform)}", field="platform")
    return Platform(platform)


def _read_page(platform: Platform | None, store_url: str) -> StorePage:
    """The store page, checked as far as possible when the platform itself is wrong."""
    url = store_url.strip()
    return read_store_url(url) if platform is None else require_store_page(url, platform)


def changed_app(app: App, changes: AppChanges) -> App:
    """The app with its changes, each one checked; the rest as it was.

    Raises:
        InvalidInput: Every value that is not allowed.
    """
    check = (problems := Problems()).check
    page = check(
        partial(_read_page, app.platform),
        changes.store_url,
        otherwise=StorePage(app.platform, app.store_id),
    )
    changed = replace(
        app,
        name=check(require_name, changes.name, otherwise=app.name),
        store_url=(changes.store_url or app.store_url).strip(),
        store_id=page.store_id,
        time_zone=check(require_time_zone, changes.time_zone, otherwise=app.time_zone),
        currency=check(require_currency, changes.currency, otherwise=app.currency),
        click_lookback_hours=check(
            partial(require_within, "click_lookback_hours", CLICK_LOOKBACK_HOURS, "hours"),
            changes.click_lookback_hours,
            otherwise=app.click_lookback_hours,
        ),
        probabilistic_lookback_hours=check(
            partial(
                require_within,
                "probabilistic_lookback_hours",
                PROBABILISTIC_LOOKBACK_HOURS,
                "hours",
            ),
            changes.probabilistic_lookback_hours,
            otherwise=app.probabilistic_lookback_hours,
        ),
        min_confidence_percent=check(
            partial(require_within, "min_confidence_percent", MIN_CONFIDENCE_PERCENT, "percent"),
            changes.min_confidence_percent,
            otherwise=app.min_confidence_percent,
        ),
        reattribution_days=check(
            partial(require_within, "reattribution_days", REATTRIBUTION_DAYS, "days"),
            changes.reattribution_days,
            otherwise=app.reattribution_days,
        ),
    )
    problems.raise_if_any()
    return replace(
        changed,
        probabilistic_matching=_chosen(changes.probabilistic_matching, app.probabilistic_matching),
        truncate_addresses=_chosen(changes.truncate_addresses, app.truncate_addresses),
    )


def _chosen(wanted: bool | None, present: bool) -> bool:
    return present if wanted is None else wanted


def _erase_secrets(uow: UnitOfWork, app_id: AppId) -> None:
    for network in AdNetwork:
        connection = uow.connections.get(app_id, network)
        if connection is not None:
            uow.connections.save(disconnected(connection))
