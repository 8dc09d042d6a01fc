"""``appsprint tiktok mapping``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import AppOption, JsonOption, chosen_app
from appsprint.entrypoints.cli.output import print_items, print_one, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.tiktok import mapping_answer, mapping_item_answer
from appsprint.services.mapping import WantedRow

app = new_noun()

COLUMNS = ("sdk_event", "tiktok_event", "kind", "is_default")
EventArgument = Annotated[str, typer.Argument(help="An SDK event, or custom:<eventName>.")]


@app.command("list")
def list_rows(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Show what each in-app event fires as."""
    with open_services() as services:
        rows = services.mapping.rows(chosen_app(services, app_id))
    print_items(mapping_answer(rows), COLUMNS, as_json=json)


@app.command("set")
def set_row(
    sdk_event: EventArgument,
    tiktok_event: Annotated[
        str | None,
        typer.Argument(help="Left out, the event is switched off."),
    ] = None,
    *,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Set what an in-app event fires as, for new events from now on."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        wanted = [WantedRow(sdk_event, tiktok_event)]
        answer = mapping_answer(services.mapping.set_rows(owner, wanted), about=wanted)
    print_items(answer, COLUMNS, as_json=json)
    for warning in answer.warnings:
        tell(f"{warning.sdk_event}: {warning.message} {warning.action}")


@app.command()
def reset(sdk_event: EventArgument, *, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Return an in-app event to its shipped default."""
    with open_services() as services:
        row = services.mapping.reset(chosen_app(services, app_id), sdk_event)
    print_one(mapping_item_answer(row), as_json=json)
