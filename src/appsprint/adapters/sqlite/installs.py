"""Installs, identifiers and decisions in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from appsprint.adapters.sqlite.clicks import SqliteClicks
from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.rows import DAY_MS, from_ms, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.app import Environment, Platform
from appsprint.domain.ids import AppId, ClickId, IdPrefix, InstallId, LinkId, first_id_at
from appsprint.domain.install import Dialect, IdentifierKind, Install, TestReason
from appsprint.domain.likelihood import UnrelatedInstalls
from appsprint.domain.link import credited_network
from appsprint.domain.reinstall import EarlierInstall, SamePersonBy, idfv_of
from appsprint.domain.revision import DecisionCause
from appsprint.ports.installs import (
    AttributedInstall,
    Attribution,
    InstallContext,
    InstallFilter,
)

_SQL = queries("installs")


class SqliteInstalls:
    """See ``ports.installs.InstallRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._clicks = SqliteClicks(connection)

    def add(self, install: Install) -> bool:
        found = self._connection.execute(_SQL["insert_install"], _install_row(install))
        return found.rowcount > 0

    def by_appsprint_id(self, app_id: AppId, appsprint_id: str) -> AttributedInstall | None:
        return self._one("select_install_by_appsprint_id", app_id, appsprint_id)

    def get(self, app_id: AppId, install_id: InstallId) -> AttributedInstall | None:
        return self._one("select_install", app_id, install_id)

    def context(self, app_id: AppId, appsprint_id: str) -> InstallContext | None:
        found = self.by_appsprint_id(app_id, appsprint_id)
        if found is None:
            return None
        click_id = found.attribution.click_id
        return InstallContext(
            install=found.install,
            attribution=found.attribution,
            click=None if click_id is None else self._clicks.get(app_id, click_id),
        )

    def page(
        self, app_id: AppId, wanted: InstallFilter, *, after: InstallId | None, limit: int
    ) -> Sequence[AttributedInstall]:
        query, parameters = with_conditions(
            _SQL["page_installs"],
            {
                "(a.network IS NOT NULL) = ?": wanted.is_attributed,
                "a.is_reinstall = ?": wanted.is_reinstall,
                "a.campaign_id = ?": wanted.campaign_id,
                "a.link_id = ?": wanted.link_id,
                "a.match_type = ?": wanted.match_type,
                "i.install_id IN (SELECT f.install_id FROM quality_findings AS f "
                "WHERE f.app_id = :app_id AND f.rule = ?)": wanted.tag,
                "i.appsprint_id = ?": wanted.appsprint_id,
                "i.install_id IN (SELECT d.install_id FROM install_identifiers AS d "
                "WHERE d.app_id = :app_id AND d.kind = 'customer_user_id' "
                "AND d.is_latest = 1 AND d.value = ?)": wanted.customer_user_id,
                "i.received_at_ms >= ?": to_ms_or_none(wanted.since),
                "i.received_at_ms < ?": to_ms_or_none(wanted.until),
            },
        )
        values = {"app_id": app_id, "after": after, "limit": limit, **parameters}
        return [_attributed(row) for row in self._connection.execute(query, values)]

    def decide(self, attribution: Attribution) -> None:
        key = (attribution.app_id, attribution.install_id)
        self._connection.execute(_SQL["supersede_decision"], key)
        values = (
            *key,
            attribution.version,
            to_ms(attribution.decided_at),
            attribution.rule_version,
            attribution.match_type,
            attribution.confidence,
            attribution.reason,
            attribution.click_id,
            attribution.link_id,
            attribution.network,
            attribution.campaign_id,
            attribution.campaign_name,
            attribution.adgroup_id,
            attribution.adgroup_name,
            attribution.ad_id,
            attribution.ad_name,
            attribution.network_click_id,
            attribution.explanation,
            attribution.is_reinstall,
            attribution.earlier_install_id,
            attribution.is_test,
            json.dumps(attribution.tags) if attribution.tags else None,
            attribution.rejected_for,
            attribution.withheld_for,
            attribution.cause,
        )
        self._connection.execute(_SQL["insert_decision"], values)

    def withdraw(self, app_id: AppId, install_ids: Collection[InstallId]) -> None:
        keys = [(app_id, install_id) for install_id in install_ids]
        self._connection.executemany(_SQL["supersede_decision"], keys)

    def decisions(self, app_id: AppId, install_id: InstallId) -> Sequence[Attribution]:
        rows = self._connection.execute(_SQL["select_decisions"], (app_id, install_id))
        return [attribution_from(row) for row in rows]

    def earlier_of_device(self, install: Install, *, limit: int) -> Sequence[EarlierInstall]:
        values = {
            "app_id": install.app_id,
            "install_id": install.id,
            "advertising_id": install.advertising_id,
            "idfv": idfv_of(install),
            "limit": limit,
        }
        return [
            EarlierInstall(
                id=InstallId(row["install_id"]),
                installed_at=from_ms(row["installed_at_ms"]),
                by=SamePersonBy(row["shared"]),
            )
            for row in self._connection.execute(_SQL["earlier_of_device"], values)
        ]

    def count_unearned(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> int:
        values = (app_id, address_key, to_ms(since), to_ms(until), limit)
        return int(self._connection.execute(_SQL["count_unearned_at"], values).fetchone()[0])

    def unrelated(self, app_id: AppId) -> UnrelatedInstalls:
        row = self._connection.execute(_SQL["select_unrelated"], (app_id,)).fetchone()
        return UnrelatedInstalls() if row is None else UnrelatedInstalls(*row)

    def learn(self, app_id: AppId, lesson: UnrelatedInstalls, *, at: datetime) -> None:
        before = self.unrelated(app_id)
        day = to_ms(at) // DAY_MS
        self._connection.execute(
            _SQL["keep_unrelated_of_day"], (app_id, day, before.installs, before.device_hours)
        )
        known = before.plus(lesson)
        values = (app_id, known.installs, known.device_hours)
        self._connection.execute(_SQL["upsert_unrelated"], values)

    def note_identifier(
        self,
        app_id: AppId,
        install_id: InstallId,
        kind: IdentifierKind,
        value: str,
        *,
        at: datetime,
    ) -> bool:
        if self.identifier(app_id, install_id, kind) == value:
            return False
        key = (app_id, install_id, kind)
        self._connection.execute(_SQL["supersede_identifier"], key)
        self._connection.execute(_SQL["insert_identifier"], (*key, to_ms(at), value))
        return True

    def forget_advertising_ids(self, app_id: AppId, install_id: InstallId) -> None:
        key = (app_id, install_id)
        self._connection.execute(_SQL["clear_advertising_id"], key)
        self._connection.execute(_SQL["delete_advertising_ids"], key)

    def set_ad_user_data(self, app_id: AppId, install_id: InstallId, word: str) -> None:
        self._connection.execute(_SQL["set_ad_user_data"], (word, app_id, install_id))

    def identifier(self, app_id: AppId, install_id: InstallId, kind: IdentifierKind) -> str | None:
        key = (app_id, install_id, kind)
        row = self._connection.execute(_SQL["select_identifier"], key).fetchone()
        return None if row is None else str(row["value"])

    def identifiers(self, app_id: AppId, install_id: InstallId) -> Mapping[IdentifierKind, str]:
        rows = self._connection.execute(_SQL["select_identifiers"], (app_id, install_id))
        return {IdentifierKind(row["kind"]): row["value"] for row in rows}

    def registered_since(
        self, app_id: AppId, *, since: datetime, after: InstallId | None, limit: int
    ) -> Sequence[AttributedInstall]:
        values = {
            "app_id": app_id,
            "since_ms": to_ms(since),
            "first": first_id_at(IdPrefix.INSTALL, since),
            "after": after or "",
            "limit": limit,
        }
        return [_attributed(row) for row in self._connection.execute(_SQL["since"], values)]

    def owner_of_identifier(
        self, app_id: AppId, kind: IdentifierKind, value: str
    ) -> InstallId | None:
        key = (app_id, kind, value)
        row = self._connection.execute(_SQL["select_identifier_owner"], key).fetchone()
        return None if row is None else InstallId(row["install_id"])

    def _one(self, query: str, app_id: AppId, value: str) -> AttributedInstall | None:
        row = self._connection.execute(_SQL[query], (app_id, value)).fetchone()
        return None if row is None else _attributed(row)


def _install_row(install: Install) -> tuple[object, ...]:
    return (
        install.app_id,
        install.id,
        install.appsprint_id,
        install.dialect,
        install.environment,
        install.platform,
        to_ms(install.installed_at),
        to_ms(install.received_at),
        install.client_ip,
        install.address_key,
        install.user_agent,
        install.device_model,
        install.os_version,
        install.locale,
        install.country,
        install.install_referrer,
        install.given_click_id,
        install.advertising_id,
        install.test_reason,
        install.body,
    )


def _attributed(row: sqlite3.Row) -> AttributedInstall:
    return AttributedInstall(install=install_from(row), attribution=attribution_from(row))


def install_from(row: sqlite3.Row) -> Install:
    reason = row["test_reason"]
    return Install(
        id=InstallId(row["install_id"]),
        app_id=AppId(row["app_id"]),
        appsprint_id=row["appsprint_id"],
        dialect=Dialect(row["dialect"]),
        environment=Environment(row["environment"]),
        platform=Platform(row["platform"]),
        installed_at=from_ms(row["installed_at_ms"]),
        received_at=from_ms(row["received_at_ms"]),
        client_ip=row["client_ip"],
        address_key=row["address_key"],
        user_agent=row["user_agent"],
        device_model=row["device_model"],
        os_version=row["os_version"],
        locale=row["locale"],
        install_referrer=row["install_referrer"],
        given_click_id=row["given_click_id"],
        advertising_id=row["advertising_id"],
        test_reason=None if reason is None else TestReason(reason),
        body=row["body"],
    )


def attribution_from(row: sqlite3.Row) -> Attribution:
    network, earlier = row["network"], row["earlier_install_id"]
    return Attribution(
        app_id=AppId(row["app_id"]),
        install_id=InstallId(row["install_id"]),
        version=row["version"],
        decided_at=from_ms(row["decided_at_ms"]),
        rule_version=row["rule_version"],
        match_type=row["match_type"],
        confidence=row["confidence"],
        reason=row["reason"],
        click_id=None if row["click_id"] is None else ClickId(row["click_id"]),
        link_id=None if row["link_id"] is None else LinkId(row["link_id"]),
        network=None if network is None else credited_network(network),
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        adgroup_id=row["adgroup_id"],
        adgroup_name=row["adgroup_name"],
        ad_id=row["ad_id"],
        ad_name=row["ad_name"],
        network_click_id=row["network_click_id"],
        explanation=row["explanation"],
        is_reinstall=bool(row["is_reinstall"]),
        earlier_install_id=None if earlier is None else InstallId(earlier),
        is_test=bool(row["is_test"]),
        tags=tuple(json.loads(row["tags"] or "[]")),
        rejected_for=row["rejected_for"],
        withheld_for=row["withheld_for"],
        cause=DecisionCause(row["cause"] or DecisionCause.REGISTRATION),
    )
