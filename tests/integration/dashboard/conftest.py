"""The dashboard over a fresh store, called through its ASGI interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.app import App
from appsprint.entrypoints.http.api.app import create_api
from tests.support.browser import Browser, join
from tests.support.control_plane import ControlPlane, build_control_plane

Client = TestClient[Litestar]
SignedIn = Callable[..., Browser]


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
    """A caller of the API without a token."""
    api.state.services = plane.services
    with TestClient(api, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(plane: ControlPlane, anonymous: Client) -> Client:
    """An owner's caller of the API."""
    _, token = plane.services.access.create_token("Ann", "owner")
    anonymous.headers["Authorization"] = f"Bearer {token}"
    return anonymous


@pytest.fixture
def stranger(anonymous: Client) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(anonymous)


@pytest.fixture
def sign_in(plane: ControlPlane, anonymous: Client) -> SignedIn:
    """Makes a browser with a new member of a role signed in."""

    def make(role: str = "owner", app_ids: list[str] | None = None) -> Browser:
        browser = Browser(anonymous)
        number = len(plane.services.members.list())
        member = join(plane.services, f"{role}{number}@example.com", role, app_ids)
        browser.secret = plane.services.sessions.open(member)
        return browser

    return make


@pytest.fixture
def owner(sign_in: SignedIn) -> Browser:
    """A browser with an owner."""
    return sign_in("owner")


@pytest.fixture
def app(plane: ControlPlane) -> App:
    """An iOS app."""
    return plane.ios_app()
