"""API tokens: what scripts and other programs use the management API with."""

from __future__ import annotations

from appsprint.domain.access import ApiToken, Role
from appsprint.domain.ids import TokenId
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.members import ROLES, wanted_apps
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.entrypoints.http.error_responses import error_body
from appsprint.errors import AppsprintError, Conflict, InvalidInput, NotAllowed

PLACE = "/settings/tokens"


@page("GET", PLACE, role=Role.OWNER)
def show_tokens(request: PageRequest) -> PageResponse:
    """All tokens within reach, never their text."""
    return _page(request)


@page("POST", PLACE, role=Role.OWNER)
def create_token(request: PageRequest) -> PageResponse:
    """Make a token and show its text, this once."""
    form, owner = visit_of(request).form, visit_of(request).member
    try:
        made = services_of(request).access.create_token(
            form.text("name"), form.text("role"), wanted_apps(form), granted_by=owner
        )
    except (InvalidInput, NotAllowed) as exc:
        return _page(request, problem=exc)
    return _page(request, made=made)


@page("POST", f"{PLACE}/{{token_id:str}}/revoke", role=Role.OWNER)
def revoke_token(request: PageRequest, token_id: PathId) -> PageResponse:
    """End a token; it stops working at once."""
    try:
        services_of(request).access.revoke_token(
            TokenId(token_id), revoked_by=visit_of(request).member
        )
    except Conflict as exc:
        return _page(request, problem=exc)
    return redirect(PLACE, notice="The API token is revoked.")


def _page(
    request: PageRequest,
    *,
    problem: AppsprintError | None = None,
    made: tuple[ApiToken, str] | None = None,
) -> PageResponse:
    visit, services = visit_of(request), services_of(request)
    form = visit.form if made is None else Form()
    tokens = services.access.list_tokens(within=visit.member)
    return render(
        request,
        "tokens.html",
        status=200 if problem is None else error_body(problem)[0],
        form=form if problem is None else form.refused(problem),
        tokens=sorted(tokens, key=lambda token: token.revoked_at is not None),
        made=made,
        emails={one.id: one.email for one in services.members.list()},
        roles=ROLES,
        base_url=services.settings.base_url,
    )


HANDLERS = (show_tokens, create_token, revoke_token)
