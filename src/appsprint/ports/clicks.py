"""Clicks: facts in the order of their arrival."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.likelihood import LinkHistory


class ClickRepository(Protocol):
    """Event plane. Clicks are written through ``Store.enqueue_click`` only."""

    def get(self, app_id: AppId, click_id: ClickId) -> Click | None:
        """The click, None when the app has no such click."""
        ...

    def by_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[Click]:
        """Clicks from one address, both ends included, latest first, at most ``limit``."""
        ...

    def by_advertising_id(
        self, app_id: AppId, advertising_id: str, *, since: datetime, limit: int
    ) -> Sequence[Click]:
        """Clicks that carried this advertising id, latest first, at most ``limit``."""
        ...

    def page(
        self,
        app_id: AppId,
        *,
        since: datetime | None,
        until: datetime | None,
        after: ClickId | None,
        limit: int,
    ) -> Sequence[Click]:
        """Clicks, newest first, beginning below ``after``; ``until`` is not included."""
        ...

    def credited_among(
        self, app_id: AppId, click_ids: Collection[ClickId], *, is_test: bool = False
    ) -> set[ClickId]:
        """Those of ``click_ids`` that already earned a live install, or a test install."""
        ...

    def link_histories(
        self, app_id: AppId, link_ids: Collection[LinkId]
    ) -> Mapping[LinkId, LinkHistory]:
        """Clicks and earned installs of those links that have any."""
        ...
