"""Secret keys as an operator meets them: at start-up, on the command line, beside a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from appsprint.bootstrap import Process, build
from appsprint.config import Settings, load_settings
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import ConfigurationError
from appsprint.ports.store import UnitOfWork
from appsprint.testing.builders import make_connection
from tests.unit.cli.conftest import Program

OLD, NEW = "0a" * 32, "0b" * 32


def settings_of(program: Program, **environment: str) -> Settings:
    """The settings of a server over the program's database."""
    return load_settings({**program.environment, **environment}).settings


def start(program: Program, **environment: str) -> Process:
    """Everything that `appsprint serve` opens before it listens."""
    return build(settings_of(program, **environment), is_server=True)


def connect(program: Program, **environment: str) -> AppId:
    """An app with sealed secrets."""
    usual = program.environment
    program.environment = {**usual, **environment}
    app_id = program.make_app()
    program.environment = usual
    process = build(settings_of(program, **environment), is_server=False)
    seal = process.services.secrets.seal
    connection = make_connection(
        app_id=app_id, oauth_token=seal("grant"), events_token=seal("credential")
    )
    process.store.write(lambda uow: uow.connections.save(connection))
    process.close()
    return app_id


def opened(process: Process, app_id: AppId) -> tuple[str, str]:
    """Both secrets of an app in plain."""

    def work(uow: UnitOfWork) -> tuple[str, str]:
        found = uow.connections.get(app_id, AdNetwork.TIKTOK)
        assert found is not None
        assert found.oauth_token is not None
        assert found.events_token is not None
        return found.oauth_token, found.events_token

    grant, credential = process.store.read(work)
    return process.services.secrets.open(grant), process.services.secrets.open(credential)


def key_file(program: Program) -> Path:
    """Where the key is unless a setting names it."""
    return program.database.with_name(f"{program.database.name}.key")


def refused_start(program: Program, **environment: str) -> str:
    """Why a server does not start."""
    with pytest.raises(ConfigurationError) as refused:
        start(program, **environment)
    return refused.value.message


def test_a_wrong_key_stops_the_server_and_loses_nothing(program: Program) -> None:
    """The message says what to set; with the right key all is as before."""
    app_id = connect(program, APPSPRINT_SECRET_KEY=OLD)

    message = refused_start(program, APPSPRINT_SECRET_KEY=NEW)

    assert "APPSPRINT_SECRET_KEY" in message
    assert OLD not in message
    process = start(program, APPSPRINT_SECRET_KEY=OLD)
    assert opened(process, app_id) == ("grant", "credential")
    process.close()


def test_a_key_left_out_stops_the_server(program: Program) -> None:
    """No new key is made in its place, neither by the server nor by a command."""
    connect(program, APPSPRINT_SECRET_KEY=OLD)

    assert "no key at all" in refused_start(program)
    program.json("apps", "list")
    assert not key_file(program).exists()


def test_a_key_file_that_is_gone_stops_the_server(program: Program) -> None:
    """It is not replaced, so that the right one can be restored."""
    app_id = connect(program)
    kept = key_file(program).read_bytes()
    key_file(program).unlink()

    assert "Restore the key file" in refused_start(program)
    assert not key_file(program).exists()

    key_file(program).write_bytes(kept)
    process = start(program)
    assert opened(process, app_id) == ("grant", "credential")
    process.close()


def test_commands_without_the_key_seal_nothing(program: Program) -> None:
    """What needs no secret works; what does says which key is missing."""
    connect(program, APPSPRINT_SECRET_KEY=OLD)

    assert program.json("tiktok", "status", APPSPRINT_SECRET_KEY=NEW)["status"] == "active"
    _, stderr = program.run("tiktok", "advertisers", code=1, APPSPRINT_SECRET_KEY=NEW)
    assert "stored secrets are sealed with keys that are not known here" in stderr


def test_a_key_moves_from_the_file_to_the_settings(program: Program) -> None:
    """The file is named as the previous key for the move, and the refusal says so."""
    app_id = connect(program)
    message = refused_start(program, APPSPRINT_SECRET_KEY=NEW)
    assert "APPSPRINT_SECRET_KEY_PREVIOUS_FILE" in message
    previous = str(key_file(program))
    program.environment["APPSPRINT_SECRET_KEY"] = NEW
    server = start(program, APPSPRINT_SECRET_KEY_PREVIOUS_FILE=previous)

    rotated = program.json("secrets", "rotate", APPSPRINT_SECRET_KEY_PREVIOUS_FILE=previous)

    assert (rotated["is_new_key"], rotated["resealed"]) == (False, 2)
    assert opened(server, app_id) == ("grant", "credential")
    server.close()
    key_file(program).unlink()
    start(program).close()


def test_a_rotation_beside_a_running_server(program: Program) -> None:
    """The server opens what was sealed again, and seals with the new key itself."""
    app_id = connect(program)
    server = start(program)
    before = server.services.secret_keys.uses()[0].key_id

    rotated = program.json("secrets", "rotate")

    assert (rotated["is_new_key"], rotated["resealed"]) == (True, 2)
    assert opened(server, app_id) == ("grant", "credential")
    assert server.services.secrets.seal("x").startswith(f"v1:{rotated['key_id']}:")
    listed = program.json("secrets", "keys")["items"]
    assert [(one["key_id"], one["is_current"], one["secrets"]) for one in listed] == [
        (rotated["key_id"], True, 2),
        (before, False, 0),
    ]
    server.close()
    start(program).close()


def test_a_key_of_the_settings_is_changed_in_two_steps(program: Program) -> None:
    """A server that runs without the new key is not taken by surprise."""
    app_id = connect(program, APPSPRINT_SECRET_KEY=OLD)
    both = {"APPSPRINT_SECRET_KEY": NEW, "APPSPRINT_SECRET_KEY_PREVIOUS": OLD}
    server = start(program, APPSPRINT_SECRET_KEY=OLD)

    program.environment |= both
    _, stderr = program.run("secrets", "rotate", code=1)
    assert "start the server" in stderr
    assert opened(server, app_id) == ("grant", "credential")

    server.close()
    server = start(program)
    assert program.json("secrets", "rotate")["resealed"] == 2
    assert opened(server, app_id) == ("grant", "credential")
    _, stderr = program.run("secrets", "rotate")
    assert "already" in stderr
    server.close()
    start(program, APPSPRINT_SECRET_KEY_PREVIOUS="").close()


def test_a_lost_key_is_survived(program: Program) -> None:
    """What it sealed is erased on demand only; then the server starts again."""
    connect(program, APPSPRINT_SECRET_KEY=OLD)

    _, stderr = program.run("secrets", "forget", code=1, stdin="n\n")
    assert "no known key opens" in stderr
    refused_start(program)

    assert program.json("secrets", "forget", "--yes") == {
        "connections": 1,
        "answers": 0,
        "second_factors": 0,
    }
    start(program).close()
    assert program.json("tiktok", "status")["status"] == "not_connected"


@pytest.mark.parametrize(
    ("name", "value"),
    [("APPSPRINT_SECRET_KEY", "short"), ("APPSPRINT_SECRET_KEY_PREVIOUS", f"{OLD},short")],
)
def test_a_value_that_is_no_key_is_told(program: Program, name: str, value: str) -> None:
    """With the setting's name, without the value."""
    message = refused_start(program, **{name: value})

    assert message.startswith(name)
    assert "short" not in message
