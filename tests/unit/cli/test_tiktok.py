"""The connection to TikTok from the command line, as far as TikTok need not answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.store import UnitOfWork
from tests.unit.cli.conftest import Program

NOON, HOUR = datetime(2026, 3, 29, 12, tzinfo=UTC), timedelta(hours=1)

PIXEL = "CTESTPIXEL0000000001"
TOKEN = "events-api-token-0123456789"


@pytest.fixture(autouse=True)
def app_id(program: Program) -> AppId:
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


@pytest.mark.parametrize("verb", ["advertisers", "pixels", "sync"])
def test_what_needs_a_connection_says_so(program: Program, verb: str) -> None:
    """Without asking TikTok anything."""
    _, stderr = program.run("tiktok", verb, code=1)

    assert "connect it first" in stderr


def test_vbo_and_diagnostics_have_the_forms_of_the_api(program: Program) -> None:
    """Counts and the troubleshooting list."""
    vbo = program.json("tiktok", "vbo")
    found = program.json("tiktok", "diagnostics")

    assert (vbo["threshold"], vbo["unlocked"]) == (20, False)
    assert {item["code"] for item in found["items"]} >= {"oauth_connection", "sync_freshness"}


def test_campaigns_are_shown_with_their_past(
    program: Program, store: SqliteStore, app_id: AppId
) -> None:
    """The list, the earlier names, and every reading of a day."""
    put_campaign(store, app_id, name="Spring", spend_micros=1_000_000, at=NOON)
    put_campaign(store, app_id, name="Summer", spend_micros=2_500_000, at=NOON + HOUR)

    (listed,) = program.json("tiktok", "campaigns", "list")["items"]
    found = program.json("tiktok", "campaigns", "show", "1801")
    shown, _ = program.run("tiktok", "campaigns", "show", "1801")
    readings = program.json("tiktok", "campaigns", "readings", "1801", "2026-03-28")

    assert (listed["name"], listed["belonging"]) == ("Summer", "unclaimed")
    assert [version["name"] for version in found["versions"]] == ["Spring", "Summer"]
    assert "Spring" in shown
    assert [one["spend"] for one in readings["items"]] == ["1.00", "2.50"]


def test_a_campaign_that_no_import_saw(program: Program) -> None:
    """It is not found, and a day that is none is wrong usage."""
    program.run("tiktok", "campaigns", "show", "1801", code=1)
    program.run("tiktok", "campaigns", "readings", "1801", "yesterday", code=2)


def put_campaign(
    store: SqliteStore, app_id: AppId, *, name: str, spend_micros: int, at: datetime
) -> None:
    """What one import saw of one campaign."""
    entity = AdEntity(level=AdLevel.CAMPAIGN, id="1801", name=name, campaign_id="1801")
    row = CostRow(
        level=AdLevel.CAMPAIGN,
        entity_id="1801",
        day_on=date(2026, 3, 28),
        as_of=at,
        spend_micros=spend_micros,
        impressions=None,
        clicks=None,
        reported_installs=None,
        reported_revenue_micros=None,
    )

    def work(uow: UnitOfWork) -> None:
        uow.costs.save_entities(app_id, AdNetwork.TIKTOK, [entity], at=at)
        uow.costs.save_costs(app_id, AdNetwork.TIKTOK, [row], currency="EUR")

    store.write(work)
