"""``appsprint events``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    CursorOption,
    EndOption,
    JsonOption,
    LimitOption,
    StartOption,
    chosen_app,
    page_query,
)
from appsprint.entrypoints.cli.output import print_items
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.installs import EventQuery, events_page, refusals_page
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT

app = new_noun()

COLUMNS = (
    *("id", "event_type", "event_name", "received_at", "revenue", "currency"),
    *("install_id", "outcomes"),
)
REFUSED_COLUMNS = ("id", "received_at", "reason", "event_id", "excerpt")


@app.command("list")
def list_events(
    *,
    app_id: AppOption = None,
    event_type: Annotated[str | None, typer.Option(help="Of this type.")] = None,
    event_name: Annotated[str | None, typer.Option(help="Custom events of this name.")] = None,
    event_id: Annotated[str | None, typer.Option(help="The SDK's id of the event.")] = None,
    appsprint_id: Annotated[str | None, typer.Option(help="The id made on the device.")] = None,
    install_id: Annotated[str | None, typer.Option(help="Of this install.")] = None,
    start: StartOption = None,
    end: EndOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List stored events with their outcome at each network, newest arrival first."""
    query = EventQuery(
        limit=limit,
        cursor=cursor,
        event_type=event_type,
        event_name=event_name,
        event_id=event_id,
        appsprint_id=appsprint_id,
        install_id=install_id,
        start=start,
        end=end,
    )
    with open_services() as services:
        page = events_page(services, chosen_app(services, app_id), query)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def refused(
    *,
    app_id: AppOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List events that were received and not stored, newest first, with the reason."""
    query = page_query(limit, cursor)
    with open_services() as services:
        page = refusals_page(services, chosen_app(services, app_id), query)
    print_items(page, REFUSED_COLUMNS, as_json=json)
