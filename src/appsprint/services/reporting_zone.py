"""Whose days an app's reports and imports follow."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from appsprint.domain.app import App
from appsprint.domain.connection import Connection


def reporting_zone(app: App, connection: Connection | None) -> ZoneInfo:
    """The advertiser's time zone; the app's while there is none or it is not a known name."""
    names = [app.time_zone]
    if connection is not None and connection.advertiser is not None:
        names.insert(0, connection.advertiser.time_zone or "")
    return next(filter(None, map(_zone, names)), ZoneInfo("UTC"))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Not in the database, not a name at all, or the name of one of its folders.
        return None
