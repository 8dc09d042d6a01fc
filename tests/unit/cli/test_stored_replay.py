"""``appsprint attribution replay`` over an app's own past."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.ids import AppId
from appsprint.testing.builders import HOUR, make_click, make_decision, make_install, put_clicks
from tests.unit.cli.conftest import Program

YESTERDAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(1)
REPLAY = ("attribution", "replay", "--start", YESTERDAY.date().isoformat())


@pytest.fixture
def app_id(program: Program, store: SqliteStore) -> AppId:
    """The only app, with one install whose click is three hours older."""
    app_id = program.make_app()
    click = make_click(app_id=app_id, occurred_at=YESTERDAY - 3 * HOUR)
    install = make_install(app_id=app_id, installed_at=YESTERDAY, received_at=YESTERDAY)
    put_clicks(store, click)

    def work(uow: object) -> None:
        uow.installs.add(install)  # type: ignore[attr-defined]
        uow.installs.decide(make_decision(install, click))  # type: ignore[attr-defined]

    store.write(work)
    return app_id


def test_what_would_change_is_shown(program: Program, app_id: AppId) -> None:
    """As sums for people, as a line for each changed install for machines."""
    _, told = program.run(*REPLAY, "--probabilistic-hours", "2")
    stdout, _ = program.run(*REPLAY, "--app", app_id, "--probabilistic", "off", "--json")

    assert "1 of 1 installs would change their credit" in told
    [line] = [json.loads(one) for one in stdout.splitlines()]
    assert (line["before"]["match_type"], line["after"]["match_type"]) == (
        "ip_user_agent",
        "organic",
    )
    assert program.json("apps", "show", app_id)["probabilistic_matching"] is True


def test_applying_asks_first(program: Program, app_id: AppId) -> None:
    """And changes nothing unless the person agrees."""
    options = (*REPLAY, "--probabilistic-hours", "2", "--apply")

    program.run(*options, code=1, stdin="n\n")
    assert program.json("apps", "show", app_id)["probabilistic_lookback_hours"] == 24
    _, told = program.run(*options, "--yes")

    assert "1 of 1 installs changed their credit" in told
    assert program.json("apps", "show", app_id)["probabilistic_lookback_hours"] == 2
    assert program.ids("installs", "list", "--attributed") == []


@pytest.mark.parametrize(
    "options",
    [
        ("--app", "app_1"),
        ("--clicks", "-"),
        ("--clicks", "-", "--installs", "-", "--apply"),
        ("--start", "2026-01-01", "--min-confidence", "0.2"),
    ],
)
def test_what_makes_no_sense_is_told(
    program: Program, app_id: AppId, options: tuple[str, ...]
) -> None:
    """An app's past needs its first day, files belong together, and rules have bounds."""
    assert app_id
    program.run("attribution", "replay", *options, code=2)
