"""Integrations → TikTok Ads: each step of connecting with its state, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appsprint.domain.access import Role
from appsprint.domain.connection import Advertiser, Connection, ConnectionStatus, Pixel
from appsprint.domain.counted import amount_of
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form, sentence
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.tiktok_steps import steps_of
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.entrypoints.http.error_responses import error_body
from appsprint.errors import AdNetworkRefused, AppsprintError, CallerError, Unavailable
from appsprint.services.overview import attention_of

# What a person can mend or try again; anything else is a bug and becomes the error page.
_TOLD = (CallerError, AdNetworkRefused, Unavailable)
STATUS_WORDS: Mapping[ConnectionStatus, tuple[str, str]] = {
    ConnectionStatus.NOT_CONNECTED: ("Not connected", "quiet"),
    ConnectionStatus.CHOOSE_ADVERTISER: ("Choose the advertiser", "info"),
    ConnectionStatus.NEEDS_EVENTS_API: ("Pixel and token missing", "info"),
    ConnectionStatus.ACTIVE: ("Active", "good"),
    ConnectionStatus.TOKEN_REJECTED: ("Token rejected", "bad"),
    ConnectionStatus.RECONNECT_NEEDED: ("Reconnect needed", "bad"),
}


@dataclass(frozen=True, slots=True)
class PixelOffer:
    """The pixels to pick from, or why they cannot be listed; the Pixel ID can be typed anyway."""

    pixels: Sequence[Pixel] = ()
    problem: str | None = None


def place_of(app_id: str) -> str:
    """Where the page of an app is."""
    return f"/apps/{app_id}/integrations/tiktok"


@page("GET", "/apps/{app_id:str}/integrations/tiktok", role=Role.VIEWER)
def show_tiktok(request: PageRequest, app_id: PathId) -> PageResponse:
    """The steps, the way to value-based optimization, and the diagnostics."""
    return _page(request, app_id)


@page("POST", "/apps/{app_id:str}/integrations/tiktok/connect", role=Role.EDITOR)
def connect(request: PageRequest, app_id: PathId) -> PageResponse:
    """Send the browser to TikTok's access request.

    By a page and not by a redirect: the policy lets forms lead nowhere else, and TikTok leads on
    to further hosts of its own.
    """
    member = visit_of(request).member
    try:
        address = services_of(request).connections.authorize(AppId(app_id), member.id)
    except _TOLD as exc:
        return _page(request, app_id, problem=exc)
    return render(request, "tiktok_leaving.html", address=address)


@page("POST", "/apps/{app_id:str}/integrations/tiktok/accounts", role=Role.EDITOR)
def load_accounts(request: PageRequest, app_id: PathId) -> PageResponse:
    """Ask TikTok which advertisers the connection reaches, and offer them."""
    try:
        accounts = services_of(request).connections.advertisers(AppId(app_id))
    except _TOLD as exc:
        return _page(request, app_id, problem=exc)
    return _page(request, app_id, accounts=accounts)


@page("POST", "/apps/{app_id:str}/integrations/tiktok/advertiser", role=Role.EDITOR)
def choose_advertiser(request: PageRequest, app_id: PathId) -> PageResponse:
    """Pick the account that campaigns and metrics are read from."""
    form = visit_of(request).form
    try:
        services_of(request).connections.choose_advertiser(
            AppId(app_id), form.text("advertiser_id")
        )
    except _TOLD as exc:
        return _page(request, app_id, problem=exc)
    return _done(request, app_id, "The advertiser account is chosen.")


@page("GET", "/apps/{app_id:str}/integrations/tiktok/pixels", role=Role.EDITOR)
def offer_pixels(request: PageRequest, app_id: PathId) -> PageResponse:
    """The page with the advertiser's pixels to pick from.

    TikTok is asked for them here and nowhere else, so that the page itself never waits for it.
    """
    try:
        offer = PixelOffer(services_of(request).connections.pixels(AppId(app_id)))
    except _TOLD as exc:
        offer = PixelOffer(problem=sentence(exc.message))
    return _page(request, app_id, offer=offer)


@page("POST", "/apps/{app_id:str}/integrations/tiktok/events-api", role=Role.EDITOR)
def save_events_api(request: PageRequest, app_id: PathId) -> PageResponse:
    """Save the Pixel ID and the token, and say what TikTok thinks of them."""
    visit, connections = visit_of(request), services_of(request).connections
    form = visit.form
    stored = connections.overview(AppId(app_id)).connection.pixel_id
    pixel_id = _wanted_pixel(form, stored)
    try:
        saved = connections.save_events_api(
            AppId(app_id),
            pixel_id=pixel_id,
            access_token=form.text("access_token").strip() or None,
            test_event_code=form.text("test_event_code"),
        )
    except _TOLD as exc:
        sent = replace(form, values={**form.values, "pixel_id": [pixel_id]})
        return _page(request, app_id, problem=exc, sent=sent)
    said = sentence(saved.checked.message)
    tone = "warn" if saved.checked.check.is_refusal else "good"
    return _done(request, app_id, f"Pixel ID and access token are saved. {said}", tone)


@page("POST", "/apps/{app_id:str}/integrations/tiktok/sync", role=Role.EDITOR)
def import_now(request: PageRequest, app_id: PathId) -> PageResponse:
    """Import campaigns and daily metrics now."""
    try:
        services_of(request).costs.sync(AppId(app_id))
    except _TOLD as exc:
        return _page(request, app_id, problem=exc)
    return _done(request, app_id, "Campaigns and metrics are imported.")


@page("POST", "/apps/{app_id:str}/integrations/tiktok/disconnect", role=Role.EDITOR)
def disconnect(request: PageRequest, app_id: PathId) -> PageResponse:
    """Revoke and erase the tokens; everything else stays."""
    left = services_of(request).connections.disconnect(AppId(app_id))
    waiting = left.overview.waiting
    said = "TikTok Ads is disconnected."
    if waiting:
        events = amount_of(waiting, "event waits and goes", "events wait and go")
        said += f" {events} out once you connect again."
    if left.revocation_problem is not None:
        said += f" TikTok could not be told: {sentence(left.revocation_problem)}"
    return _done(request, app_id, said, "good" if left.revocation_problem is None else "warn")


def _done(request: PageRequest, app_id: str, notice: str, tone: str = "good") -> PageResponse:
    """Back to the page after a change, which the diagnostics must see at once."""
    services_of(request).overview.look_again(AppId(app_id))
    return redirect(place_of(app_id), notice=notice, tone=tone)


def _page(
    request: PageRequest,
    app_id: str,
    *,
    problem: AppsprintError | None = None,
    accounts: Sequence[Advertiser] | None = None,
    offer: PixelOffer | None = None,
    sent: Form | None = None,
) -> PageResponse:
    services, key = services_of(request), AppId(app_id)
    overview = services.connections.overview(key)
    diagnoses = services.overview.diagnoses(overview.connection)
    form = visit_of(request).form if sent is None else sent
    return render(
        request,
        "tiktok.html",
        status=200 if problem is None else error_body(problem)[0],
        form=form if problem is None else form.refused(problem),
        saved=_saved(overview.connection),
        overview=overview,
        status_word=STATUS_WORDS[overview.connection.status],
        steps=steps_of(services, key, overview),
        accounts=accounts,
        offer=offer,
        vbo=services.vbo.progress(key),
        attention=attention_of(diagnoses),
        diagnoses=diagnoses,
    )


def _wanted_pixel(form: Form, stored: str | None) -> str:
    """What was typed; where nothing new was typed, what was picked, for want of a script."""
    typed, picked = form.text("pixel_id").strip(), form.text("picked_pixel")
    return picked if picked and typed in ("", stored) else typed


def _saved(connection: Connection) -> Form:
    """The credentials as they are, for a form that was not sent; never the token."""
    return Form.of(pixel_id=connection.pixel_id, test_event_code=connection.test_event_code)


HANDLERS = (
    show_tiktok,
    connect,
    load_accounts,
    choose_advertiser,
    offer_pixels,
    save_events_api,
    import_now,
    disconnect,
)
