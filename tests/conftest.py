"""What holds for every test: one Hypothesis profile, and no network where none is due."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The shipped suites explain their failures as tests do; before anything imports them.
pytest.register_assert_rewrite("appsprint.testing")

_TESTS = Path(__file__).parent
# These talk to real servers on the loopback address; everything else needs no socket.
_MAY_USE_SOCKETS = frozenset({"integration", "e2e", "docs", "browser"})

# Time per example says nothing on a busy machine. TEST_EXAMPLES=2000 digs deeper.
settings.register_profile(
    "appsprint",
    deadline=None,
    max_examples=int(os.environ.get("TEST_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("appsprint")


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to connect and to listen outside the folders that may."""
    folder = request.path.relative_to(_TESTS).parts[0]
    if folder in _MAY_USE_SOCKETS:
        return

    def refuse(_: socket.socket, address: object) -> None:
        raise AssertionError(f"a test in tests/{folder} must not use the network: {address!r}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
