"""Adding an app: its store page tells the platform and the id."""

from __future__ import annotations

from zoneinfo import available_timezones

from appsprint.domain.access import Role
from appsprint.domain.app import Platform, read_store_url
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.errors import InvalidInput
from appsprint.services.apps import DEFAULT_CURRENCY, DEFAULT_TIME_ZONE, NewApp

CURRENCIES = (
    *("USD", "EUR", "GBP", "JPY", "AUD", "BRL", "CAD", "CHF", "CNY", "DKK", "HKD", "IDR", "INR"),
    *("KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TRY", "VND", "ZAR"),
)


@page("GET", "/apps/new", role=Role.EDITOR, needs_all_apps=True)
def show_new_app(request: PageRequest) -> PageResponse:
    """The form."""
    return _form_page(request)


@page("POST", "/apps/new", role=Role.EDITOR, needs_all_apps=True)
def create_app(request: PageRequest) -> PageResponse:
    """Make the app and show its key, which is not shown again.

    The first step only reads the store page; an iOS app is then asked about probabilistic
    matching, so that nobody turns it on without having read what Apple says of it.
    """
    form = visit_of(request).form
    try:
        store_page = read_store_url(form.text("store_url").strip())
        is_asked = store_page.platform is Platform.IOS and not form.has("probabilistic")
        if is_asked or not form.has("name"):
            return _form_page(request, platform=store_page.platform)
        created = services_of(request).apps.create(_wanted(request))
    except InvalidInput as exc:
        return _form_page(request, problem=exc, platform=_platform(form.text("store_url")))
    return render(
        request,
        "new_app_key.html",
        created=created.app,
        key=created.plain_key,
        base_url=services_of(request).settings.base_url,
    )


def _wanted(request: PageRequest) -> NewApp:
    form = visit_of(request).form
    return NewApp(
        name=form.text("name"),
        platform=None,
        store_url=form.text("store_url"),
        time_zone=form.text("time_zone") or None,
        currency=form.text("currency") or None,
        probabilistic_matching=form.text("probabilistic", "on") == "on",
    )


def _platform(store_url: str) -> Platform | None:
    try:
        return read_store_url(store_url.strip()).platform
    except InvalidInput:
        return None


def _form_page(
    request: PageRequest, *, problem: InvalidInput | None = None, platform: Platform | None = None
) -> PageResponse:
    form = visit_of(request).form
    return render(
        request,
        "new_app.html",
        status=200 if problem is None else 422,
        form=form if problem is None else form.refused(problem),
        platform=platform,
        time_zones=time_zones(),
        currencies=[(code, code) for code in CURRENCIES],
        default_zone=DEFAULT_TIME_ZONE,
        default_currency=DEFAULT_CURRENCY,
    )


def time_zones() -> list[tuple[str, str]]:
    """The zones that people choose from, as (value, label)."""
    names = {name for name in available_timezones() if "/" in name and not name.startswith("Etc")}
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(names))]


HANDLERS = (show_new_app, create_app)
