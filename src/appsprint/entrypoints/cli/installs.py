"""``appsprint installs``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.ids import InstallId
from appsprint.domain.quality_rules import QualityRule
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    CursorOption,
    EndOption,
    JsonOption,
    LimitOption,
    StartOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import (
    as_plain,
    print_items,
    print_json,
    print_one,
    print_table,
    table_of,
)
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.installs import (
    InstallQuery,
    install_detail_answer,
    installs_page,
)
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT

app = new_noun()

COLUMNS = (
    *("id", "platform", "received_at", "match_type", "confidence"),
    *("campaign_id", "campaign_name", "link_id", "is_reinstall"),
)
CANDIDATE_COLUMNS = (
    *("click_id", "occurred_at", "age_seconds", "match_type", "agreement"),
    *("probability", "verdict_words"),
)


@app.command("list")
def list_installs(
    *,
    app_id: AppOption = None,
    attributed: Annotated[
        bool | None,
        typer.Option("--attributed/--organic", help="Only those with or without credit."),
    ] = None,
    reinstall: Annotated[
        bool | None,
        typer.Option("--reinstalls/--new", help="Only reinstalls, or only new installs."),
    ] = None,
    campaign_id: Annotated[str | None, typer.Option(help="Credited to this campaign.")] = None,
    link_id: Annotated[str | None, typer.Option(help="Credited to this ad link.")] = None,
    match_type: Annotated[str | None, typer.Option(help="Matched in this way.")] = None,
    tag: Annotated[QualityRule | None, typer.Option(help="Found by this quality rule.")] = None,
    appsprint_id: Annotated[str | None, typer.Option(help="The id made on the device.")] = None,
    customer_user_id: Annotated[str | None, typer.Option(help="The customer's id.")] = None,
    start: StartOption = None,
    end: EndOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List installs, newest arrival first."""
    query = InstallQuery(
        limit=limit,
        cursor=cursor,
        is_attributed=attributed,
        is_reinstall=reinstall,
        campaign_id=campaign_id,
        link_id=link_id,
        match_type=match_type,
        tag=tag,
        appsprint_id=appsprint_id,
        customer_user_id=customer_user_id,
        start=start,
        end=end,
    )
    with open_services() as services:
        page = installs_page(services, chosen_app(services, app_id), query)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def show(
    install_id: Annotated[str, typer.Argument(help="The install's id.")],
    *,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Show an install: the clicks that were weighed, which won, and why the others lost."""
    with open_services() as services:
        story = services.installs.story(chosen_app(services, app_id), InstallId(install_id))
    answer = install_detail_answer(story)
    if json:
        print_json(answer)
        return
    plain = as_plain(answer)
    explanation, versions = plain.pop("explanation"), plain.pop("decisions")
    apple = plain.pop("apple_lookup")
    print_one(plain, as_json=False)
    if len(versions) > 1:
        columns = ("version", "decided_at", "cause", "match_type", "reason", "click_id")
        print_table(table_of(versions, columns))
    if apple is not None:
        claim = apple.pop("claim") or {}
        print_one({"apple_ads": apple.pop("state"), **apple, **claim}, as_json=False)
    missing = {one["name"]: one["words"] for one in explanation.get("missing_evidence", ())}
    print_one({"why": explanation.get("words"), "missing": missing or None}, as_json=False)
    if explanation.get("candidates"):
        print_table(table_of(explanation["candidates"], CANDIDATE_COLUMNS))
