"""``appsprint demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from appsprint.bootstrap import build
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.demo.run import run_demo
from appsprint.entrypoints.demo.world import MAX_DAYS, MIN_DAYS
from appsprint.sandboxes import start_apple_sandbox, start_sandbox

app = new_noun(has_verbs=False)


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the report.")] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Of the server; default: any free one.")
    ] = None,
    days: Annotated[
        int, typer.Option(min=MIN_DAYS, max=MAX_DAYS, help="How much history to play.")
    ] = 14,
    seed: Annotated[int, typer.Option(help="Another seed plays other people.")] = 7,
    data_dir: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Keeps the database there; default: keeps nothing."),
    ] = None,
) -> None:
    """Play two weeks of traffic against a server and a TikTok sandbox on this machine.

    It goes through the real HTTP routes on a simulated clock, prints the campaign report, and
    stays up until Ctrl-C so that you can look around.
    """
    code = run_demo(
        once=once,
        port=port,
        days=days,
        seed=seed,
        data_dir=data_dir,
        build=build,
        start_sandbox=start_sandbox,
        start_apple=start_apple_sandbox,
    )
    raise typer.Exit(code)
