"""Routes of members."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.audit import AuditAction
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]
ANN = {"email": "Ann@example.com", "role": "editor"}
PASSWORD = "a good long password"
KEY = {"Idempotency-Key": "order-1"}


def accept(plane: ControlPlane, invited: dict[str, Any]) -> None:
    """Use the link of an answer."""
    secret = urlsplit(invited["invitation_url"]).path.removeprefix("/invitations/")
    plane.services.members.accept(secret, PASSWORD)


def test_a_member_is_invited_with_a_link(
    plane: ControlPlane, client: Client, app: dict[str, Any]
) -> None:
    """Which is only in that answer, and lets them choose a password."""
    answer = client.post("/api/v1/members", json=ANN | {"app_ids": [app["id"]]})

    invited = answer.json()
    assert answer.status_code == 201
    shown = {name: value for name, value in invited.items() if name != "invitation_url"}
    assert shown == {
        "id": invited["id"],
        "email": "ann@example.com",
        "role": "editor",
        "app_ids": [app["id"]],
        "has_password": False,
        "has_second_factor": False,
        "created_at": "2026-03-29T12:00:00Z",
    }
    accept(plane, invited)
    assert client.get(f"/api/v1/members/{invited['id']}").json() == shown | {"has_password": True}
    assert client.get("/api/v1/members").json()["items"] == [shown | {"has_password": True}]


def test_a_repeat_invites_once(client: Client) -> None:
    """The same link again under the same key; without one the address is taken."""
    first = client.post("/api/v1/members", json=ANN, headers=KEY)
    repeat = client.post("/api/v1/members", json=ANN, headers=KEY)
    other = client.post("/api/v1/members", json=ANN)

    assert repeat.content == first.content
    assert (other.status_code, other.json()["error"]) == (409, "member_exists")


def test_a_lost_password_gets_a_new_link(plane: ControlPlane, client: Client) -> None:
    """Earlier links end; a repeat under the same key brings the same link."""
    invited = client.post("/api/v1/members", json=ANN).json()
    place = f"/api/v1/members/{invited['id']}/invitation"

    first = client.post(place, headers=KEY)
    again = client.post(place, headers=KEY)
    other = client.post(place)

    assert (first.status_code, again.content) == (201, first.content)
    assert len({one["invitation_url"] for one in (invited, first.json(), other.json())}) == 3
    accept(plane, other.json())
    assert client.post("/api/v1/members/mem_none/invitation").status_code == 404


def test_role_and_apps_are_changed_one_by_one(client: Client, app: dict[str, Any]) -> None:
    """What is left out stays; null lifts the limit."""
    invited = client.post("/api/v1/members", json=ANN | {"app_ids": [app["id"]]}).json()
    place = f"/api/v1/members/{invited['id']}"

    as_viewer = client.patch(place, json={"role": "viewer"}).json()
    of_all = client.patch(place, json={"app_ids": None}).json()
    back = client.patch(place, json={"app_ids": [app["id"]]}).json()

    assert (as_viewer["role"], as_viewer["app_ids"]) == ("viewer", [app["id"]])
    assert (of_all["role"], of_all["app_ids"]) == ("viewer", None)
    assert back["app_ids"] == [app["id"]]


def test_wrong_members_are_told_by_field(client: Client) -> None:
    """Address, role and apps are checked."""
    wrong = {"email": "nobody", "role": "king", "app_ids": ["app_none"]}
    invited = client.post("/api/v1/members", json=ANN).json()

    refused = client.post("/api/v1/members", json=wrong)
    unchanged = client.patch(f"/api/v1/members/{invited['id']}", json={"role": "king"})

    assert (refused.status_code, unchanged.status_code) == (422, 422)
    assert [one["field"] for one in refused.json()["details"]] == ["email", "role", "app_ids"]


def test_a_member_is_removed_once(plane: ControlPlane, client: Client) -> None:
    """They are gone from the list; the log names who did it."""
    invited = client.post("/api/v1/members", json=ANN).json()
    place = f"/api/v1/members/{invited['id']}"

    assert client.delete(place).status_code == 204
    assert client.delete(place).status_code == 404
    assert client.get("/api/v1/members").json()["items"] == []
    owner = plane.services.access.list_tokens()[0]
    newest = plane.services.audit.page(None, read_by=owner)[0].entry
    assert (newest.action, newest.subject) == (AuditAction.MEMBER_REMOVED, "ann@example.com")
    assert newest.actor.name == "Ann"


def test_a_limited_owner_manages_members_of_their_apps(
    plane: ControlPlane, client: Client, app: dict[str, Any]
) -> None:
    """Others do not exist for them, and nobody passes on more than they reach."""
    everywhere = client.post("/api/v1/members", json=ANN).json()
    _, token = plane.services.access.create_token("T", "owner", [app["id"]])
    headers = {"Authorization": f"Bearer {token}"}
    bob = {"email": "bob@example.com", "role": "viewer"}

    assert client.get(f"/api/v1/members/{everywhere['id']}", headers=headers).status_code == 404
    assert client.post("/api/v1/members", json=bob, headers=headers).status_code == 403
    limited = client.post("/api/v1/members", json=bob | {"app_ids": [app["id"]]}, headers=headers)
    assert (
        client.get("/api/v1/members", headers=headers).json()["items"][0]["id"]
        == (limited.json()["id"])
    )
