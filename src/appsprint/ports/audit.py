"""The audit log's storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.audit import AuditAction, AuditEntry, StoredAuditEntry
from appsprint.domain.ids import AppId


class AuditRepository(Protocol):
    """An append-only list."""

    def add(self, entry: AuditEntry) -> None:
        """Append an entry; it shares the fate of the unit of work, like the change it tells."""
        ...

    def knows(self, app_id: AppId, action: AuditAction) -> bool:
        """Whether this was ever done with the app."""
        ...

    def since(
        self, app_id: AppId, action: AuditAction, at: datetime, *, limit: int
    ) -> Sequence[AuditEntry]:
        """At most ``limit`` entries of this action at or after ``at``, newest first."""
        ...

    def page(
        self, app_id: AppId | None, *, before: int | None, limit: int
    ) -> Sequence[StoredAuditEntry]:
        """At most ``limit`` entries, newest first.

        Args:
            app_id: Only this app's; None for all entries.
            before: Only entries with a smaller number; None begins at the newest.
        """
        ...
