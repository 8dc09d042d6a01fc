"""Ad links: make them, copy them, see what they brought, try them, archive them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import segno
from markupsafe import Markup

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.domain.pasted_link import LandingDefect
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import InvalidInput
from appsprint.services.links import FOLLOW_APP, LinkChanges, NewLink, WindowChange

PATH = "/apps/{app_id:str}/links"
ONE = f"{PATH}/{{link_id:str}}"
PAGE_SIZE = 50
DEFECT_WORDS: Mapping[LandingDefect, str] = {
    LandingDefect.CHANGED_ADDRESS: "This is another address than the ad link's.",
    LandingDefect.CHANGED_PARAMETERS: "Parameters of the ad link are missing or changed.",
    LandingDefect.STORE_PAGE: "This is the store page, not the ad link.",
    LandingDefect.ARCHIVED_LINK: "The ad link is archived.",
}


@page("GET", PATH, role=Role.VIEWER)
def show_links(request: PageRequest, app_id: PathId) -> PageResponse:
    """The app's ad links, newest first, and the form for a new one."""
    return _list(request, app_id, Form())


@page("POST", PATH, role=Role.EDITOR)
def create_link(request: PageRequest, app_id: PathId) -> PageResponse:
    """Make a link, then show it."""
    form = visit_of(request).form
    wanted = NewLink(
        network=AdNetwork.TIKTOK,
        name=form.text("name"),
        destination_url=form.text("destination_url"),
        campaign_name=form.text("campaign_name"),
    )
    try:
        wanted = replace(
            wanted,
            click_lookback_hours=form.whole("click_lookback_hours", "hours"),
            probabilistic_lookback_hours=form.whole("probabilistic_lookback_hours", "hours"),
        )
        made = services_of(request).links.create(AppId(app_id), wanted)
    except InvalidInput as exc:
        return _list(request, app_id, form.refused(exc), status=422)
    services_of(request).overview.look_again(AppId(app_id))
    return redirect(f"/apps/{app_id}/links/{made.id}", notice="The ad link is ready to be pasted.")


@page("GET", ONE, role=Role.VIEWER)
def show_link(request: PageRequest, app_id: PathId, link_id: PathId) -> PageResponse:
    """One link: its address, its picture, what it brought, and a try of any address."""
    return _one(request, app_id, link_id, Form())


@page("POST", ONE, role=Role.EDITOR)
def change_link(request: PageRequest, app_id: PathId, link_id: PathId) -> PageResponse:
    """Change its name, the campaign name that stands in where clicks bring none, its windows."""
    form = visit_of(request).form
    try:
        changes = LinkChanges(
            name=form.text("name"),
            campaign_name=form.text("campaign_name"),
            click_lookback_hours=_window(form, "click_lookback_hours"),
            probabilistic_lookback_hours=_window(form, "probabilistic_lookback_hours"),
        )
        services_of(request).links.update(AppId(app_id), LinkId(link_id), changes)
    except InvalidInput as exc:
        return _one(request, app_id, link_id, form.refused(exc), status=422)
    return redirect(f"/apps/{app_id}/links/{link_id}", notice="The ad link is changed.")


@page("POST", f"{ONE}/archive", role=Role.EDITOR)
def archive_link(request: PageRequest, app_id: PathId, link_id: PathId) -> PageResponse:
    """End a link: it still leads to the store, and earns nothing."""
    services_of(request).links.archive(AppId(app_id), LinkId(link_id))
    services_of(request).overview.look_again(AppId(app_id))
    return redirect(f"/apps/{app_id}/links/{link_id}", notice="The ad link is archived.")


def _window(form: Form, name: str) -> WindowChange:
    """An empty field follows the app; one that was not sent stays."""
    if not form.has(name):
        return None
    hours = form.whole(name, "hours")
    return FOLLOW_APP if hours is None else hours


def _list(request: PageRequest, app_id: str, form: Form, *, status: int = 200) -> PageResponse:
    links = services_of(request).links
    after = request.query_params.get("after") or None
    found = links.page(AppId(app_id), after=LinkId(after) if after else None, limit=PAGE_SIZE + 1)
    return render(
        request,
        "links.html",
        status=status,
        form=form,
        saved=Form.of(destination_url=app_of(request).store_url),
        links=[(one, links.url_of(one.link)) for one in found[:PAGE_SIZE]],
        further=found[PAGE_SIZE - 1].link.id if len(found) > PAGE_SIZE else None,
        is_first=after is None,
    )


def _one(
    request: PageRequest, app_id: str, link_id: str, form: Form, *, status: int = 200
) -> PageResponse:
    links = services_of(request).links
    found = links.get(AppId(app_id), LinkId(link_id))
    url, tried = links.url_of(found.link), request.query_params.get("address")
    preview = links.preview(AppId(app_id), LinkId(link_id), tried)
    return render(
        request,
        "link.html",
        status=status,
        form=form,
        saved=Form.of(
            name=found.link.name,
            campaign_name=found.link.campaign_name,
            click_lookback_hours=found.link.click_lookback_hours,
            probabilistic_lookback_hours=found.link.probabilistic_lookback_hours,
        ),
        found=found,
        url=url,
        # Drawn by the library from our own address; the background must be white to be read.
        picture=Markup(_picture(url)),  # noqa: S704
        preview=preview,
        is_tried=tried is not None,
        defect=None if preview.defect is None else DEFECT_WORDS[preview.defect],
    )


def _picture(url: str) -> str:
    """The address for a phone's camera; as an image of the link, not of a click in TikTok."""
    drawn = segno.make(url, error="l", micro=False)
    return drawn.svg_inline(scale=3, dark="#000", light="#fff", title="QR code of the ad link")


HANDLERS = (show_links, create_link, show_link, change_link, archive_link)
