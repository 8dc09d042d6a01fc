"""Ad links in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from appsprint.adapters.sqlite.rows import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from appsprint.adapters.sqlite.sql import queries
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork, Link, LinkWindows
from appsprint.ports.links import LinkCounts

_SQL = queries("links")


class SqliteLinks:
    """See ``ports.links.LinkRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, link: Link) -> bool:
        found = self._connection.execute(
            _SQL["insert_link"],
            (
                link.id,
                link.app_id,
                link.slug,
                link.network,
                link.name,
                link.destination_url,
                link.campaign_name,
                to_ms(link.created_at),
                to_ms_or_none(link.archived_at),
                link.click_lookback_hours,
                link.probabilistic_lookback_hours,
            ),
        )
        return found.rowcount > 0

    def get(self, app_id: AppId, link_id: LinkId) -> Link | None:
        row = self._connection.execute(_SQL["select_link"], (app_id, link_id)).fetchone()
        return None if row is None else _link(row)

    def by_slug(self, slug: str) -> Link | None:
        row = self._connection.execute(_SQL["select_link_by_slug"], (slug,)).fetchone()
        return None if row is None else _link(row)

    def page(self, app_id: AppId, *, after: LinkId | None, limit: int) -> Sequence[Link]:
        values = {"app_id": app_id, "after": after, "limit": limit}
        return [_link(row) for row in self._connection.execute(_SQL["page_links"], values)]

    def all(self) -> Sequence[Link]:
        return [_link(row) for row in self._connection.execute(_SQL["select_all_links"])]

    def update(self, link: Link) -> None:
        self._connection.execute(
            _SQL["update_link"],
            (
                link.name,
                link.destination_url,
                link.campaign_name,
                to_ms_or_none(link.archived_at),
                link.click_lookback_hours,
                link.probabilistic_lookback_hours,
                link.app_id,
                link.id,
            ),
        )

    def windows(self, app_id: AppId) -> Mapping[LinkId, LinkWindows]:
        rows = self._connection.execute(_SQL["select_link_windows"], (app_id,))
        return {
            LinkId(link_id): LinkWindows(click_hours=click, probabilistic_hours=probabilistic)
            for link_id, click, probabilistic in rows
        }

    def counts(self, app_id: AppId, link_id: LinkId) -> LinkCounts:
        values = {"app_id": app_id, "link_id": link_id}
        clicks, installs = self._connection.execute(_SQL["count_link"], values).fetchone()
        return LinkCounts(clicks=clicks, installs=installs)


def _link(row: sqlite3.Row) -> Link:
    return Link(
        id=LinkId(row["link_id"]),
        app_id=AppId(row["app_id"]),
        slug=row["slug"],
        network=AdNetwork(row["network"]),
        name=row["name"],
        destination_url=row["destination_url"],
        campaign_name=row["campaign_name"],
        created_at=from_ms(row["created_at_ms"]),
        archived_at=from_ms_or_none(row["archived_at_ms"]),
        click_lookback_hours=row["click_lookback_hours"],
        probabilistic_lookback_hours=row["probabilistic_lookback_hours"],
    )
