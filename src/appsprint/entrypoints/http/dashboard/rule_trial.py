"""Trying an app's rules before they are saved: what they would change of its last days."""

from __future__ import annotations

from datetime import timedelta

from appsprint.domain.access import Role
from appsprint.domain.counted import amount_of
from appsprint.entrypoints.http.api.replay import MAX_INSTALLS
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.app_settings import changes_of, settings_page
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import InvalidInput
from appsprint.services.stored_replay import WantedReplay

LONGEST_DAYS = 90


@page("POST", "/apps/{app_id:str}/settings/compare", role=Role.EDITOR)
def compare_rules(request: PageRequest, app_id: PathId) -> PageResponse:
    """Show what the form's rules would have credited; nothing is saved."""
    del app_id
    form = visit_of(request).form
    replay = services_of(request).stored_replay
    try:
        outcome = replay.compare(_wanted(request, form))
    except InvalidInput as exc:
        return settings_page(request, _told(form, exc), status=422)
    return settings_page(request, form, trial=outcome)


@page("POST", "/apps/{app_id:str}/settings/apply", role=Role.EDITOR)
def apply_rules(request: PageRequest, app_id: PathId) -> PageResponse:
    """Save the form, and give its rules to the days that were compared."""
    form = visit_of(request).form
    try:
        outcome = services_of(request).stored_replay.apply(_wanted(request, form))
    except InvalidInput as exc:
        return settings_page(request, _told(form, exc), status=422)
    changed = amount_of(outcome.written or 0, "install")
    notice = f"The settings are saved, and {changed} got another answer."
    return redirect(f"/apps/{app_id}/settings", notice=notice)


def _wanted(request: PageRequest, form: Form) -> WantedReplay:
    """The last days up to now, whole in UTC."""
    app = app_of(request)
    days = min(max(form.whole("days", "days") or 1, 1), LONGEST_DAYS)
    today = services_of(request).clock.now().date()
    return WantedReplay(
        app_id=app.id,
        start_on=today - timedelta(days=days - 1),
        changes=changes_of(form, app),
        max_installs=MAX_INSTALLS,
    )


def _told(form: Form, exc: InvalidInput) -> Form:
    """The reasons at their fields; days that cannot be decided again have the field of days."""
    refused = form.refused(exc)
    problem = refused.problems.get("start")
    if problem is None:
        return refused
    return Form(form.values, {**refused.problems, "days": problem})


HANDLERS = (compare_rules, apply_rules)
