"""``appsprint members``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.access import Role
from appsprint.domain.ids import MemberId
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
from appsprint.entrypoints.http.api.members import invited_answer, member_answer
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT, page_of
from appsprint.services.members import MemberChanges

app = new_noun()

COLUMNS = ("id", "email", "role", "app_ids", "has_password", "has_second_factor", "created_at")
RoleOption = Annotated[
    Role, typer.Option(help="viewer reads, editor writes, owner manages members and tokens too.")
]
AppsOption = Annotated[
    list[str] | None,
    typer.Option("--app", metavar="APP_ID", help="Limits them to this app; can be repeated."),
]


@app.command("list")
def list_members(
    *, limit: LimitOption = DEFAULT_LIMIT, cursor: CursorOption = None, json: JsonOption = False
) -> None:
    """List the people who can sign in to the dashboard, oldest first."""
    query = page_query(limit, cursor)
    with open_services() as services:
        members = services.members.list()
    found = [member for member in members if member.id > (query.after or "")]
    page = page_of(found, query, id_of=lambda member: member.id, render=member_answer)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def invite(
    *,
    email: Annotated[str, typer.Option(help="They sign in with it.")],
    role: RoleOption,
    apps: AppsOption = None,
    json: JsonOption = False,
) -> None:
    """Add a member, or make a new link for one; the link is for choosing a password, once.

    It is shown only now and works for seven days. Nothing is sent to the address.
    """
    with open_services() as services:
        address = email.strip().lower()
        known = next((one for one in services.members.list() if one.email == address), None)
        if known is None:
            invited = services.members.invite(email, role, apps or None)
        else:
            invited = services.members.invite_again(known.id)
        answer = invited_answer(services)(invited)
    print_one(answer, as_json=json)


@app.command()
def change(
    member_id: Annotated[str, typer.Argument(help="The member's id, as listed.")],
    *,
    role: Annotated[Role | None, typer.Option(help="Default: as it is.")] = None,
    apps: AppsOption = None,
    all_apps: Annotated[bool, typer.Option("--all-apps", help="Lifts a limit to apps.")] = False,
    json: JsonOption = False,
) -> None:
    """Give a member another role or other apps, in force at once; the rest stays."""
    changes = MemberChanges(role=role, app_ids=apps or None, all_apps=all_apps)
    with open_services() as services:
        changed = services.members.change(MemberId(member_id), changes)
    print_one(member_answer(changed), as_json=json)


@app.command()
def remove(
    member_id: Annotated[str, typer.Argument(help="The member's id, as listed.")],
    *,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Take a member out; they are signed out at once."""
    with open_services() as services:
        ask(f"Remove {member_id}?", yes=yes)
        services.members.remove(MemberId(member_id))
    print_one({"removed": member_id}, as_json=json)
