"""How long an app keeps what tells of a person: the server's setting, or its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId
from appsprint.domain.privacy import RetainedKind, Retention, require_retention_days
from appsprint.errors import InvalidInput
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.checks import Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """How long one kind is kept, in days; 0 is for ever.

    Attributes:
        own_days: What the app sets; None follows the server.
    """

    kind: RetainedKind
    own_days: int | None
    server_days: int

    @property
    def days(self) -> int:
        """What is in force."""
        return self.server_days if self.own_days is None else self.own_days


class RetentionService:
    """The choice per app. What was forgotten does not come back when it is lengthened."""

    def __init__(self, *, store: Store, clock: Clock, retention: Retention) -> None:
        self._store = store
        self._clock = clock
        self._retention = retention

    def rows(self, app_id: AppId) -> Sequence[RetentionRow]:
        """Every kind once, in the order of ``RetainedKind``.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> Sequence[RetentionRow]:
            require_app(uow, app_id)
            return self._rows(uow, app_id)

        return self._store.read(work)

    def change(
        self, app_id: AppId, days: Mapping[RetainedKind, int | None]
    ) -> Sequence[RetentionRow]:
        """Set the kinds that are named, all or none of them; None follows the server again.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every value that is not allowed.
        """
        problems = Problems()
        for kind, number in days.items():
            _check(problems, kind, number)
        problems.raise_if_any()
        told = entry(self._clock.now(), AuditAction.RETENTION_CHANGED, app_id=app_id)

        def work(uow: UnitOfWork) -> Sequence[RetentionRow]:
            app = require_app(uow, app_id)
            before = self._rows(uow, app_id)
            for kind, number in days.items():
                uow.privacy.set_own_retention(app_id, kind, number)
            after = self._rows(uow, app_id)
            if details := _differences(before, after):
                uow.audit.add(replace(told, subject=app.name, details=details))
            return after

        return self._store.write(work)

    def _rows(self, uow: UnitOfWork, app_id: AppId) -> Sequence[RetentionRow]:
        own = uow.privacy.own_retention(app_id)
        return [
            RetentionRow(kind=kind, own_days=own.get(kind), server_days=self._retention.days(kind))
            for kind in RetainedKind
        ]


def field_of(kind: RetainedKind) -> str:
    """What a kind's value is called where it is sent."""
    return f"{kind}_days"


def _check(problems: Problems, kind: RetainedKind, days: int | None) -> None:
    if days is None:
        return
    try:
        require_retention_days(days)
    except InvalidInput as exc:
        problems.add(field_of(kind), exc.message)


def _differences(
    before: Sequence[RetentionRow], after: Sequence[RetentionRow]
) -> Mapping[str, str]:
    return {
        old.kind.value: f"{_told(old)} → {_told(new)}"
        for old, new in zip(before, after, strict=True)
        if old.own_days != new.own_days
    }


def _told(row: RetentionRow) -> str:
    if row.own_days is None:
        return "the server's"
    return f"{row.own_days} days" if row.own_days else "for good"
