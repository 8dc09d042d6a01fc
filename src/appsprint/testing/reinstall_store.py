"""What every store must do to find a person's earlier installs; supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.reinstall import EarlierInstall, SamePersonBy
from appsprint.ports.store import Store
from appsprint.testing.builders import NOON, make_install, put_install

ADVERTISING_ID = "e2b3a7a0-0000-4000-8000-000000000001"
IDFV = "0AFF3B9C-0000-4000-8000-00000000000F"
DAY = timedelta(days=1)


class ReinstallStoreContract:
    """The rules of ``ports.installs.InstallRepository.earlier_of_device``."""

    def test_an_earlier_install_with_the_advertising_id(self, store: Store) -> None:
        """It comes with its time and the id that it shares."""
        first = put_install(store, with_advertising_id(installed_at=NOON - DAY))
        second = put_install(store, with_advertising_id())

        assert earlier(store, second) == [
            EarlierInstall(id=first.id, installed_at=NOON - DAY, by=SamePersonBy.ADVERTISING_ID)
        ]
        assert earlier(store, first) == []

    @pytest.mark.parametrize("kind", [IdentifierKind.IDFA, IdentifierKind.GAID])
    def test_an_advertising_id_that_became_known_later(
        self, store: Store, kind: IdentifierKind
    ) -> None:
        """The latest one of the earlier install; a former one is nobody's."""
        first, other = put_install(store, make_install()), put_install(store, make_install())
        note(store, first, kind, ADVERTISING_ID)
        note(store, other, kind, ADVERTISING_ID)
        note(store, other, kind, "another id")

        second = put_install(store, with_advertising_id())

        assert ids_of(store, second) == [(first.id, SamePersonBy.ADVERTISING_ID)]

    def test_an_earlier_install_with_the_idfv(self, store: Store) -> None:
        """Letters may be of either case."""
        first = put_install(store, with_idfv(IDFV))
        second = put_install(store, with_idfv(IDFV.lower()))

        assert ids_of(store, second) == [(first.id, SamePersonBy.IDFV)]

    def test_both_ids_are_told(self, store: Store) -> None:
        """One install can come for each of them."""
        first = put_install(store, replace(with_idfv(IDFV), advertising_id=ADVERTISING_ID))
        second = put_install(store, replace(with_idfv(IDFV), advertising_id=ADVERTISING_ID))

        assert set(ids_of(store, second)) == {
            (first.id, SamePersonBy.ADVERTISING_ID),
            (first.id, SamePersonBy.IDFV),
        }

    def test_strangers_do_not_count(self, store: Store) -> None:
        """Neither another app's install, nor a test install, nor one without ids."""
        put_install(store, with_advertising_id(app_id=AppId("app_2")))
        put_install(store, with_advertising_id(environment=Environment.TEST))
        put_install(store, make_install())
        install = put_install(store, replace(with_idfv(IDFV), advertising_id=ADVERTISING_ID))

        assert earlier(store, install) == []
        assert earlier(store, put_install(store, make_install())) == []

    def test_the_last_stored_are_enough(self, store: Store) -> None:
        """A phone farm with one id for all does not make registering slow."""
        for _ in range(3):
            put_install(store, with_advertising_id())
        fourth = put_install(store, with_advertising_id())
        last = put_install(store, with_advertising_id())

        assert ids_of(store, last, limit=1) == [(fourth.id, SamePersonBy.ADVERTISING_ID)]


def with_advertising_id(**changes: Any) -> Install:
    """An install of a device that told its advertising id."""
    return make_install(advertising_id=ADVERTISING_ID, **changes)


def with_idfv(idfv: str) -> Install:
    """An install of a device that told its ``idfv``."""
    return make_install(body=f'{{"idfv":"{idfv}"}}')


def note(store: Store, install: Install, kind: IdentifierKind, value: str) -> None:
    """An advertising id becomes known of an install."""
    store.write(
        lambda uow: uow.installs.note_identifier(install.app_id, install.id, kind, value, at=NOON)
    )


def earlier(store: Store, install: Install, limit: int = 20) -> list[EarlierInstall]:
    """The person's installs before one."""
    return list(store.read(lambda uow: uow.installs.earlier_of_device(install, limit=limit)))


def ids_of(store: Store, install: Install, limit: int = 20) -> list[tuple[InstallId, SamePersonBy]]:
    """The same, by id and what it shares."""
    return [(one.id, one.by) for one in earlier(store, install, limit)]
