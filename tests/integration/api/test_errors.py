"""Failures of every class have one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from litestar import Litestar
from litestar.exceptions import HTTPException, ServiceUnavailableException
from litestar.testing import TestClient

from appsprint.entrypoints.http.api.app import create_api
from appsprint.entrypoints.http.error_responses import STATUSES, error_body, error_headers
from appsprint.errors import (
    AdNetworkRefused,
    AppsprintError,
    AuthorizationDenied,
    ConnectionRevoked,
    FieldProblem,
    InstallNotFound,
    InvalidInput,
    LeaseLost,
    NotFound,
    RateLimited,
    StoreUnavailable,
)
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]


def all_errors(root: type[AppsprintError] = AppsprintError) -> Iterator[type[AppsprintError]]:
    """Every class of the tree."""
    yield root
    for child in root.__subclasses__():
        yield from all_errors(child)


def make(kind: type[AppsprintError]) -> AppsprintError:
    """One error of a class."""
    if issubclass(kind, AdNetworkRefused):
        return kind("no", network_code=1)
    if issubclass(kind, AuthorizationDenied):
        return kind("what happened", app_id="app_1")
    return kind("what happened")


@pytest.mark.parametrize("kind", sorted(set(all_errors()), key=str))
def test_every_error_of_the_tree_has_an_answer(kind: type[AppsprintError]) -> None:
    """A status of the contract; the ones that callers never cause are 500 without words."""
    status, body = error_body(make(kind))

    assert set(body) == {"error", "message", "details"}
    if kind in {AppsprintError, LeaseLost}:
        assert (status, body["error"]) == (500, "internal_error")
        assert "what happened" not in body["message"]
    else:
        assert status in {400, 401, 403, 404, 409, 413, 415, 422, 429, 503}
        assert body["error"] == kind.code


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InstallNotFound("x"), 404),
        (ConnectionRevoked("x", network_code=40102), 409),
        (StoreUnavailable("x"), 503),
        (RateLimited("x"), 429),
    ],
)
def test_nearest_class_decides(error: AppsprintError, status: int) -> None:
    """A branch of the tree without a line of its own answers as its parent."""
    assert type(error) not in STATUSES or STATUSES[type(error)] == status
    assert error_body(error)[0] == status


def test_details_are_bounded() -> None:
    """A request with a thousand mistakes does not get a thousand explanations."""
    error = InvalidInput("x", problems=[FieldProblem("f", "m")] * 1_000)

    assert len(error_body(error)[1]["details"]) == 100


def test_bug_tells_nothing() -> None:
    """What went wrong inside stays inside."""
    status, body = error_body(KeyError("secret"))

    assert status == 500
    assert "secret" not in str(body)


def test_frameworks_failures_take_our_shape() -> None:
    """Its own server errors count as bugs, the rest keeps its status."""
    assert error_body(HTTPException(status_code=418, detail="teapot")) == (
        418,
        {"error": "http_418", "message": "teapot", "details": []},
    )
    assert error_body(ServiceUnavailableException())[0] == 500


def test_no_error_is_kept_by_caches() -> None:
    """And one that time can fix says when to come back."""
    assert error_headers(NotFound("x")) == {"Cache-Control": "no-store"}
    assert error_headers(StoreUnavailable("x"))["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/v1/apps/a/b/c/d/e", 404, "not_found"),
        ("PUT", "/api/v1/apps", 405, "method_not_allowed"),
        ("GET", "/api/v1/apps/app_1/deliveries/redrive/x", 404, "not_found"),
        ("TRACE", "/api/v1/me", 405, "method_not_allowed"),
        ("POST", "/api/openapi.json", 405, "method_not_allowed"),
        ("DELETE", "/", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    """JSON in our shape; a wrong method tells the right ones."""
    answer = client.request(method, path)

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert set(answer.json()) == {"error", "message", "details"}
    assert ("allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "json", "text/json"]
)
def test_other_content_types_are_refused(client: Client, content_type: str) -> None:
    """A body that says that it is something else."""
    answer = client.post("/api/v1/apps", content=b"{}", headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["error"]) == (415, "wrong_content_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/merge-patch+json",
    ],
)
def test_every_spelling_of_json_is_read(client: Client, base: str, content_type: str) -> None:
    """Parameters and case make no difference."""
    answer = client.patch(base, content=b"{}", headers={"Content-Type": content_type})

    assert answer.status_code == 200


def test_body_without_a_type_is_taken_for_json(client: Client, base: str) -> None:
    """Small clients leave the header out."""
    request = client.build_request("PATCH", base, content=b'{"name":"New"}')
    request.headers.pop("content-type", None)

    assert client.send(request).json()["name"] == "New"


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 422), (1_048_577, 413)])
def test_bodies_are_bounded(client: Client, size: int, status: int) -> None:
    """1 MiB is read, one byte more is not, with and without an announced length."""
    body = b'{"name":"' + b"x" * (size - 11) + b'"}'
    assert len(body) == size
    headers = {"Content-Type": "application/json"}

    def chunks() -> Iterator[bytes]:
        yield body[:500_000]
        yield body[500_000:]

    announced = client.post("/api/v1/apps", content=body, headers=headers)
    streamed = client.post("/api/v1/apps", content=chunks(), headers=headers)

    assert announced.status_code == streamed.status_code == status
    assert len(announced.content) < 10_000


def test_store_that_is_away_is_503(plane: ControlPlane, client: Client) -> None:
    """With a word when to come back, and nothing is changed."""
    plane.store.close()

    answer = client.post("/api/v1/tokens", json={"name": "x", "role": "viewer"})

    assert (answer.status_code, answer.json()["error"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"


def test_lost_secret_key_is_503(plane: ControlPlane, client: Client, base: str) -> None:
    """The operator has to act; the answer says so."""
    plane.services.connections.save_events_api(
        plane.services.apps.list()[0].id, pixel_id="C" * 20, access_token="t"
    )
    body = {"name": "x", "role": "viewer"}
    client.post("/api/v1/tokens", json=body, headers={"Idempotency-Key": "k"})
    plane.secrets.is_locked = True

    answer = client.post("/api/v1/tokens", json=body, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["error"]) == (503, "configuration_error")
    assert client.get(base).status_code == 200


def test_bug_is_logged_without_the_path(plane: ControlPlane) -> None:
    """The trace is for the operator; the path can hold a secret, so only its pattern is."""
    broken = create_api(plane.services)
    del broken.state["services"]

    with (
        structlog.testing.capture_logs() as lines,
        TestClient(broken, raise_server_exceptions=False) as client,
    ):
        answer = client.get("/setup/very-secret")

    assert answer.status_code == 500
    assert answer.json()["error"] == "internal_error"
    (line,) = lines
    assert (line["event"], line["route"]) == ("request_failed", "/setup/{secret}")
    assert "very-secret" not in str(_plain(line))


def _plain(line: Any) -> dict[str, str]:
    return {name: str(value) for name, value in line.items()}
