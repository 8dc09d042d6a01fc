"""How far an app is on its way to value-based optimization."""

from __future__ import annotations

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.vbo import VBO_EVENT, ValueBasedOptimization, value_based_optimization
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app


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
            payments = uow.deliveries.payments(app_id, network, VBO_EVENT)
            return value_based_optimization(payments, now=now, threshold=self._threshold)

        return self._store.read(work)
