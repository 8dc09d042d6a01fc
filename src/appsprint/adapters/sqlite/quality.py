"""Quality rules in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from appsprint.adapters.sqlite.clicks import SqliteClicks
from appsprint.adapters.sqlite.installs import SqliteInstalls
from appsprint.adapters.sqlite.rows import to_ms
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId, ClickId, IdPrefix, InstallId, LinkId, first_id_at
from appsprint.domain.quality import Finding, LinkTraffic
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules, RuleSetting
from appsprint.ports.installs import AttributedInstall, Attribution
from appsprint.ports.quality import FoundInstalls, JudgedClick, PastInstall

_SQL = queries("quality")
_HOUR_MS = 3_600_000


class SqliteQuality:
    """See ``ports.quality.QualityRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._clicks = SqliteClicks(connection)
        self._installs = SqliteInstalls(connection)

    def rules(self, app_id: AppId) -> QualityRules:
        rows = self._connection.execute(_SQL["select_rules"], (app_id,))
        return QualityRules(
            {
                QualityRule(rule): RuleSetting(Consequence(consequence), json.loads(thresholds))
                for rule, consequence, thresholds in rows
            }
        )

    def save_rules(self, app_id: AppId, rules: QualityRules, *, at: datetime) -> None:
        self._connection.execute(_SQL["delete_rules"], (app_id,))
        for rule, setting in rules.own.items():
            thresholds = json.dumps(dict(setting.thresholds))
            values = (app_id, rule, setting.consequence, thresholds, to_ms(at))
            self._connection.execute(_SQL["insert_rule"], values)

    def count_clicks_of_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        values = (app_id, address_key, to_ms(since), to_ms(until), limit)
        return self._count("count_clicks_of_address", values)

    def link_traffic(self, app_id: AppId, link_id: LinkId, *, at: datetime) -> LinkTraffic:
        values = {"app_id": app_id, "link_id": link_id, "hour": to_ms(at) // _HOUR_MS}
        in_hour, clicks, installs = self._connection.execute(
            _SQL["link_traffic"], values
        ).fetchone()
        return LinkTraffic(clicks_in_hour=in_hour, clicks=clicks, installs=installs)

    def latest_delays(
        self, app_id: AppId, link_id: LinkId, *, until: datetime, limit: int
    ) -> Sequence[timedelta]:
        values = {
            "app_id": app_id,
            "link_id": link_id,
            "until": first_id_at(IdPrefix.INSTALL, until),
            "limit": limit,
        }
        rows = self._connection.execute(_SQL["latest_delays"], values)
        return [timedelta(milliseconds=row[0]) for row in rows]

    def count_installs_of_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        values = (app_id, address_key, to_ms(since), to_ms(until), limit)
        return self._count("count_installs_of_address", values)

    def count_installs(
        self,
        app_id: AppId,
        environment: Environment,
        *,
        since: datetime,
        until: datetime,
        limit: int,
    ) -> int:
        ids = (first_id_at(IdPrefix.INSTALL, since), first_id_at(IdPrefix.INSTALL, until))
        return self._count("count_installs", (app_id, *ids, environment, limit))

    def note(
        self,
        app_id: AppId,
        install_id: InstallId,
        findings: Sequence[Finding],
        *,
        judged_by: JudgedClick | None,
    ) -> None:
        key = (app_id, install_id)
        self._connection.execute(_SQL["delete_findings"], key)
        click = (None, None, None) if judged_by is None else astuple(judged_by)
        for one in findings:
            values = (*key, one.rule, one.consequence, *click)
            self._connection.execute(_SQL["insert_finding"], values)

    def found_installs(
        self, app_id: AppId, *, since: datetime, until: datetime
    ) -> Sequence[FoundInstalls]:
        values = {
            "app_id": app_id,
            "first_id": first_id_at(IdPrefix.INSTALL, since),
            "since_ms": to_ms(since),
            "until_ms": to_ms(until),
        }
        return [
            FoundInstalls(
                campaign_id=row["campaign_id"],
                campaign_name=row["campaign_name"],
                is_organic=bool(row["is_organic"]),
                rule=QualityRule(row["rule"]),
                consequence=Consequence(row["consequence"]),
                installs=row["installs"],
            )
            for row in self._connection.execute(_SQL["found_installs"], values)
        ]

    def past_installs(
        self, app_id: AppId, *, since: datetime, after: InstallId | None, limit: int
    ) -> Sequence[PastInstall]:
        start = first_id_at(IdPrefix.INSTALL, since)
        values = {"app_id": app_id, "after": after or start, "limit": limit}
        rows = self._connection.execute(_SQL["past_installs"], values).fetchall()
        found = (self._installs.get(app_id, InstallId(row[0])) for row in rows)
        return [self._past(one) for one in found if one is not None]

    def _past(self, found: AttributedInstall) -> PastInstall:
        app_id, judged_by = found.install.app_id, self._judged_by(found.attribution)
        click_id = None if judged_by is None else judged_by.click_id
        click = None if click_id is None else self._clicks.get(app_id, click_id)
        return PastInstall(found=found, click=click, judged_by=judged_by)

    def _judged_by(self, decision: Attribution) -> JudgedClick | None:
        if decision.is_attributed:
            return JudgedClick(decision.click_id, decision.campaign_id, decision.campaign_name)
        key = (decision.app_id, decision.install_id)
        row = self._connection.execute(_SQL["judged_click"], key).fetchone()
        return None if row is None else _judged_click(row)

    def _count(self, query: str, values: tuple[object, ...]) -> int:
        return int(self._connection.execute(_SQL[query], values).fetchone()[0])


def _judged_click(row: sqlite3.Row) -> JudgedClick:
    click_id = row["click_id"]
    return JudgedClick(
        None if click_id is None else ClickId(click_id), row["campaign_id"], row["campaign_name"]
    )
