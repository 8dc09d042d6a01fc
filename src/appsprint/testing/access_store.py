"""What every store must do with API tokens and kept answers: subclass it, supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from appsprint.domain.access import ApiToken, KeptAnswer, Role
from appsprint.domain.ids import AppId, MemberId, TokenId
from appsprint.errors import Conflict
from appsprint.ports.store import Store
from appsprint.testing.builders import HOUR, MILLISECOND, NOON, make_token

KEPT = KeptAnswer(request_hash="body", status=201, sealed_body="sealed:{}", created_at=NOON)


class AccessStoreContract:
    """The rules of ``ports.access.AccessRepository``; ``store`` is a fixture of the subclass."""

    @pytest.mark.parametrize("app_ids", [None, (), (AppId("app_1"), AppId("app_2"))])
    @pytest.mark.parametrize("role", Role)
    def test_a_token_comes_back_as_it_was_stored(
        self, store: Store, role: Role, app_ids: tuple[AppId, ...] | None
    ) -> None:
        """Its role and its reach included: no apps is not all apps."""
        token = put(store, make_token(role=role, app_ids=app_ids, member_id=MemberId("mem_1")))

        assert by_hash(store, token.token_hash) == token

    def test_an_unknown_token_is_none(self, store: Store) -> None:
        """None is an answer."""
        put(store, make_token())

        assert by_hash(store, "another hash") is None

    def test_tokens_are_listed_oldest_first(self, store: Store) -> None:
        """Whatever the order in which they were stored."""
        younger = put(store, make_token(id=TokenId("tok_2")))
        older = put(store, make_token(id=TokenId("tok_1")))

        assert store.read(lambda uow: uow.access.tokens()) == [older, younger]

    def test_a_tokens_hash_is_unique(self, store: Store) -> None:
        """The second is refused and changes nothing."""
        token = put(store, make_token())

        with pytest.raises(Conflict):
            put(store, make_token(token_hash=token.token_hash))

        assert store.read(lambda uow: uow.access.tokens()) == [token]

    def test_a_token_is_ended_once(self, store: Store) -> None:
        """It is still found, so that it can be told from an unknown one; the first time stays."""
        token = put(store, make_token())

        assert revoke(store, token.id, NOON)
        assert revoke(store, token.id, NOON + HOUR)
        assert by_hash(store, token.token_hash) == replace(token, revoked_at=NOON)

    def test_an_unknown_token_cannot_be_ended(self, store: Store) -> None:
        """False, and the others stay good."""
        token = put(store, make_token())

        assert not revoke(store, TokenId("tok_unknown"), NOON)
        assert by_hash(store, token.token_hash) == token

    def test_an_answer_is_kept_under_its_key(self, store: Store) -> None:
        """Other keys and other scopes have none."""
        keep(store, "app_1", "key-1", KEPT)

        assert kept(store, "app_1", "key-1") == KEPT
        assert kept(store, "app_1", "key-2") is None
        assert kept(store, "app_2", "key-1") is None

    def test_the_first_answer_under_a_key_stays(self, store: Store) -> None:
        """A second one is ignored."""
        keep(store, "app_1", "key-1", KEPT)
        keep(store, "app_1", "key-1", replace(KEPT, sealed_body="another"))

        assert kept(store, "app_1", "key-1") == KEPT

    def test_old_answers_are_forgotten(self, store: Store) -> None:
        """Those from before the instant, and how many they were."""
        keep(store, "app_1", "key-1", replace(KEPT, created_at=NOON - MILLISECOND))
        keep(store, "app_1", "key-2", KEPT)

        assert store.write(lambda uow: uow.access.forget_answers_before(NOON)) == 1
        assert kept(store, "app_1", "key-1") is None
        assert kept(store, "app_1", "key-2") == KEPT


def put(store: Store, token: ApiToken) -> ApiToken:
    """Store a token."""
    store.write(lambda uow: uow.access.add_token(token))
    return token


def by_hash(store: Store, token_hash: str) -> ApiToken | None:
    """The token with a hash."""
    return store.read(lambda uow: uow.access.token_by_hash(token_hash))


def revoke(store: Store, token_id: TokenId, at: datetime) -> bool:
    """End a token."""
    return store.write(lambda uow: uow.access.revoke_token(token_id, at=at))


def keep(store: Store, scope: str, key: str, answer: KeptAnswer) -> None:
    """Keep an answer."""
    store.write(lambda uow: uow.access.keep_answer(scope, key, answer))


def kept(store: Store, scope: str, key: str) -> KeptAnswer | None:
    """The answer under a key."""
    return store.read(lambda uow: uow.access.kept_answer(scope, key))
