"""``appsprint tiktok campaigns``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
import typer

from appsprint.domain.cost import AdLevel
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    CursorOption,
    JsonOption,
    LimitOption,
    chosen_app,
    page_query,
    read_date_option,
)
from appsprint.entrypoints.cli.output import (
    print_items,
    print_json,
    print_one,
    print_table,
    table_of,
)
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT, page_of
from appsprint.entrypoints.http.api.tiktok_campaigns import (
    ReadingsAnswer,
    campaign_answer,
    campaign_detail_answer,
    reading_answer,
)

app = new_noun()

COLUMNS = ("id", "name", "objective", "status", "is_deleted", "belonging")
VERSION_COLUMNS = ("valid_from", "name", "objective", "is_deleted", "landing_page_url")
READING_COLUMNS = (
    *("as_of", "is_in_force", "spend", "currency", "impressions", "clicks"),
    *("reported_conversions", "reported_revenue"),
)
IdArgument = Annotated[str, typer.Argument(help="The id of the campaign, ad group or ad.")]
LevelOption = Annotated[AdLevel, typer.Option(help="What to list, or what the id is of.")]


@app.command("list")
def list_campaigns(
    *,
    app_id: AppOption = None,
    level: LevelOption = AdLevel.CAMPAIGN,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List campaigns, ad groups or ads as the last import saw them."""
    query = page_query(limit, cursor)
    with open_services() as services:
        found = services.campaigns.page(
            chosen_app(services, app_id), level, after=query.after, limit=query.read
        )
    page = page_of(found, query, id_of=lambda one: one.entity.id, render=campaign_answer)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def show(
    entity_id: IdArgument,
    *,
    app_id: AppOption = None,
    level: LevelOption = AdLevel.CAMPAIGN,
    json: JsonOption = False,
) -> None:
    """Show a campaign, an ad group or an ad with its earlier names."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        answer = campaign_detail_answer(services.campaigns.history(owner, level, entity_id))
    if json:
        print_json(answer)
        return
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer))
    versions = plain.pop("versions")
    print_one(plain, as_json=False)
    print_table(table_of(versions, VERSION_COLUMNS))


@app.command()
def readings(
    entity_id: IdArgument,
    day: Annotated[
        date,
        typer.Argument(
            parser=read_date_option, metavar="DATE", help="A day in the advertiser's time zone."
        ),
    ],
    *,
    app_id: AppOption = None,
    level: LevelOption = AdLevel.CAMPAIGN,
    json: JsonOption = False,
) -> None:
    """Show what TikTok told of one day, restatement by restatement."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        found = services.campaigns.readings(owner, level, entity_id, day)
    answer = ReadingsAnswer(items=[reading_answer(one) for one in found])
    print_items(answer, READING_COLUMNS, as_json=json)
