"""``appsprint tokens``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.access import Role
from appsprint.domain.ids import TokenId
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    CursorOption,
    JsonOption,
    LimitOption,
    YesOption,
    ask,
    page_query,
)
from appsprint.entrypoints.cli.output import print_items, print_one
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT, page_of
from appsprint.entrypoints.http.api.tokens import new_token_answer, token_answer

app = new_noun()

COLUMNS = ("id", "name", "role", "app_ids", "created_at", "revoked_at")


@app.command("list")
def list_tokens(
    *, limit: LimitOption = DEFAULT_LIMIT, cursor: CursorOption = None, json: JsonOption = False
) -> None:
    """List API tokens, oldest first, revoked ones included. Their text is never shown again."""
    query = page_query(limit, cursor)
    with open_services() as services:
        tokens = services.access.list_tokens()
    found = [token for token in tokens if token.id > (query.after or "")]
    page = page_of(found, query, id_of=lambda token: token.id, render=token_answer)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def create(
    *,
    name: Annotated[str, typer.Option(help="Who or what uses it.")],
    role: Annotated[
        Role, typer.Option(help="viewer reads, editor writes, owner manages tokens too.")
    ],
    apps: Annotated[
        list[str] | None,
        typer.Option("--app", metavar="APP_ID", help="Limits it to this app; can be repeated."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make an API token. Its text is shown only now."""
    with open_services() as services:
        made = services.access.create_token(name, role, apps or None)
    print_one(new_token_answer(made), as_json=json)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, as listed.")],
    *,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Revoke an API token; it stops working at once."""
    with open_services() as services:
        ask(f"Revoke {token_id}?", yes=yes)
        services.access.revoke_token(TokenId(token_id))
    print_one({"revoked": token_id}, as_json=json)
