"""One fresh set of services for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.control_plane import ControlPlane, build_control_plane


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """Services over an empty store."""
    built = build_control_plane(tmp_path)
    yield built
    built.store.close()
