"""SQLite keeps the contract of every store port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.testing.access_store import AccessStoreContract
from appsprint.testing.app_store import AppStoreContract
from appsprint.testing.apple_ads_store import AppleAdsStoreContract
from appsprint.testing.click_store import ClickStoreContract
from appsprint.testing.connection_store import ConnectionStoreContract
from appsprint.testing.delivery_log import DeliveryLogContract
from appsprint.testing.delivery_store import DeliveryStoreContract
from appsprint.testing.event_store import EventStoreContract
from appsprint.testing.install_store import InstallStoreContract
from appsprint.testing.ledger_store import LedgerStoreContract
from appsprint.testing.link_store import LinkStoreContract
from appsprint.testing.member_store import AuditStoreContract, MemberStoreContract
from appsprint.testing.quality_store import QualityStoreContract
from appsprint.testing.reinstall_store import ReinstallStoreContract
from appsprint.testing.sealed_text_store import SealedTextStoreContract
from appsprint.testing.self_check_store import SelfCheckStoreContract
from appsprint.testing.store import StoreContract

pytestmark = pytest.mark.contract


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


class TestSqliteStore(StoreContract):
    """Units of work."""


class TestSqliteApps(AppStoreContract):
    """Apps and keys."""


class TestSqliteLinks(LinkStoreContract):
    """Ad links."""


class TestSqliteClicks(ClickStoreContract):
    """Clicks."""


class TestSqliteInstalls(InstallStoreContract):
    """Installs and decisions."""


class TestSqliteReinstalls(ReinstallStoreContract):
    """A person's earlier installs."""


class TestSqliteAppleAds(AppleAdsStoreContract):
    """What Apple was asked."""


class TestSqliteEvents(EventStoreContract):
    """In-app events."""


class TestSqliteLedger(LedgerStoreContract):
    """Both sides of the ledger."""


class TestSqliteDeliveries(DeliveryStoreContract):
    """The delivery queue."""


class TestSqliteDeliveryLog(DeliveryLogContract):
    """Looking at deliveries, and redriving."""


class TestSqliteConnections(ConnectionStoreContract):
    """Connections and mappings."""


class TestSqliteSealedTexts(SealedTextStoreContract):
    """Sealed texts."""


class TestSqliteAccess(AccessStoreContract):
    """Tokens and kept answers."""


class TestSqliteMembers(MemberStoreContract):
    """Members, sessions and invitations."""


class TestSqliteAudit(AuditStoreContract):
    """The audit log."""


class TestSqliteQuality(QualityStoreContract):
    """Quality rules and what they found."""


class TestSqliteSelfChecks(SelfCheckStoreContract):
    """How the probabilistic rule would have done."""
