"""Routes of members: the people who sign in to the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import RawBody
from msgspec import UNSET, Meta, UnsetType

from appsprint.domain.access import Role
from appsprint.domain.ids import MemberId
from appsprint.domain.member import Member
from appsprint.entrypoints.http.api.creating import created
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.catalog import Services
from appsprint.services.members import MemberChanges

PATH = "/members/{member_id:str}"

MemberRole = Annotated[
    str,
    Meta(
        description="`viewer` reads, `editor` writes, `owner` manages members and tokens too.",
        extra_json_schema={"enum": list(Role)},
    ),
]
Reach = Annotated[list[str] | None, Meta(description="The apps they are limited to; null for all.")]


class NewMemberBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who is invited, and to what."""

    email: Annotated[
        str, Meta(description="They sign in with it.", extra_json_schema={"maxLength": 254})
    ]
    role: MemberRole
    app_ids: Reach = None


class MemberChangesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; what is left out stays."""

    role: MemberRole | UnsetType = UNSET
    app_ids: Reach | UnsetType = UNSET


class MemberAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A member; never their password or second factor."""

    id: str
    email: str
    role: Role
    app_ids: list[str] | None
    has_password: bool
    has_second_factor: bool
    created_at: UtcTime


class InvitedAnswer(MemberAnswer, frozen=True, kw_only=True):
    """A member with the link for choosing a password: for one use within seven days.

    It is shown only in this answer, and sent to nobody.
    """

    invitation_url: str


@route(
    "POST",
    "/members",
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    body=NewMemberBody,
    answer=InvitedAnswer,
    status=201,
)
def invite_member(request: ApiRequest, body: RawBody) -> Response[bytes]:
    """Add a member, with a one-time link with which they choose a password."""
    wanted = read_body(request, body, NewMemberBody)
    services = services_of(request)
    prepare = partial(
        services.members.invitation,
        wanted.email,
        wanted.role,
        wanted.app_ids,
        granted_by=request.user,
    )
    return created(request, body, prepare, invited_answer(services))


@route(
    "GET",
    "/members",
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    query=PageQuery,
    answer=Page[MemberAnswer],
)
def list_members(request: ApiRequest) -> Page[MemberAnswer]:
    """List the people who can sign in to the dashboard, oldest first."""
    query = read_query(request, PageQuery)
    members = services_of(request).members.list(within=request.user)
    found = [member for member in members if member.id > (query.after or "")]
    return page_of(found, query, id_of=lambda member: member.id, render=member_answer)


@route("GET", PATH, role=Role.OWNER, tag=ApiTag.ACCESS, answer=MemberAnswer)
def get_member(request: ApiRequest, member_id: PathId) -> MemberAnswer:
    """Show a member."""
    found = services_of(request).members.get(MemberId(member_id), within=request.user)
    return member_answer(found)


@route(
    "PATCH",
    PATH,
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    body=MemberChangesBody,
    answer=MemberAnswer,
)
def change_member(request: ApiRequest, member_id: PathId, body: RawBody) -> MemberAnswer:
    """Give a member another role or other apps, in force at once."""
    wanted = read_body(request, body, MemberChangesBody)
    changes = MemberChanges(
        role=None if wanted.role is UNSET else wanted.role,
        app_ids=None if wanted.app_ids is UNSET else wanted.app_ids,
        all_apps=wanted.app_ids is None,
    )
    members = services_of(request).members
    return member_answer(members.change(MemberId(member_id), changes, granted_by=request.user))


@route("DELETE", PATH, role=Role.OWNER, tag=ApiTag.ACCESS, answer=None, status=204)
def remove_member(request: ApiRequest, member_id: PathId) -> None:
    """Take a member out; they are signed out, and their API tokens end, at once."""
    services_of(request).members.remove(MemberId(member_id), removed_by=request.user)


@route(
    "POST",
    f"{PATH}/invitation",
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    answer=InvitedAnswer,
    status=201,
)
def invite_member_again(request: ApiRequest, member_id: PathId) -> Response[bytes]:
    """Make a new link for somebody who lost theirs, their password or their second factor.

    Earlier links end. What they sign in with now works until the new link is used.
    """
    services = services_of(request)
    prepare = partial(services.members.new_invitation, MemberId(member_id), granted_by=request.user)
    return created(request, b"", prepare, invited_answer(services))


def member_answer(member: Member) -> MemberAnswer:
    """A member as they are answered."""
    return MemberAnswer(
        id=member.id,
        email=member.email,
        role=member.role,
        app_ids=None if member.app_ids is None else list(member.app_ids),
        has_password=member.password_hash is not None,
        has_second_factor=member.sealed_totp is not None,
        created_at=member.created_at,
    )


def invited_answer(services: Services) -> Callable[[tuple[Member, str]], InvitedAnswer]:
    """Renders an invited member with their link, which is shown only now."""

    def render(invited: tuple[Member, str]) -> InvitedAnswer:
        member, secret = invited
        url = invitation_url(services, secret)
        return InvitedAnswer(**msgspec.structs.asdict(member_answer(member)), invitation_url=url)

    return render


def invitation_url(services: Services, secret: str) -> str:
    """Where an invitation is used."""
    return f"{services.settings.base_url}/invitations/{secret}"


HANDLERS = (
    invite_member,
    list_members,
    get_member,
    change_member,
    remove_member,
    invite_member_again,
)
