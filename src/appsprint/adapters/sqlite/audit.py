"""The audit log in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, StoredAuditEntry
from appsprint.domain.ids import AppId

_SQL = queries("audit")
_BEFORE_ALL = 2**63 - 1


class SqliteAudit:
    """See ``ports.audit.AuditRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditEntry) -> None:
        values = (
            to_ms(entry.at),
            entry.actor.kind,
            entry.actor.id,
            entry.actor.name,
            entry.action,
            entry.app_id,
            entry.subject,
            json.dumps(dict(entry.details), ensure_ascii=False),
        )
        self._connection.execute(_SQL["insert_entry"], values)

    def knows(self, app_id: AppId, action: AuditAction) -> bool:
        found = self._connection.execute(_SQL["select_action_of_app"], (app_id, action))
        return found.fetchone() is not None

    def since(
        self, app_id: AppId, action: AuditAction, at: datetime, *, limit: int
    ) -> Sequence[AuditEntry]:
        values = (app_id, action, to_ms(at), limit)
        rows = self._connection.execute(_SQL["select_action_since"], values)
        return [_entry(row).entry for row in rows]

    def page(
        self, app_id: AppId | None, *, before: int | None, limit: int
    ) -> Sequence[StoredAuditEntry]:
        query = "select_entries" if app_id is None else "select_entries_of_app"
        values = {
            "app_id": app_id,
            "before": _BEFORE_ALL if before is None else before,
            "limit": limit,
        }
        return [_entry(row) for row in self._connection.execute(_SQL[query], values)]


def _entry(row: sqlite3.Row) -> StoredAuditEntry:
    actor = Actor(kind=ActorKind(row["actor_kind"]), id=row["actor_id"], name=row["actor_name"])
    entry = AuditEntry(
        at=from_ms(row["at_ms"]),
        actor=actor,
        action=AuditAction(row["action"]),
        app_id=None if row["app_id"] is None else AppId(row["app_id"]),
        subject=row["subject"],
        details=json.loads(row["details"]),
    )
    return StoredAuditEntry(row["audit_id"], entry)
