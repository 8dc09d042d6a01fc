"""Event mapping: what each in-app event fires as at TikTok, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import CUSTOM_SDK_EVENT_PREFIX, MappingRow
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of
from appsprint.errors import FieldProblem, InvalidInput
from appsprint.services.mapping import WantedRow

PATH = "/apps/{app_id:str}/integrations/tiktok/mapping"
COUNTED = timedelta(days=7)
# What most apps send; the other rows are folded until they are used.
COMMON = frozenset(
    {"purchase", "subscribe", "start_trial", "sign_up", "session_start", "add_to_cart", "install"}
)


@page("GET", PATH, role=Role.VIEWER)
def show_mapping(request: PageRequest, app_id: PathId) -> PageResponse:
    """The whole table, common rows first."""
    return _page(request, app_id, Form())


@page("POST", PATH, role=Role.EDITOR)
def save_mapping(request: PageRequest, app_id: PathId) -> PageResponse:
    """Set the rows that differ from what is stored, and the new one if it is filled in."""
    services, form = services_of(request), visit_of(request).form
    mapping = services.mapping
    stored = mapping.rows(AppId(app_id))
    wanted: list[WantedRow] = []
    try:
        wanted = [*_changed(form, stored), *_added(form)]
        if not wanted:
            return redirect(_place(app_id), notice="Nothing was changed.", tone="info")
        mapping.set_rows(AppId(app_id), wanted)
    except InvalidInput as exc:
        return _page(request, app_id, form.refused(_by_field(exc, wanted, stored)), status=422)
    services.overview.look_again(AppId(app_id))
    return redirect(_place(app_id), notice="The event mapping is saved, for events from now on.")


@page("POST", f"{PATH}/reset", role=Role.EDITOR)
def reset_row(request: PageRequest, app_id: PathId) -> PageResponse:
    """Return one row to its default; a custom event's row goes."""
    event = visit_of(request).form.text("sdk_event")
    try:
        services_of(request).mapping.reset(AppId(app_id), event)
    except InvalidInput as exc:
        return _page(request, app_id, visit_of(request).form.refused(exc), status=422)
    return redirect(_place(app_id), notice=f"{event} is back at its default.")


def _place(app_id: str) -> str:
    return f"/apps/{app_id}/integrations/tiktok/mapping"


def _field(sdk_event: str) -> str:
    return f"row:{sdk_event}"


def _changed(form: Form, stored: Sequence[MappingRow]) -> list[WantedRow]:
    """The rows that this person changed; what a colleague saved meanwhile stays."""
    wanted = []
    for row in (row for row in stored if form.has(_field(row.sdk_event))):
        present = row.network_event or ""
        typed = form.text(_field(row.sdk_event)).strip()
        if typed not in {present, form.text(f"was:{row.sdk_event}", present)}:
            wanted.append(WantedRow(row.sdk_event, typed or None))
    return wanted


def _added(form: Form) -> list[WantedRow]:
    name = form.text("custom_event").strip()
    if not name and form.text("custom_network_event").strip():
        message = "name the event as the app sends it"
        raise InvalidInput(message, problems=[FieldProblem("custom_event", message)])
    if not name:
        return []
    event = f"{CUSTOM_SDK_EVENT_PREFIX}{name.removeprefix(CUSTOM_SDK_EVENT_PREFIX)}"
    return [WantedRow(event, form.text("custom_network_event").strip() or None)]


def _by_field(
    exc: InvalidInput, wanted: Sequence[WantedRow], stored: Sequence[MappingRow]
) -> InvalidInput:
    """The problems under the names of the form's fields, in place of rows by number."""
    known = {row.sdk_event for row in stored}
    names: dict[str, str] = {}
    for number, row in enumerate(wanted):
        is_stored = row.sdk_event in known
        names[f"items[{number}].sdk_event"] = "custom_event"
        names[f"items[{number}].tiktok_event"] = (
            _field(row.sdk_event) if is_stored else "custom_network_event"
        )
    problems = [FieldProblem(names.get(one.field, one.field), one.message) for one in exc.problems]
    return InvalidInput(exc.message, problems=problems)


def _page(request: PageRequest, app_id: str, form: Form, *, status: int = 200) -> PageResponse:
    services, key = services_of(request), AppId(app_id)
    rows = services.mapping.rows(key)
    counts = services.deliveries.counts_by_event(key, since=services.clock.now() - COUNTED)
    used = {*COMMON, *counts, *(row.sdk_event for row in rows if not row.is_default)}
    return render(
        request,
        "mapping.html",
        status=status,
        form=form,
        common=[row for row in rows if row.sdk_event in used],
        rare=[row for row in rows if row.sdk_event not in used],
        counts=counts,
        names=services.networks[AdNetwork.TIKTOK].event_names.standard_names(),
    )


HANDLERS = (show_mapping, save_mapping, reset_row)
