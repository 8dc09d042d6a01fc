"""Deliveries: where each event on its way to TikTok stands, and dead letters sent again."""

from __future__ import annotations

import json
from typing import Any

from appsprint.domain.access import Role
from appsprint.domain.counted import amount_of
from appsprint.domain.delivery import OPEN_STATUSES, DeliveryStatus
from appsprint.domain.ids import DeliveryId
from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.http.api.deliveries import redrive_answer
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.delivery_view import (
    OUTCOMES,
    REASONS,
    STATUSES,
    DeliveryView,
    reason_label,
)
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import InvalidInput
from appsprint.ports.deliveries import DeadLetters, DeliveryFilter, DeliverySums

PATH = "/apps/{app_id:str}/deliveries"
_SHOWN = 50


@page("GET", PATH, role=Role.VIEWER)
def show_deliveries(request: PageRequest, app_id: PathId) -> PageResponse:
    """The queue by status and reason, and the deliveries that the filters find."""
    del app_id
    view, form = _asked(request), Form()
    app, services = app_of(request), services_of(request)
    try:
        wanted = view.wanted(app.time_zone)
    except InvalidInput as exc:
        form = Form.of(**view.filters).refused(exc)
        view, wanted = DeliveryView(), DeliveryFilter()
    after = DeliveryId(view.after) if view.after else None
    found = services.deliveries.page(app.id, wanted, after=after, limit=_SHOWN + 1)
    sums = services.deliveries.sums(app.id, AdNetwork.TIKTOK)
    return render(
        request,
        "deliveries.html",
        status=422 if form.problems else 200,
        view=view,
        form=form,
        deliveries=found[:_SHOWN],
        more=found[_SHOWN - 1].id if len(found) > _SHOWN else None,
        sums=sums,
        waiting=_waiting(sums),
        connection=services.connections.overview(app.id).connection,
        **_WORDS,
    )


@page("GET", f"{PATH}/{{delivery_id:str}}", role=Role.VIEWER)
def show_delivery(request: PageRequest, app_id: PathId, delivery_id: PathId) -> PageResponse:
    """One delivery: what was sent, and every attempt with TikTok's answer."""
    del app_id
    app, deliveries = app_of(request), services_of(request).deliveries
    found = deliveries.get(app.id, DeliveryId(delivery_id))
    preview = DeadLetters(amount=0, doubtful=0)
    if found.delivery.status is DeliveryStatus.DEAD:
        preview = deliveries.redrive(app.id, ids=[found.delivery.id], dry_run=True)
    return render(
        request,
        "delivery.html",
        delivery=found.delivery,
        payload=None if found.payload is None else _pretty(found.payload),
        attempts=found.attempts,
        outcomes=OUTCOMES,
        is_doubtful=preview.doubtful > 0,
        **_WORDS,
    )


@page("POST", f"{PATH}/{{delivery_id:str}}/redrive", role=Role.EDITOR)
def redrive_one(request: PageRequest, app_id: PathId, delivery_id: PathId) -> PageResponse:
    """Put one dead letter back into the queue."""
    app, deliveries = app_of(request), services_of(request).deliveries
    found = deliveries.get(app.id, DeliveryId(delivery_id)).delivery
    redriven = deliveries.redrive(app.id, ids=[found.id])
    return redirect(f"/apps/{app_id}/deliveries/{found.id}", notice=_said(redriven))


@page("GET", f"{PATH}/redrive", role=Role.EDITOR)
def preview_redrive(request: PageRequest, app_id: PathId) -> PageResponse:
    """What redriving the filtered dead letters would do; nothing is done yet."""
    view = _asked(request)
    found = services_of(request).deliveries.redrive(
        app_of(request).id, wanted=_dead(request, view), dry_run=True
    )
    if not found.amount:
        return redirect(f"/apps/{app_id}/deliveries?{view.query()}", notice=_said(found))
    return render(
        request,
        "redrive.html",
        view=view,
        found=found,
        warning=redrive_answer(found, is_dry_run=True).warning,
        **_WORDS,
    )


@page("POST", f"{PATH}/redrive", role=Role.EDITOR)
def redrive_filtered(request: PageRequest, app_id: PathId) -> PageResponse:
    """Put the dead letters that the filters find back into the queue."""
    form = visit_of(request).form
    view = DeliveryView.read({name: form.text(name) for name in form.values})
    redriven = services_of(request).deliveries.redrive(
        app_of(request).id, wanted=_dead(request, view)
    )
    return redirect(f"/apps/{app_id}/deliveries", notice=_said(redriven))


def _asked(request: PageRequest) -> DeliveryView:
    told = request.query_params
    return DeliveryView.read({key: told.get(key) or "" for key in told})


def _dead(request: PageRequest, view: DeliveryView) -> DeliveryFilter:
    return view.wanted(app_of(request).time_zone)


def _waiting(sums: DeliverySums) -> int:
    return sum(sums.amount(status) for status in OPEN_STATUSES)


def _said(found: DeadLetters) -> str:
    if not found.amount:
        return "There is no dead letter to redrive."
    wait = "waits" if found.amount == 1 else "wait"
    return f"{amount_of(found.amount, 'dead letter')} {wait} to be sent again."


def _pretty(payload: bytes) -> str:
    return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)


_WORDS: dict[str, Any] = {
    "statuses": STATUSES,
    "reasons": REASONS,
    "reason_label": reason_label,
}
HANDLERS = (show_deliveries, show_delivery, redrive_one, preview_redrive, redrive_filtered)
