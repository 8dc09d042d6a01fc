"""Watching what arrives: an app's newest, and what came after it."""

from __future__ import annotations

from collections.abc import Sequence

from appsprint.domain.ids import AppId
from appsprint.ports.arrivals import Arrival, ArrivalMark
from appsprint.ports.store import Store, UnitOfWork

# More than people can read: whoever watches a busy app sees the newest of it.
MOST_OF_A_KIND = 200


class LiveService:
    """Reads the end of the event plane; a look costs the same however much is stored."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def newest(self, app_id: AppId, *, limit: int) -> tuple[ArrivalMark, Sequence[Arrival]]:
        """The app's newest arrivals of all kinds, newest first, and where the order ended then."""

        def work(uow: UnitOfWork) -> tuple[ArrivalMark, Sequence[Arrival]]:
            return uow.arrivals.head(), uow.arrivals.newest(app_id, limit=limit)[:limit]

        return self._store.read(work)

    def head(self) -> ArrivalMark:
        """Where the order of arrivals ends now."""
        return self._store.read(lambda uow: uow.arrivals.head())

    def look(
        self, since: ArrivalMark, *, until: ArrivalMark | None = None, app_id: AppId | None = None
    ) -> tuple[ArrivalMark, Sequence[Arrival]]:
        """What came after a mark, newest first, and the mark that it goes up to.

        Of very many the newest only. A mark from another life of the store, such as one before a
        backup was restored, is as good as its end.

        Args:
            until: None goes up to the end.
            app_id: Only this app's; None for all.
        """

        def work(uow: UnitOfWork) -> tuple[ArrivalMark, Sequence[Arrival]]:
            end = uow.arrivals.head() if until is None else until
            if end == since:
                return end, ()
            found = uow.arrivals.between(since, end, app_id=app_id, limit=MOST_OF_A_KIND)
            return end, found

        return self._store.read(work)
