"""Settings of an app: its names and windows, its API keys, its own audit log, its end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from appsprint.domain.access import Role
from appsprint.domain.app import App, Platform, RevokeMode
from appsprint.domain.ids import AppId, KeyId
from appsprint.domain.privacy import RetainedKind
from appsprint.domain.self_check import SelfCheckSums
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.audit_log import audit_page
from appsprint.entrypoints.http.dashboard.first_app import CURRENCIES, time_zones
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import InvalidInput
from appsprint.services.apps import AppChanges, CreatedKey
from appsprint.services.retention import RetentionRow, field_of
from appsprint.services.stored_replay import ReplayOutcome

TRIAL_DAYS = [("1", "today"), ("7", "the last 7 days"), ("14", "the last 14 days")]
TRIAL_DAYS += [("28", "the last 28 days"), ("90", "the last 90 days")]


@page("GET", "/apps/{app_id:str}/settings", role=Role.VIEWER)
def show_settings(request: PageRequest, app_id: PathId) -> PageResponse:
    """The form with what is in force."""
    del app_id
    return settings_page(request, _filled(app_of(request)))


@page("POST", "/apps/{app_id:str}/settings", role=Role.EDITOR)
def save_settings(request: PageRequest, app_id: PathId) -> PageResponse:
    """Change what was changed."""
    form, app = visit_of(request).form, app_of(request)
    try:
        services_of(request).apps.update(app.id, changes_of(form, app))
    except InvalidInput as exc:
        return settings_page(request, form.refused(exc), status=422)
    return redirect(f"/apps/{app_id}/settings", notice="The settings are saved.")


@page("POST", "/apps/{app_id:str}/settings/retention", role=Role.OWNER)
def save_retention(request: PageRequest, app_id: PathId) -> PageResponse:
    """Keep each kind for as long as its field says; an empty one follows the server."""
    form = visit_of(request).form
    try:
        days = {kind: form.whole(field_of(kind), "days") for kind in RetainedKind}
        services_of(request).retention.change(AppId(app_id), days)
    except InvalidInput as exc:
        return settings_page(
            request, _filled(app_of(request)), retention_form=form.refused(exc), status=422
        )
    return redirect(f"/apps/{app_id}/settings#retention", notice="The retention is saved.")


@page("POST", "/apps/{app_id:str}/settings/delete", role=Role.OWNER)
def delete_app(request: PageRequest, app_id: PathId) -> PageResponse:
    """Delete the app; its keys answer as discarded ones do."""
    name = app_of(request).name
    services_of(request).apps.delete(AppId(app_id))
    return redirect("/", notice=f"{name} is deleted.")


@page("GET", "/apps/{app_id:str}/settings/keys", role=Role.VIEWER)
def show_keys(request: PageRequest, app_id: PathId) -> PageResponse:
    """The keys that SDKs send, masked."""
    del app_id
    return _keys_page(request)


@page("POST", "/apps/{app_id:str}/settings/keys", role=Role.EDITOR)
def add_key(request: PageRequest, app_id: PathId) -> PageResponse:
    """Make a further key and show it, this once; the others stay good (rotation with overlap)."""
    form = visit_of(request).form
    try:
        made = services_of(request).apps.add_key(AppId(app_id), form.text("environment", "live"))
    except InvalidInput as exc:
        return _keys_page(request, form=form.refused(exc))
    return _keys_page(request, made=made)


@page("POST", "/apps/{app_id:str}/settings/keys/{key_id:str}/revoke", role=Role.EDITOR)
def revoke_key(request: PageRequest, app_id: PathId, key_id: PathId) -> PageResponse:
    """End a key: quietly for the apps that carry it, or by switching their SDK off."""
    mode = visit_of(request).form.text("mode", RevokeMode.DISCARD)
    key = services_of(request).apps.revoke_key(AppId(app_id), KeyId(key_id), mode)
    return redirect(f"/apps/{app_id}/settings/keys", notice=f"The key {key.hint} is revoked.")


@page("GET", "/apps/{app_id:str}/settings/audit", role=Role.VIEWER)
def show_app_audit(request: PageRequest, app_id: PathId) -> PageResponse:
    """Every change of this app."""
    return audit_page(request, AppId(app_id), "app_audit.html")


def settings_page(
    request: PageRequest,
    form: Form,
    *,
    retention_form: Form | None = None,
    trial: ReplayOutcome | None = None,
    status: int = 200,
) -> PageResponse:
    """The form, with what its rules would change where they were tried."""
    app = app_of(request)
    retention = services_of(request).retention.rows(app.id)
    return render(
        request,
        "settings.html",
        status=status,
        form=form,
        time_zones=_with_present(time_zones(), app.time_zone),
        currencies=_with_present([(code, code) for code in CURRENCIES], app.currency),
        probabilistic="on" if app.probabilistic_matching else "off",
        is_ios=app.platform is Platform.IOS,
        retention=retention,
        trial=trial,
        trial_days=TRIAL_DAYS,
        checks=[
            _check_row(one) for one in reversed(services_of(request).self_checks.weeks(app.id))
        ],
        retention_form=retention_form or _own_retention(retention),
    )


def _check_row(week: SelfCheckSums) -> dict[str, object]:
    return {
        "monday": week.first_on,
        "checked": week.checked,
        "credited": _share(week.credited_share),
        "right": _share(week.right_share),
        "stated": _share(week.mean_confidence),
    }


def _share(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(str(share))


def _own_retention(rows: Sequence[RetentionRow]) -> Form:
    return Form.of(**{field_of(row.kind): row.own_days for row in rows})


def _keys_page(
    request: PageRequest, *, made: CreatedKey | None = None, form: Form | None = None
) -> PageResponse:
    keys = services_of(request).apps.keys(app_of(request).id)
    return render(
        request,
        "keys.html",
        status=200 if form is None else 422,
        form=form or Form(),
        keys=sorted(keys, key=lambda key: key.revoked_at is not None),
        made=made,
        base_url=services_of(request).settings.base_url,
    )


def _filled(app: App) -> Form:
    return Form.of(
        name=app.name,
        store_url=app.store_url,
        time_zone=app.time_zone,
        currency=app.currency,
        click_lookback_hours=app.click_lookback_hours,
        probabilistic_lookback_hours=app.probabilistic_lookback_hours,
        min_confidence_percent=app.min_confidence_percent,
        reattribution_days=app.reattribution_days,
        probabilistic="on" if app.probabilistic_matching else "off",
        addresses="truncated" if app.truncate_addresses else "whole",
    )


def changes_of(form: Form, app: App) -> AppChanges:
    """What the form changes; fields that were not sent stay."""
    return AppChanges(
        name=form.text("name", app.name),
        store_url=form.text("store_url", app.store_url),
        time_zone=form.text("time_zone", app.time_zone),
        currency=form.text("currency", app.currency),
        click_lookback_hours=form.whole("click_lookback_hours", "hours"),
        probabilistic_lookback_hours=form.whole("probabilistic_lookback_hours", "hours"),
        min_confidence_percent=form.whole("min_confidence_percent", "per cent"),
        reattribution_days=form.whole("reattribution_days", "days"),
        probabilistic_matching=(
            form.text("probabilistic") == "on" if form.has("probabilistic") else None
        ),
        truncate_addresses=(
            form.text("addresses") == "truncated" if form.has("addresses") else None
        ),
    )


def _with_present(options: list[tuple[str, str]], present: str) -> list[tuple[str, str]]:
    """The choices, and what is in force even where we would not offer it."""
    known = {value for value, _ in options}
    return options if present in known else [(present, present), *options]


HANDLERS = (
    show_settings,
    save_settings,
    save_retention,
    delete_app,
    show_keys,
    add_key,
    revoke_key,
    show_app_audit,
)
