"""Apps and API keys in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.app import ApiKey, App, Environment, Platform, RevokeMode
from appsprint.domain.ids import AppId, DeviceId, KeyId
from appsprint.domain.test_device import DeviceIdKind, ListedDevice

_SQL = queries("apps")


class SqliteApps:
    """See ``ports.apps.AppRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, app: App) -> None:
        self._connection.execute(
            _SQL["insert_app"],
            (
                app.id,
                app.name,
                app.platform,
                app.store_url,
                app.store_id,
                app.time_zone,
                app.currency,
                app.probabilistic_matching,
                app.click_lookback_hours,
                app.probabilistic_lookback_hours,
                app.min_confidence_percent,
                app.reattribution_days,
                app.truncate_addresses,
                to_ms(app.created_at),
                to_ms_or_none(app.deleted_at),
            ),
        )

    def get(self, app_id: AppId) -> App | None:
        row = self._connection.execute(_SQL["select_app"], (app_id,)).fetchone()
        return None if row is None else _app(row)

    def all(self) -> Sequence[App]:
        return [_app(row) for row in self._connection.execute(_SQL["select_apps"])]

    def ids(self) -> Sequence[AppId]:
        return [AppId(row["app_id"]) for row in self._connection.execute(_SQL["select_app_ids"])]

    def update(self, app: App) -> None:
        self._connection.execute(
            _SQL["update_app"],
            (
                app.name,
                app.store_url,
                app.store_id,
                app.time_zone,
                app.currency,
                app.probabilistic_matching,
                app.click_lookback_hours,
                app.probabilistic_lookback_hours,
                app.min_confidence_percent,
                app.reattribution_days,
                app.truncate_addresses,
                to_ms_or_none(app.deleted_at),
                app.id,
            ),
        )

    def add_key(self, key: ApiKey) -> None:
        self._connection.execute(
            _SQL["insert_key"],
            (
                key.id,
                key.app_id,
                key.environment,
                key.key_hash,
                key.hint,
                to_ms(key.created_at),
                to_ms_or_none(key.revoked_at),
                key.revoke_mode,
            ),
        )

    def keys(self, app_id: AppId) -> Sequence[ApiKey]:
        return [_key(row) for row in self._connection.execute(_SQL["select_keys"], (app_id,))]

    def all_keys(self) -> Sequence[ApiKey]:
        return [_key(row) for row in self._connection.execute(_SQL["select_all_keys"])]

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        row = self._connection.execute(_SQL["select_key_by_hash"], (key_hash,)).fetchone()
        return None if row is None else _key(row)

    def revoke_key(self, app_id: AppId, key_id: KeyId, mode: RevokeMode, at: datetime) -> bool:
        found = self._connection.execute(_SQL["revoke_key"], (to_ms(at), mode, app_id, key_id))
        return found.rowcount > 0

    def add_device(self, device: ListedDevice) -> bool:
        values = (
            device.app_id,
            device.id,
            device.kind,
            device.value,
            device.name,
            to_ms(device.created_at),
        )
        return self._connection.execute(_SQL["insert_device"], values).rowcount > 0

    def devices(self, app_id: AppId) -> Sequence[ListedDevice]:
        return [_device(row) for row in self._connection.execute(_SQL["select_devices"], (app_id,))]

    def all_devices(self) -> Sequence[ListedDevice]:
        return [_device(row) for row in self._connection.execute(_SQL["select_all_devices"])]

    def remove_device(self, app_id: AppId, device_id: DeviceId) -> None:
        self._connection.execute(_SQL["delete_device"], (app_id, device_id))


def _app(row: sqlite3.Row) -> App:
    return App(
        id=AppId(row["app_id"]),
        name=row["name"],
        platform=Platform(row["platform"]),
        store_url=row["store_url"],
        store_id=row["store_id"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        probabilistic_matching=bool(row["probabilistic_matching"]),
        click_lookback_hours=row["click_lookback_hours"],
        probabilistic_lookback_hours=row["probabilistic_lookback_hours"],
        min_confidence_percent=row["min_confidence_percent"],
        reattribution_days=row["reattribution_days"],
        truncate_addresses=bool(row["truncate_addresses"]),
        created_at=from_ms(row["created_at_ms"]),
        deleted_at=from_ms_or_none(row["deleted_at_ms"]),
    )


def _key(row: sqlite3.Row) -> ApiKey:
    mode = row["revoke_mode"]
    return ApiKey(
        id=KeyId(row["key_id"]),
        app_id=AppId(row["app_id"]),
        environment=Environment(row["environment"]),
        key_hash=row["key_hash"],
        hint=row["hint"],
        created_at=from_ms(row["created_at_ms"]),
        revoked_at=from_ms_or_none(row["revoked_at_ms"]),
        revoke_mode=None if mode is None else RevokeMode(mode),
    )


def _device(row: sqlite3.Row) -> ListedDevice:
    return ListedDevice(
        id=DeviceId(row["device_id"]),
        app_id=AppId(row["app_id"]),
        kind=DeviceIdKind(row["kind"]),
        value=row["value"],
        name=row["name"],
        created_at=from_ms(row["created_at_ms"]),
    )
