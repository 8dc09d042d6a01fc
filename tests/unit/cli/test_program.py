"""The program itself: nouns, help, errors and exit codes."""

from __future__ import annotations

import pytest

from appsprint import __version__
from appsprint.entrypoints.cli.exit_codes import exit_code_of
from appsprint.entrypoints.cli.program import NOUNS
from appsprint.errors import (
    AppsprintError,
    Conflict,
    InvalidInput,
    MalformedRequest,
    NotFound,
    StoreUnavailable,
)
from tests.unit.cli.conftest import Program


def test_help_names_every_noun(program: Program) -> None:
    """Each with a line that tells what it is."""
    stdout, _ = program.run("--help")

    for noun in NOUNS:
        assert f"│ {noun} " in stdout


@pytest.mark.parametrize("noun", list(NOUNS))
def test_every_noun_explains_itself(program: Program, noun: str) -> None:
    """Its module is there and has help."""
    stdout, _ = program.run(noun, "--help")

    assert f"Usage: root {noun}" in stdout or f"Usage: appsprint {noun}" in stdout


def test_version(program: Program) -> None:
    """On stdout, for scripts."""
    assert program.run("--version") == (f"appsprint {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("apps", "nonsense"),
        ("apps", "list", "--nonsense"),
        ("apps", "list", "--limit", "0"),
        ("apps", "list", "--cursor", "?"),
        ("apps", "create", "--name", "x"),
        ("installs", "list", "--start", "yesterday"),
        ("reports", "campaigns", "--start", "29.3.2026"),
        ("tiktok", "choose"),
    ],
)
def test_wrong_usage_is_2(program: Program, arguments: tuple[str, ...]) -> None:
    """Nothing is done, nothing goes to stdout, stderr says what is wrong."""
    stdout, stderr = program.run(*arguments, code=2)

    assert stdout == ""
    assert "Usage: " in stderr
    assert not program.database.exists()


def test_an_error_of_ours_is_one_line(program: Program) -> None:
    """No trace; exit code 1."""
    stdout, stderr = program.run("apps", "show", "app_x", code=1)

    assert (stdout, stderr) == ("", "Error: there is no app 'app_x'\n")


def test_every_problem_of_a_value_is_told(program: Program) -> None:
    """One line for each field, and the exit code of wrong usage."""
    _, stderr = program.run(
        *("apps", "create", "--name", "x", "--platform", "ios"),
        *("--store-url", "http://example.com", "--currency", "euro"),
        code=2,
    )

    assert [line.partition(":")[0].strip() for line in stderr.splitlines()] == [
        "Error",
        "store_url",
        "currency",
    ]


def test_a_bad_setting_is_told_and_stops_the_command(program: Program) -> None:
    """All of them at once, and nothing is made."""
    _, stderr = program.run(
        "apps", "list", code=1, APPSPRINT_PORT="many", APPSPRINT_LOG_LEVEL="loud"
    )

    assert "APPSPRINT_PORT" in stderr
    assert "APPSPRINT_LOG_LEVEL" in stderr
    assert not program.database.exists()


def test_a_name_that_is_no_setting_is_a_warning(program: Program) -> None:
    """On stderr, so that data stays data."""
    stdout, stderr = program.run("apps", "list", "--json", APPSPRINT_PROT="1")

    assert stdout.startswith("{")
    assert stderr == (
        "Warning: APPSPRINT_PROT is not a setting and has no effect; did you mean APPSPRINT_PORT?\n"
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("x"), 2),
        (MalformedRequest("x"), 2),
        (NotFound("x"), 1),
        (Conflict("x"), 1),
        (StoreUnavailable("x"), 1),
        (AppsprintError("x"), 1),
    ],
)
def test_errors_have_exit_codes(error: AppsprintError, code: int) -> None:
    """2 says that the command must be typed differently, 1 that it failed."""
    assert exit_code_of(error) == code
