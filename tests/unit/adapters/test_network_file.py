"""The operator's lists of networks, while the server runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog

from appsprint.adapters.network_file import NetworkFile
from appsprint.errors import ConfigurationError

RELAY, OFFICE = "192.0.2.7", "198.51.100.7"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A list with one network."""
    found = tmp_path / "relays.csv"
    found.write_text("192.0.2.0/24,US\n")
    return found


@pytest.fixture
def relays(path: Path) -> NetworkFile:
    """The list as a server has read it at its start."""
    made = NetworkFile("RELAYS", path)
    made.networks()
    return made


def held(relays: NetworkFile) -> Sequence[str]:
    """Which of the two addresses are on the list in force."""
    return [one for one in (RELAY, OFFICE) if relays.networks().holds(one)]


def pass_twice(relays: NetworkFile) -> Sequence[str]:
    """Two passes of the loop over a file that rests; what was logged of it."""
    with structlog.testing.capture_logs() as lines:
        relays.refresh()
        relays.refresh()
    return [line["event"] for line in lines]


def test_a_changed_list_is_read_again(path: Path, relays: NetworkFile) -> None:
    """Once; what holds the old one meanwhile keeps it whole."""
    before = relays.networks()
    path.write_text("198.51.100.0/24\n203.0.113.0/24\n")

    assert pass_twice(relays) == ["network_list_read"]
    assert held(relays) == [OFFICE]
    assert before.holds(RELAY)
    assert pass_twice(relays) == []


def test_a_list_that_is_still_being_written_is_left_alone(path: Path, relays: NetworkFile) -> None:
    """The half of a line can be a far larger network."""
    path.write_text("198.51.100.0/2")
    relays.refresh()
    path.write_text("198.51.100.0/24\n")
    relays.refresh()
    assert held(relays) == [RELAY]

    relays.refresh()
    assert held(relays) == [OFFICE]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"198.51.100.0/24\nhere\n", "line 2 is no network"),
        (b"198.51.100.0/24\n\xff\n", "invalid start byte"),
        (b"", "holds no network"),
        (b"# nothing left\n", "holds no network"),
        (None, "No such file"),
    ],
    ids=["no network", "no text", "empty", "comment", "missing"],
)
def test_a_list_that_cannot_be_used_leaves_the_last_in_force(
    path: Path, relays: NetworkFile, content: bytes | None, problem: str
) -> None:
    """One warning, however often it is looked at; a list that can be used ends it."""
    aside = path.rename(path.with_name("aside"))
    if content is not None:
        path.write_bytes(content)

    assert pass_twice(relays) == ["network_list_kept"]
    assert pass_twice(relays) == []
    assert held(relays) == [RELAY]
    assert problem in (relays.problem() or "")

    aside.rename(path)
    assert pass_twice(relays) == ["network_list_read"]
    assert relays.problem() is None


def test_a_server_does_not_start_without_its_list(tmp_path: Path) -> None:
    """Starting with half a list would be worse; the message names the setting."""
    missing = NetworkFile("RELAYS", tmp_path / "nowhere")

    with pytest.raises(ConfigurationError, match=r"RELAYS: .*nowhere"):
        missing.networks()
    assert missing.problem() is not None


def test_no_list_holds_nothing() -> None:
    """And there is nothing to read again."""
    none = NetworkFile("RELAYS", None)

    assert pass_twice(none) == []
    assert held(none) == []
    assert none.problem() is None
