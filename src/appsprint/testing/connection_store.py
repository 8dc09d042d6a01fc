"""What every store must do with connections and mappings: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from appsprint.domain.authorization import Authorization
from appsprint.domain.connection import Connection, CredentialCheck, EventsApiState, OAuthState
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.store import Store
from appsprint.testing.builders import APP_ID, HOUR, MILLISECOND, NOON, make_app, make_connection

OTHER = AppId("app_2")
TIKTOK = AdNetwork.TIKTOK


class ConnectionStoreContract:
    """The rules of ``ports.connections.ConnectionRepository``; ``store`` is a fixture."""

    @pytest.fixture(autouse=True)
    def _apps(self, store: Store) -> None:
        store.write(lambda uow: uow.apps.add(make_app()))
        store.write(lambda uow: uow.apps.add(make_app(id=OTHER)))

    def test_a_connection_comes_back_as_it_was_saved(self, store: Store) -> None:
        """Full and bare."""
        full = make_connection(
            oauth=OAuthState.LOST,
            oauth_error="revoked",
            events_api=EventsApiState.REJECTED,
            events_error="40105",
            events_check=CredentialCheck.WRONG_PIXEL,
            test_event_code="TEST1",
            last_sync_at=NOON,
            last_sync_error="none",
        )
        for connection in (full, Connection(app_id=APP_ID, network=TIKTOK)):
            save(store, connection)
            assert get(store) == connection

    def test_an_app_that_was_never_connected_has_none(self, store: Store) -> None:
        """Another app's connection is not its own."""
        save(store, make_connection(app_id=OTHER))

        assert get(store) is None

    def test_saving_again_replaces_it(self, store: Store) -> None:
        """One connection for each app and network."""
        save(store, make_connection())
        save(store, make_connection(pixel_id="C1OTHER"))

        assert store.read(lambda uow: uow.connections.all()) == [
            make_connection(pixel_id="C1OTHER")
        ]

    def test_connections_of_deleted_apps_are_left_out(self, store: Store) -> None:
        """They send and import nothing any more; those of the others are there."""
        save(store, make_connection())
        save(store, make_connection(app_id=OTHER))
        store.write(lambda uow: uow.apps.update(make_app(deleted_at=NOON)))

        found = store.read(lambda uow: uow.connections.all())
        assert [connection.app_id for connection in found] == [OTHER]

    def test_an_authorisation_comes_back_as_it_was_begun(self, store: Store) -> None:
        """By its state; others stay as they are."""
        first, second = begin(store, "state-1"), begin(store, "state-2")

        assert authorization(store, "state-1") == first
        assert authorization(store, "state-2") == second
        assert authorization(store, "state-3") is None

    def test_a_state_is_used_up_once(self, store: Store) -> None:
        """The first time stays, and an unknown state changes nothing."""
        begun, other = begin(store, "state-1"), begin(store, "state-2")

        for state_hash, at in (("state-1", NOON), ("state-1", NOON + HOUR), ("state-3", NOON)):
            finish(store, state_hash, at)

        assert authorization(store, "state-1") == replace(begun, finished_at=NOON)
        assert authorization(store, "state-2") == other

    def test_old_authorisations_are_forgotten(self, store: Store) -> None:
        """Those begun before the instant, finished or not."""
        begin(store, "state-1", NOON - MILLISECOND)
        kept = begin(store, "state-2", NOON)

        def forget() -> int:
            return store.write(lambda uow: uow.connections.forget_authorizations_before(NOON))

        assert (forget(), forget()) == (1, 0)
        assert authorization(store, "state-1") is None
        assert authorization(store, "state-2") == kept

    def test_an_app_without_rows_of_its_own(self, store: Store) -> None:
        """The defaults are not the store's business."""
        set_mapping(store, {"purchase": "Purchase"}, app_id=OTHER)

        assert mapping(store) == {}

    def test_rows_are_set_and_others_stay(self, store: Store) -> None:
        """A row that is switched off is None, not gone."""
        set_mapping(store, {"purchase": "Buy", "login": "Login"})
        set_mapping(store, {"purchase": None, "custom:boss": "Boss"})

        assert mapping(store) == {"purchase": None, "login": "Login", "custom:boss": "Boss"}

    def test_a_row_is_forgotten(self, store: Store) -> None:
        """False when there was none."""
        set_mapping(store, {"purchase": None, "login": "Login"})

        assert reset(store, "purchase")
        assert not reset(store, "purchase")
        assert mapping(store) == {"login": "Login"}


def save(store: Store, connection: Connection) -> None:
    """Save a connection."""
    store.write(lambda uow: uow.connections.save(connection))


def get(store: Store) -> Connection | None:
    """The first app's connection."""
    return store.read(lambda uow: uow.connections.get(APP_ID, TIKTOK))


def begin(store: Store, state_hash: str, at: datetime = NOON) -> Authorization:
    """Begin an authorisation."""
    begun = Authorization(
        state_hash=state_hash, app_id=APP_ID, network=TIKTOK, started_by="tok_1", created_at=at
    )
    store.write(lambda uow: uow.connections.begin(begun))
    return begun


def authorization(store: Store, state_hash: str) -> Authorization | None:
    """The authorisation with a state."""
    return store.read(lambda uow: uow.connections.authorization(state_hash))


def finish(store: Store, state_hash: str, at: datetime) -> None:
    """Use a state up."""
    store.write(lambda uow: uow.connections.finish(state_hash, at=at))


def mapping(store: Store) -> dict[str, str | None]:
    """The first app's own rows."""
    return dict(store.read(lambda uow: uow.connections.mapping(APP_ID, TIKTOK)))


def set_mapping(store: Store, rows: Mapping[str, str | None], app_id: AppId = APP_ID) -> None:
    """Set rows."""
    store.write(lambda uow: uow.connections.set_mapping(app_id, TIKTOK, rows, at=NOON))


def reset(store: Store, sdk_event: str) -> bool:
    """Forget a row."""
    return store.write(lambda uow: uow.connections.reset_mapping(APP_ID, TIKTOK, sdk_event))
