"""Forgetting: one person's data on demand, and everybody's when it is old."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from appsprint.domain.ids import AppId, ClickId, InstallId
from appsprint.domain.privacy import DataSubject, ErasedRows, PersonalData, RetainedKind


class PrivacyRepository(Protocol):
    """Both planes. Rows that reports and the ledger count stay, without what tells of a person."""

    def installs_of(self, app_id: AppId, subject: DataSubject) -> Sequence[InstallId]:
        """The person's installs: those that ever had the id, oldest first."""
        ...

    def erase(
        self, app_id: AppId, install_id: InstallId, *, named_clicks: Collection[ClickId]
    ) -> ErasedRows:
        """Take the person out of an install and all that hangs on it.

        The credited clicks, ``named_clicks`` and the clicks with the install's advertising ids
        lose their addresses, browsers and parameters. Deliveries that were not sent are skipped.
        """
        ...

    def forget_old(self, app_id: AppId, kind: PersonalData, *, before: str, limit: int) -> int:
        """Forget the oldest rows of a kind that were not looked at yet, with ids below ``before``.

        Returns:
            How many were looked at; fewer than ``limit`` when no more are due.
        """
        ...

    def own_retention(self, app_id: AppId) -> Mapping[RetainedKind, int]:
        """What an app sets for itself, in days, 0 for ever; the server's counts for the others."""
        ...

    def set_own_retention(self, app_id: AppId, kind: RetainedKind, days: int | None) -> None:
        """Set what an app keeps a kind for; None follows the server again."""
        ...
