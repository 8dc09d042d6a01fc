"""The program in this process, over a database of its own for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.audit import SYSTEM
from appsprint.domain.ids import AppId
from appsprint.entrypoints.cli.program import app
from appsprint.services.acting import act_as

APP_STORE_URL = "https://apps.apple.com/us/app/example/id1234567890"


class Program:
    """Runs commands as a person would, and remembers nothing between them but the database."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "appsprint.db"
        self.environment = {"APPSPRINT_DATABASE_URL": f"sqlite:///{self.database}"}

    def run(
        self, *arguments: str, code: int = 0, stdin: str | None = None, **environment: str
    ) -> tuple[str, str]:
        """What a command wrote to stdout and to stderr; it must end with ``code``."""
        result = CliRunner().invoke(
            app, arguments, input=stdin, env={**self.environment, **environment}
        )
        assert result.exit_code == code, result.output
        return result.stdout, result.stderr

    def json(self, *arguments: str, **environment: str) -> Any:
        """What a command answers with ``--json``."""
        stdout, _ = self.run(*arguments, "--json", code=0, stdin=None, **environment)
        return json.loads(stdout)

    def make_app(self, name: str = "Example") -> AppId:
        """A new iOS app's id."""
        options = ("--name", name, "--platform", "ios", "--store-url", APP_STORE_URL)
        return AppId(self.json("apps", "create", *options)["id"])

    def ids(self, *arguments: str) -> Sequence[str]:
        """The ids of what a command lists."""
        return [item["id"] for item in self.json(*arguments)["items"]]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program over an empty folder. Who acts, and its log's set-up, end with the test."""
    yield Program(tmp_path)
    structlog.reset_defaults()
    act_as(SYSTEM)


@pytest.fixture
def store(program: Program) -> Iterator[SqliteStore]:
    """The program's own database, to put facts into."""
    opened = SqliteStore(program.database)
    yield opened
    opened.close()
