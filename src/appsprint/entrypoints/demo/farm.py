"""A farm of emulators among the demonstration's phones, and the trial of the rule that finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appsprint.domain.app import Platform
from appsprint.domain.quality_rules import Consequence, QualityRule
from appsprint.entrypoints.demo.connecting import ConnectedApp
from appsprint.entrypoints.demo.credit import credits_of
from appsprint.entrypoints.demo.wire import DemoFailed, Wire
from appsprint.entrypoints.demo.world import World

FARM_PLATFORM = Platform.ANDROID
_RULE = QualityRule.EMULATOR


def expected_trial(world: World) -> tuple[int, int]:
    """The farm's installs, and how many of them have credit, by the truth."""
    farm = [one for one in world.people if one.install is not None and one.is_emulated]
    credited = credits_of(world.people)
    return len(farm), sum(one.number in credited for one in farm)


def trial_chapter(api: Wire, app: ConnectedApp, world: World) -> str:
    """What the rule would have refused, asked of the management API and checked.

    Raises:
        DemoFailed: It is not what the truth says.
    """
    wanted = {"rule": _RULE, "consequence": Consequence.NO_CREDIT}
    body = {"items": [wanted], "days": world.plan.days + 2}
    tried: Mapping[str, Any] = api.ask("POST", f"{app.path}/quality-rules/backtest", body)
    totals = tried["totals"]
    found = totals["found"].get(_RULE, 0), totals["no_credit"]
    if found != (expected := expected_trial(world)):
        raise DemoFailed(f"the trial of quality rules found {found} emulators, not {expected}")
    return (
        f"Tried: {found[0]} of {totals['installs']} installs of {app.app.name} came from "
        f"emulators; a quality rule marked them, and could refuse credit to {found[1]}."
    )
