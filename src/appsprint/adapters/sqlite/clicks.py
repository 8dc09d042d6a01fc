"""Clicks in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from appsprint.adapters.sqlite.bulk import Row, insert_new_rows, insert_rows
from appsprint.adapters.sqlite.conditions import with_conditions
from appsprint.adapters.sqlite.rows import from_ms, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.likelihood import LinkHistory
from appsprint.domain.link import AdNetwork

_SQL = queries("clicks")


class SqliteClicks:
    """See ``ports.clicks.ClickRepository``; the writer adds clicks through it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_clicks(self, clicks: Sequence[Click]) -> None:
        """Store clicks; those that are there already change nothing."""
        insert_new_rows(self._connection, _SQL["insert_click"], [_click_row(one) for one in clicks])

    def add_in_one_statement(self, clicks: Sequence[Click]) -> None:
        """Store at most ``MAX_ROWS`` clicks, all of them or none.

        Raises:
            sqlite3.IntegrityError: One of them is there already.
        """
        insert_rows(self._connection, _SQL["insert_click"], [_click_row(one) for one in clicks])

    def add_filtered_visits(self, visits: Sequence[FilteredVisit]) -> None:
        """Store visits that no person made; those that are there already change nothing."""
        rows = [_visit_row(visit) for visit in visits]
        insert_new_rows(self._connection, _SQL["insert_filtered_visit"], rows)

    def get(self, app_id: AppId, click_id: ClickId) -> Click | None:
        row = self._connection.execute(_SQL["select_click"], (app_id, click_id)).fetchone()
        return None if row is None else click_from(row)

    def by_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[Click]:
        values = (app_id, address_key, to_ms(since), to_ms(until), limit)
        return _clicks(self._connection.execute(_SQL["clicks_by_address"], values))

    def by_advertising_id(
        self, app_id: AppId, advertising_id: str, *, since: datetime, limit: int
    ) -> Sequence[Click]:
        values = (app_id, advertising_id, to_ms(since), limit)
        return _clicks(self._connection.execute(_SQL["clicks_by_advertising_id"], values))

    def page(
        self,
        app_id: AppId,
        *,
        since: datetime | None,
        until: datetime | None,
        after: ClickId | None,
        limit: int,
    ) -> Sequence[Click]:
        query, parameters = with_conditions(
            _SQL["page_clicks"],
            {
                "occurred_at_ms >= ?": to_ms_or_none(since),
                "occurred_at_ms < ?": to_ms_or_none(until),
            },
        )
        values = {"app_id": app_id, "after": after, "limit": limit, **parameters}
        return _clicks(self._connection.execute(query, values))

    def credited_among(
        self, app_id: AppId, click_ids: Collection[ClickId], *, is_test: bool = False
    ) -> set[ClickId]:
        return {
            click_id
            for click_id in click_ids
            if self._connection.execute(_SQL["is_credited"], (app_id, click_id, is_test)).fetchone()
        }

    def link_histories(
        self, app_id: AppId, link_ids: Collection[LinkId]
    ) -> Mapping[LinkId, LinkHistory]:
        found = {
            link_id: self._connection.execute(
                _SQL["select_link_history"], (app_id, link_id)
            ).fetchone()
            for link_id in link_ids
        }
        return {link_id: LinkHistory(*row) for link_id, row in found.items() if row is not None}


def _clicks(rows: Iterable[sqlite3.Row]) -> list[Click]:
    return [click_from(row) for row in rows]


def _click_row(click: Click) -> Row:
    return (
        click.app_id,
        click.id,
        click.link_id,
        click.network.value,
        to_ms(click.occurred_at),
        click.client_ip,
        click.address_key,
        click.user_agent,
        click.accept_language,
        click.advertising_id,
        click.http_referrer,
        click.page_url,
        click.earns_credit,
    )


def _visit_row(visit: FilteredVisit) -> Row:
    return (
        visit.app_id,
        visit.id,
        visit.link_id,
        visit.kind.value,
        to_ms(visit.occurred_at),
        visit.client_ip,
        visit.user_agent,
    )


def click_from(row: sqlite3.Row) -> Click:
    """The click in a row that has the columns of ``clicks``."""
    return Click(
        id=ClickId(row["click_id"]),
        app_id=AppId(row["app_id"]),
        link_id=LinkId(row["link_id"]),
        network=AdNetwork(row["network"]),
        occurred_at=from_ms(row["occurred_at_ms"]),
        client_ip=row["client_ip"],
        address_key=row["address_key"],
        user_agent=row["user_agent"],
        accept_language=row["accept_language"],
        advertising_id=row["advertising_id"],
        http_referrer=row["http_referrer"],
        page_url=row["page_url"],
        earns_credit=bool(row["earns_credit"]),
    )
