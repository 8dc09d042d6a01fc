"""Erasing and forgetting in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence, Set

import msgspec

from appsprint.adapters.sqlite.delivery_rows import without
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId, ClickId, DeliveryId, InstallId
from appsprint.domain.link import AdNetwork
from appsprint.domain.privacy import DataSubject, ErasedRows, PersonalData, RetainedKind

_SQL = queries("privacy")

# What forgetting a kind runs, over the same rows, in this order.
_FORGET: Mapping[PersonalData, Sequence[str]] = {
    PersonalData.CLICKS: ("count_forgotten_clicks", "forget_clicks", "forget_credited_clicks"),
    PersonalData.FILTERED_VISITS: ("count_forgotten_visits", "forget_filtered_visits"),
    PersonalData.INSTALLS: (
        "forget_identifiers",
        "forget_apple_lookups",
        "forget_decisions",
        "forget_installs",
    ),
    PersonalData.EVENTS: ("forget_events",),
    PersonalData.REFUSED_EVENTS: ("forget_refused_events",),
    PersonalData.DELIVERIES: ("forget_deliveries",),
}


class SqlitePrivacy:
    """See ``ports.privacy.PrivacyRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def installs_of(self, app_id: AppId, subject: DataSubject) -> Sequence[InstallId]:
        is_device = subject.appsprint_id is not None
        query = _SQL["installs_of_device" if is_device else "installs_of_customer"]
        value = subject.appsprint_id if is_device else subject.customer_user_id
        rows = self._connection.execute(query, {"app_id": app_id, "value": value})
        return [InstallId(row["install_id"]) for row in rows]

    def erase(
        self, app_id: AppId, install_id: InstallId, *, named_clicks: Collection[ClickId]
    ) -> ErasedRows:
        self._overwrite_deleted()
        key = {"app_id": app_id, "install_id": install_id}
        found = self._connection.execute(_SQL["clicks_of_install"], key)
        devices = self._run("erase_test_devices", key)
        click_ids = {*named_clicks, *(ClickId(row["click_id"]) for row in found)}
        self._run("erase_self_checks", key)
        return ErasedRows(
            clicks=self._erase_clicks(key, click_ids),
            decisions=self._run("erase_decisions", key),
            # Before the events and the install, which tell them which rows they are.
            deliveries=sum(self._erase_deliveries(key, network) for network in AdNetwork),
            refused_events=self._run("erase_refused_events", key),
            events=self._run("erase_events", key),
            identifiers=devices
            + self._run("erase_identifiers", key)
            + self._run("erase_apple_lookup", key),
            installs=self._run("erase_install", key),
        )

    def forget_old(self, app_id: AppId, kind: PersonalData, *, before: str, limit: int) -> int:
        self._overwrite_deleted()
        mark = self._connection.execute(_SQL["select_mark"], (app_id, kind)).fetchone()
        after = "" if mark is None else str(mark["last_id"])
        window = {"app_id": app_id, "after": after, "before": before, "limit": limit}
        found = self._connection.execute(_SQL[f"old_{kind}"], window).fetchall()
        if found:
            last = str(found[-1][0])
            for name in _FORGET[kind]:
                self._run(name, {"app_id": app_id, "after": after, "last": last})
            self._connection.execute(_SQL["set_mark"], (app_id, kind, last))
        return len(found)

    def own_retention(self, app_id: AppId) -> Mapping[RetainedKind, int]:
        rows = self._connection.execute(_SQL["select_retention"], (app_id,))
        return {RetainedKind(row["kind"]): row["days"] for row in rows}

    def set_own_retention(self, app_id: AppId, kind: RetainedKind, days: int | None) -> None:
        self._connection.execute(_SQL["delete_retention"], (app_id, kind))
        if days is not None:
            self._connection.execute(_SQL["insert_retention"], (app_id, kind, days))

    def _erase_clicks(self, key: Mapping[str, str], click_ids: Set[ClickId]) -> int:
        """Also what the person's browser asked for besides, before it cannot be told any more."""
        own = self._clicks("own_clicks", key, sorted(click_ids))
        like = self._clicks("like_clicks", key, own)
        visits = self._run("erase_visits", {**key, "click_ids": _json(own)})
        every = {*click_ids, *like}
        return visits + sum(self._run("erase_click", {**key, "click_id": one}) for one in every)

    def _clicks(
        self, name: str, key: Mapping[str, str], click_ids: Sequence[ClickId]
    ) -> Sequence[ClickId]:
        found = self._connection.execute(_SQL[name], {**key, "click_ids": _json(click_ids)})
        return [ClickId(row["click_id"]) for row in found]

    def _erase_deliveries(self, key: Mapping[str, str], network: AdNetwork) -> int:
        values = {**key, "network": network.value}
        found = self._connection.execute(_SQL["deliveries_of_install"], values)
        self._erase_payloads(key["app_id"], {DeliveryId(row[0]) for row in found})
        return self._run("erase_deliveries", values)

    def _erase_payloads(self, app_id: str, ids: Set[DeliveryId]) -> None:
        """Take deliveries out of what calls carried and out of the hands of senders."""
        wanted = {"app_id": app_id, "ids": _json(sorted(ids))}
        for call_id, kept in self._connection.execute(
            _SQL["calls_of_deliveries"], wanted
        ).fetchall():
            values = {"call_id": call_id, "payloads": without(kept, ids)}
            self._connection.execute(_SQL["set_payloads"], values)
        for lease_id, held in self._connection.execute(_SQL["leases_of_app"], (app_id,)).fetchall():
            left = [one for one in msgspec.json.decode(held) if one not in ids]
            values = {"lease_id": lease_id, "ids": _json(left)}
            self._connection.execute(_SQL["set_lease"], values)

    def _run(self, name: str, values: Mapping[str, str]) -> int:
        return self._connection.execute(_SQL[name], values).rowcount

    def _overwrite_deleted(self) -> None:
        # Without it SQLite leaves deleted content in the file until the space is used again.
        self._connection.execute("PRAGMA secure_delete = ON")


def _json(ids: Sequence[str]) -> str:
    return msgspec.json.encode(ids).decode()
