"""Signing in and out, and choosing a password by invitation."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.params import FromPath

from appsprint.domain.address import client_address
from appsprint.domain.member import Member
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import (
    PageRequest,
    found_secret,
    fresh_secret,
    secret_cookie,
    visit_of,
)
from appsprint.entrypoints.http.error_responses import error_body
from appsprint.errors import AppsprintError, InvalidInput, NotAuthenticated, RateLimited
from appsprint.services.sessions import Credentials


@page("GET", "/login", role=None)
def show_login(request: PageRequest) -> PageResponse:
    """The form; whoever is signed in goes on."""
    if visit_of(request).signed_in is not None:
        return redirect(_place_after(request.query_params.get("next")))
    return _login_page(request)


@page("POST", "/login", role=None)
def sign_in(request: PageRequest) -> PageResponse:
    """Check who it is; the browser gets a new secret, so an overheard one is worth nothing."""
    services, form = services_of(request), visit_of(request).form
    credentials = Credentials(
        email=form.text("email"),
        password=form.text("password"),
        code=form.text("code"),
        client_address=address_of(request),
    )
    try:
        secret = services.sessions.sign_in(credentials)
    except (NotAuthenticated, RateLimited) as exc:
        return _login_page(request, problem=exc)
    cookie = secret_cookie(services.settings, secret)
    return redirect(_place_after(form.text("next")), cookies=[cookie])


@page("POST", "/logout", role=None)
def sign_out(request: PageRequest) -> PageResponse:
    """End the session on the server, and forget it in the browser."""
    services = services_of(request)
    secret = found_secret(request, services.settings)
    if secret is not None:
        services.sessions.sign_out(secret)
    cookie = secret_cookie(services.settings, fresh_secret())
    return redirect("/login", notice="You are signed out.", cookies=[cookie])


@page("GET", "/invitations/{secret:str}", role=None)
def show_invitation(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Offer to choose a password, to whoever has the link."""
    return _invitation_page(request, services_of(request).members.invited(secret))


@page("POST", "/invitations/{secret:str}", role=None)
def accept_invitation(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Choose the password and go in."""
    members = services_of(request).members
    invited = members.invited(secret)
    try:
        member = members.accept(secret, visit_of(request).form.text("password"))
    except InvalidInput as exc:
        return _invitation_page(request, invited, problem=exc)
    return enter(request, member, place="/")


def enter(request: PageRequest, member: Member, *, place: str) -> PageResponse:
    """Sign in somebody who has just proven who they are."""
    services = services_of(request)
    cookie = secret_cookie(services.settings, services.sessions.open(member))
    return redirect(place, cookies=[cookie])


def address_of(request: PageRequest) -> str:
    """Where the request comes from, proxies of ours aside."""
    return client_address(
        peer=request.client.host if request.client else "",
        forwarded_for=request.headers.get("x-forwarded-for"),
        trusted=services_of(request).settings.trusted_proxies,
    )


def _login_page(request: PageRequest, *, problem: AppsprintError | None = None) -> PageResponse:
    form = visit_of(request).form
    return render(
        request,
        "login.html",
        status=200 if problem is None else error_body(problem)[0],
        form=form if problem is None else form.refused(problem),
        next=form.text("next", request.query_params.get("next", "")),
        is_new_server=services_of(request).setup.is_needed(),
    )


def _invitation_page(
    request: PageRequest, member: Member, *, problem: InvalidInput | None = None
) -> PageResponse:
    form = visit_of(request).form
    return render(
        request,
        "invitation.html",
        status=200 if problem is None else 422,
        form=form if problem is None else form.refused(problem),
        invited=member,
    )


def _place_after(given: str | None) -> str:
    """Where to go after signing in: a page of ours, never somewhere else."""
    place = given or "/"
    parts = urlsplit(place)
    is_ours = place.startswith("/") and not place.startswith("//") and not parts.netloc
    return place if is_ours and "\\" not in place and place.isprintable() else "/"


HANDLERS = (show_login, sign_in, sign_out, show_invitation, accept_invitation)
