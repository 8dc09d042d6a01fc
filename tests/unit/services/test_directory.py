"""What the hot routes know without asking the store, and when they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.app import RevokeMode
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import StoreUnavailable
from appsprint.services.directory import Directory, KeyHolder, LinkTarget
from appsprint.testing.builders import (
    APP_ID,
    NOON,
    make_app,
    make_connection,
    make_key,
    make_link,
)
from tests.support.fake_network import FakeNetwork

KEY, LINK = make_key(), make_link(slug="spring")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """One app."""
    opened = SqliteStore(tmp_path / "store.db")
    opened.write(lambda uow: uow.apps.add(make_app()))
    yield opened
    opened.close()


@pytest.fixture
def directory(store: SqliteStore) -> Directory:
    """A directory that has read the store once."""
    made = Directory(store, {AdNetwork.TIKTOK: FakeNetwork()})
    made.refresh()
    return made


def test_what_was_there_is_known(store: SqliteStore, directory: Directory) -> None:
    """Keys by hash and links by slug, each with its app."""
    store.write(lambda uow: uow.apps.add_key(KEY))
    store.write(lambda uow: uow.links.add(LINK))
    directory.refresh()

    assert directory.known_key(KEY.key_hash) == KeyHolder(KEY, make_app())
    assert directory.known_link("spring") == LinkTarget(LINK, make_app())


def test_what_another_process_just_made_is_found(store: SqliteStore, directory: Directory) -> None:
    """At once, however often others ask in vain: unknown would switch the SDK off for good."""
    for number in range(50):
        assert directory.key(f"unknown {number}") is None
        assert directory.link(f"unknown{number}") is None
    store.write(lambda uow: uow.apps.add_key(KEY))
    assert directory.known_key(KEY.key_hash) is None

    assert directory.key(KEY.key_hash) == KeyHolder(KEY, make_app())
    store.write(lambda uow: uow.links.add(LINK))
    assert directory.link("spring") == LinkTarget(LINK, make_app())
    assert directory.known_link("spring") is not None


def test_a_store_that_cannot_be_asked_says_so(store: SqliteStore, directory: Directory) -> None:
    """Unknown would be a lie."""
    store.write(lambda uow: uow.apps.add_key(KEY))
    directory.refresh()
    store.close()

    assert directory.key(KEY.key_hash) is not None
    with pytest.raises(StoreUnavailable):
        directory.key("another")
    with pytest.raises(StoreUnavailable):
        directory.link("another")


def test_a_revoked_key_stays_known(store: SqliteStore, directory: Directory) -> None:
    """With the mode in which it was ended."""
    store.write(lambda uow: uow.apps.add_key(KEY))
    store.write(lambda uow: uow.apps.revoke_key(APP_ID, KEY.id, RevokeMode.DISCARD, NOON))
    directory.refresh()

    holder = directory.known_key(KEY.key_hash)
    assert holder is not None
    assert holder.key.revoke_mode is RevokeMode.DISCARD


def test_a_deleted_apps_keys_and_links_stay_known_without_it(
    store: SqliteStore, directory: Directory
) -> None:
    """Shipped apps are not told off, and people still get to the store."""
    store.write(lambda uow: uow.apps.add_key(KEY))
    store.write(lambda uow: uow.links.add(LINK))
    store.write(lambda uow: uow.apps.update(replace(make_app(), deleted_at=NOON)))
    directory.refresh()

    assert directory.known_key(KEY.key_hash) == KeyHolder(KEY, None)
    assert directory.known_link("spring") == LinkTarget(LINK, None)


def test_an_app_without_a_connection_has_no_route(directory: Directory) -> None:
    """Nor has an app that nobody knows."""
    assert directory.routes(APP_ID) == ()
    assert directory.routes(AppId("app_unknown")) == ()


def test_a_connected_app_has_a_route_with_its_own_mapping(
    store: SqliteStore, directory: Directory
) -> None:
    """The shipped rows with the app's laid over them; it stays after disconnecting."""
    tiktok = AdNetwork.TIKTOK
    store.write(lambda uow: uow.connections.save(make_connection(events_token=None, pixel_id="C1")))
    store.write(
        lambda uow: uow.connections.set_mapping(
            APP_ID, tiktok, {"purchase": None, "login": "Login"}, at=NOON
        )
    )
    directory.refresh()

    [route] = directory.routes(APP_ID)
    assert (route.network, route.pixel_id) == (tiktok, "C1")
    assert route.mapping["login"] == "Login"
    assert route.mapping["search"] == "Search"
    assert "purchase" not in route.mapping
