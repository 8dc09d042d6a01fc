"""The database file, the settings and the doctor from the command line."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appsprint.adapters.spool.file import FileSpool
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Connection, OAuthState
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.link import AdNetwork
from appsprint.ports.events import ReceivedCounts
from appsprint.testing.builders import make_click
from tests.support.control_plane import NOON
from tests.support.facts import put_delivery, put_event, put_install
from tests.unit.cli.conftest import Program


def test_info_makes_nothing(program: Program) -> None:
    """Looking at a database that is not there does not make it."""
    before = program.json("db", "info")
    program.make_app()
    after = program.json("db", "info")

    assert (before["size_bytes"], before["schema"]) == (0, 0)
    assert after["path"] == str(program.database)
    assert after["schema"] == after["newest_schema"] == before["newest_schema"]
    assert after["size_bytes"] > 0


def test_a_fresh_file_is_migrated_once(program: Program) -> None:
    """The steps that ran are named; the second time there are none."""
    program.database.parent.mkdir(exist_ok=True)

    first = program.json("db", "migrate")["migrated"]

    assert first[0] == "0001_initial"
    assert program.json("db", "migrate") == {"migrated": []}


def test_migrating_beside_a_server_is_refused(program: Program) -> None:
    """The program that runs would not know the new schema."""
    server = SqliteStore(program.database, exclusive=True)
    try:
        _, stderr = program.run("db", "migrate", code=1)
    finally:
        server.close()

    assert "another server" in stderr


def test_check_finds_damage(program: Program) -> None:
    """A sound file is 0, a damaged one 1."""
    program.make_app()
    assert program.json("db", "check") == {"is_sound": True, "damages": []}
    pages = bytearray(program.database.read_bytes())
    pages[8192:8292] = b"\xff" * 100
    program.database.write_bytes(pages)

    stdout, _ = program.run("db", "check", code=1)

    assert "is_sound  no" in stdout


def test_a_backup_is_whole_and_private(
    program: Program, store: SqliteStore, tmp_path: Path
) -> None:
    """What was committed is in it, also what is still in the log; only the owner can read it."""
    app_id = program.make_app()
    copy = tmp_path / "copy.db"

    answer = program.json("db", "backup", str(copy))

    assert answer == {"path": str(copy), "size_bytes": copy.stat().st_size}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]
    restored = program.json("apps", "list", APPSPRINT_DATABASE_URL=f"sqlite:///{copy}")
    assert [item["id"] for item in restored["items"]] == [app_id]


def test_a_backup_replaces_nothing(program: Program, tmp_path: Path) -> None:
    """A slip of the hand must not overwrite another file."""
    program.make_app()
    taken = tmp_path / "taken"
    taken.write_text("precious")

    _, stderr = program.run("db", "backup", str(taken), code=1)

    assert "exists already" in stderr
    assert taken.read_text() == "precious"


@pytest.mark.parametrize("target", ["missing/copy.db", "copy.db"])
def test_a_backup_that_fails_leaves_nothing(program: Program, tmp_path: Path, target: str) -> None:
    """No folder, or no database: one line, and no file."""
    if target.startswith("missing"):
        program.make_app()

    _, stderr = program.run("db", "backup", str(tmp_path / target), code=1)

    assert stderr.startswith("Error: ")
    assert not (tmp_path / target).exists()
    assert not list(tmp_path.glob("*.partial"))


def test_another_programs_file_is_refused(program: Program) -> None:
    """No table of ours is put beside theirs."""
    with closing(sqlite3.connect(program.database)) as other:
        other.execute("CREATE TABLE theirs (x)")

    _, stderr = program.run("apps", "list", code=1)

    assert "holds other tables" in stderr
    with closing(sqlite3.connect(program.database)) as other:
        assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]


def test_settings_are_shown_with_their_origin(program: Program, tmp_path: Path) -> None:
    """Secrets are masked, wherever they come from."""
    file = tmp_path / "appsprint.toml"
    file.write_text('log_level = "error"\ntrusted_proxies = ["10.0.0.0/8", "::1/128"]\n')

    shown = program.json(
        *("config", "show"),
        APPSPRINT_CONFIG_FILE=str(file),
        APPSPRINT_ADMIN_TOKEN="very-secret-token-0123",
        APPSPRINT_PORT="9000",
    )

    by_name = {item["name"]: item for item in shown["items"]}
    assert (by_name["APPSPRINT_PORT"]["value"], by_name["APPSPRINT_PORT"]["origin"]) == (
        9000,
        "environment",
    )
    assert by_name["APPSPRINT_LOG_LEVEL"]["origin"] == "file"
    assert by_name["APPSPRINT_TRUSTED_PROXIES"]["value"] == ["10.0.0.0/8", "::1/128"]
    assert by_name["APPSPRINT_HOST"]["origin"] == "default"
    assert by_name["APPSPRINT_ADMIN_TOKEN"]["value"] == "********"


def test_docs_print_the_reference(program: Program) -> None:
    """In Markdown, every setting once."""
    stdout, _ = program.run("config", "docs")

    assert stdout.count("| `APPSPRINT_PORT` |") == 1


def test_the_doctor_is_content(program: Program) -> None:
    """Everything is looked at; warnings alone are 0."""
    program.make_app()

    found = program.json("doctor")["items"]

    assert {"database", "ledger", "secret_key", "settings", "spool"} <= {
        item["name"] for item in found
    }
    assert {item["state"] for item in found} <= {"ok", "warning"}


def test_the_doctor_prints_the_diagnostics(program: Program, store: SqliteStore) -> None:
    """Of every connected app, each item with its next step; they do not decide the exit code."""
    app_id = program.make_app("Connected")
    program.make_app("Other")
    lost = Connection(app_id=app_id, network=AdNetwork.TIKTOK, oauth=OAuthState.LOST)
    store.write(lambda uow: uow.connections.save(lost))
    event = put_event(store, put_install(store, app_id, NOON), NOON)
    put_delivery(store, event, status=DeliveryStatus.DEAD, reason="too_old")

    stdout, _ = program.run("doctor", code=1)
    (found,) = program.json("tiktok", "diagnostics", "--app", app_id)["items"][:1]

    lines = stdout.splitlines()
    heading = lines.index(f"Connected ({app_id}), tiktok:")
    assert lines[heading + 1] == f"  failing  oauth_connection: {found['message']}"
    assert lines[heading + 2] == f"           → {found['action']}"
    assert "  unknown  os_targeting: " in stdout
    assert "Other (" not in stdout


def test_the_doctor_shows_examples_of_what_was_not_sent(
    program: Program, store: SqliteStore
) -> None:
    """With the network's words, as in JSON."""
    app_id = program.make_app()
    connection = Connection(app_id=app_id, network=AdNetwork.TIKTOK)
    store.write(lambda uow: uow.connections.save(connection))
    now = datetime.now(UTC)
    event = put_event(store, put_install(store, app_id, now), now)
    delivery = put_delivery(store, event, status=DeliveryStatus.DEAD, reason="too_old")

    stdout, _ = program.run("doctor", code=1)

    assert f"e.g. {delivery.id} {event.event_id} purchase Purchase dead too_old " in stdout
    assert "dead_reasons (too_old 1)" in stdout


def test_the_doctor_fails_when_the_books_do_not_balance(
    program: Program, store: SqliteStore
) -> None:
    """An event that was never counted: exit code 1, and the table says which app."""
    app_id = program.make_app()
    put_event(store, put_install(store, app_id, NOON), NOON)

    stdout, stderr = program.run("doctor", code=1)

    assert "failing" in stdout
    assert stderr.startswith("1 failing, ")


def test_a_person_is_erased_after_asking(program: Program, store: SqliteStore) -> None:
    """A dry run tells first and asks nothing; a no leaves everything."""
    install = put_install(store, program.make_app(), NOON)
    put_event(store, install, NOON)
    who = ("erase", "--appsprint-id", install.appsprint_id)

    assert program.json(*who, "--dry-run")["erased"] == 3
    program.run(*who, code=1, stdin="n\n")
    assert program.json(*who, "--yes")["rows"]["events"] == 1
    assert program.json(*who, "--yes")["erased"] == 0
    program.run("erase", "--yes", code=2)


def test_erasing_tells_of_clicks_that_wait(program: Program) -> None:
    """They may be the person's, and only the server brings them into the database."""
    program.make_app()
    who = ("erase", "--appsprint-id", "somebody", "--yes")
    _, said_before = program.run(*who)
    spool = program.database.with_name(f"{program.database.name}-spool")
    FileSpool(spool).append([make_click()])

    _, said = program.run(*who)

    assert "spool" not in said_before
    assert "Clicks wait in the spool" in said


def test_the_ledger_balances_or_fails(program: Program, store: SqliteStore) -> None:
    """Each day with its equations; what is gone is exit code 1 and a line."""
    app_id, today = program.make_app(), datetime.now(UTC).date()
    stdout, stderr = program.run("ledger")
    assert (stdout.count("balances"), stderr) == (7, "Everything is accounted for.\n")
    counts = ReceivedCounts(received=3, stored=2, duplicates=1)
    store.write(lambda uow: uow.events.count(app_id, counts, day_on=today))

    stdout, stderr = program.run("ledger", "--app", app_id, "--start", str(today), code=1)
    as_json, _ = program.run("ledger", "--json", code=1)

    assert stdout.splitlines() == [
        f"{today}  DOES NOT BALANCE",
        "  visits    0 = 0",
        "  installs  0 = 0",
        "  events    3 = 2 stored + 1 duplicates",
        "  stored    2 + 0 install events = 0",
        "  reports   not summed yet, the facts 0",
        "  !! 2 events were counted as stored and 0 are there",
    ]
    assert stderr == "It does not balance.\n"
    assert json.loads(as_json)["gaps"] == [
        f"{today}: 2 events were counted as stored and 0 are there"
    ]
