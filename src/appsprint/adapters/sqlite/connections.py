"""Connections, authorisations and mappings in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.authorization import Authorization
from appsprint.domain.connection import (
    Advertiser,
    Connection,
    CredentialCheck,
    EventsApiState,
    OAuthState,
)
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork

_SQL = queries("connections")


class SqliteConnections:
    """See ``ports.connections.ConnectionRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, app_id: AppId, network: AdNetwork) -> Connection | None:
        row = self._connection.execute(_SQL["select_connection"], (app_id, network)).fetchone()
        return None if row is None else _connection(row)

    def all(self) -> Sequence[Connection]:
        return [_connection(row) for row in self._connection.execute(_SQL["select_connections"])]

    def save(self, connection: Connection) -> None:
        advertiser = connection.advertiser
        values = (
            connection.app_id,
            connection.network,
            connection.oauth,
            connection.oauth_token,
            connection.oauth_error,
            *(_NO_ADVERTISER if advertiser is None else _advertiser_values(advertiser)),
            connection.events_api,
            connection.events_token,
            connection.events_error,
            connection.events_check,
            connection.pixel_id,
            connection.test_event_code,
            to_ms_or_none(connection.connected_at),
            to_ms_or_none(connection.last_sync_at),
            connection.last_sync_error,
        )
        self._connection.execute(_SQL["save_connection"], values)

    def begin(self, authorization: Authorization) -> None:
        values = (
            authorization.state_hash,
            authorization.app_id,
            authorization.network,
            authorization.started_by,
            to_ms(authorization.created_at),
            to_ms_or_none(authorization.finished_at),
        )
        self._connection.execute(_SQL["insert_authorization"], values)

    def authorization(self, state_hash: str) -> Authorization | None:
        row = self._connection.execute(_SQL["select_authorization"], (state_hash,)).fetchone()
        if row is None:
            return None
        return Authorization(
            state_hash=row["state_hash"],
            app_id=AppId(row["app_id"]),
            network=AdNetwork(row["network"]),
            started_by=row["started_by"],
            created_at=from_ms(row["created_at_ms"]),
            finished_at=from_ms_or_none(row["finished_at_ms"]),
        )

    def finish(self, state_hash: str, *, at: datetime) -> None:
        self._connection.execute(_SQL["finish_authorization"], (to_ms(at), state_hash))

    def forget_authorizations_before(self, instant: datetime) -> int:
        found = self._connection.execute(_SQL["forget_authorizations"], (to_ms(instant),))
        return found.rowcount

    def mapping(self, app_id: AppId, network: AdNetwork) -> Mapping[str, str | None]:
        rows = self._connection.execute(_SQL["select_mapping"], (app_id, network))
        return {row["sdk_event"]: row["network_event"] for row in rows}

    def set_mapping(
        self, app_id: AppId, network: AdNetwork, rows: Mapping[str, str | None], *, at: datetime
    ) -> None:
        for sdk_event, network_event in rows.items():
            values = (app_id, network, sdk_event, network_event, to_ms(at))
            self._connection.execute(_SQL["set_mapping"], values)

    def reset_mapping(self, app_id: AppId, network: AdNetwork, sdk_event: str) -> bool:
        found = self._connection.execute(_SQL["delete_mapping"], (app_id, network, sdk_event))
        return found.rowcount > 0


_NO_ADVERTISER = (None, None, None, None)


def _advertiser_values(advertiser: Advertiser) -> tuple[str | None, ...]:
    return advertiser.id, advertiser.name, advertiser.currency, advertiser.time_zone


def _connection(row: sqlite3.Row) -> Connection:
    advertiser = None
    if row["advertiser_id"] is not None:
        advertiser = Advertiser(
            id=row["advertiser_id"],
            name=row["advertiser_name"],
            currency=row["advertiser_currency"],
            time_zone=row["advertiser_time_zone"],
        )
    return Connection(
        app_id=AppId(row["app_id"]),
        network=AdNetwork(row["network"]),
        oauth=OAuthState(row["oauth"]),
        oauth_token=row["oauth_token"],
        oauth_error=row["oauth_error"],
        advertiser=advertiser,
        events_api=EventsApiState(row["events_api"]),
        events_token=row["events_token"],
        events_error=row["events_error"],
        events_check=None if row["events_check"] is None else CredentialCheck(row["events_check"]),
        pixel_id=row["pixel_id"],
        test_event_code=row["test_event_code"],
        connected_at=from_ms_or_none(row["connected_at_ms"]),
        last_sync_at=from_ms_or_none(row["last_sync_at_ms"]),
        last_sync_error=row["last_sync_error"],
    )
