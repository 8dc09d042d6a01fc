"""``Idempotency-Key`` on every creating route."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.entrypoints.http.api.app import API_HANDLERS
from appsprint.entrypoints.http.api.routing import API_PREFIX, endpoint_of
from tests.support.control_plane import APP_STORE_URL, ControlPlane

Client = TestClient[Litestar]
KEY = {"Idempotency-Key": "order-1"}
BODIES: Mapping[str, dict[str, Any]] = {
    "/api/v1/apps": {"name": "x", "platform": "ios", "store_url": APP_STORE_URL},
    "/api/v1/apps/{app_id:str}/keys": {"environment": "test"},
    "/api/v1/apps/{app_id:str}/links": {
        "network": "tiktok",
        "name": "x",
        "destination_url": APP_STORE_URL,
    },
    "/api/v1/tokens": {"name": "x", "role": "viewer"},
}
# What can be there once only: test_members_routes.py and test_test_devices_routes.py repeat it.
ONCE = {
    "/api/v1/members",
    "/api/v1/members/{member_id:str}/invitation",
    "/api/v1/apps/{app_id:str}/test-devices",
}


def test_every_creating_route_is_tried() -> None:
    """A new one has to be added to the list above."""
    creating = {
        API_PREFIX + path
        for handler in API_HANDLERS
        for path in handler.paths
        if endpoint_of(handler).status == 201
    }

    assert creating == set(BODIES) | ONCE


@pytest.mark.parametrize("path", BODIES)
def test_repeat_gets_the_same_answer(client: Client, app: dict[str, Any], path: str) -> None:
    """Byte for byte, secrets included; spaces and the order of names make no difference."""
    address, body = path.replace("{app_id:str}", app["id"]), BODIES[path]
    turned = dict(reversed(body.items()))

    first = client.post(address, json=body, headers=KEY)
    second = client.post(f"{address}/", json=turned, headers=KEY)
    fresh = client.post(address, json=body)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert fresh.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("path", BODIES)
def test_another_body_is_a_conflict(client: Client, app: dict[str, Any], path: str) -> None:
    """The key belongs to what was asked first."""
    address, body = path.replace("{app_id:str}", app["id"]), BODIES[path]
    client.post(address, json=body, headers=KEY)
    field = "environment" if "environment" in body else "name"
    other = body | {field: "live" if field == "environment" else "y"}

    answer = client.post(address, json=other, headers=KEY)

    assert (answer.status_code, answer.json()["error"]) == (409, "idempotency_key_reused")


def test_repeat_is_answered_even_when_the_request_would_fail_now(
    client: Client, app: dict[str, Any], base: str
) -> None:
    """What was created once was right then."""
    body = BODIES["/api/v1/apps/{app_id:str}/links"]
    first = client.post(f"{base}/links", json=body, headers=KEY)
    client.patch(base, json={"store_url": "https://apps.apple.com/us/app/x/id42"})
    assert app["store_id"] == "1234567890"

    assert client.post(f"{base}/links", json=body).status_code == 422
    assert client.post(f"{base}/links", json=body, headers=KEY).content == first.content


def test_keys_of_other_callers_do_not_meet(plane: ControlPlane, client: Client) -> None:
    """Two people can choose the same key."""
    body = BODIES["/api/v1/apps"]
    first = client.post("/api/v1/apps", json=body, headers=KEY)
    _, token = plane.services.access.create_token("Bob", "editor")

    other = client.post(
        "/api/v1/apps", json=body, headers=KEY | {"Authorization": f"Bearer {token}"}
    )

    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


def test_failed_call_can_be_corrected_under_its_key(client: Client) -> None:
    """A refusal is not kept."""
    body = BODIES["/api/v1/apps"]

    assert client.post("/api/v1/apps", json=body | {"name": ""}, headers=KEY).status_code == 422
    assert client.post("/api/v1/apps", json=body, headers=KEY).status_code == 201


def test_simultaneous_repeats_create_once(client: Client) -> None:
    """A client that times out and tries again at once gets one app."""

    def post(_: int) -> bytes:
        return client.post("/api/v1/apps", json=BODIES["/api/v1/apps"], headers=KEY).content

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(post, range(12)))

    assert len(answers) == 1
    assert len(client.get("/api/v1/apps").json()["items"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, b"\xff\xfe", b"a\tb"])
def test_unusable_key_is_told(client: Client, key: str | bytes) -> None:
    """As a wrong value of the header."""
    raw = key.encode() if isinstance(key, str) else key

    answer = client.post(
        "/api/v1/apps", json=BODIES["/api/v1/apps"], headers={b"Idempotency-Key": raw}
    )

    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "Idempotency-Key"
