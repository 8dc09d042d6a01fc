"""The matching on worlds with known truth: how right, how sure, and never worse than it was."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appsprint.bootstrap import replay
from appsprint.domain.app import Platform
from appsprint.entrypoints.cli.program import app
from appsprint.entrypoints.cli.simulation_player import json_lines, play
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.records import Origin, Truth, World
from appsprint.simulation.score import Answer, Judged, Score, score, stolen_share
from appsprint.simulation.world import make_world

SMALL = WorldPlan(seed=101, people=3_000, carrier_addresses=15, offices=10, farm_clicks=200)
CROWDED = WorldPlan(
    seed=102, people=3_000, carrier_share=0.6, carrier_addresses=8, carrier_ipv6_share=0.05
)
FLOODED = WorldPlan(seed=103, people=3_000, spray_clicks=5_000, farm_clicks=3_000)
# What the matching reached on these worlds when its rule was last changed. Rule 4 gave up four late
# matches behind carriers in the first of them, and got surer of the others (accuracy.md).
REACHED = {
    ("small", Platform.IOS): (0.9937, 0.8579),
    ("small", Platform.ANDROID): (1.0, 0.9945),
    ("crowded", Platform.IOS): (1.0, 0.8824),
    ("crowded", Platform.ANDROID): (0.9950, 0.9901),
    ("flooded", Platform.IOS): (1.0, 0.8649),
    ("flooded", Platform.ANDROID): (0.9885, 1.0),
}
PLANS = {"small": SMALL, "crowded": CROWDED, "flooded": FLOODED}
HALF_A_POINT = 0.005


@cache
def world(name: str) -> World:
    """One of the fixed worlds."""
    return make_world(PLANS[name])


@cache
def judged(name: str) -> list[Judged]:
    """What the product's matching says of it."""
    return play(world(name), replay())


def score_of(name: str, platform: Platform) -> Score:
    """The score on one platform."""
    return score(one for one in judged(name) if one.truth.platform is platform)


@pytest.mark.parametrize(("name", "platform"), REACHED)
def test_the_matching_never_gets_worse(name: str, platform: Platform) -> None:
    """Neither precision nor recall may drop by more than half a point."""
    reached = score_of(name, platform)
    precision, recall = REACHED[name, platform]

    assert reached.precision >= precision - HALF_A_POINT, reached
    assert reached.recall >= recall - HALF_A_POINT, reached


@pytest.mark.parametrize("name", PLANS)
def test_confidence_is_a_probability(name: str) -> None:
    """Of credits that claim nine in ten, nine in ten are right, on worlds that nobody fitted."""
    found = score(judged(name))

    assert found.calibration_error <= 0.02
    assert found.brier <= 0.015
    assert found.false_credit <= 0.02


def test_floods_steal_next_to_nothing() -> None:
    """Clicks that machines make in the name of people, or after the installation began."""
    machines = frozenset(
        str(click.line["click_id"])
        for click in world("flooded").clicks
        if str(click.line["link_id"]).endswith(("_farm", "_spray"))
    )

    assert stolen_share(judged("flooded"), machines) <= 0.005


def test_the_same_plan_makes_the_same_world() -> None:
    """Another seed makes another one."""
    plan = WorldPlan(people=50, farm_clicks=5, spray_clicks=5)

    assert make_world(plan) == make_world(plan)
    assert make_world(plan) != make_world(WorldPlan(seed=2, people=50))


def test_every_install_has_one_truth() -> None:
    """A retry has none of its own, and a true tap is among the clicks and came before."""
    made = world("small")
    clicks = {str(one.line["click_id"]): one.arrives_at for one in made.clicks}
    installs = {str(one.line["appsprintId"]): one.arrives_at for one in reversed(made.installs)}
    by_id = {truth.appsprint_id: truth for truth in made.truths}

    assert installs.keys() == by_id.keys()
    assert len(by_id) == len(made.truths)
    for truth in made.truths:
        assert (truth.origin is Origin.AD) is (truth.click_id is not None)
        if truth.click_id is not None:
            assert clicks[truth.click_id] < installs[truth.appsprint_id]


def test_a_score_by_hand() -> None:
    """Two right, one wrong, one missed, one organic that was left alone."""

    def one(truth: str | None, said: str | None, confidence: float) -> Judged:
        what = Truth(
            appsprint_id="a",
            platform=Platform.IOS,
            origin=Origin.AD if truth else Origin.ORGANIC,
            spot=made.spot,
            click_id=truth,
        )
        return Judged(what, Answer(click_id=said, confidence=confidence))

    made = world("small").truths[0]
    found = score(
        [one("a", "a", 0.9), one("b", "b", 0.9), one("c", "x", 0.8), one("d", None, 0.0),
         one(None, None, 0.0)]
    )  # fmt: skip

    assert (found.installs, found.by_ad, found.credits) == (5, 4, 3)
    assert (found.precision, found.recall, found.false_credit) == (2 / 3, 0.5, 0.0)
    assert found.calibration_error == pytest.approx((0.2 + 0.8) / 3)
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.64) / 3)


def test_the_command_writes_a_world_and_scores_it(tmp_path: Path) -> None:
    """The files are those that ``attribution replay`` reads."""
    options = ["--set", "people=60", "--set", "conversion=0.9", "--seed", "5", "--json"]
    result = CliRunner().invoke(app, ["simulate", *options, "--out", str(tmp_path)])

    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["items"]
    assert [row["platform"] for row in rows] == ["ios", "android", "all"]
    assert rows[2]["installs"] == rows[0]["installs"] + rows[1]["installs"] > 0
    plan = WorldPlan(seed=5, people=60, conversion=0.9)
    written = (tmp_path / "clicks.jsonl").read_bytes().splitlines()
    assert written == list(json_lines(make_world(plan).clicks))
    truth = json.loads((tmp_path / "truth.jsonl").read_bytes().splitlines()[0])
    assert {"appsprint_id", "click_id", "origin", "spot"} <= truth.keys()


@pytest.mark.parametrize("text", ["people", "people=many", "colour=1", "seed=2"])
def test_the_command_refuses_what_no_world_has(text: str) -> None:
    """A usage error that says what there is."""
    result = CliRunner().invoke(app, ["simulate", "--set", text])

    assert result.exit_code == 2
