"""What every store must do with connections and mappings: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from appsprint.domain.connection import Connection, EventsApiState, OAuthState
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.connections import PendingAuthorization
from appsprint.ports.store import Store
from appsprint.testing.builders import APP_ID, NOON, make_app, make_connection

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

    def test_an_authorisation_is_finished_once(self, store: Store) -> None:
        """The second time its state is worth nothing."""
        pending = begin(store, "state-1")

        assert finish(store, "state-1", NOON) == pending
        assert finish(store, "state-1", NOON) is None

    def test_an_unknown_state_finishes_nothing(self, store: Store) -> None:
        """Others stay good."""
        pending = begin(store, "state-1")

        assert finish(store, "state-2", NOON) is None
        assert finish(store, "state-1", NOON) == pending

    def test_an_old_state_is_worth_nothing(self, store: Store) -> None:
        """A person needs minutes; after an hour it is somebody else."""
        begin(store, "state-1")

        assert finish(store, "state-1", NOON + timedelta(hours=1)) is None
        assert finish(store, "state-1", NOON) is None

    def test_authorisations_can_run_side_by_side(self, store: Store) -> None:
        """Two people at once, or one in two windows; an old one goes when a new one begins."""
        old = begin(store, "state-0", NOON - timedelta(hours=1))
        first, second = begin(store, "state-1"), begin(store, "state-2")

        assert finish(store, "state-0", old.created_at) is None
        assert finish(store, "state-2", NOON) == second
        assert finish(store, "state-1", NOON) == first

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


def begin(store: Store, state_hash: str, at: datetime = NOON) -> PendingAuthorization:
    """Begin an authorisation."""
    pending = PendingAuthorization(
        state_hash=state_hash, app_id=APP_ID, network=TIKTOK, started_by="tok_1", created_at=at
    )
    store.write(lambda uow: uow.connections.begin(pending))
    return pending


def finish(store: Store, state_hash: str, now: datetime) -> PendingAuthorization | None:
    """Finish an authorisation."""
    return store.write(lambda uow: uow.connections.finish(state_hash, now=now))


def mapping(store: Store) -> dict[str, str | None]:
    """The first app's own rows."""
    return dict(store.read(lambda uow: uow.connections.mapping(APP_ID, TIKTOK)))


def set_mapping(store: Store, rows: Mapping[str, str | None], app_id: AppId = APP_ID) -> None:
    """Set rows."""
    store.write(lambda uow: uow.connections.set_mapping(app_id, TIKTOK, rows, at=NOON))


def reset(store: Store, sdk_event: str) -> bool:
    """Forget a row."""
    return store.write(lambda uow: uow.connections.reset_mapping(APP_ID, TIKTOK, sdk_event))
