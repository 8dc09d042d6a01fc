"""Members of the server: who they are, what they may do, inviting and removing them."""

from __future__ import annotations

from collections.abc import Sequence

from appsprint.domain.access import Role
from appsprint.domain.ids import MemberId
from appsprint.domain.member import Member
from appsprint.entrypoints.http.api.members import invitation_url
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.entrypoints.http.error_responses import error_body
from appsprint.errors import AppsprintError, Conflict, InvalidInput, NotAllowed
from appsprint.services.members import MemberChanges

PLACE = "/settings/members"


@page("GET", PLACE, role=Role.OWNER)
def show_members(request: PageRequest) -> PageResponse:
    """Everybody within the owner's reach."""
    return _page(request)


@page("POST", PLACE, role=Role.OWNER)
def invite(request: PageRequest) -> PageResponse:
    """Add a member and show the link to hand over, this once."""
    form, owner = visit_of(request).form, visit_of(request).member
    try:
        member, secret = services_of(request).members.invite(
            form.text("email"), form.text("role"), wanted_apps(form), granted_by=owner
        )
    except (InvalidInput, NotAllowed, Conflict) as exc:
        return _page(request, problem=exc)
    return _page(request, invited=member, secret=secret, form=Form())


@page("POST", f"{PLACE}/{{member_id:str}}/invite", role=Role.OWNER)
def invite_again(request: PageRequest, member_id: PathId) -> PageResponse:
    """A new link for somebody who lost theirs, or their password or second factor."""
    members, owner = services_of(request).members, visit_of(request).member
    member, secret = members.invite_again(MemberId(member_id), granted_by=owner)
    return _page(request, invited=member, secret=secret)


@page("POST", f"{PLACE}/{{member_id:str}}", role=Role.OWNER)
def change(request: PageRequest, member_id: PathId) -> PageResponse:
    """Give a member another role and reach."""
    form, owner = visit_of(request).form, visit_of(request).member
    apps = wanted_apps(form)
    changes = MemberChanges(role=form.text("role"), app_ids=apps, all_apps=apps is None)
    try:
        services_of(request).members.change(MemberId(member_id), changes, granted_by=owner)
    except (InvalidInput, NotAllowed, Conflict) as exc:
        return _page(request, problem=exc)
    return redirect(PLACE, notice="The member is changed.")


@page("POST", f"{PLACE}/{{member_id:str}}/remove", role=Role.OWNER)
def remove(request: PageRequest, member_id: PathId) -> PageResponse:
    """Take a member out; they are signed out at once."""
    try:
        services_of(request).members.remove(
            MemberId(member_id), removed_by=visit_of(request).member
        )
    except Conflict as exc:
        return _page(request, problem=exc)
    return redirect(PLACE, notice="The member is removed.")


def wanted_apps(form: Form) -> Sequence[str] | None:
    """The apps that were ticked; None for all of them."""
    return form.texts("app_ids") if form.text("reach") == "some" else None


def _page(
    request: PageRequest,
    *,
    problem: AppsprintError | None = None,
    invited: Member | None = None,
    secret: str | None = None,
    form: Form | None = None,
) -> PageResponse:
    visit, services = visit_of(request), services_of(request)
    sent = visit.form if form is None else form
    return render(
        request,
        "members.html",
        status=200 if problem is None else error_body(problem)[0],
        form=sent if problem is None else sent.refused(problem),
        members=services.members.list(within=visit.member),
        invited=invited,
        link=None if secret is None else invitation_url(services, secret),
        roles=ROLES,
    )


ROLES = [
    (Role.VIEWER.value, "Viewer: sees everything of the app"),
    (Role.EDITOR.value, "Editor: connects, maps, creates links"),
    (Role.OWNER.value, "Owner: manages members and tokens, too"),
]

HANDLERS = (show_members, invite, invite_again, change, remove)
