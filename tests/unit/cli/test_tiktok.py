"""The connection to TikTok from the command line, as far as TikTok need not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program

PIXEL = "CTESTPIXEL0000000001"
TOKEN = "events-api-token-0123456789"


@pytest.fixture(autouse=True)
def app_id(program: Program) -> str:
    """The only app."""
    return program.make_app()


def test_status_before_connecting(program: Program) -> None:
    """Nothing is there, and nothing is a problem yet."""
    status = program.json("tiktok", "status")

    assert (status["status"], status["problems"]) == ("not_connected", [])


def test_authorize_prints_the_page(program: Program) -> None:
    """The address alone goes to stdout, so that it can be opened by a script."""
    stdout, stderr = program.run(
        *("tiktok", "authorize"), APPSPRINT_TIKTOK_APP_ID="42", APPSPRINT_TIKTOK_SECRET="hush"
    )

    assert stdout.startswith("https://business-api.tiktok.com/portal/auth?app_id=42&")
    assert stdout.count("\n") == 1
    assert "ten minutes" in stderr
    assert "hush" not in stdout + stderr


def test_authorize_needs_a_developer_app(program: Program) -> None:
    """The message says which settings are missing."""
    _, stderr = program.run("tiktok", "authorize", code=1)

    assert "APPSPRINT_TIKTOK_APP_ID" in stderr


@pytest.mark.parametrize("way", ["stdin", "file"])
def test_the_events_token_is_never_an_argument(program: Program, tmp_path: Path, way: str) -> None:
    """It comes from stdin or from a file, is sealed, and is never shown."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    options = ("--token-file", str(path)) if way == "file" else ()

    stdout, stderr = program.run(
        *("tiktok", "events-api", "--pixel-id", PIXEL, "--test-event-code", "TEST1", *options),
        stdin=f"{TOKEN}\n" if way == "stdin" else None,
    )

    status = program.json("tiktok", "status")
    assert (status["pixel_id"], status["events_api"]["state"]) == (PIXEL, "ready")
    assert status["events_api"]["test_event_code"] == "TEST1"
    assert TOKEN not in stdout + stderr
    assert TOKEN.encode() not in program.database.read_bytes()


def test_a_bad_pixel_is_wrong_usage(program: Program) -> None:
    """The message says where the right one is found."""
    _, stderr = program.run(
        "tiktok", "events-api", "--pixel-id", "1234567890123", code=2, stdin=TOKEN
    )

    assert "TikTok Events Manager" in stderr


def test_mapping_rows_are_set_off_and_back(program: Program) -> None:
    """One row at a time; left out, an event is switched off."""
    changed = program.json("tiktok", "mapping", "set", "custom:level_up", "LevelUp")
    off = program.json("tiktok", "mapping", "set", "purchase")
    back = program.json("tiktok", "mapping", "reset", "purchase")
    table, _ = program.run("tiktok", "mapping", "list")

    assert changed["items"][-1] == {
        "sdk_event": "custom:level_up",
        "tiktok_event": "LevelUp",
        "kind": "custom",
        "is_default": False,
    }
    assert off["items"][0]["tiktok_event"] is None
    assert (back["tiktok_event"], back["is_default"]) == ("Purchase", True)
    assert "custom:level_up" in table


def test_a_bad_event_name_is_wrong_usage(program: Program) -> None:
    """TikTok's legacy names are refused with the name to use."""
    _, stderr = program.run("tiktok", "mapping", "set", "purchase", "CompletePayment", code=2)

    assert "Purchase" in stderr


@pytest.mark.parametrize("verb", ["advertisers", "sync"])
def test_what_needs_a_connection_says_so(program: Program, verb: str) -> None:
    """Without asking TikTok anything."""
    _, stderr = program.run("tiktok", verb, code=1)

    assert "connect it first" in stderr


def test_disconnecting_asks(program: Program) -> None:
    """And leaves what happened in place."""
    program.run("tiktok", "events-api", "--pixel-id", PIXEL, stdin=TOKEN)

    _, stderr = program.run("tiktok", "disconnect", code=1, stdin="n\n")
    left = program.json("tiktok", "disconnect", "--yes")

    assert "Disconnect TikTok" in stderr
    assert left["events_api"]["state"] == "missing"
    assert left["revocation"] == {"done": True, "message": None}


def test_vbo_and_diagnostics_have_the_forms_of_the_api(program: Program) -> None:
    """Counts and the troubleshooting list."""
    vbo = program.json("tiktok", "vbo")
    found = program.json("tiktok", "diagnostics")

    assert (vbo["threshold"], vbo["unlocked"]) == (20, False)
    assert {item["code"] for item in found["items"]} >= {"oauth_connection", "sync_freshness"}
