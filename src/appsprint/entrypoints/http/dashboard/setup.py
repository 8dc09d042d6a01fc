"""The first start: whoever has the one-time link becomes the owner."""

from __future__ import annotations

from litestar.params import FromPath

from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.login import enter
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.errors import InvalidInput, NotFound

_NO_SETUP = (
    "this setup link is not valid, or it was used already. Start the server again to get a new "
    "one while there is no owner"
)


@page("GET", "/setup/{secret:str}", role=None)
def show_setup(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Offer to become the owner, to whoever has the link; opening it changes nothing."""
    setup = services_of(request).setup
    if not setup.is_open(secret) or not setup.is_needed():
        raise NotFound(_NO_SETUP)
    return _form_page(request)


@page("POST", "/setup/{secret:str}", role=None, checks_token=False)
def finish_setup(request: PageRequest, secret: FromPath[str]) -> PageResponse:
    """Make the owner's account and go in.

    The secret in the address is the proof that a form's token would be. Without any field it
    makes the owner's API token instead, so that a script can set a server up.
    """
    services, form = services_of(request), visit_of(request).form
    if not form.has("email"):
        token = services.setup.make_token(secret)
        return render(request, "setup_token.html", token=token, base_url=services.settings.base_url)
    try:
        owner = services.setup.make_owner(
            secret, email=form.text("email"), password=form.text("password")
        )
    except InvalidInput as exc:
        return _form_page(request, problem=exc)
    return enter(request, owner, place="/apps/new")


def _form_page(request: PageRequest, *, problem: InvalidInput | None = None) -> PageResponse:
    form = visit_of(request).form
    return render(
        request,
        "setup.html",
        status=200 if problem is None else 422,
        form=form if problem is None else form.refused(problem),
    )


HANDLERS = (show_setup, finish_setup)
