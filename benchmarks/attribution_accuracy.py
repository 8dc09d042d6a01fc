"""How well the matching works on worlds with known truth, beside what others do.

    python -m benchmarks.attribution_accuracy [--seeds 1,2,3] [--worlds usual,…] [--rules ours,…]

Prints Markdown tables; ``docs/concepts/accuracy.md`` holds those of the fixed seeds.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from appsprint.bootstrap import replay
from appsprint.domain.app import Platform
from appsprint.domain.attribution import attribute_install
from appsprint.domain.decision import DEFAULT_MIN_CONFIDENCE, AttributionRules
from appsprint.entrypoints.cli.simulation_player import play
from appsprint.services.replay import Rule
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.records import World
from appsprint.simulation.score import Judged, score, stolen_share
from appsprint.simulation.world import make_world
from benchmarks.oracle import Oracle
from benchmarks.other_rules import last_click_by_address, points_and_threshold

WORLDS: Mapping[str, dict[str, float | int]] = {
    "usual": {},
    "crowded": {"carrier_share": 0.6, "carrier_addresses": 25, "carrier_ipv6_share": 0.05},
    "sparse": {"people": 20_000, "tappers_share": 0.08, "organic_share": 0.02},
    "organic": {"organic_share": 0.5, "tappers_share": 0.2},
    "slow": {"slow_share": 0.6, "slow_median_hours": 5.0},
    "hasty": {"conversion": 0.8, "quick_median_minutes": 1.5, "slow_share": 0.05},
    "cold": {"conversion": 0.04, "tappers_share": 0.8, "organic_share": 0.1},
    "flooded": {"farm_clicks": 10_000, "spray_clicks": 25_000, "organic_share": 0.3},
}
RULES: Mapping[str, Callable[[WorldPlan], Rule]] = {
    "ours": lambda _: attribute_install,
    "oracle": Oracle,
    "last click by address": lambda _: last_click_by_address,
    "points and threshold": lambda _: points_and_threshold,
}
_MACHINES = ("_farm", "_spray")
_HEADER = (
    "| | installs | credits | precision | recall | best recall | ECE | Brier | false credit |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


@dataclass(frozen=True, slots=True)
class Played:
    """A world, what a rule said of it, and which true taps were there to be seen."""

    world: World
    judged: list[Judged]
    visible: frozenset[str]


def play_world(plan: WorldPlan, rule: Rule, obeyed: AttributionRules | None = None) -> Played:
    """One world played through one rule."""
    world = make_world(plan)
    seen: set[str] = set()

    def watched(evidence, clicks, rules, *, credited, surroundings):  # type: ignore[no-untyped-def]
        # Whatever the rule says, the clicks that it was shown are those that it could know.
        known = list(clicks)
        seen.update(_reachable(evidence, known, rules))
        return rule(evidence, known, rules, credited=credited, surroundings=surroundings)

    judged = play(world, replay(rules=obeyed, rule=watched))
    return Played(world, judged, frozenset(seen))


def _reachable(evidence, clicks, rules) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for click in clicks:
        age = evidence.installed_at - click.occurred_at
        if click.id == evidence.referrer.click_id or age <= rules.windows.probabilistic:
            yield click.id


def row(name: str, judged: Iterable[Judged], visible: frozenset[str]) -> str:
    """One line of a table."""
    some = list(judged)
    result = score(some)
    true_taps = [one.truth.click_id for one in some if one.truth.click_id is not None]
    best = sum(tap in visible for tap in true_taps) / len(true_taps) if true_taps else 1.0
    return (
        f"| {name} | {result.installs} | {result.credits} | {result.precision:.3f} | "
        f"{result.recall:.3f} | {best:.3f} | {result.calibration_error:.3f} | "
        f"{result.brier:.4f} | {result.false_credit:.3f} |"
    )


def _delay(one: Judged) -> str:
    seconds = one.truth.delay_seconds
    if seconds is None:
        return "no tap"
    for limit, name in ((600, "to 10 min"), (3600, "to 1 h"), (6 * 3600, "to 6 h")):
        if seconds <= limit:
            return name
    return "to 24 h" if seconds <= 86_400 else "later"


_GROUPS: Mapping[str, Callable[[Judged], str]] = {
    "platform": lambda one: str(one.truth.platform),
    "network of iPhones": lambda one: str(one.truth.spot),
    "delay of iPhones": _delay,
}


def _groups(judged: Iterable[Judged], by: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    found: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        found[by(one)].append(one)
    return dict(sorted(found.items()))


def _machine_clicks(world: World) -> frozenset[str]:
    return frozenset(
        str(click.line["click_id"])
        for click in world.clicks
        if str(click.line["link_id"]).endswith(_MACHINES)
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--rules", default=",".join(RULES))
    parser.add_argument("--min-confidence", type=float, default=DEFAULT_MIN_CONFIDENCE)
    parser.add_argument("--detail", action="store_true")
    options = parser.parse_args()
    obeyed = AttributionRules(min_confidence=options.min_confidence)
    for world_name in options.worlds.split(","):
        plans = [WorldPlan(seed=int(s), **WORLDS[world_name]) for s in options.seeds.split(",")]  # type: ignore[arg-type]
        for rule_name in options.rules.split(","):
            _print_world(
                world_name,
                rule_name,
                [play_world(plan, RULES[rule_name](plan), obeyed) for plan in plans],
                detail=options.detail,
            )


def _print_world(world: str, rule: str, played: Collection[Played], *, detail: bool) -> None:
    judged = [one for each in played for one in each.judged]
    visible = frozenset().union(*(each.visible for each in played))
    machines = frozenset().union(*(_machine_clicks(each.world) for each in played))
    print(f"\n### {world}: {rule}; stolen {stolen_share(judged, machines):.4f}\n\n{_HEADER}")
    for name, some in _groups(judged, _GROUPS["platform"]).items():
        print(row(name, some, visible))
    if not detail:
        return
    apples = [one for one in judged if one.truth.platform is Platform.IOS]
    for group in ("network of iPhones", "delay of iPhones"):
        for name, some in _groups(apples, _GROUPS[group]).items():
            print(row(f"{group}: {name}", some, visible))


if __name__ == "__main__":
    main()
