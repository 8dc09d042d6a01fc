"""API tokens and kept answers in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.access import ApiToken, KeptAnswer, Role
from appsprint.domain.ids import AppId, MemberId, TokenId

_SQL = queries("access")


class SqliteAccess:
    """See ``ports.access.AccessRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_token(self, token: ApiToken) -> None:
        self._connection.execute(
            _SQL["insert_token"],
            (
                token.id,
                token.name,
                token.token_hash,
                token.member_id,
                token.role,
                None if token.app_ids is None else json.dumps(token.app_ids),
                to_ms(token.created_at),
                to_ms_or_none(token.revoked_at),
            ),
        )

    def token_by_hash(self, token_hash: str) -> ApiToken | None:
        row = self._connection.execute(_SQL["select_token_by_hash"], (token_hash,)).fetchone()
        return None if row is None else _token(row)

    def tokens(self) -> Sequence[ApiToken]:
        return [_token(row) for row in self._connection.execute(_SQL["select_tokens"])]

    def revoke_token(self, token_id: TokenId, *, at: datetime) -> bool:
        found = self._connection.execute(_SQL["revoke_token"], (to_ms(at), token_id))
        return found.rowcount > 0

    def kept_answer(self, scope: str, key: str) -> KeptAnswer | None:
        row = self._connection.execute(_SQL["select_answer"], (scope, key)).fetchone()
        if row is None:
            return None
        return KeptAnswer(
            request_hash=row["request_hash"],
            status=row["status"],
            sealed_body=row["sealed_body"],
            created_at=from_ms(row["created_at_ms"]),
        )

    def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        values = (
            scope,
            key,
            answer.request_hash,
            answer.status,
            answer.sealed_body,
            to_ms(answer.created_at),
        )
        self._connection.execute(_SQL["insert_answer"], values)

    def forget_answers_before(self, instant: datetime) -> int:
        found = self._connection.execute(_SQL["delete_answers_before"], (to_ms(instant),))
        return found.rowcount


def _token(row: sqlite3.Row) -> ApiToken:
    app_ids = row["app_ids"]
    return ApiToken(
        id=TokenId(row["token_id"]),
        name=row["name"],
        token_hash=row["token_hash"],
        member_id=None if row["member_id"] is None else MemberId(row["member_id"]),
        role=Role(row["role"]),
        app_ids=None if app_ids is None else tuple(AppId(item) for item in json.loads(app_ids)),
        created_at=from_ms(row["created_at_ms"]),
        revoked_at=from_ms_or_none(row["revoked_at_ms"]),
    )
