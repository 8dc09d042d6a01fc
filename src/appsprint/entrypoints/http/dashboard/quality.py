"""Quality rules: what was found, what each rule does, and a trial of changes before saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.quality_rules import SPECS, Consequence, QualityRule, QualityRules
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import FieldProblem, InvalidInput
from appsprint.services.quality import BACKTEST_DAYS, DEFAULT_BACKTEST_DAYS, WantedRule
from appsprint.services.quality_backtest import Backtest

PATH = "/apps/{app_id:str}/quality"
CONSEQUENCES: Mapping[Consequence, str] = {
    Consequence.OFF: "Off",
    Consequence.TAG: "Mark only",
    Consequence.NO_POSTBACK: "Mark, send no events to networks",
    Consequence.NO_CREDIT: "Mark, give no credit",
}


@page("GET", PATH, role=Role.VIEWER)
def show_quality(request: PageRequest, app_id: PathId) -> PageResponse:
    """The rules in force, and what they found in the last seven days."""
    del app_id
    return _page(request, Form())


@page("POST", PATH, role=Role.EDITOR)
def save_quality(request: PageRequest, app_id: PathId) -> PageResponse:
    """Set the rules as the form has them."""
    form = visit_of(request).form
    try:
        services_of(request).quality.set(AppId(app_id), _wanted(form))
    except InvalidInput as exc:
        return _page(request, form.refused(_by_field(exc)), status=422)
    return redirect(f"/apps/{app_id}/quality", notice="The rules are saved, for installs to come.")


@page("POST", f"{PATH}/trial", role=Role.EDITOR)
def try_quality(request: PageRequest, app_id: PathId) -> PageResponse:
    """Judge past installs by the rules as the form has them; nothing is saved."""
    form = visit_of(request).form
    try:
        days = form.whole("days", "days") or DEFAULT_BACKTEST_DAYS
        tried = services_of(request).quality.backtest(AppId(app_id), _wanted(form), days=days)
    except InvalidInput as exc:
        return _page(request, form.refused(_by_field(exc)), status=422)
    return _page(request, form, tried=tried)


def _field(rule: str, name: str) -> str:
    return f"{rule}-{name}"


def _wanted(form: Form) -> Sequence[WantedRule]:
    """Every rule, so that a problem's number is the rule's.

    Raises:
        InvalidInput: A limit is no whole number.
    """
    return [
        WantedRule(
            rule=rule,
            consequence=form.text(_field(rule, "consequence")) or None,
            thresholds={
                one.name: number
                for one in SPECS[rule].thresholds
                if (number := form.whole(_field(rule, one.name), "digits")) is not None
            },
        )
        for rule in QualityRule
    ]


def _by_field(exc: InvalidInput) -> InvalidInput:
    """The problems under the names of the form's fields, in place of rules by number."""
    names = {
        f"items[{number}].{path}": _field(rule, name)
        for number, rule in enumerate(QualityRule)
        for path, name in (
            ("consequence", "consequence"),
            *((f"thresholds.{one.name}", one.name) for one in SPECS[rule].thresholds),
        )
    }
    problems = [FieldProblem(names.get(one.field, one.field), one.message) for one in exc.problems]
    return InvalidInput(exc.message, problems=problems)


def _page(
    request: PageRequest, form: Form, *, tried: Backtest | None = None, status: int = 200
) -> PageResponse:
    app, quality = app_of(request), services_of(request).quality
    rules: QualityRules = quality.rules(app.id)
    return render(
        request,
        "quality.html",
        status=status,
        form=form,
        specs=list(SPECS.values()),
        rules=rules,
        field_name=_field,
        consequences=list(CONSEQUENCES.items()),
        titles=RULE_TITLES,
        summary=quality.summary(app.id, ReportQuery()),
        tried=tried,
        most_days=BACKTEST_DAYS[-1],
        default_days=DEFAULT_BACKTEST_DAYS,
    )


RULE_TITLES: Mapping[str, str] = {rule: spec.title for rule, spec in SPECS.items()}
HANDLERS = (show_quality, save_quality, try_quality)
