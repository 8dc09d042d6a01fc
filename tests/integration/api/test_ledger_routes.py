"""``GET …/ledger`` over HTTP."""

from __future__ import annotations

from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.ids import AppId
from appsprint.ports.events import ReceivedCounts
from tests.support.control_plane import NOON, ControlPlane

Client = TestClient[Litestar]


def test_days_with_every_equation(plane: ControlPlane, client: Client, base: str) -> None:
    """Newest first; a day that does not balance says so, and so does the whole."""
    counts = ReceivedCounts(received=3, stored=2, duplicates=1)
    app_id, today = AppId(base.rpartition("/")[2]), NOON.date()
    plane.store.write(lambda uow: uow.events.count(app_id, counts, day_on=today))

    answer = client.get(f"{base}/ledger?start=2026-03-28").json()

    first, second = answer["items"]
    assert (answer["is_balanced"], first["is_balanced"], second["is_balanced"]) == (
        False,
        False,
        True,
    )
    assert answer["gaps"] == ["2026-03-29: 2 events were counted as stored and 0 are there"]
    assert first["events"] == {"received": 3, "stored": 2, "duplicates": 1, "refused": 0}
    assert set(first) == {
        *("date", "is_balanced", "gaps", "visits", "installs", "events", "outcomes", "reports")
    }


def test_days_in_the_wrong_order(client: Client, base: str) -> None:
    """A clear answer with the field."""
    answer = client.get(f"{base}/ledger?start=2026-03-29&end=2026-03-28")

    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "start"
