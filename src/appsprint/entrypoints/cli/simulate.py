"""``appsprint simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from appsprint.bootstrap import replay as new_replay
from appsprint.domain.app import Platform
from appsprint.entrypoints.cli.output import print_items, tell
from appsprint.entrypoints.cli.simulation_player import json_lines, play
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.records import World
from appsprint.simulation.score import Judged, score
from appsprint.simulation.world import make_world

app = typer.Typer()

_TABLE = (
    "platform", "installs", "by_ad", "credits", "precision", "recall", "calibration_error",
    "brier", "false_credit",
)  # fmt: skip
_FIXED = frozenset({"seed", "start_at", "households"})


@app.command()
def simulate(
    *,
    seed: Annotated[int, typer.Option(help="Another seed makes other people.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Write clicks.jsonl, installs.jsonl and truth.jsonl into this folder.",
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=NUMBER", help="Change a parameter of the world; repeatable."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a world with known truth, match it, and print how right the matching was.

    The parameters and their meaning are in docs/concepts/accuracy.md. Nothing is stored, and the
    same seed and parameters always give the same world.
    """
    world = make_world(WorldPlan(seed=seed, **_changes(parameters or [])))  # type: ignore[arg-type]
    if out is not None:
        _write(world, out)
        tell(f"wrote {len(world.clicks)} clicks and {len(world.installs)} installs to {out}")
    judged = play(world, new_replay())
    items = [_item(str(each), judged, {each}) for each in Platform]
    items.append(_item("all", judged, set(Platform)))
    print_items({"items": items}, _TABLE, as_json=json)


def _changes(texts: list[str]) -> Mapping[str, float | int]:
    kinds = {one.name: one.type for one in fields(WorldPlan) if one.name not in _FIXED}
    changes: dict[str, float | int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in kinds:
            raise typer.BadParameter(f"no parameter {name!r}; there are {', '.join(kinds)}")
        try:
            changes[name] = int(number) if kinds[name] == "int" else float(number)
        except ValueError as exc:
            raise typer.BadParameter(f"{name} needs a number, not {number!r}") from exc
    return changes


def _item(name: str, judged: list[Judged], platforms: set[Platform]) -> dict[str, object]:
    found = score(one for one in judged if one.truth.platform in platforms)
    numbers = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in asdict(found).items()
    }
    return {"platform": name, **numbers}


def _write(world: World, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    truths = (msgspec.json.encode(truth) for truth in world.truths)
    for name, lines in (
        ("clicks", json_lines(world.clicks)),
        ("installs", json_lines(world.installs)),
        ("truth", truths),
    ):
        (folder / f"{name}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
