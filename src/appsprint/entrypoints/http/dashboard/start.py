"""The checklist of a new app, which fills itself in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest
from appsprint.services.checklist import ChecklistItem


@dataclass(frozen=True, slots=True)
class Advice:
    """How an item reads, what to do about it, and where.

    Attributes:
        path: Below the app's address; empty where nothing is to be done in the dashboard.
        page: The menu's key of that page; it is linked only while it exists.
    """

    title: str
    text: str
    path: str = ""
    page: str = ""


ADVICE: Mapping[ChecklistItem, Advice] = {
    ChecklistItem.KEY_COPIED: Advice(
        "SDK key copied",
        "Give the key to your app's developer. You can make another one at any time.",
        "/settings/keys",
        "settings",
    ),
    ChecklistItem.FIRST_INSTALL: Advice(
        "First install received",
        "Open the app once with the key and apiUrl set; its install arrives within seconds.",
    ),
    ChecklistItem.FIRST_EVENT: Advice(
        "First event received",
        "Let the app send an in-app event, such as sign_up or purchase.",
    ),
    ChecklistItem.TIKTOK_CONNECTED: Advice(
        "TikTok connected",
        "Connect TikTok Ads, load the accounts and pick the advertiser.",
        "/integrations/tiktok",
        "tiktok",
    ),
    ChecklistItem.PIXEL_SAVED: Advice(
        "Pixel saved",
        "Paste the Pixel ID and the Events API access token.",
        "/integrations/tiktok#step-events_api",
        "tiktok",
    ),
    ChecklistItem.LINK_CREATED: Advice(
        "Ad link created",
        "Create an ad link and paste it into the Website URL of your TikTok ad.",
        "/links",
        "links",
    ),
    ChecklistItem.FIRST_DELIVERY: Advice(
        "First event delivered to TikTok",
        "Comes by itself once an install from the ad link sends a mapped event.",
        "/deliveries",
        "deliveries",
    ),
}


@page("GET", "/apps/{app_id:str}/start", role=Role.VIEWER)
def show_start(request: PageRequest, app_id: PathId) -> PageResponse:
    """Every item with what to do; the page looks again by itself."""
    items = services_of(request).checklist.of(AppId(app_id))
    return render(
        request,
        "start.html",
        items=[(one.is_done, ADVICE[one.item]) for one in items],
        done=sum(one.is_done for one in items),
    )


@page("POST", "/apps/{app_id:str}/start/key-copied", role=Role.EDITOR)
def note_key_copied(request: PageRequest, app_id: PathId) -> PageResponse:
    """Somebody copied the key from a page of ours."""
    services_of(request).checklist.note_key_copied(AppId(app_id))
    return redirect(f"/apps/{app_id}/start")


HANDLERS = (show_start, note_key_copied)
