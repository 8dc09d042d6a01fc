"""Test devices over the management API."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


def test_devices_are_listed_and_removed(client: Client, base: str) -> None:
    """The id comes back in the form in which it is compared."""
    wanted = {"kind": "idfv", "value": "0AFF-1", "name": "Anna's phone"}
    key = {"Idempotency-Key": "order-1"}
    made = client.post(f"{base}/test-devices", json=wanted, headers=key)
    assert made.status_code == 201
    assert client.post(f"{base}/test-devices", json=wanted, headers=key).content == made.content
    device = made.json()
    assert device == {
        **wanted,
        "id": device["id"],
        "value": "0aff-1",
        "created_at": "2026-03-29T12:00:00Z",
    }
    listed = client.get(f"{base}/test-devices").json()
    assert listed == {"items": [device], "next_cursor": None}

    again = client.post(f"{base}/test-devices", json=wanted)
    assert (again.status_code, again.json()["error"]) == (409, "conflict")
    assert client.delete(f"{base}/test-devices/{device['id']}").status_code == 204
    assert client.get(f"{base}/test-devices").json()["items"] == []
    assert client.delete(f"{base}/test-devices/{device['id']}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "gaid"}, "kind"), ({"kind": "idfa"}, "value"), ({"name": ""}, "name")],
)
def test_a_wrong_value_is_told_at_its_field(
    client: Client, base: str, changes: dict[str, Any], field: str
) -> None:
    """An iPhone has no GAID, and an IDFA has a form."""
    wanted = {"kind": "idfv", "value": "x", "name": "x", **changes}

    answer = client.post(f"{base}/test-devices", json=wanted)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["details"]] == [field]
