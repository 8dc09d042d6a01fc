"""Installs, events, deliveries, exports and reports from the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.cost import AdLevel, CostRow
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.domain.reconciliation import CauseCode
from appsprint.services.exports import EXPORT_FIELDS, ExportKind
from tests.support.control_plane import NOON
from tests.support.facts import put_delivery, put_event, put_install, put_refusal
from tests.unit.cli.conftest import Program


@pytest.fixture
def app_id(program: Program) -> AppId:
    """The only app."""
    return program.make_app()


@pytest.fixture
def install(app_id: AppId, store: SqliteStore) -> Install:
    """A credited install."""
    return put_install(store, app_id, NOON, link_id="lnk_1", campaign_id="c1")


def test_installs_are_filtered(program: Program, store: SqliteStore, install: Install) -> None:
    """By credit, by day, by what earned them."""
    organic = put_install(store, install.app_id, NOON + timedelta(days=1))

    assert program.ids("installs", "list") == [organic.id, install.id]
    assert program.ids("installs", "list", "--attributed") == [install.id]
    assert program.ids("installs", "list", "--organic") == [organic.id]
    assert program.ids("installs", "list", "--campaign-id", "c1") == [install.id]
    assert program.ids("installs", "list", "--start", "2026-03-30") == [organic.id]
    assert program.ids("installs", "list", "--end", "2026-03-30T12:00:00Z") == [install.id]


def test_an_install_is_explained(program: Program, install: Install) -> None:
    """JSON has the candidates; people get them as a table."""
    shown = program.json("installs", "show", install.id)
    stdout, _ = program.run("installs", "show", install.id)

    assert shown["explanation"]["candidates"] == [{"click_id": "clk_1", "verdict": "won"}]
    assert "clk_1" in stdout
    assert "verdict" in stdout


def test_an_organic_install_says_what_was_missing(
    program: Program, store: SqliteStore, app_id: AppId
) -> None:
    """In words, line by line."""
    told = {"words": "Organic.", "missing_evidence": [{"name": "no_click_id", "words": "None."}]}
    organic = put_install(store, app_id, NOON, explanation=json.dumps(told))

    stdout, _ = program.run("installs", "show", organic.id)

    assert re.search(r"missing\.no_click_id\s+None\.", stdout)


def test_events_tell_their_outcome(program: Program, store: SqliteStore, install: Install) -> None:
    """What was stored with what became of it, and what was refused with its reason."""
    event = put_event(store, install, NOON)
    put_delivery(store, event, status=DeliveryStatus.SENT)
    refused = put_refusal(store, install.app_id, NOON)

    [listed] = program.json("events", "list", "--event-type", "purchase")["items"]
    [kept] = program.json("events", "refused")["items"]

    assert listed["outcomes"] == [{"network": "tiktok", "status": "sent", "reason": None}]
    assert (kept["id"], kept["reason"]) == (refused.id, "invalid_revenue")


def test_terminals_are_not_steered_by_what_came(
    program: Program, store: SqliteStore, install: Install
) -> None:
    """An excerpt is anybody's text; what does not print is replaced."""
    put_install(store, install.app_id, NOON, link_id="lnk_1", campaign_id="\x1b[31mred")

    stdout, _ = program.run("installs", "list")

    assert "\x1b" not in stdout
    assert "\ufffd[31mred" in stdout


def test_deliveries_are_shown_with_attempts(
    program: Program, store: SqliteStore, install: Install
) -> None:
    """The payload last sent, and each attempt with TikTok's answer."""
    event = put_event(store, install, NOON)
    delivery = put_delivery(store, event, status=DeliveryStatus.DEAD, reason="too_old")

    assert program.ids("deliveries", "list", "--status", "dead") == [delivery.id]
    assert program.ids("deliveries", "list", "--status", "sent") == []
    shown = program.json("deliveries", "show", delivery.id)
    stdout, _ = program.run("deliveries", "show", delivery.id)

    assert shown["payload"] == {"event": "Purchase"}
    assert [attempt["code"] for attempt in shown["attempts"]] == [40002]
    assert '"event": "Purchase"' in stdout
    assert "40002" in stdout


def test_redriving_counts_asks_and_does(
    program: Program, store: SqliteStore, install: Install
) -> None:
    """A dry run changes nothing; a repeat finds nothing left and does not ask."""
    dead = [
        put_delivery(store, put_event(store, install, NOON), status=DeliveryStatus.DEAD, reason=why)
        for why in ("too_old", "too_old", "rejected_by_network")
    ]
    by_reason = ("deliveries", "redrive", "--reason", "too_old")

    assert program.json(*by_reason, "--dry-run") == {"would_redrive": 2}
    _, stderr = program.run(*by_reason, code=1, stdin="n\n")
    assert "Redrive 2 dead letters?" in stderr
    assert program.json(*by_reason, "--yes") == {"redriven": 2}
    assert program.json(*by_reason) == {"redriven": 0}
    assert program.json("deliveries", "redrive", "--id", dead[2].id, "--yes") == {"redriven": 1}
    assert program.ids("deliveries", "list", "--status", "dead") == []


def test_redriving_says_what_may_be_counted_twice(
    program: Program, store: SqliteStore, install: Install
) -> None:
    """Before it asks, on stderr."""
    put_delivery(
        store,
        put_event(store, install, NOON),
        status=DeliveryStatus.DEAD,
        reason="dedupe_horizon_passed",
        maybe_accepted_at=NOON - timedelta(days=3),
    )

    _, stderr = program.run("deliveries", "redrive", code=1, stdin="n\n")

    assert "Careful: 1 of these may have been accepted by TikTok" in stderr
    dry = program.json("deliveries", "redrive", "--dry-run")
    assert (dry["would_redrive"], dry["past_dedupe_horizon"]) == (1, 1)


def test_ids_and_filters_do_not_mix(program: Program, install: Install) -> None:
    """It would not be clear what is meant."""
    arguments = ("deliveries", "redrive", "--id", "dlv_1", "--reason", "too_old", "--yes")

    _, stderr = program.run(*arguments, code=2)

    assert "not both" in stderr


def test_export_is_csv_or_lines(program: Program, store: SqliteStore, install: Install) -> None:
    """The same rows under the same names, on stdout alone."""
    event = put_event(store, install, NOON)

    as_csv, silence = program.run("export", "events")
    as_lines, _ = program.run("export", "events", "--json")

    [row] = csv.DictReader(io.StringIO(as_csv))
    [line] = [json.loads(one) for one in as_lines.splitlines()]
    assert silence == ""
    assert row["id"] == line["id"] == event.id
    assert tuple(row) == tuple(line) == EXPORT_FIELDS[ExportKind.EVENTS]


def test_the_report_has_three_forms(program: Program, app_id: AppId) -> None:
    """A table with totals, CSV with a header, JSON as the API answers."""
    options = ("reports", "campaigns", "--start", "2026-03-01", "--end", "2026-03-02")

    table, said = program.run(*options)
    as_csv, _ = program.run(*options, "--format", "csv")
    report = program.json(*options, "--breakdown", "day")

    assert "Total" in table
    assert said == "2026-03-01 to 2026-03-02, days of UTC, amounts in USD\n"
    assert as_csv.startswith("campaign_id,campaign_name,spend,installs,")
    assert [item["date"] for item in report["items"]] == ["2026-03-01", "2026-03-02"]
    assert program.run(*options, "--format", "json")[0].startswith("{")


def test_a_report_counts_what_was_credited(
    program: Program, store: SqliteStore, install: Install
) -> None:
    """A row for the campaign, with its id while its name is not known."""
    put_event(store, install, NOON)

    options = ("reports", "campaigns", "--start", "2026-03-29", "--end", "2026-03-29")
    table, _ = program.run(*options)
    [row] = program.json(*options)["items"]

    assert (row["campaign_id"], row["installs"], row["revenue"]) == ("c1", 1, "9.99")
    assert "│ Unknown campaign c1 " in table


def test_figures_that_are_not_ours_are_marked(
    program: Program, store: SqliteStore, app_id: AppId, install: Install
) -> None:
    """The marks are explained beside the table, and only when there are any."""
    put_event(store, install, NOON)
    theirs = CostRow(
        level=AdLevel.CAMPAIGN,
        entity_id="1801",
        day_on=NOON.date(),
        as_of=NOON,
        spend_micros=10_000_000,
        impressions=1000,
        clicks=20,
        reported_installs=7,
        reported_revenue_micros=None,
    )
    options = ("reports", "campaigns", "--start", "2026-03-29", "--end", "2026-03-29")

    _, before = program.run(*options)
    store.write(
        lambda uow: uow.costs.save_costs(app_id, AdNetwork.TIKTOK, [theirs], currency="USD")
    )
    table, said = program.run(*options)

    assert "TikTok" not in before
    assert (" 7* " in table, " 8~ " in table) == (True, True)
    assert "* TikTok's own number" in said
    assert "~ Some rows of the sum" in said


def test_differences_are_explained(program: Program, store: SqliteStore, install: Install) -> None:
    """A table of both sides and the causes that apply; JSON has all of them."""
    options = ("reports", "reconcile", "--start", "2026-03-29", "--end", "2026-03-29")

    table, _ = program.run(*options)
    answer = program.json(*options)

    assert "Our installs" in table
    said = "clicks of 0 installs named no campaign, and the ad account lacks 1 campaign"
    assert said in table
    assert len(answer["causes"]) == len(CauseCode)


def test_rebuilding_reports_says_what_was_done(
    program: Program, store: SqliteStore, install: Install, app_id: AppId
) -> None:
    """The sums are there afterwards, in the days that reports follow."""
    answer = program.json("reports", "rebuild")

    assert answer == {
        "app_id": app_id,
        "rebuilt": [{"network": "tiktok", "time_zone": "UTC"}],
    }
    (rollup,) = store.read(lambda uow: uow.rollups.all())
    assert rollup.mark.decisions == 1
