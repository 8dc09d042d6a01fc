"""How far an app is on its way to value-based optimization."""

from __future__ import annotations

from datetime import datetime

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.vbo import (
    VBO_EVENT,
    VBO_WINDOW,
    ValueBasedOptimization,
    value_based_optimization,
)
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app

# An app with so many payments is far beyond every threshold, where the hour is exact enough for its
# best week; what counts now stays exact.
MOST_INSTANTS = 2_000


class VboService:
    """Reads accepted payment events; the rule itself is in ``domain.vbo``."""

    def __init__(self, *, store: Store, clock: Clock, threshold: int) -> None:
        self._store = store
        self._clock = clock
        self._threshold = threshold

    def progress(
        self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK
    ) -> ValueBasedOptimization:
        """Count the app's payment events that the network accepted.

        Raises:
            NotFound: There is no such app.
        """
        now = self._clock.now()

        def work(uow: UnitOfWork) -> ValueBasedOptimization:
            require_app(uow, app_id)
            return payment_progress(uow, (app_id, network), now=now, threshold=self._threshold)

        return self._store.read(work)


def payment_progress(
    uow: UnitOfWork, key: tuple[AppId, AdNetwork], *, now: datetime, threshold: int
) -> ValueBasedOptimization:
    """The same within a snapshot."""
    edges = (now - VBO_WINDOW, now)
    payments = uow.deliveries.payments(*key, VBO_EVENT, most=MOST_INSTANTS, exact_at=edges)
    return value_based_optimization(payments, now=now, threshold=threshold)
