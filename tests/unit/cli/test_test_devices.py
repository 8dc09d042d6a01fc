"""Test devices from the command line."""

from __future__ import annotations

from tests.unit.cli.conftest import Program


def test_devices_are_listed_and_removed(program: Program) -> None:
    """Answers are those of the HTTP API."""
    program.make_app()

    options = ("--kind", "idfv", "--name", "Anna's phone")
    made = program.json("test-devices", "add", "0AFF", *options)
    listed = program.json("test-devices", "list")
    removed = program.json("test-devices", "remove", made["id"])

    assert (made["value"], listed["items"]) == ("0aff", [made])
    assert removed == {"removed": made["id"]}
    assert program.json("test-devices", "list")["items"] == []
