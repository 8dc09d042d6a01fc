"""``appsprint tiktok``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from appsprint.domain.authorization import COMMAND_LINE
from appsprint.entrypoints.cli import tiktok_campaigns, tiktok_mapping, tiktok_sync
from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    JsonOption,
    YesOption,
    ask,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_items, print_json, print_one, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.tiktok import (
    AuthorizeAnswer,
    ConnectionAnswer,
    advertiser_answer,
    connection_answer,
    disconnected_answer,
    pixels_answer,
    saved_credential_answer,
)
from appsprint.entrypoints.http.api.tiktok_insight import (
    diagnosis_answer,
    vbo_answer,
)

app = new_noun()
app.command("sync")(tiktok_sync.sync)
app.add_typer(
    tiktok_campaigns.app, name="campaigns", help="What imports saw: names, states, readings."
)
app.add_typer(tiktok_mapping.app, name="mapping", help="What in-app events fire as.")

PIXEL_COLUMNS = ("pixel_id", "name", "is_owned")
ADVERTISER_COLUMNS = ("id", "name", "currency", "time_zone")
DIAGNOSIS_COLUMNS = ("state", "code", "message", "action")


@app.command()
def status(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Show where the connection stands and what needs a person."""
    with open_services() as services:
        overview = services.connections.overview(chosen_app(services, app_id))
    _print_connection(connection_answer(overview), as_json=json)


@app.command()
def authorize(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Begin to connect: print TikTok's page, to be opened in a browser within ten minutes.

    TikTok then sends the browser to the server, which must be running.
    """
    with open_services() as services:
        url = services.connections.authorize(chosen_app(services, app_id), started_by=COMMAND_LINE)
    if json:
        print_json(AuthorizeAnswer(authorize_url=url))
    else:
        tell("Open this page and approve; it is good for one use within ten minutes:")
        typer.echo(url)


@app.command()
def advertisers(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """List the ad accounts that the connection reaches, asked of TikTok now."""
    with open_services() as services:
        found = services.connections.advertisers(chosen_app(services, app_id))
    items = [advertiser_answer(one) for one in found]
    print_items({"items": items, "next_cursor": None}, ADVERTISER_COLUMNS, as_json=json)


@app.command()
def choose(
    advertiser_id: Annotated[str, typer.Argument(help="One of the advertisers listed.")],
    *,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Choose the ad account whose campaigns and metrics are imported."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        overview = services.connections.choose_advertiser(owner, advertiser_id)
    _print_connection(connection_answer(overview), as_json=json)


@app.command()
def pixels(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """List the pixels of the chosen advertiser, asked of TikTok now."""
    with open_services() as services:
        found = services.connections.pixels(chosen_app(services, app_id))
    print_items(pixels_answer(found), PIXEL_COLUMNS, as_json=json)


@app.command("events-api")
def events_api(
    *,
    app_id: AppOption = None,
    pixel_id: Annotated[
        str, typer.Option(help="The Pixel ID at the top of its page in TikTok Events Manager.")
    ],
    token_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Holds the token; default: stdin."),
    ] = None,
    keep_token: Annotated[
        bool, typer.Option("--keep-token", help="Keep the stored token, and read none.")
    ] = False,
    test_event_code: Annotated[
        str | None, typer.Option(help="Sends events to Test Events instead.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Save where events go and the access token, and ask TikTok about both at once.

    They are saved whatever TikTok says; exit code 1 when it refuses them, and events wait then.
    Otherwise waiting events go out from now on. The token comes from a file, from stdin, or is
    asked for: never from an argument, which other people on the machine can see.
    """
    token = None if keep_token else _read_token(token_file)
    with open_services() as services:
        saved = services.connections.save_events_api(
            chosen_app(services, app_id),
            pixel_id=pixel_id,
            access_token=token,
            test_event_code=test_event_code,
        )
    _print_connection(saved_credential_answer(saved), as_json=json)
    if saved.checked.check.is_refusal:
        raise typer.Exit(FAILED)


@app.command()
def disconnect(
    *, app_id: AppOption = None, yes: YesOption = False, json: JsonOption = False
) -> None:
    """Disconnect: tokens are revoked and erased, history and mapping stay."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        ask("Disconnect TikTok and erase its tokens?", yes=yes)
        left = services.connections.disconnect(owner)
    _print_connection(disconnected_answer(left), as_json=json)


@app.command()
def vbo(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Show how many payment events TikTok accepted within seven days."""
    with open_services() as services:
        progress = services.vbo.progress(chosen_app(services, app_id))
    print_one(vbo_answer(progress), as_json=json)


@app.command()
def diagnostics(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Check each item of the troubleshooting list against what the server knows."""
    with open_services() as services:
        found = services.diagnostics.check(chosen_app(services, app_id))
    items = [diagnosis_answer(one) for one in found]
    print_items({"items": items, "next_cursor": None}, DIAGNOSIS_COLUMNS, as_json=json)


def _read_token(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    if sys.stdin.isatty():
        return str(typer.prompt("Events API access token", hide_input=True, err=True))
    return sys.stdin.read().strip()


def _print_connection(answer: ConnectionAnswer, *, as_json: bool) -> None:
    """The problems are talk: each with the next step."""
    if as_json:
        print_json(answer)
        return
    fields = answer.__struct_fields__
    shown = {name: getattr(answer, name) for name in fields if name != "problems"}
    print_one(shown, as_json=False)
    for problem in answer.problems:
        tell(f"! {problem.message}\n  {problem.action}")
