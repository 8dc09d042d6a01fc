"""The ledger: whether every event that was received is accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.ports.events import LedgerSums, ReceivedCounts
from appsprint.ports.store import Store
from appsprint.services.apps import require_app


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerResult:
    """Both equations of one app at one moment.

    ``received = duplicates + refused + stored`` as counted while receiving, each part equal to
    the rows in the tables; and ``eligible = open + sent + skipped + dead``.

    Attributes:
        stored_rows, refused_rows: What the tables hold.
        eligible: Stored events that were mapped and credited.
        deliveries: Rows by status, every status present; pending and retrying are the open ones.
        gaps: What does not add up, in words; empty when all is well.
    """

    app_id: AppId
    counts: ReceivedCounts
    stored_rows: int
    refused_rows: int
    eligible: int
    deliveries: Mapping[DeliveryStatus, int]
    gaps: tuple[str, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is missing and nothing is there twice."""
        return not self.gaps


class LedgerService:
    """Counts again what was counted before."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def check(self, app_id: AppId) -> LedgerResult:
        """Compare the counters with the tables, on one snapshot; reads the app's events once.

        Raises:
            NotFound: There is no such app.
        """
        sums = self._store.read(lambda uow: uow.events.ledger(require_app(uow, app_id).id))
        deliveries = {status: sums.deliveries.get(status, 0) for status in DeliveryStatus}
        return LedgerResult(
            app_id=app_id,
            counts=sums.counts,
            stored_rows=sums.stored_rows,
            refused_rows=sums.refused_rows,
            eligible=sums.eligible,
            deliveries=deliveries,
            gaps=tuple(_gaps(sums, deliveries)),
        )


def _gaps(sums: LedgerSums, deliveries: Mapping[DeliveryStatus, int]) -> Iterator[str]:
    counts = sums.counts
    parts = counts.duplicates + counts.refused + counts.stored
    if counts.received != parts:
        yield (
            f"{counts.received} events were received and {parts} are accounted for "
            f"({counts.duplicates} duplicates, {counts.refused} refused, {counts.stored} stored)"
        )
    if counts.stored != sums.stored_rows:
        yield f"{counts.stored} events were counted as stored and {sums.stored_rows} are there"
    if counts.refused != sums.refused_rows:
        yield f"{counts.refused} events were counted as refused and {sums.refused_rows} are there"
    total = sum(deliveries.values())
    if sums.eligible != total:
        by_status = ", ".join(f"{amount} {status}" for status, amount in deliveries.items())
        yield f"{sums.eligible} events are eligible and {total} have a delivery ({by_status})"
