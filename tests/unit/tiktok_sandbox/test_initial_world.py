"""The world at the start is complete, fixed and believable."""

import ast
import re
from datetime import date, timedelta
from pathlib import Path

from appsprint.adapters.networks.tiktok import sandbox as package
from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    USD_ADVERTISER_ID,
    default_world,
)
from tests.unit.tiktok_sandbox.builders import NOW


def test_it_has_what_a_first_rehearsal_needs() -> None:
    """App, advertisers, pixel, token and campaigns as the documentation promises them."""
    world = default_world(NOW)

    assert world.apps[DEFAULT_APP_ID].secret == DEFAULT_SECRET
    zones = {item.advertiser_id: item.display_timezone for item in world.advertisers.values()}
    assert zones == {
        EUR_ADVERTISER_ID: "Europe/Paris",
        USD_ADVERTISER_ID: "America/Los_Angeles",
    }
    assert world.may_write(DEFAULT_EVENTS_TOKEN, DEFAULT_PIXEL_CODE)
    assert {item.advertiser_id for item in world.campaigns.values()} == {EUR_ADVERTISER_ID}
    assert (len(world.campaigns), len(world.adgroups), len(world.ads)) == (3, 6, 12)


def test_ids_have_tiktoks_shape() -> None:
    """Digits for objects, twenty characters for a pixel code."""
    world = default_world(NOW)

    ids = [*world.advertisers, *world.campaigns, *world.adgroups, *world.ads]
    assert all(re.fullmatch(r"\d{16,19}", item) for item in ids)
    assert re.fullmatch(r"[0-9A-V]{20}", DEFAULT_PIXEL_CODE)


def test_costs_cover_two_weeks_up_to_today() -> None:
    """Each ad has a row for each of the fourteen days."""
    world = default_world(NOW)
    today = date(2026, 9, 21)

    for rows in world.report_rows.values():
        assert sorted(day for day, _ in rows) == [
            today - timedelta(days=days) for days in range(13, -1, -1)
        ]


def test_the_same_day_has_the_same_numbers() -> None:
    """Two sandboxes, or one started again, tell the same story."""
    assert default_world(NOW) == default_world(NOW)
    tomorrow = default_world(NOW + timedelta(days=1))
    for ad_id, rows in default_world(NOW).report_rows.items():
        shared = rows.keys() & tomorrow.report_rows[ad_id].keys()
        assert len(shared) == 13
        assert all(rows[key] == tomorrow.report_rows[ad_id][key] for key in shared)


def test_numbers_grow_while_conversions_arrive() -> None:
    """A day's purchases are restated upwards once, three days later; its spend stays."""
    for rows in default_world(NOW).report_rows.values():
        for first, settled in rows.values():
            before, after = first.metrics, settled.metrics
            assert (before["complete_payment"] or 0) <= (after["complete_payment"] or 0)
            assert before["spend"] == after["spend"]


def test_app_and_secret_can_be_chosen() -> None:
    """The command line has options for them."""
    world = default_world(NOW, app_id="1", secret="s")

    assert world.apps["1"].secret == "s"


def test_the_sandbox_stands_alone() -> None:
    """It imports nothing else of the product, so the two cannot share a mistake."""
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            assert all(
                module.startswith(package.__name__) or not module.startswith("appsprint")
                for module in modules
            ), path
