"""Who may call what: every route of the API against every role."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.access import Role
from appsprint.entrypoints.http.api.app import API_HANDLERS
from appsprint.entrypoints.http.api.routing import API_PREFIX, endpoint_of
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]
ROUTES = sorted(
    (next(iter(handler.http_methods)), API_PREFIX + path, endpoint_of(handler).role)
    for handler in API_HANDLERS
    for path in handler.paths
)
RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}
# What the contract's page says of roles, told again without looking at the routes.
OWNER_ONLY = {
    ("DELETE", "/api/v1/apps/{app_id:str}"),
    ("POST", "/api/v1/apps/{app_id:str}/erase"),
    ("PATCH", "/api/v1/apps/{app_id:str}/retention"),
    ("POST", "/api/v1/members"),
    ("GET", "/api/v1/members"),
    ("GET", "/api/v1/members/{member_id:str}"),
    ("PATCH", "/api/v1/members/{member_id:str}"),
    ("DELETE", "/api/v1/members/{member_id:str}"),
    ("POST", "/api/v1/members/{member_id:str}/invitation"),
    ("POST", "/api/v1/tokens"),
    ("GET", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/{token_id:str}"),
}
ASKS_TIKTOK = {
    "/api/v1/apps/{app_id:str}/tiktok/advertisers",
    "/api/v1/apps/{app_id:str}/tiktok/pixels",
}


def address(path: str, app_id: str) -> str:
    """A path with its places filled in."""
    filled = path.replace("{app_id:str}", app_id).replace("{sdk_event:path}", "purchase")
    return filled.replace(":str}", "}").replace("{", "x-").replace("}", "")


@pytest.mark.parametrize("role", list(Role))
def test_role_decides(plane: ControlPlane, client: Client, role: Role) -> None:
    """A viewer reads, an editor writes, an owner manages who may, deletes apps, erases people."""
    _, token = plane.services.access.create_token("T", role)
    headers = {"Authorization": f"Bearer {token}"}

    for method, path, needed in ROUTES:
        answer = client.request(method, address(path, plane.ios_app().id), headers=headers)

        if RANK[role] < RANK[needed]:
            assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed"), path
        else:
            assert answer.status_code not in {401, 403, 405, 500}, (path, answer.text)


def test_roles_of_the_routes_are_as_promised() -> None:
    """Reading needs a viewer, writing an editor, and the list of the owner's calls is closed."""
    for method, path, needed in ROUTES:
        if (method, path) in OWNER_ONLY:
            assert needed is Role.OWNER
        elif method == "GET" and path not in ASKS_TIKTOK:
            assert needed is Role.VIEWER
        else:
            assert needed is Role.EDITOR, (method, path)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer ast_x"])
def test_every_route_needs_a_token(anonymous: Client, header: str | None) -> None:
    """Without a good one the answer is 401 and tells nothing of the app."""
    headers = {} if header is None else {"Authorization": header}

    for method, path, _ in ROUTES:
        answer = anonymous.request(method, address(path, "app_1"), headers=headers)

        assert (answer.status_code, answer.json()["error"]) == (401, "not_authenticated"), path
        assert answer.headers["www-authenticate"] == "Bearer"


def test_app_out_of_reach_does_not_exist(
    plane: ControlPlane, client: Client, app: dict[str, Any]
) -> None:
    """Another app's address answers the same as one that was never given out."""
    _, token = plane.services.access.create_token("T", "owner", [plane.ios_app().id])
    headers = {"Authorization": f"Bearer {token}"}

    for method, path, _ in ROUTES:
        if "{app_id" in path:
            theirs = client.request(method, address(path, app["id"]), headers=headers)
            nobodys = client.request(method, address(path, "app_none"), headers=headers)
            assert theirs.status_code == nobodys.status_code == 404, path
            assert theirs.json()["error"] == nobodys.json()["error"] == "not_found"


def test_scheme_of_the_header_is_read_in_any_case(anonymous: Client, plane: ControlPlane) -> None:
    """As RFC 9110 says of authentication schemes."""
    _, token = plane.services.access.create_token("T", "viewer")

    answer = anonymous.get("/api/v1/me", headers={"Authorization": f"bearer  {token} "})

    assert answer.status_code == 200
