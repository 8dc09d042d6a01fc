"""The dashboard over a fresh store, called through its ASGI interface."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.app import App
from tests.support.browser import Browser, join
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]
SignedIn = Callable[..., Browser]


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
