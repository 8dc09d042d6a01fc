"""Installs: who came, why each got its click, and what became of every event after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from appsprint.domain.access import Role
from appsprint.domain.attribution_words import say_cause
from appsprint.domain.counted import amount_of
from appsprint.domain.ids import AppId, EventId, InstallId
from appsprint.domain.money import from_micros
from appsprint.domain.privacy import DataSubject
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard import formats
from appsprint.entrypoints.http.dashboard.delivery_view import STATUSES, reason_label
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.install_view import (
    APPLE_FIELDS,
    MATCHES,
    NOT_MEANT,
    TESTS,
    InstallView,
    duration,
    read_explanation,
    say_lookup,
)
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.quality import RULE_TITLES
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import InvalidInput
from appsprint.ports.events import EventFilter
from appsprint.ports.installs import InstallFilter
from appsprint.services.installs import InstallStory

PATH = "/apps/{app_id:str}/installs"
ONE = f"{PATH}/{{install_id:str}}"
_SHOWN = 50
_LINKS = 200
_ROWS: Mapping[str, str] = {
    "installs": "Installs",
    "clicks": "Clicks",
    "events": "Events",
    "deliveries": "Deliveries",
    "identifiers": "Ids that became known later",
    "decisions": "Decisions with their explanations",
    "refused_events": "Refused events",
}


@page("GET", PATH, role=Role.VIEWER)
def show_installs(request: PageRequest, app_id: PathId) -> PageResponse:
    """The installs that the filters find, newest arrival first."""
    del app_id
    app, services, told = app_of(request), services_of(request), request.query_params
    view, form = InstallView.read({key: told.get(key) or "" for key in told}), Form()
    try:
        wanted = view.wanted(app.time_zone)
    except InvalidInput as exc:
        form = Form.of(**view.filters).refused(exc)
        view, wanted = InstallView(), InstallFilter()
    after = InstallId(view.after) if view.after else None
    found = services.installs.page(app.id, wanted, after=after, limit=_SHOWN + 1)
    links = [one.link for one in services.links.page(app.id, limit=_LINKS)]
    return render(
        request,
        "installs.html",
        status=422 if form.problems else 200,
        view=view,
        form=form,
        installs=found[:_SHOWN],
        more=found[_SHOWN - 1].install.id if len(found) > _SHOWN else None,
        links={link.id: link.name for link in links},
        matches=MATCHES,
        titles=RULE_TITLES,
    )


@page("GET", ONE, role=Role.VIEWER)
def show_install(request: PageRequest, app_id: PathId, install_id: PathId) -> PageResponse:
    """One install's story: the clicks that were weighed, and every event after it."""
    del app_id
    app, services = app_of(request), services_of(request)
    story = services.installs.story(app.id, InstallId(install_id))
    after = request.query_params.get("after")
    wanted = EventFilter(install_id=story.found.install.id)
    events = services.events.page(
        app.id, wanted, after=EventId(after) if after else None, limit=_SHOWN + 1
    )
    return render(
        request,
        "install.html",
        story=story,
        install=story.found.install,
        decision=story.found.attribution,
        explanation=read_explanation(story.found.attribution),
        click_to_install=_click_to_install(story),
        events=events[:_SHOWN],
        more=events[_SHOWN - 1].event.id if len(events) > _SHOWN else None,
        after=after,
        tests=TESTS,
        matches=MATCHES,
        say_cause=say_cause,
        say_lookup=say_lookup,
        apple_fields=APPLE_FIELDS,
        statuses=STATUSES,
        why=_why,
        revenue=_revenue,
    )


@page("GET", f"{ONE}/erase", role=Role.OWNER)
def preview_erasure(request: PageRequest, app_id: PathId, install_id: PathId) -> PageResponse:
    """What erasing this person would take away; nothing is done yet."""
    del app_id
    app, services = app_of(request), services_of(request)
    story = services.installs.story(app.id, InstallId(install_id))
    is_customer = request.query_params.get("whom") == "customer" and bool(story.customer_user_id)
    receipt = services.privacy.erase(app.id, _subject(story, is_customer), is_dry_run=True)
    return render(
        request,
        "erase.html",
        story=story,
        install=story.found.install,
        is_customer=is_customer,
        rows=[(_ROWS[name], amount) for name, amount in asdict(receipt.rows).items()],
    )


@page("POST", f"{ONE}/erase", role=Role.OWNER)
def erase_person(request: PageRequest, app_id: PathId, install_id: PathId) -> PageResponse:
    """Take the person out of everything that the app has."""
    services, form = services_of(request), visit_of(request).form
    story = services.installs.story(AppId(app_id), InstallId(install_id))
    is_customer = form.text("whom") == "customer" and bool(story.customer_user_id)
    receipt = services.privacy.erase(AppId(app_id), _subject(story, is_customer))
    amount = amount_of(sum(asdict(receipt.rows).values()), "row")
    return redirect(
        f"/apps/{app_id}/installs", notice=f"The person is erased: {amount} lost what told of them."
    )


def _subject(story: InstallStory, is_customer: bool) -> DataSubject:
    if is_customer:
        return DataSubject(customer_user_id=story.customer_user_id)
    return DataSubject(appsprint_id=story.found.install.appsprint_id)


def _click_to_install(story: InstallStory) -> str | None:
    if story.click is None:
        return None
    return duration((story.found.install.installed_at - story.click.occurred_at).total_seconds())


def _why(reason: str | None) -> str:
    """Why an event was not sent, or was not meant to be, in short."""
    return NOT_MEANT.get(reason or "") or reason_label(reason)


def _revenue(event: Any) -> str:
    if event.revenue_micros is None:
        return ""
    return formats.money(from_micros(event.revenue_micros), event.currency or "")


HANDLERS = (show_installs, show_install, preview_erasure, erase_person)
