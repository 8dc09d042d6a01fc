"""Routes of API tokens."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


def test_token_is_shown_once_and_works(client: Client, app: dict[str, Any]) -> None:
    """Its text is only in the answer that created it."""
    body = {"name": "CI", "role": "viewer", "app_ids": [app["id"]]}

    created = client.post("/api/v1/tokens", json=body)

    token = created.json()
    assert created.status_code == 201
    assert token == {
        "id": token["id"],
        "name": "CI",
        "member_id": None,
        "role": "viewer",
        "app_ids": [app["id"]],
        "created_at": "2026-03-29T12:00:00Z",
        "revoked_at": None,
        "token": token["token"],
    }
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token['token']}"})
    assert me.json() == {name: value for name, value in token.items() if name != "token"}
    assert me.json() in client.get("/api/v1/tokens").json()["items"]
    assert token["token"] not in client.get("/api/v1/tokens").text


def test_revoked_token_stops_working(client: Client) -> None:
    """At once; revoking again is no error."""
    token = client.post("/api/v1/tokens", json={"name": "CI", "role": "editor"}).json()

    assert client.delete(f"/api/v1/tokens/{token['id']}").status_code == 204
    assert client.delete(f"/api/v1/tokens/{token['id']}").status_code == 204

    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token['token']}"})
    assert answer.status_code == 401
    assert client.delete("/api/v1/tokens/tok_none").status_code == 404


def test_last_owner_token_stays(client: Client) -> None:
    """Nobody locks everybody out."""
    own = client.get("/api/v1/me").json()["id"]

    answer = client.delete(f"/api/v1/tokens/{own}")

    assert (answer.status_code, answer.json()["error"]) == (409, "last_owner_token")


def test_wrong_tokens_are_told_by_field(client: Client) -> None:
    """Role and apps are checked."""
    wrong = {"name": " ", "role": "king", "app_ids": ["app_none", "app_2"]}

    answer = client.post("/api/v1/tokens", json=wrong)

    assert answer.status_code == 422
    fields = [detail["field"] for detail in answer.json()["details"]]
    assert fields == ["name", "role", "app_ids", "app_ids"]


def test_tokens_are_listed_page_by_page(client: Client) -> None:
    """Oldest first."""
    for number in range(3):
        client.post("/api/v1/tokens", json={"name": f"t{number}", "role": "viewer"})

    first = client.get("/api/v1/tokens?limit=3").json()
    rest = client.get(f"/api/v1/tokens?cursor={first['next_cursor']}").json()

    assert [item["name"] for item in first["items"]] == ["Ann", "t0", "t1"]
    assert [item["name"] for item in rest["items"]] == ["t2"]
