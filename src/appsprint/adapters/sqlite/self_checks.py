"""Self-checks of the probabilistic rule in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from appsprint.adapters.sqlite.rows import DAY_MS, from_ms, to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.self_check import SelfCheck, SelfCheckSums

_SQL = queries("self_checks")


class SqliteSelfChecks:
    """See ``ports.self_checks.SelfCheckRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, app_id: AppId, install_id: InstallId, check: SelfCheck, *, at: datetime) -> None:
        values = (app_id, install_id, to_ms(at), check.outcome, check.confidence)
        self._connection.execute(_SQL["insert_self_check"], values)

    def days(self, app_id: AppId, *, since: datetime) -> Sequence[SelfCheckSums]:
        rows = self._connection.execute(_SQL["sum_self_checks"], (app_id, to_ms(since)))
        return [
            SelfCheckSums(
                first_on=from_ms(row["day"] * DAY_MS).date(),
                agreed=row["agreed"],
                other_click=row["other_click"],
                no_credit=row["no_credit"],
                stated=row["stated"],
            )
            for row in rows
        ]
