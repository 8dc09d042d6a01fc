"""Changing the secret key, and living without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appsprint.adapters.secrets.box import AesGcmBox
from appsprint.adapters.secrets.keys import KeyFile, Keys, SecretKey
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.access import KeptAnswer
from appsprint.domain.connection import EventsApiState, OAuthState
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.sealed_text import head_of_key
from appsprint.errors import ConfigurationError, Conflict
from appsprint.ports.sealed_texts import SealedPlace
from appsprint.services.secret_keys import (
    TEXTS_PER_WRITE,
    Forgotten,
    KeyUse,
    Rotated,
    SecretKeyService,
)
from appsprint.testing.builders import APP_ID, NOON, make_app, make_connection, make_member

OLD, NEW = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
OTHER = AppId("app_2")


class Bench:
    """A store with a connection whose secrets are sealed, and services over it."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "store.db")
        self.path = folder / "store.db"
        self.file = KeyFile(folder / "store.db.key")

    def keys(self, *fixed: SecretKey) -> Keys:
        """The first of the settings seals; without any it is the file's."""
        return Keys(current=fixed[0] if fixed else None, previous=fixed[1:], file=self.file)

    def service(self, *fixed: SecretKey) -> SecretKeyService:
        """A process with these keys of the settings."""
        keys = self.keys(*fixed)
        return SecretKeyService(store=self.store, secrets=AesGcmBox(keys), keys=keys)

    def fill(self, *fixed: SecretKey, answers: int = 2) -> None:
        """Put sealed texts of every kind."""
        box = AesGcmBox(self.keys(*fixed))
        connection = make_connection(
            oauth_token=box.seal("grant"), events_token=box.seal("credential")
        )
        self.store.write(lambda uow: uow.apps.add(make_app()))
        self.store.write(lambda uow: uow.connections.save(connection))
        for number in range(answers):
            self.keep(box, number)

    def keep(self, box: AesGcmBox, number: int) -> None:
        """Keep an answer."""
        answer = KeptAnswer(
            request_hash="h", status=201, sealed_body=box.seal(f"{number}"), created_at=NOON
        )
        self.store.write(lambda uow: uow.access.keep_answer("scope", f"{number:04}", answer))

    def contents(self, *fixed: SecretKey) -> list[str]:
        """Every secret in plain, as a process with these keys opens it."""
        box = AesGcmBox(self.keys(*fixed))
        every = self.store.read(lambda uow: uow.sealed_texts.others("", after=None, limit=9_999))
        return [box.open(one.text) for one in every]

    def heads(self) -> dict[str, int]:
        """How many texts are under which key."""
        return self.store.read(lambda uow: uow.sealed_texts.count_by_head())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty store."""
    made = Bench(tmp_path)
    yield made
    made.store.close()


def test_every_secret_is_sealed_with_the_new_key(bench: Bench) -> None:
    """Nothing is lost, and the old key opens nothing any more."""
    bench.fill(OLD)
    before = bench.contents(OLD)

    rotated = bench.service(NEW, OLD).rotate()

    assert rotated == Rotated(key_id=NEW.id, is_new_key=False, resealed=4, damaged=0)
    assert bench.contents(NEW) == before == ["credential", "grant", "0", "1"]
    assert bench.heads() == {head_of_key(NEW.id): 4}


def test_rotating_twice_changes_nothing_the_second_time(bench: Bench) -> None:
    """Where the settings name the key, it is changed there."""
    bench.fill(OLD)
    bench.service(NEW, OLD).rotate()

    again = bench.service(NEW, OLD).rotate()

    assert again == Rotated(key_id=NEW.id, is_new_key=False, resealed=0, damaged=0)


def test_a_new_key_is_made_in_the_file(bench: Bench) -> None:
    """The old one is kept behind it, for backups; a process that runs sees both at once."""
    bench.file.create()
    (old,) = bench.file.keys()
    bench.fill()
    running = bench.keys()

    rotated = bench.service().rotate()

    assert (rotated.is_new_key, rotated.resealed) == (True, 4)
    assert running.key_ids() == [rotated.key_id, old.id]
    assert bench.contents() == ["credential", "grant", "0", "1"]
    assert bench.heads() == {head_of_key(rotated.key_id): 4}


def test_every_rotation_makes_another_key(bench: Bench) -> None:
    """Also where nothing is sealed yet."""
    bench.file.create()

    made = {bench.service().rotate().key_id for _ in range(3)}

    assert len(made) == 3
    assert len(bench.file.keys()) == 4


class Interrupted(Exception):
    """The process died."""


def test_an_interrupted_rotation_is_finished(bench: Bench) -> None:
    """Running it again makes no further key, and leaves nothing behind."""
    bench.file.create()
    bench.fill(answers=2 * TEXTS_PER_WRITE)

    def die(done: int, total: int) -> None:
        assert total == 2 * TEXTS_PER_WRITE + 2
        if done >= TEXTS_PER_WRITE:
            raise Interrupted

    with pytest.raises(Interrupted):
        bench.service().rotate(progress=die)
    assert len(bench.heads()) == 2
    plain = bench.contents()

    rotated = bench.service().rotate()

    assert (rotated.is_new_key, rotated.resealed) == (False, TEXTS_PER_WRITE + 2)
    assert bench.contents() == plain
    assert bench.heads() == {head_of_key(rotated.key_id): 2 * TEXTS_PER_WRITE + 2}


def test_what_a_server_seals_meanwhile_is_reached(bench: Bench) -> None:
    """It can have taken the old key just before; another pass follows."""
    bench.fill(OLD)
    late = iter([9])

    def seal_late(done: int, total: int) -> None:
        for number in late:
            bench.keep(AesGcmBox(bench.keys(OLD)), -number)

    bench.service(NEW, OLD).rotate(progress=seal_late)

    assert bench.heads() == {head_of_key(NEW.id): 5}


@pytest.mark.parametrize("text", ["rubbish", f"v1:{OLD.id}:AAAA"])
def test_a_damaged_secret_stops_nothing(bench: Bench, text: str) -> None:
    """It is counted and stays; the next rotation still makes its key."""
    bench.file.create()
    bench.fill(OLD)
    damaged = replace(make_connection(), events_token=text)
    bench.store.write(lambda uow: uow.connections.save(damaged))
    keys = Keys(current=None, previous=[OLD], file=bench.file)
    service = SecretKeyService(store=bench.store, secrets=AesGcmBox(keys), keys=keys)

    first, second = service.rotate(), service.rotate()

    assert (first.is_new_key, first.damaged) == (False, 2)
    assert (second.is_new_key, second.damaged) == (True, 2)


def test_a_rotation_needs_every_key(bench: Bench) -> None:
    """Otherwise it would leave what it cannot open, and look finished."""
    bench.fill(OLD)
    before = bench.heads()

    with pytest.raises(ConfigurationError, match=OLD.id):
        bench.service(NEW).rotate()

    assert bench.heads() == before


def test_a_running_server_must_know_the_new_key(bench: Bench) -> None:
    """It would open nothing any more; once it was started with it, all is well."""
    bench.fill(OLD)
    bench.service(OLD).announce()

    with pytest.raises(Conflict, match="start the server") as refused:
        bench.service(NEW, OLD).rotate()
    assert refused.value.code == "server_lacks_key"
    assert bench.heads() == {head_of_key(OLD.id): 4}

    bench.service(NEW, OLD).announce()
    assert bench.service(NEW, OLD).rotate().resealed == 4


def test_a_key_of_the_file_surprises_no_server(bench: Bench) -> None:
    """Servers read the file again when it changes."""
    bench.file.create()
    bench.fill()
    bench.service().announce()

    assert bench.service().rotate().is_new_key


def test_keys_are_listed_with_what_they_open(bench: Bench) -> None:
    """The current one, known ones, and one that is missing."""
    bench.fill(OLD)
    bench.keep(AesGcmBox(bench.keys(NEW)), 7)

    uses = bench.service(NEW).uses()

    assert uses == [
        KeyUse(key_id=NEW.id, is_current=True, is_known=True, secrets=1),
        KeyUse(key_id=OLD.id, is_current=False, is_known=False, secrets=4),
    ]


def test_a_missing_key_is_told_with_the_way_out(bench: Bench) -> None:
    """Which one, how much depends on it, and what to do."""
    bench.fill(OLD)

    problem = bench.service(NEW).missing()

    assert problem is not None
    assert f"{OLD.id} (4)" in problem
    assert NEW.id in problem
    assert "secrets forget" in problem
    assert bench.service(NEW, OLD).missing() is None


def test_only_what_no_key_opens_is_forgotten(bench: Bench) -> None:
    """Its connection ends; the pixel, the other connection and other answers stay."""
    bench.fill(OLD)
    box = AesGcmBox(bench.keys(NEW))
    other = make_connection(app_id=OTHER, oauth_token=box.seal("g"), events_token=box.seal("c"))
    bench.store.write(lambda uow: uow.apps.add(make_app(id=OTHER)))
    bench.store.write(lambda uow: uow.connections.save(other))
    bench.keep(box, 7)
    factor = make_member(sealed_totp=AesGcmBox(bench.keys(OLD)).seal("factor"))
    bench.store.write(lambda uow: uow.members.add(factor))

    forgotten = bench.service(NEW).forget_unreadable()

    assert forgotten == Forgotten(connections=1, answers=2, second_factors=1)
    assert bench.service(NEW).missing() is None
    assert bench.contents(NEW) == ["c", "g", "7"]
    ended = bench.store.read(lambda uow: uow.connections.get(APP_ID, AdNetwork.TIKTOK))
    assert ended is not None
    assert (ended.oauth, ended.events_api) == (OAuthState.NONE, EventsApiState.MISSING)
    assert ended.pixel_id == make_connection().pixel_id


def test_every_column_with_a_sealed_text_is_listed(bench: Bench) -> None:
    """One that is not would keep its old key for ever."""
    with sqlite3.connect(bench.path) as connection:
        columns = {
            f"{table}.{column}"
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
            if column.startswith("sealed_") or column.endswith("_token")
        }

    assert columns == {place.value for place in SealedPlace}
