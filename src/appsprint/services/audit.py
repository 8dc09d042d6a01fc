"""Reading the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from appsprint.domain.access import Principal
from appsprint.domain.audit import StoredAuditEntry
from appsprint.domain.ids import AppId
from appsprint.errors import NotAllowed
from appsprint.ports.store import Store


class AuditService:
    """Every change with who made it and when; entries are written by the services that change."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def page(
        self,
        app_id: AppId | None,
        *,
        read_by: Principal,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[StoredAuditEntry]:
        """Entries, newest first.

        Args:
            app_id: Only this app's; None for all, which needs the reach of all apps.

        Raises:
            NotAllowed: They are beyond the reach of who reads.
        """
        if not (read_by.app_ids is None if app_id is None else read_by.reaches(app_id)):
            raise NotAllowed("the audit log of the whole server needs access to all apps")
        return self._store.read(lambda uow: uow.audit.page(app_id, before=before, limit=limit))
