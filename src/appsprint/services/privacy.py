"""Erases one person's data on demand, and forgets what is old."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId, ClickId, InstallId, first_id_at
from appsprint.domain.privacy import (
    PREFIXES,
    DataSubject,
    ErasedRows,
    ExportMade,
    PersonalData,
    Retention,
)
from appsprint.domain.referrer import parse_play_referrer
from appsprint.errors import Conflict
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.late_facts import with_late_facts

log = structlog.get_logger()

# One short write each, so that requests wait for none of them.
ROWS_AT_ONCE = 500
MAX_EXPORTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReceipt:
    """What was erased, for the person who asked; it names nobody.

    Attributes:
        is_dry_run: Nothing was erased; the figures tell what would be.
        exports: Those made since the person came, newest first, at most 100: the files are
            beyond our reach.
    """

    at: datetime
    rows: ErasedRows
    exports: Sequence[ExportMade]
    is_dry_run: bool


class PrivacyService:
    """Forgetting, so that reports keep their sums.

    Args:
        store: Holds the data.
        clock: Decides what is old.
        retention: How long each kind is kept where an app does not set it.
        replay_spool: Brings waiting clicks into the store, where they can be erased; only the
            server may, because two processes would replay the same file.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        retention: Retention,
        replay_spool: Callable[[], object] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._retention = retention
        self._replay_spool = replay_spool

    def erase(
        self, app_id: AppId, subject: DataSubject, *, is_dry_run: bool = False
    ) -> ErasureReceipt:
        """Take a person out of everything that an app has; nothing found is no error.

        A device that goes on sending is told that its install is unknown, and registers anew.

        Raises:
            NotFound: There is no such app.
            StoreUnavailable: Also when deleted content could not be cleared from the files;
                calling again does that.
        """
        exports = self._store.read(lambda uow: _exports(uow, app_id, subject))
        if is_dry_run:
            rows = self._try_out(app_id, subject)
        else:
            self._replay_spool()
            rows = self._erase_told(app_id, subject)
            self._store.clear_deleted()
            log.info("person_erased", app_id=app_id, installs=rows.installs)
        return ErasureReceipt(
            at=self._clock.now(), rows=rows, exports=exports, is_dry_run=is_dry_run
        )

    def _erase_told(self, app_id: AppId, subject: DataSubject) -> ErasedRows:
        """Erase, and say in the audit log that it was done; it names nobody."""
        told = entry(self._clock.now(), AuditAction.PERSON_ERASED, app_id=app_id)

        def work(uow: UnitOfWork) -> ErasedRows:
            rows = _erase(uow, app_id, subject)
            uow.audit.add(replace(told, details={"installs": str(rows.installs)}))
            return rows

        return self._store.write(work)

    def forget_old(self) -> int:
        """Forget what is older than its retention, in every app; how many rows were looked at."""
        looked_at = sum(
            self._forget(app_id, kind, due_before)
            for app_id, retention in self._store.read(self._retentions)
            for kind in PersonalData
            if (due_before := retention.due_before(kind, self._clock.now())) is not None
        )
        if looked_at:
            self._store.clear_deleted()
            log.info("old_data_forgotten", rows=looked_at)
        return looked_at

    def _retentions(self, uow: UnitOfWork) -> Sequence[tuple[AppId, Retention]]:
        """Each app's own retention, of deleted apps too: what they left is still of people."""
        return [
            (app_id, self._retention.changed(uow.privacy.own_retention(app_id)))
            for app_id in uow.apps.ids()
        ]

    def _forget(self, app_id: AppId, kind: PersonalData, due_before: datetime) -> int:
        before = first_id_at(PREFIXES[kind], due_before)
        total, found = 0, ROWS_AT_ONCE
        while found == ROWS_AT_ONCE:
            found = self._store.write(
                lambda uow: uow.privacy.forget_old(app_id, kind, before=before, limit=ROWS_AT_ONCE)
            )
            total += found
        return total

    def _try_out(self, app_id: AppId, subject: DataSubject) -> ErasedRows:
        """Erase, and undo it."""
        found: list[ErasedRows] = []

        def work(uow: UnitOfWork) -> None:
            found.append(_erase(uow, app_id, subject))
            raise _UndoneError("undone on purpose")

        with contextlib.suppress(_UndoneError):
            self._store.write(work)
        return found[0]


class _UndoneError(Conflict):
    """Keeps a dry run's work from being kept; nobody outside ever sees it."""


def _exports(uow: UnitOfWork, app_id: AppId, subject: DataSubject) -> Sequence[ExportMade]:
    """The exports in which the person may be."""
    require_app(uow, app_id)
    found = (uow.installs.get(app_id, one) for one in uow.privacy.installs_of(app_id, subject))
    came_at = min((one.install.received_at for one in found if one is not None), default=None)
    if came_at is None:
        return ()
    made = uow.audit.since(app_id, AuditAction.DATA_EXPORTED, came_at, limit=MAX_EXPORTS)
    return tuple(ExportMade(at=one.at, kind=one.subject or "") for one in made)


def _erase(uow: UnitOfWork, app_id: AppId, subject: DataSubject) -> ErasedRows:
    return sum(
        (
            uow.privacy.erase(app_id, one, named_clicks=_named_clicks(uow, app_id, one))
            for one in uow.privacy.installs_of(app_id, subject)
        ),
        ErasedRows(),
    )


def _named_clicks(uow: UnitOfWork, app_id: AppId, install_id: InstallId) -> set[ClickId]:
    """The clicks that the device itself named, whether they earned it or not."""
    found = uow.installs.get(app_id, install_id)
    if found is None:
        return set()
    install = with_late_facts(found.install, uow.installs.identifiers(app_id, install_id))
    referrer = parse_play_referrer(install.install_referrer)
    named = (install.given_click_id, referrer.click_id)
    return {ClickId(one) for one in named if one}
