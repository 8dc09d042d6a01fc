"""``appsprint apps``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.app import Platform
from appsprint.domain.ids import AppId
from appsprint.domain.privacy import RetainedKind
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    CursorOption,
    JsonOption,
    LimitOption,
    YesOption,
    ask,
    page_query,
)
from appsprint.entrypoints.cli.output import print_items, print_one, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.apps import AppAnswer, app_answer, created_app_answer
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT, page_of
from appsprint.entrypoints.http.api.privacy import retention_answer
from appsprint.services.apps import AppChanges, NewApp
from appsprint.services.catalog import Services

app = new_noun()

COLUMNS = ("id", "name", "platform", "store_id", "time_zone", "currency", "created_at")
NameOption = Annotated[str, typer.Option(help="What people call it.")]
StoreUrlOption = Annotated[
    str, typer.Option(metavar="URL", help="Its page in the App Store or the Play Store.")
]
MatchingOption = Annotated[
    bool | None,
    typer.Option(
        "--probabilistic-matching/--no-probabilistic-matching",
        help="Whether address and device may earn credit.",
    ),
]
TruncateOption = Annotated[
    bool | None,
    typer.Option(
        "--truncate-addresses/--keep-addresses",
        help="Whether only the /24 or /48 of people's addresses is kept from now on.",
    ),
]
ZoneOption = Annotated[
    str | None, typer.Option(metavar="ZONE", help="IANA name of the zone people read times in.")
]
CurrencyOption = Annotated[str | None, typer.Option(metavar="CODE", help="ISO 4217.")]
RetentionOption = Annotated[
    str | None,
    typer.Option(metavar="DAYS", help="31 to 36500, 0 for ever, or 'server' to follow it."),
]
RETENTION_COLUMNS = ("kind", "days", "own_days", "server_days")
AppArgument = Annotated[str, typer.Argument(help="The app's id.")]


@app.command("list")
def list_apps(
    *, limit: LimitOption = DEFAULT_LIMIT, cursor: CursorOption = None, json: JsonOption = False
) -> None:
    """List the apps, oldest first."""
    query = page_query(limit, cursor)
    with open_services() as services:
        found = [one for one in services.apps.list() if one.id > (query.after or "")]
        page = page_of(
            found,
            query,
            id_of=lambda one: one.id,
            render=lambda one: app_answer(one, services.apps.keys(one.id)),
        )
    print_items(page, COLUMNS, as_json=json)


@app.command()
def create(
    *,
    name: NameOption,
    platform: Annotated[Platform, typer.Option(help="What it runs on.")],
    store_url: StoreUrlOption,
    time_zone: ZoneOption = None,
    currency: CurrencyOption = None,
    json: JsonOption = False,
) -> None:
    """Make an app with its first API key, a live one."""
    wanted = NewApp(
        name=name,
        platform=platform,
        store_url=store_url,
        time_zone=time_zone,
        currency=currency,
    )
    with open_services() as services:
        made = services.apps.create(wanted)
    answer = created_app_answer(made)
    if not json:
        tell(f"API key, shown only now: {made.plain_key}")
    _print(answer, as_json=json)


@app.command()
def show(app_id: AppArgument, *, json: JsonOption = False) -> None:
    """Show an app with its API keys."""
    with open_services() as services:
        _print(_shown(services, app_id), as_json=json)


@app.command()
def update(
    app_id: AppArgument,
    *,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    store_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its page in the store.")
    ] = None,
    time_zone: ZoneOption = None,
    currency: CurrencyOption = None,
    probabilistic_matching: MatchingOption = None,
    click_lookback_hours: Annotated[
        int | None, typer.Option(help="How old a click may be, 1 to 720 hours.")
    ] = None,
    probabilistic_lookback_hours: Annotated[
        int | None,
        typer.Option(help="The same for matches by address and device, 1 to 168 hours."),
    ] = None,
    min_confidence_percent: Annotated[
        int | None,
        typer.Option(help="How probable such a match must be to earn credit, 50 to 99."),
    ] = None,
    reattribution_days: Annotated[
        int | None,
        typer.Option(help="How long after an install the next one is a reinstall, 1 to 365 days."),
    ] = None,
    truncate_addresses: TruncateOption = None,
    json: JsonOption = False,
) -> None:
    """Change an app; what is not named stays. New rules count for installs from now on."""
    changes = AppChanges(
        name=name,
        store_url=store_url,
        time_zone=time_zone,
        currency=currency,
        probabilistic_matching=probabilistic_matching,
        click_lookback_hours=click_lookback_hours,
        probabilistic_lookback_hours=probabilistic_lookback_hours,
        min_confidence_percent=min_confidence_percent,
        reattribution_days=reattribution_days,
        truncate_addresses=truncate_addresses,
    )
    with open_services() as services:
        services.apps.update(AppId(app_id), changes)
        _print(_shown(services, app_id), as_json=json)


@app.command()
def retention(
    app_id: AppArgument,
    *,
    clicks: RetentionOption = None,
    installs: RetentionOption = None,
    events: RetentionOption = None,
    deliveries: RetentionOption = None,
    json: JsonOption = False,
) -> None:
    """Show how long an app keeps what tells of a person, or change it.

    What is older is forgotten within the hour and does not come back.
    """
    given = {
        RetainedKind.CLICKS: clicks,
        RetainedKind.INSTALLS: installs,
        RetainedKind.EVENTS: events,
        RetainedKind.DELIVERIES: deliveries,
    }
    days = {kind: _read_days(text) for kind, text in given.items() if text is not None}
    with open_services() as services:
        if days:
            rows = services.retention.change(AppId(app_id), days)
        else:
            rows = services.retention.rows(AppId(app_id))
    print_items(retention_answer(rows), RETENTION_COLUMNS, as_json=json)


def _read_days(text: str) -> int | None:
    if text == "server":
        return None
    if not text.isascii() or not text.isdigit():
        raise typer.BadParameter(f"{text!r} is neither a number of days nor 'server'")
    return int(text)


@app.command()
def delete(app_id: AppArgument, *, yes: YesOption = False, json: JsonOption = False) -> None:
    """Delete an app: its API keys are discarded, its ad links still lead to the store."""
    with open_services() as services:
        found = services.apps.get(AppId(app_id))
        ask(f"Delete {found.name} ({found.id})?", yes=yes)
        services.apps.delete(found.id)
    print_one({"deleted": app_id}, as_json=json)


def _shown(services: Services, app_id: str) -> AppAnswer:
    found = services.apps.get(AppId(app_id))
    return app_answer(found, services.apps.keys(found.id))


def _print(answer: AppAnswer, *, as_json: bool) -> None:
    """The keys have a table of their own."""
    if as_json:
        print_one(answer, as_json=True)
        return
    print_one({name: getattr(answer, name) for name in _FIELDS}, as_json=False)
    print_items({"items": answer.api_keys}, KEY_COLUMNS, as_json=False)


_FIELDS = tuple(name for name in AppAnswer.__struct_fields__ if name != "api_keys")
KEY_COLUMNS = ("id", "key", "environment", "created_at", "revoked_at", "revoke_mode")
