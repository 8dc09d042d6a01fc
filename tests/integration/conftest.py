"""The whole application over a fresh store, called through its ASGI interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.entrypoints.http.api.app import create_api
from tests.support.control_plane import ControlPlane, build_control_plane

Client = TestClient[Litestar]


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """Services over an empty store."""
    built = build_control_plane(tmp_path)
    yield built
    built.store.close()


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application, built once: that is most of what a test would wait for."""
    first = build_control_plane(tmp_path_factory.mktemp("api"))
    first.store.close()
    return create_api(first.services)


@pytest.fixture
def anonymous(api: Litestar, plane: ControlPlane) -> Iterator[Client]:
    """A caller without a token."""
    api.state.services = plane.services
    with TestClient(api, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(plane: ControlPlane, anonymous: Client) -> Client:
    """An owner's caller."""
    _, token = plane.services.access.create_token("Ann", "owner")
    anonymous.headers["Authorization"] = f"Bearer {token}"
    return anonymous
