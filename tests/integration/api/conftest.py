"""The management API over a fresh store, called through its ASGI interface."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


@pytest.fixture
def app(client: Client) -> dict[str, Any]:
    """An iOS app, as creating it answered."""
    body = {
        "name": "Example",
        "platform": "ios",
        "store_url": "https://apps.apple.com/us/app/example/id1234567890",
    }
    created = client.post("/api/v1/apps", json=body)
    assert created.status_code == 201
    answer: dict[str, Any] = created.json()
    return answer


@pytest.fixture
def base(app: dict[str, Any]) -> str:
    """The address of the app."""
    return f"/api/v1/apps/{app['id']}"
