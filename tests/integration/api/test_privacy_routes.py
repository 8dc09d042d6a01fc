"""``POST …/erase`` over HTTP."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.ids import AppId
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_event, put_install

Client = TestClient[Litestar]


def test_a_receipt_tells_how_many_rows(plane: ControlPlane, client: Client, base: str) -> None:
    """By kind and in total; the dry run first, then for good."""
    install = put_install(plane.store, AppId(base.rpartition("/")[2]), NOON)
    put_event(plane.store, install, NOON)
    body = {"appsprint_id": install.appsprint_id}

    assert client.get(f"{base}/export/installs").status_code == 200

    tried = client.post(f"{base}/erase", json={**body, "dry_run": True}).json()
    done = client.post(f"{base}/erase", json=body).json()
    again = client.post(f"{base}/erase", json=body).json()

    rows = {"installs": 1, "clicks": 0, "events": 1, "deliveries": 0, "identifiers": 0}
    assert done == {
        "erased_at": "2026-03-29T12:00:00Z",
        "erased": 3,
        "rows": {**rows, "decisions": 1, "refused_events": 0},
        "exports": [{"at": "2026-03-29T12:00:00Z", "kind": "installs"}],
        "dry_run": False,
    }
    assert tried == {**done, "dry_run": True}
    assert again["erased"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"appsprint_id": "a", "customer_user_id": "b"}, None),
        ({"appsprint_id": ""}, "appsprint_id"),
        ({"customer_user_id": "x" * 256}, "customer_user_id"),
        ({"email": "anna@example.com"}, "email"),
    ],
)
def test_anything_but_one_id_is_refused(
    client: Client, base: str, body: dict[str, str], field: str | None
) -> None:
    """With the field that is wrong."""
    answer = client.post(f"{base}/erase", json=body)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["details"]] == ([field] if field else [])


def test_retention_is_set_per_app(client: Client, base: str) -> None:
    """What is left out stays; null follows the server again."""
    kept = client.patch(f"{base}/retention", json={"clicks_days": 31, "events_days": 0})
    after = client.patch(f"{base}/retention", json={"clicks_days": None})
    wrong = client.patch(f"{base}/retention", json={"clicks_days": 30, "installs_days": -1})

    clicks = {"kind": "clicks", "days": 31, "own_days": 31, "server_days": 90}
    assert kept.json()["items"][0] == clicks
    assert after.json()["items"][0] == clicks | {"days": 90, "own_days": None}
    assert after.json()["items"][2] == {
        "kind": "events",
        "days": 0,
        "own_days": 0,
        "server_days": 400,
    }
    assert client.get(f"{base}/retention").json() == after.json()
    assert wrong.status_code == 422
    assert [one["field"] for one in wrong.json()["details"]] == ["clicks_days", "installs_days"]
