"""One live server for all tests of a worker; every test makes its own app on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sdk import CFNETWORK, Sdk
from tests.support.server import LiveApp, LiveServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that runs for the whole session."""
    with LiveServer(tmp_path_factory.mktemp("edge")) as live:
        yield live


@pytest.fixture
def ios(server: LiveServer) -> LiveApp:
    """A new iOS app."""
    return server.new_app("ios")


@pytest.fixture
def android(server: LiveServer) -> LiveApp:
    """A new Android app."""
    return server.new_app("android")


@pytest.fixture
def iphone(server: LiveServer, ios: LiveApp) -> Sdk:
    """A device with the iOS app."""
    return Sdk(server, ios.key, agent=CFNETWORK)


@pytest.fixture
def pixel(server: LiveServer, android: LiveApp) -> Sdk:
    """A device with the Android app."""
    return Sdk(server, android.key)
