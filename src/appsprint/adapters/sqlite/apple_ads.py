"""What Apple was asked about installs, in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.apple_ads import AppleClaim, AppleLookup, LookupState, NoClaim
from appsprint.domain.ids import AppId, InstallId
from appsprint.ports.apple_ads import DueLookup

_SQL = queries("apple_ads")


class SqliteAppleAds:
    """See ``ports.apple_ads.AppleLookupRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, app_id: AppId, install_id: InstallId, *, at: datetime) -> None:
        values = {"app_id": app_id, "install_id": install_id, "at_ms": to_ms(at)}
        self._connection.execute(_SQL["begin_apple_lookup"], values)

    def due(self, *, now: datetime, limit: int) -> Sequence[DueLookup]:
        rows = self._connection.execute(_SQL["due_apple_lookups"], (to_ms(now), limit))
        return [DueLookup(_lookup(row), row["token"]) for row in rows]

    def settle(self, before: AppleLookup, after: AppleLookup) -> bool:
        values = {
            "app_id": before.app_id,
            "install_id": before.install_id,
            "known_noted_at_ms": to_ms(before.noted_at),
            "known_attempts": before.attempts,
            "state": after.state,
            "attempts": after.attempts,
            "not_found": after.not_found,
            "next_attempt_at_ms": to_ms_or_none(after.next_attempt_at),
            "reason": after.reason,
            "answered_at_ms": to_ms_or_none(after.answered_at),
            "claim": None if after.claim is None else json.dumps(dict(after.claim.fields)),
        }
        return self._connection.execute(_SQL["settle_apple_lookup"], values).rowcount > 0

    def get(self, app_id: AppId, install_id: InstallId) -> AppleLookup | None:
        key = (app_id, install_id)
        row = self._connection.execute(_SQL["select_apple_lookup"], key).fetchone()
        return None if row is None else _lookup(row)


def _lookup(row: sqlite3.Row) -> AppleLookup:
    reason, claim = row["reason"], row["claim"]
    return AppleLookup(
        app_id=AppId(row["app_id"]),
        install_id=InstallId(row["install_id"]),
        noted_at=from_ms(row["noted_at_ms"]),
        state=LookupState(row["state"]),
        attempts=row["attempts"],
        not_found=row["not_found"],
        next_attempt_at=from_ms_or_none(row["next_attempt_at_ms"]),
        reason=None if reason is None else NoClaim(reason),
        answered_at=from_ms_or_none(row["answered_at_ms"]),
        claim=None if claim is None else AppleClaim(json.loads(claim)),
    )
