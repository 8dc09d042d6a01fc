"""The connection to TikTok from the command line, as far as TikTok's sandbox is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    SandboxServer,
)
from tests.unit.cli.conftest import Program

pytestmark = pytest.mark.integration

WRONG_TOKEN = "events-api-token-0123456789"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program over an empty folder with one app, and a sandbox to ask."""
    with SandboxServer() as sandbox:
        made = Program(tmp_path)
        made.environment["APPSPRINT_TIKTOK_API_URL"] = sandbox.api_url
        made.make_app()
        yield made
    structlog.reset_defaults()


def save(program: Program, *options: str, token: str | None, code: int = 0) -> tuple[str, str]:
    """Save pixel and token; the token is typed when it is given."""
    pixel = ("--pixel-id", DEFAULT_PIXEL_CODE)
    return program.run("tiktok", "events-api", *pixel, *options, stdin=token, code=code)


@pytest.mark.parametrize("way", ["stdin", "file"])
def test_the_events_token_is_never_an_argument(program: Program, tmp_path: Path, way: str) -> None:
    """It comes from stdin or from a file, is checked, is sealed, and is never shown."""
    path = tmp_path / "token"
    path.write_text(f"{DEFAULT_EVENTS_TOKEN}\n")
    from_file = way == "file"
    options = ("--token-file", str(path)) if from_file else ()

    stdout, stderr = save(
        program,
        *("--test-event-code", "TEST1", *options),
        token=None if from_file else f"{DEFAULT_EVENTS_TOKEN}\n",
    )

    status = program.json("tiktok", "status")
    assert (status["pixel_id"], status["events_api"]["state"]) == (DEFAULT_PIXEL_CODE, "ready")
    assert status["events_api"]["test_event_code"] == "TEST1"
    assert "TikTok knows the token" in stdout
    assert DEFAULT_EVENTS_TOKEN not in stdout + stderr
    assert DEFAULT_EVENTS_TOKEN.encode() not in program.database.read_bytes()


def test_a_refused_token_is_saved_and_told(program: Program) -> None:
    """With the exit code of a failure, TikTok's words and the next step."""
    stdout, stderr = save(program, token=WRONG_TOKEN, code=1)

    assert "token_rejected" in stdout
    assert "40105" in stderr
    assert program.json("tiktok", "status")["status"] == "token_rejected"


def test_the_stored_token_can_be_kept(program: Program) -> None:
    """TikTok shows it only once, so switching to test events must not need it again."""
    save(program, token=DEFAULT_EVENTS_TOKEN)

    save(program, "--keep-token", "--test-event-code", "TEST1", token=None)

    events_api = program.json("tiktok", "status")["events_api"]
    assert (events_api["state"], events_api["test_event_code"]) == ("ready", "TEST1")


def test_disconnecting_asks(program: Program) -> None:
    """And leaves what happened in place."""
    save(program, token=DEFAULT_EVENTS_TOKEN)

    _, stderr = program.run("tiktok", "disconnect", code=1, stdin="n\n")
    left = program.json("tiktok", "disconnect", "--yes")

    assert "Disconnect TikTok" in stderr
    assert left["events_api"]["state"] == "missing"
    assert left["revocation"] == {"done": True, "message": None}
