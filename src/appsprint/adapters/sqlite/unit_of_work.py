"""All SQLite repositories over one connection."""

from __future__ import annotations

import sqlite3

from appsprint.adapters.sqlite.access import SqliteAccess
from appsprint.adapters.sqlite.apple_ads import SqliteAppleAds
from appsprint.adapters.sqlite.apps import SqliteApps
from appsprint.adapters.sqlite.arrivals import SqliteArrivals
from appsprint.adapters.sqlite.audit import SqliteAudit
from appsprint.adapters.sqlite.clicks import SqliteClicks
from appsprint.adapters.sqlite.connections import SqliteConnections
from appsprint.adapters.sqlite.costs import SqliteCosts
from appsprint.adapters.sqlite.deliveries import SqliteDeliveries
from appsprint.adapters.sqlite.diagnostics import SqliteDiagnostics
from appsprint.adapters.sqlite.events import SqliteEvents
from appsprint.adapters.sqlite.installs import SqliteInstalls
from appsprint.adapters.sqlite.ledger import SqliteLedger
from appsprint.adapters.sqlite.links import SqliteLinks
from appsprint.adapters.sqlite.members import SqliteMembers
from appsprint.adapters.sqlite.privacy import SqlitePrivacy
from appsprint.adapters.sqlite.quality import SqliteQuality
from appsprint.adapters.sqlite.reports import SqliteReports
from appsprint.adapters.sqlite.rollups import SqliteRollups
from appsprint.adapters.sqlite.sealed_texts import SqliteSealedTexts
from appsprint.adapters.sqlite.self_checks import SqliteSelfChecks


class SqliteUnitOfWork:
    """The repositories of one transaction; whoever owns the connection begins and ends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.access = SqliteAccess(connection)
        self.members = SqliteMembers(connection)
        self.audit = SqliteAudit(connection)
        self.apps = SqliteApps(connection)
        self.links = SqliteLinks(connection)
        self.clicks = SqliteClicks(connection)
        self.installs = SqliteInstalls(connection)
        self.quality = SqliteQuality(connection)
        self.apple_ads = SqliteAppleAds(connection)
        self.self_checks = SqliteSelfChecks(connection)
        self.events = SqliteEvents(connection)
        self.deliveries = SqliteDeliveries(connection)
        self.connections = SqliteConnections(connection)
        self.sealed_texts = SqliteSealedTexts(connection)
        self.costs = SqliteCosts(connection)
        self.privacy = SqlitePrivacy(connection)
        self.reports = SqliteReports(connection)
        self.rollups = SqliteRollups(connection)
        self.ledger = SqliteLedger(connection)
        self.diagnostics = SqliteDiagnostics(connection)
        self.arrivals = SqliteArrivals(connection)
