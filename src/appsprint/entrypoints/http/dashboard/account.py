"""One's own account: the password and the second factor."""

from __future__ import annotations

import segno
from markupsafe import Markup

from appsprint.domain.access import Role
from appsprint.domain.totp import provisioning_uri, secret_text
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.errors import ConfigurationError, InvalidInput, NotAuthenticated

PLACE = "/account"
_ISSUER = "App Sprint Attribution"


@page("GET", PLACE, role=Role.VIEWER)
def show_account(request: PageRequest) -> PageResponse:
    """Who is signed in, and how."""
    return _page(request, Form())


@page("POST", f"{PLACE}/password", role=Role.VIEWER)
def change_password(request: PageRequest) -> PageResponse:
    """Choose another password; other browsers are signed out."""
    visit = visit_of(request)
    if visit.signed_in is None:
        raise NotAuthenticated("sign in first")
    try:
        services_of(request).members.change_password(
            visit.member,
            present=visit.form.text("present_password"),
            wanted=visit.form.text("password"),
            session_hash=visit.signed_in.session.secret_hash,
        )
    except InvalidInput as exc:
        return _page(request, visit.form.refused(exc))
    return redirect(PLACE, notice="The password is changed. Other browsers are signed out.")


@page("POST", f"{PLACE}/second-factor", role=Role.VIEWER)
def begin_second_factor(request: PageRequest) -> PageResponse:
    """Show a fresh secret as a QR code; nothing is stored before a code proves it."""
    services = services_of(request)
    sealed = services.secrets.seal(services.members.new_totp_secret().hex())
    return _factor_page(request, sealed, Form())


@page("POST", f"{PLACE}/second-factor/on", role=Role.VIEWER)
def turn_second_factor_on(request: PageRequest) -> PageResponse:
    """Turn it on with a code of the shown secret."""
    visit, services = visit_of(request), services_of(request)
    sealed = visit.form.text("sealed")
    try:
        secret = bytes.fromhex(services.secrets.open(sealed))
    except (ConfigurationError, ValueError):
        return redirect(PLACE, notice="That took too long. Begin again.", tone="warn")
    try:
        services.members.turn_totp_on(visit.member, secret=secret, code=visit.form.text("code"))
    except InvalidInput as exc:
        return _factor_page(request, sealed, visit.form.refused(exc))
    return redirect(PLACE, notice="The second factor is on.")


@page("POST", f"{PLACE}/second-factor/off", role=Role.VIEWER)
def turn_second_factor_off(request: PageRequest) -> PageResponse:
    """Turn it off with the password."""
    visit = visit_of(request)
    try:
        services_of(request).members.turn_totp_off(
            visit.member, password=visit.form.text("factor_password")
        )
    except InvalidInput:
        wrong = InvalidInput("the password is not right", field="factor_password")
        return _page(request, visit.form.refused(wrong))
    return redirect(PLACE, notice="The second factor is off.")


def _page(request: PageRequest, form: Form) -> PageResponse:
    is_good = not form.problems and form.problem is None
    return render(request, "account.html", status=200 if is_good else 422, form=form)


def _factor_page(request: PageRequest, sealed: str, form: Form) -> PageResponse:
    secret = bytes.fromhex(services_of(request).secrets.open(sealed))
    email = visit_of(request).member.email
    code = segno.make(provisioning_uri(secret, account=email, issuer=_ISSUER), error="m")
    return render(
        request,
        "second_factor.html",
        status=422 if form.problems else 200,
        form=form,
        sealed=sealed,
        # Drawn by the library from text that it escapes; the background must be white to be read.
        picture=Markup(code.svg_inline(scale=5, dark="#000", light="#fff")),  # noqa: S704
        secret=secret_text(secret),
    )


HANDLERS = (
    show_account,
    change_password,
    begin_second_factor,
    turn_second_factor_on,
    turn_second_factor_off,
)
