"""What every store must do with sealed texts: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from appsprint.domain.access import KeptAnswer
from appsprint.domain.ids import AppId, MemberId
from appsprint.ports.sealed_texts import SealedPlace, SealedText
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import APP_ID, NOON, make_app, make_connection, make_member

OTHER = AppId("app_2")
MEMBER_ID = MemberId("mem_1")
OLD, NEW = "v1:0000000a:", "v1:0000000b:"


class SealedTextStoreContract:
    """The rules of ``ports.sealed_texts.SealedTextRepository``; ``store`` is a fixture."""

    @pytest.fixture(autouse=True)
    def _texts(self, store: Store) -> None:
        """Two connections, one of them with a single secret, a kept answer and a second factor."""
        full = make_connection(oauth_token=f"{OLD}grant", events_token=f"{NEW}credential")
        half = make_connection(app_id=OTHER, oauth_token=None, events_token=f"{OLD}other")
        answer = KeptAnswer(
            request_hash="body", status=201, sealed_body=f"{OLD}answer", created_at=NOON
        )

        def work(uow: UnitOfWork) -> None:
            for connection in (full, half):
                uow.apps.add(make_app(id=connection.app_id))
                uow.connections.save(connection)
            uow.members.add(make_member(id=MEMBER_ID, sealed_totp=f"{OLD}factor"))
            uow.access.keep_answer("scope", "key", answer)

        store.write(work)

    def test_texts_are_counted_by_their_heads(self, store: Store) -> None:
        """Each place counts, and what holds nothing does not."""
        assert store.read(lambda uow: uow.sealed_texts.count_by_head()) == {OLD: 4, NEW: 1}

    def test_secrets_of_deleted_apps_count_too(self, store: Store) -> None:
        """They are there until they are erased."""
        store.write(lambda uow: uow.apps.update(make_app(deleted_at=NOON)))

        assert store.read(lambda uow: uow.sealed_texts.count_by_head()) == {OLD: 4, NEW: 1}

    @pytest.mark.parametrize("limit", [1, 2, 9])
    def test_the_others_come_in_pages_without_gaps(self, store: Store, limit: int) -> None:
        """In the order of their positions; those under the head are left out."""
        found: list[SealedText] = []
        while page := others(store, after=found[-1] if found else None, limit=limit):
            found += page

        assert [(one.place, one.row) for one in found] == [
            (SealedPlace.CONNECTION_CREDENTIAL, (OTHER, "tiktok")),
            (SealedPlace.CONNECTION_GRANT, (APP_ID, "tiktok")),
            (SealedPlace.KEPT_ANSWER, ("scope", "key")),
            (SealedPlace.SECOND_FACTOR, (MEMBER_ID, "")),
        ]
        words = ["other", "grant", "answer", "factor"]
        assert [one.text for one in found] == [f"{OLD}{word}" for word in words]

    def test_a_text_is_replaced_in_its_place(self, store: Store) -> None:
        """Each of them; nothing else of its row changes."""
        before = store.read(lambda uow: uow.connections.all())
        for sealed in others(store):
            replace_text(store, sealed, f"{NEW}{sealed.text[len(OLD) :]}")

        assert others(store) == []
        after = {one.app_id: one for one in store.read(lambda uow: uow.connections.all())}
        assert list(after.values()) == [
            replace(before[0], oauth_token=f"{NEW}grant"),
            replace(before[1], events_token=f"{NEW}other"),
        ]
        answer = store.read(lambda uow: uow.access.kept_answer("scope", "key"))
        assert answer is not None
        assert answer.sealed_body == f"{NEW}answer"
        (member,) = store.read(lambda uow: uow.members.all())
        assert member == make_member(id=MEMBER_ID, email=member.email, sealed_totp=f"{NEW}factor")

    def test_a_text_that_was_changed_meanwhile_stays(self, store: Store) -> None:
        """Somebody saved a newer one."""
        for sealed in others(store):
            replace_text(store, replace(sealed, text="as it was before"), f"{NEW}stale")

        assert store.read(lambda uow: uow.sealed_texts.count_by_head()) == {OLD: 4, NEW: 1}

    def test_an_answer_and_a_second_factor_are_dropped(self, store: Store) -> None:
        """Only those; the member stays."""
        for sealed in others(store)[2:]:
            drop(store, sealed)

        assert [one.place for one in others(store)] == [
            SealedPlace.CONNECTION_CREDENTIAL,
            SealedPlace.CONNECTION_GRANT,
        ]
        assert store.read(lambda uow: uow.access.kept_answer("scope", "key")) is None
        (member,) = store.read(lambda uow: uow.members.all())
        assert member.sealed_totp is None

    def test_the_servers_keys_are_those_of_its_last_start(self, store: Store) -> None:
        """Before the first one there are none."""

        def known() -> frozenset[str]:
            return store.read(lambda uow: uow.sealed_texts.server_keys())

        assert known() == frozenset()
        store.write(lambda uow: uow.sealed_texts.set_server_keys(["a", "b", "a"]))
        assert known() == {"a", "b"}
        store.write(lambda uow: uow.sealed_texts.set_server_keys(["c"]))
        assert known() == {"c"}


def others(
    store: Store, *, after: SealedText | None = None, limit: int = 9
) -> Sequence[SealedText]:
    """Texts that are not under the new key."""
    position = None if after is None else after.position
    return store.read(lambda uow: uow.sealed_texts.others(NEW, after=position, limit=limit))


def replace_text(store: Store, sealed: SealedText, text: str) -> None:
    """Replace one text."""
    store.write(lambda uow: uow.sealed_texts.replace(sealed, text))


def drop(store: Store, sealed: SealedText) -> None:
    """Forget one text."""
    store.write(lambda uow: uow.sealed_texts.drop(sealed))
