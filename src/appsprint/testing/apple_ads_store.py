"""What every store must do with Apple's tokens: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from appsprint.domain.apple_ads import AppleClaim, AppleLookup, Claimed, NoClaim
from appsprint.domain.install import IdentifierKind, Install
from appsprint.ports.apple_ads import DueLookup
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import APP_ID, HOUR, NOON, make_install, put_install

_SECOND = timedelta(seconds=1)
_CLAIM = AppleClaim({"campaignId": "542370539", "claimType": "Click"})


class AppleAdsStoreContract:
    """The rules of ``ports.apple_ads.AppleLookupRepository``."""

    def test_an_install_without_a_token_has_no_look_up(self, store: Store) -> None:
        """Nor has one that nobody knows."""
        assert get(store, put_install(store, make_install())) is None

    def test_a_token_is_due_at_once(self, store: Store) -> None:
        """With the token; the longest due first, and no more than asked for."""
        second = told(store, "second", at=NOON)
        first = told(store, "first", at=NOON - _SECOND)
        told(store, "later", at=NOON + _SECOND)

        found = due(store, NOON)
        assert [one.token for one in found] == ["first", "second"]
        assert [one.lookup.install_id for one in found] == [first.id, second.id]
        assert found[0].lookup == AppleLookup(
            app_id=APP_ID,
            install_id=first.id,
            noted_at=NOON - _SECOND,
            next_attempt_at=NOON - _SECOND,
        )
        assert [one.token for one in due(store, NOON, limit=1)] == ["first"]

    def test_what_an_attempt_came_to_is_kept(self, store: Store) -> None:
        """Whether Apple is asked again or not."""
        install = told(store, "token")
        waiting = due(store, NOON)[0].lookup.after(NoClaim.NOT_FOUND, NOON)
        assert settle(store, due(store, NOON)[0].lookup, waiting)
        assert (get(store, install), due(store, NOON)) == (waiting, [])

        claimed = waiting.after(Claimed(_CLAIM), NOON + HOUR)
        assert settle(store, waiting, claimed)
        assert (get(store, install), due(store, NOON + 99 * HOUR)) == (claimed, [])

    def test_only_what_is_still_stored_is_replaced(self, store: Store) -> None:
        """Neither what another attempt changed nor what a newer token did."""
        install = told(store, "token")
        before = due(store, NOON)[0].lookup
        after = before.after(NoClaim.UNAVAILABLE, NOON)
        assert settle(store, before, after)
        assert not settle(store, before, after)

        begin(store, install, "newer", at=NOON + HOUR)
        assert not settle(store, after, after.after(Claimed(_CLAIM), NOON + HOUR))
        assert due(store, NOON + HOUR)[0].token == "newer"

    def test_no_newer_token_is_asked_about_after_a_claim(self, store: Store) -> None:
        """Credit rests on it, and one install has one cause."""
        install = told(store, "token")
        before = due(store, NOON)[0].lookup
        claimed = before.after(Claimed(_CLAIM), NOON)
        settle(store, before, claimed)
        begin(store, install, "newer", at=NOON + HOUR)

        assert (get(store, install), due(store, NOON + 2 * HOUR)) == (claimed, [])


def told(store: Store, token: str, *, at: datetime = NOON) -> Install:
    """An install that told a token."""
    install = put_install(store, make_install())
    begin(store, install, token, at=at)
    return install


def begin(store: Store, install: Install, token: str, *, at: datetime) -> None:
    """Keep a token and begin to ask."""

    def work(uow: UnitOfWork) -> None:
        kind = IdentifierKind.ADSERVICES_TOKEN
        uow.installs.note_identifier(install.app_id, install.id, kind, token, at=at)
        uow.apple_ads.begin(install.app_id, install.id, at=at)

    store.write(work)


def due(store: Store, now: datetime, *, limit: int = 9) -> Sequence[DueLookup]:
    """What is due."""
    return store.read(lambda uow: uow.apple_ads.due(now=now, limit=limit))


def settle(store: Store, before: AppleLookup, after: AppleLookup) -> bool:
    """Replace a look-up."""
    return store.write(lambda uow: uow.apple_ads.settle(before, after))


def get(store: Store, install: Install) -> AppleLookup | None:
    """How it stands."""
    return store.read(lambda uow: uow.apple_ads.get(install.app_id, install.id))
