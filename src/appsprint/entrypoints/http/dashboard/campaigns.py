"""Reports → Campaigns: the twelve metrics, sorted, searched, charted, explained; and as CSV."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from litestar import Response

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard import formats
from appsprint.entrypoints.http.dashboard.campaign_view import (
    BREAKDOWNS,
    BY_KEY,
    COLUMNS,
    PERIODS,
    CampaignView,
    Column,
    read_view,
    table_rows,
)
from appsprint.entrypoints.http.dashboard.charts import DayChart, Series
from appsprint.entrypoints.http.dashboard.forms import Form, sentence
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import (
    HEADERS,
    PageResponse,
    redirect,
    render,
)
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import AdNetworkRefused, CallerError, InvalidInput, Unavailable
from appsprint.services.report_document import to_csv
from appsprint.services.reporting_zone import reporting_zone

PATH = "/apps/{app_id:str}/reports/campaigns"


@page("GET", PATH, role=Role.VIEWER)
def show_campaigns(request: PageRequest, app_id: PathId) -> PageResponse:
    """What each campaign cost and earned; the address holds everything that was chosen."""
    del app_id
    view, form = _view(request), Form()
    try:
        query = _question(request, view)
        compared = services_of(request).reports.compared(app_of(request).id, query)
    except InvalidInput as exc:
        form = Form.of(start=view.start, end=view.end).refused(exc)
        view = replace(view, days=PERIODS[0], start="", end="")
        query = _question(request, view)
        compared = services_of(request).reports.compared(app_of(request).id, query)
    report, previous = compared.report, compared.previous
    return render(
        request,
        "campaigns.html",
        status=422 if form.problems or form.problem else 200,
        view=view,
        form=form,
        report=report,
        previous=previous,
        rows=table_rows(view, report, previous),
        columns=[BY_KEY[key] for key in view.columns],
        all_columns=COLUMNS,
        breakdowns=BREAKDOWNS,
        periods=PERIODS,
        chart=_chart(request, query, BY_KEY[view.metric]),
        explained=None,
        span=formats.days(report.start_on, report.end_on),
        span_before=formats.days(previous.start_on, previous.end_on),
    )


@page("GET", f"{PATH}/differences", role=Role.VIEWER)
def show_differences(request: PageRequest, app_id: PathId) -> PageResponse:
    """Why our numbers and the network's differ in the days of a report.

    The report shows it below its rows, once they are there: it takes longer than they do.

    Raises:
        InvalidInput: The address says no usable days.
    """
    del app_id
    view = _view(request)
    explained = services_of(request).reconciliation.explain(
        app_of(request).id, _question(request, view)
    )
    report = explained.report
    return render(
        request,
        "campaign_differences.html",
        view=view,
        explained=explained,
        span=formats.days(report.start_on, report.end_on),
    )


@page("GET", f"{PATH}.csv", role=Role.VIEWER)
def download_campaigns(request: PageRequest, app_id: PathId) -> PageResponse:
    """The same report as the API's CSV; search, sorting and columns do not change it."""
    del app_id
    view = _view(request)
    report = services_of(request).reports.campaigns(app_of(request).id, _question(request, view))
    name = f"{view.breakdown}-{report.start_on}-{report.end_on}.csv"
    return Response(
        to_csv(report).encode(),
        media_type="text/csv",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'},
    )


@page("POST", f"{PATH}/import", role=Role.EDITOR)
def import_days(request: PageRequest, app_id: PathId) -> PageResponse:
    """Import the days of a report from TikTok, and show it again."""
    form = visit_of(request).form
    start, end = form.text("start"), form.text("end")
    place = f"/apps/{app_id}/reports/campaigns?{urlencode({'start': start, 'end': end})}"
    try:
        days = date.fromisoformat(start), date.fromisoformat(end)
        services_of(request).costs.sync(AppId(app_id), AdNetwork.TIKTOK, *days)
    except ValueError:
        return redirect(place, notice="Nothing was imported: the days cannot be read.", tone="warn")
    except (CallerError, AdNetworkRefused, Unavailable) as exc:
        return redirect(place, notice=f"Nothing was imported. {sentence(exc.message)}", tone="warn")
    return redirect(place, notice="Campaigns and metrics are imported.")


def _view(request: PageRequest) -> CampaignView:
    told = request.query_params
    return read_view({key: told.get(key) or "" for key in told}, told.getall("column", []))


def _question(request: PageRequest, view: CampaignView) -> ReportQuery:
    """The report that is asked for.

    Raises:
        InvalidInput: A day is not one.
    """
    app, services = app_of(request), services_of(request)
    connection = services.connections.overview(app.id).connection
    today = services.clock.now().astimezone(reporting_zone(app, connection)).date()
    try:
        return view.question(today)
    except ValueError as exc:
        raise InvalidInput("must be a date such as 2026-03-29", field="start") from exc


def _chart(request: PageRequest, query: ReportQuery, column: Column) -> DayChart:
    by_day = replace(query, breakdown=Breakdown.DAY)
    report = services_of(request).reports.campaigns(app_of(request).id, by_day)
    return DayChart(
        [date.fromisoformat(str(row.identity["date"])) for row in report.items],
        [_series(report, column)],
    )


def _series(report: Report, column: Column) -> Series:
    return Series(
        name=column.label,
        currency=report.currency if column.is_money else None,
        is_share=column.is_share,
        values=[column.value(row.metrics) for row in report.items],
        text=lambda value: column.shown(value, report.currency),
    )


HANDLERS = (show_campaigns, show_differences, download_campaigns, import_days)
