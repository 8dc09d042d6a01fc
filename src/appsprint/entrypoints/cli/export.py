"""``appsprint export``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    EndOption,
    JsonOption,
    StartOption,
    chosen_app,
)
from appsprint.entrypoints.cli.session import open_services
from appsprint.services.exports import ExportFormat, ExportKind, ExportQuery, ExportWindow

app = new_noun(has_verbs=False)


@app.command()
def export(
    kind: Annotated[ExportKind, typer.Argument(help="What to export.")],
    *,
    app_id: AppOption = None,
    start: StartOption = None,
    end: EndOption = None,
    form: Annotated[
        ExportFormat,
        typer.Option("--format", help="CSV with a header, one object a line, or Parquet."),
    ] = ExportFormat.CSV,
    json: JsonOption = False,
) -> None:
    """Export raw data to stdout, newest first, of any length. --json is --format jsonl."""
    query = ExportQuery(
        kind=kind,
        format=ExportFormat.JSONL if json else form,
        window=ExportWindow(
            since=None if start is None else start.at, until=None if end is None else end.at
        ),
    )
    with open_services() as services:
        # Bytes, because a text stream would turn CSV's line ends into others on some systems.
        for piece in services.exports.content(chosen_app(services, app_id), query):
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
