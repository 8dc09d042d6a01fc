"""What every store must do with apps and their API keys: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import ApiKey, App, Environment, RevokeMode
from appsprint.domain.ids import AppId, KeyId
from appsprint.errors import Conflict
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import APP_ID, HOUR, NOON, make_android_app, make_app, make_key

OTHER = AppId("app_2")


class AppStoreContract:
    """The rules of ``ports.apps.AppRepository``; ``store`` is a fixture of the subclass."""

    def test_an_app_comes_back_as_it_was_stored(self, store: Store) -> None:
        """Every setting of it."""
        app = make_android_app(
            probabilistic_matching=False,
            click_lookback_hours=1,
            probabilistic_lookback_hours=168,
            min_confidence_percent=99,
            reattribution_days=365,
            truncate_addresses=True,
        )
        put_apps(store, app)

        assert store.read(lambda uow: uow.apps.get(app.id)) == app

    def test_an_unknown_app_is_none(self, store: Store) -> None:
        """None is an answer."""
        assert store.read(lambda uow: uow.apps.get(APP_ID)) is None

    def test_apps_are_listed_oldest_first(self, store: Store) -> None:
        """Whatever the order in which they were stored."""
        put_apps(store, make_app(id=OTHER), make_app())

        assert [app.id for app in store.read(lambda uow: uow.apps.all())] == [APP_ID, OTHER]

    def test_ids_are_of_deleted_apps_too(self, store: Store) -> None:
        """What they left is still to be forgotten."""
        put_apps(store, make_app(), make_app(id=OTHER, deleted_at=NOON))

        assert store.read(lambda uow: uow.apps.ids()) == [APP_ID, OTHER]

    def test_settings_are_replaced(self, store: Store) -> None:
        """The app named changes, the other one does not."""
        put_apps(store, make_app(), make_app(id=OTHER))
        changed = make_app(
            name="New",
            store_url="https://apps.apple.com/us/app/new/id2",
            store_id="2",
            time_zone="UTC",
            currency="USD",
            probabilistic_matching=False,
            click_lookback_hours=2,
            probabilistic_lookback_hours=3,
            min_confidence_percent=50,
            reattribution_days=1,
            truncate_addresses=True,
        )
        store.write(lambda uow: uow.apps.update(changed))

        assert store.read(lambda uow: uow.apps.all()) == [changed, make_app(id=OTHER)]

    def test_a_deleted_app_is_gone(self, store: Store) -> None:
        """It is neither found nor listed."""
        put_apps(store, make_app(), make_app(id=OTHER))
        store.write(lambda uow: uow.apps.update(make_app(deleted_at=NOON)))

        assert store.read(lambda uow: uow.apps.get(APP_ID)) is None
        assert [app.id for app in store.read(lambda uow: uow.apps.all())] == [OTHER]

    def test_a_key_comes_back_as_it_was_stored(self, store: Store) -> None:
        """Environment and all."""
        put_apps(store, make_app())
        key = put_key(store, make_key(environment=Environment.TEST))

        assert keys_of(store, APP_ID) == [key]

    def test_keys_are_listed_oldest_first_for_one_app(self, store: Store) -> None:
        """Revoked ones included, other apps' not."""
        put_apps(store, make_app(), make_app(id=OTHER))
        younger, older = make_key(id=KeyId("key_2")), make_key(id=KeyId("key_1"))
        for key in (younger, make_key(app_id=OTHER), older):
            put_key(store, key)
        revoke(store, older.id)

        assert [key.id for key in keys_of(store, APP_ID)] == [older.id, younger.id]

    def test_every_key_of_every_app(self, store: Store) -> None:
        """Revoked ones and those of deleted apps included: the hot routes know them all."""
        put_apps(store, make_app(), make_app(id=OTHER))
        keys = [put_key(store, make_key()), put_key(store, make_key(app_id=OTHER))]
        revoke(store, keys[0].id)
        store.write(lambda uow: uow.apps.update(make_app(id=OTHER, deleted_at=NOON)))

        found = store.read(lambda uow: uow.apps.all_keys())
        assert {key.id for key in found} == {key.id for key in keys}

    def test_a_key_is_found_by_its_hash(self, store: Store) -> None:
        """Revoked or not; one that was never given out is None."""
        put_apps(store, make_app())
        key = put_key(store, make_key())
        revoke(store, key.id)

        assert key_by_hash(store, key.key_hash) == keys_of(store, APP_ID)[0]
        assert key_by_hash(store, "another hash") is None

    def test_a_keys_hash_is_unique(self, store: Store) -> None:
        """Two apps can never share a key; the second is refused and changes nothing."""
        put_apps(store, make_app(), make_app(id=OTHER))
        key = put_key(store, make_key())

        with pytest.raises(Conflict):
            put_key(store, make_key(app_id=OTHER, key_hash=key.key_hash))

        assert store.read(lambda uow: uow.apps.all_keys()) == [key]

    @pytest.mark.parametrize("mode", RevokeMode)
    def test_a_key_is_ended_with_a_mode(self, store: Store, mode: RevokeMode) -> None:
        """From then on it carries the time and the mode."""
        put_apps(store, make_app())
        key = put_key(store, make_key())

        assert revoke(store, key.id, mode)
        assert keys_of(store, APP_ID) == [replace(key, revoked_at=NOON, revoke_mode=mode)]

    def test_ending_a_key_again_changes_only_the_mode(self, store: Store) -> None:
        """The time of the first end stays."""
        put_apps(store, make_app())
        key = put_key(store, make_key())
        revoke(store, key.id, RevokeMode.REJECT)

        assert store.write(
            lambda uow: uow.apps.revoke_key(APP_ID, key.id, RevokeMode.DISCARD, NOON + HOUR)
        )
        assert keys_of(store, APP_ID) == [
            replace(key, revoked_at=NOON, revoke_mode=RevokeMode.DISCARD)
        ]

    def test_only_an_apps_own_keys_can_be_ended(self, store: Store) -> None:
        """Another app's key is no key of this app, and stays good."""
        put_apps(store, make_app(), make_app(id=OTHER))
        key = put_key(store, make_key(app_id=OTHER))

        assert not revoke(store, key.id)
        assert not revoke(store, KeyId("key_unknown"))
        assert keys_of(store, OTHER) == [key]


def put_apps(store: Store, *apps: App) -> None:
    """Store apps."""

    def work(uow: UnitOfWork) -> None:
        for app in apps:
            uow.apps.add(app)

    store.write(work)


def put_key(store: Store, key: ApiKey) -> ApiKey:
    """Store a key."""
    store.write(lambda uow: uow.apps.add_key(key))
    return key


def keys_of(store: Store, app_id: AppId) -> list[ApiKey]:
    """An app's keys."""
    return list(store.read(lambda uow: uow.apps.keys(app_id)))


def key_by_hash(store: Store, key_hash: str) -> ApiKey | None:
    """The key with a hash."""
    return store.read(lambda uow: uow.apps.key_by_hash(key_hash))


def revoke(store: Store, key_id: KeyId, mode: RevokeMode = RevokeMode.REJECT) -> bool:
    """End a key of the first app at noon."""
    return store.write(lambda uow: uow.apps.revoke_key(APP_ID, key_id, mode, NOON))
