"""Shows how the probabilistic rule would have done where Play names the click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from appsprint.domain.ids import AppId
from appsprint.domain.self_check import SelfCheckSums, by_week
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app

WEEKS = 12


class SelfCheckService:
    """The read side; checks are made when installs are decided."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def weeks(self, app_id: AppId, *, amount: int = WEEKS) -> Sequence[SelfCheckSums]:
        """The last ISO weeks up to this one, oldest first; weeks without a check are missing.

        Raises:
            NotFound: There is no such app.
        """
        today = self._clock.now().date()
        first = today - timedelta(days=today.weekday(), weeks=amount - 1)
        since = datetime.combine(first, time(), UTC)

        def work(uow: UnitOfWork) -> Sequence[SelfCheckSums]:
            return uow.self_checks.days(require_app(uow, app_id).id, since=since)

        return by_week(self._store.read(work))
