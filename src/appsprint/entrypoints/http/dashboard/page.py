"""How a page is declared: its address, who may open it, and what happens before it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote

from anyio import to_thread
from litestar import HttpMethod, MediaType, Request
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.forms import Form, read_form
from appsprint.entrypoints.http.dashboard.rendering import (
    Connection,
    PageResponse,
    read_notice,
    redirect,
    render,
)
from appsprint.entrypoints.http.dashboard.visits import (
    CSRF_FIELD,
    CSRF_HEADER,
    Visit,
    found_secret,
    fresh_secret,
    is_csrf_token,
    visit_of,
)
from appsprint.entrypoints.http.error_responses import (
    answer_error,
    error_body,
    error_headers,
    note_error,
)
from appsprint.errors import AppsprintError, NotAllowed, NotAuthenticated, NotFound
from appsprint.services.acting import act_as, actor_of
from appsprint.services.checks import quoted

Handler = Callable[..., PageResponse]
SIGN_IN = "/login"
_RULE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule:
    """Who may open a page.

    Attributes:
        role: The least role; None lets everybody in.
        needs_all_apps: Refused to members who are limited to some apps.
        checks_token: False where the address itself is a secret.
    """

    role: Role | None
    needs_all_apps: bool
    checks_token: bool


def page(
    method: str,
    path: str,
    *,
    role: Role | None,
    needs_all_apps: bool = False,
    checks_token: bool = True,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a function a page; it runs in a thread, so it may block.

    Where ``path`` names an ``{app_id:str}``, the app must be within the member's reach. A POST
    must carry the token of the visitor's forms.
    """
    return HTTPRouteHandler(
        path,
        http_method=HttpMethod(method),
        status_code=200,
        media_type=MediaType.HTML,
        sync_to_thread=True,
        guards=[admit],
        opt=page_options(role, needs_all_apps=needs_all_apps, checks_token=checks_token),
    )


def page_options(
    role: Role | None, *, needs_all_apps: bool = False, checks_token: bool = True
) -> dict[str, PageRule]:
    """What ``admit`` reads of a handler; for those few that ``page`` cannot declare."""
    return {_RULE: PageRule(role=role, needs_all_apps=needs_all_apps, checks_token=checks_token)}


def rule_of(handler: BaseRouteHandler) -> PageRule:
    """What ``page`` declared about a handler."""
    return cast(PageRule, handler.opt[_RULE])


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of every page: who is it, did our own form send this, may they, and which app.

    Raises:
        NotAuthenticated: Nobody is signed in, and the page needs somebody.
        NotAllowed: The role or the reach is not enough, or the form's token is wrong.
        NotFound: There is no such app for this member.
    """
    request, rule = cast("Request[Any, Any, Any]", connection), rule_of(handler)
    form = read_form(await request.body()) if request.method == "POST" else Form()
    visit = replace(await to_thread.run_sync(find_visit, connection), form=form)
    connection.scope["user"] = visit
    if visit.signed_in is not None:
        act_as(actor_of(visit.signed_in.member))
    if rule.role is not None:
        _check_role(visit, rule)
    if request.method == "POST" and rule.checks_token:
        _check_token(request, visit)
    app_id = connection.path_params.get("app_id")
    if app_id is not None and rule.role is not None:
        app = await to_thread.run_sync(services_of(connection).apps.get, _reached(visit, app_id))
        connection.scope["user"] = replace(visit, app=app)


def find_visit(connection: Connection) -> Visit:
    """Whose cookie this is; a visitor without a good one gets a fresh, anonymous secret."""
    services = services_of(connection)
    secret = found_secret(connection, services.settings)
    signed_in = None if secret is None else services.sessions.authenticate(secret)
    return Visit(
        secret=secret or fresh_secret(),
        is_new=secret is None,
        signed_in=signed_in,
        form=Form(),
        notice=read_notice(connection),
    )


def show_error(request: Request[Any, Any, Any], exc: Exception) -> PageResponse:
    """The exception handler of pages: whoever is not signed in goes to sign in, the rest reads."""
    if isinstance(exc, NotAuthenticated):
        return _to_sign_in(request)
    try:
        return _error_page(request, exc)
    except Exception:  # noqa: BLE001 what went wrong may be what every page needs
        return answer_error(request, exc)


def _error_page(request: Request[Any, Any, Any], exc: Exception) -> PageResponse:
    status, body = error_body(exc)
    if not isinstance(request.scope.get("user"), Visit):
        request.scope["user"] = _any_visit(request)
    answer = render(request, "error.html", status=status, code=status, message=body["message"])
    answer.headers.update({"Retry-After": "1"} if "Retry-After" in error_headers(exc) else {})
    route = str(request.scope.get("path_template", "page"))
    note_error(exc, status=status, method=request.method, route=route)
    return answer


def _any_visit(request: Request[Any, Any, Any]) -> Visit:
    """The visit if it can be found; what went wrong may be the store itself."""
    try:
        return find_visit(request)
    except AppsprintError:
        return Visit(secret=fresh_secret(), is_new=False, form=Form())


def wants_page(accept: str) -> bool:
    """Whether a browser asks, who cannot read JSON."""
    return "text/html" in accept


def _to_sign_in(request: Request[Any, Any, Any]) -> PageResponse:
    if request.headers.get("hx-request"):
        # A part of a page cannot show the sign-in; the whole browser has to go there.
        answer = redirect(SIGN_IN)
        answer.status_code = 200
        answer.headers["HX-Redirect"] = SIGN_IN
        return answer
    if request.method != "GET" or request.url.path == "/":
        return redirect(SIGN_IN)
    query = f"?{request.url.query}" if request.url.query else ""
    return redirect(f"{SIGN_IN}?next={quote(request.url.path + query, safe='')}")


def _check_role(visit: Visit, rule: PageRule) -> None:
    member = visit.member
    if rule.role is not None and not member.has_role(rule.role):
        raise NotAllowed(
            f"this needs the role {rule.role}, and yours is {member.role}: ask an owner"
        )
    if rule.needs_all_apps and member.app_ids is not None:
        raise NotAllowed("this needs access to all apps, and yours is limited to some")


def _check_token(request: Request[Any, Any, Any], visit: Visit) -> None:
    given = request.headers.get(CSRF_HEADER) or visit.form.text(CSRF_FIELD)
    if not is_csrf_token(given, visit.secret):
        raise NotAllowed(
            "this form is too old or did not come from this dashboard: load the page again and "
            "repeat what you did",
            code="form_expired",
        )


def _reached(visit: Visit, app_id: str) -> AppId:
    """An app out of reach answers as one that does not exist."""
    if not visit.member.reaches(AppId(app_id)):
        raise NotFound(f"there is no app {quoted(app_id)}")
    return AppId(app_id)


__all__ = ["PageResponse", "PageRule", "admit", "page", "redirect", "render", "visit_of"]
