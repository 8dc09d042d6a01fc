"""The ledger balances, and says in words where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.errors import NotFound
from appsprint.ports.events import ReceivedCounts
from appsprint.services.ledger import LedgerService
from appsprint.testing.scene import Scene
from tests.support.facts import put_delivery, put_event, put_install, put_refusal

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An app with two stored events, one refused; one event is eligible and was sent."""
    store = SqliteStore(tmp_path / "store.db")
    told = Scene(store)
    install = put_install(store, told.app_id, NOON, link_id=told.link_id)
    put_delivery(store, put_event(store, install, NOON), status=DeliveryStatus.SENT)
    put_event(store, install, NOON, event_type="login", skip_reason="not_mapped")
    put_refusal(store, told.app_id, NOON)
    # The install's own event: ours, never received.
    put_event(store, install, NOON, event_type="install", revenue=None, skip_reason="not_mapped")
    yield told
    store.close()


def count(scene: Scene, counts: ReceivedCounts) -> None:
    """What was counted while receiving."""
    scene.store.write(lambda uow: uow.events.count(scene.app_id, counts))


def test_a_balanced_ledger(scene: Scene) -> None:
    """Five came: two duplicates, one refused, two stored; of those one eligible, and sent."""
    count(scene, ReceivedCounts(received=5, duplicates=2, refused=1, stored=2))

    result = LedgerService(store=scene.store).check(scene.app_id)

    assert result.is_balanced
    assert (result.stored_rows, result.refused_rows, result.eligible) == (2, 1, 1)
    assert result.deliveries == {
        **dict.fromkeys(DeliveryStatus, 0),
        DeliveryStatus.SENT: 1,
    }


@pytest.mark.parametrize(
    ("counts", "gap"),
    [
        pytest.param(
            ReceivedCounts(received=6, duplicates=2, refused=1, stored=2),
            "6 events were received and 5 are accounted for (2 duplicates, 1 refused, 2 stored)",
            id="one vanished",
        ),
        pytest.param(
            ReceivedCounts(received=6, duplicates=2, refused=1, stored=3),
            "3 events were counted as stored and 2 are there",
            id="one was not stored",
        ),
        pytest.param(
            ReceivedCounts(received=4, duplicates=2, refused=0, stored=2),
            "0 events were counted as refused and 1 are there",
            id="one refusal was not counted",
        ),
    ],
)
def test_gaps_of_receiving(scene: Scene, counts: ReceivedCounts, gap: str) -> None:
    """Each term that does not fit is told by itself."""
    count(scene, counts)

    result = LedgerService(store=scene.store).check(scene.app_id)

    assert result.gaps == (gap,)
    assert not result.is_balanced


def test_a_delivery_that_nobody_was_eligible_for(scene: Scene) -> None:
    """An event that is both skipped and on its way breaks the second equation."""
    count(scene, ReceivedCounts(received=4, refused=1, stored=3))
    install = put_install(scene.store, scene.app_id, NOON, link_id=scene.link_id)
    event = put_event(scene.store, install, NOON, skip_reason="not_mapped")
    put_delivery(scene.store, event)

    (gap,) = LedgerService(store=scene.store).check(scene.app_id).gaps

    assert gap == (
        "1 events are eligible and 2 have a delivery "
        "(1 pending, 0 retrying, 1 sent, 0 skipped, 0 dead)"
    )


def test_an_app_to_which_nothing_happened(scene: Scene) -> None:
    """Nothing received is nothing missing, and other apps' events are not seen."""
    other = Scene(scene.store, app_id="app_2")

    assert LedgerService(store=scene.store).check(other.app_id).is_balanced


def test_an_unknown_app(scene: Scene) -> None:
    """There is no ledger to balance."""
    with pytest.raises(NotFound):
        LedgerService(store=scene.store).check(AppId("app_nope"))
