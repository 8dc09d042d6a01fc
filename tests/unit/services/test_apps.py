"""Apps and their API keys."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import Environment, Platform, RevokeMode
from appsprint.domain.ids import AppId, KeyId
from appsprint.domain.link import AdNetwork
from appsprint.errors import InvalidInput, NotFound
from appsprint.services.apps import AppChanges, NewApp
from appsprint.testing.builders import make_connection
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL, ControlPlane

NEW = NewApp(name=" Example ", platform="ios", store_url=f" {APP_STORE_URL} ")


def fields_of(error: InvalidInput) -> list[str]:
    """The fields that an error names."""
    return [problem.field for problem in error.problems]


def test_new_app_reads_its_store_page(plane: ControlPlane) -> None:
    """Name and address are trimmed, the id is read, the rest has its defaults."""
    app = plane.services.apps.create(NEW).app

    assert (app.name, app.store_url, app.store_id) == ("Example", APP_STORE_URL, "1234567890")
    assert (app.platform, app.time_zone, app.currency) == (Platform.IOS, "UTC", "USD")
    assert plane.services.apps.get(app.id) == app
    assert plane.services.apps.list() == [app]


def test_first_key_is_live_and_only_its_hash_is_kept(plane: ControlPlane) -> None:
    """The key is shown once; what is stored cannot be turned back into it."""
    _, key, plain = plane.services.apps.create(NEW)

    assert re.fullmatch(r"as_live_[A-Za-z0-9_-]{32}", plain)
    assert key.key_hash == hashlib.sha256(plain.encode()).hexdigest()
    assert key.hint == f"as_live_…{plain[-4:]}"
    assert key.environment is Environment.LIVE


def test_hot_routes_know_a_new_key_at_once(plane: ControlPlane) -> None:
    """What was answered is in force."""
    app, key, _ = plane.services.apps.create(NEW)

    holder = plane.services.directory.known_key(key.key_hash)

    assert holder is not None
    assert holder.app == app


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        pytest.param(replace(NEW, name=" "), ["name"], id="name"),
        pytest.param(replace(NEW, platform="windows"), ["platform"], id="platform"),
        pytest.param(replace(NEW, store_url=PLAY_STORE_URL), ["store_url"], id="other platform"),
        pytest.param(replace(NEW, store_url="example.com"), ["store_url"], id="no address"),
        pytest.param(replace(NEW, time_zone=""), ["time_zone"], id="time zone"),
        pytest.param(replace(NEW, currency="euro"), ["currency"], id="currency"),
        pytest.param(
            NewApp(name="", platform="", store_url="", time_zone="x", currency="x"),
            ["name", "platform", "store_url", "time_zone", "currency"],
            id="everything",
        ),
    ],
)
def test_new_app_tells_every_problem(
    plane: ControlPlane, wanted: NewApp, fields: list[str]
) -> None:
    """One problem for each wrong field, and nothing is stored."""
    with pytest.raises(InvalidInput) as caught:
        plane.services.apps.create(wanted)

    assert fields_of(caught.value) == fields
    assert plane.services.apps.list() == []


def test_wrong_platform_is_explained(plane: ControlPlane) -> None:
    """A Play page for an iOS app says which page is wanted."""
    with pytest.raises(InvalidInput, match="App Store page"):
        plane.services.apps.create(replace(NEW, store_url=PLAY_STORE_URL))


def test_update_changes_what_is_named(plane: ControlPlane) -> None:
    """Everything can be changed but the platform; what is not named stays."""
    app = plane.ios_app()
    other_page = "https://apps.apple.com/de/app/other/id42"

    changed = plane.services.apps.update(
        app.id,
        AppChanges(
            name="Other",
            store_url=other_page,
            time_zone="Asia/Tokyo",
            currency="JPY",
            probabilistic_matching=False,
            click_lookback_hours=720,
            probabilistic_lookback_hours=1,
        ),
    )

    assert changed == replace(
        app,
        name="Other",
        store_url=other_page,
        store_id="42",
        time_zone="Asia/Tokyo",
        currency="JPY",
        probabilistic_matching=False,
        click_lookback_hours=720,
        probabilistic_lookback_hours=1,
    )
    assert plane.services.apps.get(app.id) == changed
    assert plane.services.apps.update(app.id, AppChanges()) == changed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (AppChanges(click_lookback_hours=0), "click_lookback_hours"),
        (AppChanges(click_lookback_hours=721), "click_lookback_hours"),
        (AppChanges(probabilistic_lookback_hours=0), "probabilistic_lookback_hours"),
        (AppChanges(probabilistic_lookback_hours=169), "probabilistic_lookback_hours"),
        (AppChanges(store_url=PLAY_STORE_URL), "store_url"),
        (AppChanges(store_url=""), "store_url"),
        (AppChanges(name=""), "name"),
        (AppChanges(time_zone=""), "time_zone"),
        (AppChanges(currency=""), "currency"),
    ],
)
def test_update_refuses_what_creating_refuses(
    plane: ControlPlane, changes: AppChanges, field: str
) -> None:
    """A wrong change changes nothing."""
    app = plane.ios_app()

    with pytest.raises(InvalidInput) as caught:
        plane.services.apps.update(app.id, changes)

    assert fields_of(caught.value) == [field]
    assert plane.services.apps.get(app.id) == app


def test_deleted_app_is_gone_and_its_key_stays_known(plane: ControlPlane) -> None:
    """The hot route must find the key, to answer that data is thrown away."""
    app, key, _ = plane.make_app()

    plane.services.apps.delete(app.id)

    assert plane.services.apps.list() == []
    for use in (plane.services.apps.get, plane.services.apps.delete):
        with pytest.raises(NotFound):
            use(app.id)
    holder = plane.services.directory.known_key(key.key_hash)
    assert holder is not None
    assert holder.app is None


def test_deleting_an_app_erases_its_secrets(plane: ControlPlane) -> None:
    """Nobody can ask for them any more."""
    app = plane.ios_app()
    plane.store.write(lambda uow: uow.connections.save(make_connection(app_id=app.id)))

    plane.services.apps.delete(app.id)

    left = plane.store.read(lambda uow: uow.connections.get(app.id, AdNetwork.TIKTOK))
    assert left is not None
    assert (left.oauth_token, left.events_token) == (None, None)


def test_keys_rotate_with_overlap(plane: ControlPlane) -> None:
    """A further key leaves the first one good; a test key writes test data."""
    app, first, _ = plane.make_app()

    second, plain = plane.services.apps.add_key(app.id, "test")

    assert plain.startswith("as_test_")
    assert second.environment is Environment.TEST
    assert [key.id for key in plane.services.apps.keys(app.id)] == [first.id, second.id]
    assert all(key.revoked_at is None for key in plane.services.apps.keys(app.id))


def test_revoked_key_keeps_its_first_end(plane: ControlPlane) -> None:
    """Revoking again changes the mode only."""
    app, key, _ = plane.make_app()

    ended = plane.services.apps.revoke_key(app.id, key.id)
    plane.clock.advance(timedelta(hours=1))
    again = plane.services.apps.revoke_key(app.id, key.id, "reject")

    assert ended.revoke_mode is RevokeMode.DISCARD
    assert again.revoke_mode is RevokeMode.REJECT
    assert again.revoked_at == ended.revoked_at is not None
    holder = plane.services.directory.known_key(key.key_hash)
    assert holder is not None
    assert holder.key == again


def test_unknown_things_are_not_found(plane: ControlPlane) -> None:
    """Every call says so; a key of another app is no key of this one."""
    apps = plane.services.apps
    nowhere = AppId("app_none")
    own, other = plane.make_app(), plane.make_app()

    with pytest.raises(NotFound):
        apps.update(nowhere, AppChanges())
    with pytest.raises(NotFound):
        apps.add_key(nowhere)
    with pytest.raises(NotFound):
        apps.revoke_key(own.app.id, other.key.id)
    with pytest.raises(NotFound):
        apps.revoke_key(nowhere, KeyId("key_none"))


def test_other_environments_and_modes_are_refused(plane: ControlPlane) -> None:
    """Closed choices are checked here, so that every entry point agrees."""
    app, key, _ = plane.make_app()

    with pytest.raises(InvalidInput, match="live, test"):
        plane.services.apps.add_key(app.id, "staging")
    with pytest.raises(InvalidInput, match="reject, discard"):
        plane.services.apps.revoke_key(app.id, key.id, "forget")
