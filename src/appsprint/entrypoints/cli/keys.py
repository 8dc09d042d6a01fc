"""``appsprint keys``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.app import Environment, RevokeMode
from appsprint.domain.ids import KeyId
from appsprint.entrypoints.cli.apps import KEY_COLUMNS
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import AppOption, JsonOption, YesOption, ask, chosen_app
from appsprint.entrypoints.cli.output import print_items, print_one, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.apps import created_key_answer, key_answer
from appsprint.errors import NotFound

app = new_noun()


@app.command("list")
def list_keys(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """List an app's API keys, oldest first, revoked ones included."""
    with open_services() as services:
        keys = services.apps.keys(chosen_app(services, app_id))
    items = [key_answer(key, key.hint) for key in keys]
    print_items({"items": items, "next_cursor": None}, KEY_COLUMNS, as_json=json)


@app.command()
def create(
    *,
    app_id: AppOption = None,
    environment: Annotated[
        Environment, typer.Option(help="Test data never mixes with live data.")
    ] = Environment.LIVE,
    json: JsonOption = False,
) -> None:
    """Add an API key; the present ones stay good. It is shown in full only now."""
    with open_services() as services:
        made = services.apps.add_key(chosen_app(services, app_id), environment)
    print_one(created_key_answer(made), as_json=json)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as listed.")],
    *,
    app_id: AppOption = None,
    mode: Annotated[
        RevokeMode,
        typer.Option(
            help="discard: apps that still carry the key are answered 200 and their data is thrown "
            "away. reject: they are answered 401, which switches their SDK off for good."
        ),
    ] = RevokeMode.DISCARD,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """End an API key."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        key = next((one for one in services.apps.keys(owner) if one.id == key_id), None)
        if key is None:
            raise NotFound(f"this app has no API key {key_id!r}")
        if mode is RevokeMode.REJECT:
            tell("Shipped apps with this key will switch their SDK off, for good.")
        ask(f"Revoke {key.hint} ({key.id})?", yes=yes)
        revoked = services.apps.revoke_key(owner, KeyId(key_id), mode)
    print_one(key_answer(revoked, revoked.hint), as_json=json)
