"""``appsprint links``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.ids import LinkId
from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    CursorOption,
    JsonOption,
    LimitOption,
    YesOption,
    ask,
    chosen_app,
    page_query,
)
from appsprint.entrypoints.cli.output import print_items, print_one
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.links import counted_link_answer, link_answer, links_page
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT
from appsprint.ports.links import LinkCounts
from appsprint.services.links import FOLLOW_APP, LinkChanges, NewLink, WindowChange

app = new_noun()

COLUMNS = ("id", "name", "clicks", "installs", "url", "archived_at")
LinkArgument = Annotated[str, typer.Argument(help="The link's id.")]


@app.command("list")
def list_links(
    *,
    app_id: AppOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List an app's ad links with their counts, newest first, archived ones included."""
    query = page_query(limit, cursor)
    with open_services() as services:
        page = links_page(services, chosen_app(services, app_id), query)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def create(
    *,
    app_id: AppOption = None,
    name: Annotated[str, typer.Option(help="What people call it.")],
    destination_url: Annotated[
        str, typer.Option(metavar="URL", help="The store page of this very app.")
    ],
    network: Annotated[AdNetwork, typer.Option(help="Whose ads carry it.")] = AdNetwork.TIKTOK,
    campaign_name: Annotated[
        str | None, typer.Option(help="Stands in where a click brings no campaign name.")
    ] = None,
    click_lookback_hours: Annotated[
        int | None, typer.Option(help="How old its clicks may be, instead of the app's window.")
    ] = None,
    probabilistic_lookback_hours: Annotated[
        int | None, typer.Option(help="The same for matches by address and device.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make an ad link. Its url is what to paste into the ad, unchanged."""
    wanted = NewLink(
        network=network,
        name=name,
        destination_url=destination_url,
        campaign_name=campaign_name,
        click_lookback_hours=click_lookback_hours,
        probabilistic_lookback_hours=probabilistic_lookback_hours,
    )
    with open_services() as services:
        link = services.links.create(chosen_app(services, app_id), wanted)
        answer = link_answer(services.links, link, LinkCounts(clicks=0, installs=0))
    print_one(answer, as_json=json)


@app.command()
def show(link_id: LinkArgument, *, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Show an ad link."""
    with open_services() as services:
        found = services.links.get(chosen_app(services, app_id), LinkId(link_id))
        print_one(counted_link_answer(services.links, found), as_json=json)


@app.command()
def update(
    link_id: LinkArgument,
    *,
    app_id: AppOption = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    destination_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The store page of this very app.")
    ] = None,
    campaign_name: Annotated[
        str | None, typer.Option(help="Stands in for a missing one; empty removes it.")
    ] = None,
    click_lookback_hours: Annotated[
        int | None, typer.Option(help="How old its clicks may be; 0 follows the app.")
    ] = None,
    probabilistic_lookback_hours: Annotated[
        int | None,
        typer.Option(help="The same for matches by address and device; 0 follows the app."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Change an ad link; its address stays."""
    changes = LinkChanges(
        name=name,
        destination_url=destination_url,
        campaign_name=campaign_name,
        click_lookback_hours=_window(click_lookback_hours),
        probabilistic_lookback_hours=_window(probabilistic_lookback_hours),
    )
    with open_services() as services:
        found = services.links.update(chosen_app(services, app_id), LinkId(link_id), changes)
        print_one(counted_link_answer(services.links, found), as_json=json)


@app.command()
def archive(
    link_id: LinkArgument,
    *,
    app_id: AppOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Archive an ad link: it still leads to the store, and its clicks earn no credit any more."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        found = services.links.get(owner, LinkId(link_id))
        ask(f"Archive {found.link.name} ({found.link.id})? This cannot be undone.", yes=yes)
        archived = services.links.archive(owner, found.link.id)
        print_one(counted_link_answer(services.links, archived), as_json=json)


def _window(hours: int | None) -> WindowChange:
    return FOLLOW_APP if hours == 0 else hours
