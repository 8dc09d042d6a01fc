"""Members, sessions and invitations in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.access import Role
from appsprint.domain.ids import AppId, MemberId
from appsprint.domain.member import Invitation, Member, Session
from appsprint.errors import Conflict

_SQL = queries("members")


class SqliteMembers:
    """See ``ports.members.MemberRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, member: Member) -> None:
        values = (
            member.id,
            member.email,
            member.role,
            _app_ids_text(member),
            member.password_hash,
            member.sealed_totp,
            member.totp_step,
            to_ms(member.created_at),
            to_ms_or_none(member.removed_at),
        )
        if self._connection.execute(_SQL["insert_member"], values).rowcount == 0:
            raise Conflict(f"{member.email} is a member already", code="member_exists")

    def update(self, member: Member) -> None:
        values = (
            member.role,
            _app_ids_text(member),
            member.password_hash,
            member.sealed_totp,
            member.totp_step,
            to_ms_or_none(member.removed_at),
            member.id,
        )
        self._connection.execute(_SQL["update_member"], values)

    def get(self, member_id: MemberId) -> Member | None:
        return self._one("select_member", member_id)

    def by_email(self, email: str) -> Member | None:
        return self._one("select_member_by_email", email)

    def all(self) -> Sequence[Member]:
        return [_member(row) for row in self._connection.execute(_SQL["select_members"])]

    def add_session(self, session: Session) -> None:
        values = (
            session.secret_hash,
            session.member_id,
            to_ms(session.created_at),
            to_ms(session.last_seen_at),
        )
        self._connection.execute(_SQL["insert_session"], values)

    def session(self, secret_hash: str) -> Session | None:
        row = self._connection.execute(_SQL["select_session"], (secret_hash,)).fetchone()
        if row is None:
            return None
        return Session(
            secret_hash=row["secret_hash"],
            member_id=MemberId(row["member_id"]),
            created_at=from_ms(row["created_at_ms"]),
            last_seen_at=from_ms(row["last_seen_at_ms"]),
        )

    def note_seen(self, secret_hash: str, *, at: datetime) -> None:
        self._connection.execute(_SQL["note_seen"], (to_ms(at), secret_hash))

    def end_session(self, secret_hash: str) -> None:
        self._connection.execute(_SQL["delete_session"], (secret_hash,))

    def end_sessions_of(self, member_id: MemberId, *, but: str | None = None) -> None:
        self._connection.execute(_SQL["delete_sessions_of_member"], (member_id, but))

    def forget_sessions_before(self, *, seen: datetime, created: datetime) -> int:
        limits = (to_ms(seen), to_ms(created))
        return self._connection.execute(_SQL["delete_sessions_before"], limits).rowcount

    def set_invitation(self, invitation: Invitation) -> None:
        self.end_invitations_of(invitation.member_id)
        values = (invitation.secret_hash, invitation.member_id, to_ms(invitation.created_at))
        self._connection.execute(_SQL["insert_invitation"], values)

    def invitation(self, secret_hash: str) -> Invitation | None:
        row = self._connection.execute(_SQL["select_invitation"], (secret_hash,)).fetchone()
        if row is None:
            return None
        return Invitation(
            secret_hash=row["secret_hash"],
            member_id=MemberId(row["member_id"]),
            created_at=from_ms(row["created_at_ms"]),
        )

    def end_invitations_of(self, member_id: MemberId) -> None:
        self._connection.execute(_SQL["delete_invitations_of_member"], (member_id,))

    def _one(self, query: str, value: str) -> Member | None:
        row = self._connection.execute(_SQL[query], (value,)).fetchone()
        return None if row is None else _member(row)


def _app_ids_text(member: Member) -> str | None:
    return None if member.app_ids is None else json.dumps(member.app_ids)


def _member(row: sqlite3.Row) -> Member:
    app_ids = row["app_ids"]
    return Member(
        id=MemberId(row["member_id"]),
        email=row["email"],
        role=Role(row["role"]),
        app_ids=None if app_ids is None else tuple(AppId(item) for item in json.loads(app_ids)),
        password_hash=row["password_hash"],
        sealed_totp=row["sealed_totp"],
        totp_step=row["totp_step"],
        created_at=from_ms(row["created_at_ms"]),
        removed_at=from_ms_or_none(row["removed_at_ms"]),
    )
