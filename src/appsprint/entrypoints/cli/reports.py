"""``appsprint reports``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_json, print_one, print_table, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.report_table import legend, reconciliation_table, report_table
from appsprint.entrypoints.cli.session import open_services
from appsprint.services.reconciliation_document import reconciliation_document
from appsprint.services.report_document import report_document, to_csv

app = new_noun()


class ReportForm(StrEnum):
    """What a report is written in."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.callback()
def reports() -> None:
    """Reports: what each campaign cost and earned."""


@app.command()
def campaigns(
    *,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    breakdown: Annotated[
        Breakdown, typer.Option(help="One row for each of these.")
    ] = Breakdown.CAMPAIGN,
    network: Annotated[AdNetwork, typer.Option(help="Whose campaigns.")] = AdNetwork.TIKTOK,
    form: Annotated[
        ReportForm, typer.Option("--format", help="CSV has no line of totals.")
    ] = ReportForm.TABLE,
    exclude_tagged: Annotated[
        bool, typer.Option("--exclude-tagged", help="Leave out what a quality rule tagged.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Report spend, installs and revenue; days are the advertiser's, by default the last seven."""
    query = ReportQuery(
        network=network,
        start_on=start,
        end_on=end,
        breakdown=breakdown,
        exclude_tagged=exclude_tagged,
    )
    with open_services() as services:
        report = services.reports.campaigns(chosen_app(services, app_id), query)
    _print(report, ReportForm.JSON if json else form)


@app.command()
def reconcile(
    *,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    network: Annotated[AdNetwork, typer.Option(help="Whose campaigns.")] = AdNetwork.TIKTOK,
    json: JsonOption = False,
) -> None:
    """Explain why our numbers and the network's differ, with figures for each cause."""
    query = ReportQuery(network=network, start_on=start, end_on=end)
    with open_services() as services:
        found = services.reconciliation.explain(chosen_app(services, app_id), query)
    document = reconciliation_document(found)
    if json:
        print_json(document)
        return
    tell(f"{found.report.start_on} to {found.report.end_on}, amounts in {found.report.currency}")
    print_table(reconciliation_table(found))
    if not found.is_complete:
        tell("Older facts are still being summed: some causes cannot be seen yet.")
    for cause in found.causes:
        if cause.applies:
            typer.echo(f"- {cause.message}")


@app.command()
def rebuild(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Compute the ready sums of reports anew from the stored facts, beside a running server.

    Needed only when `appsprint doctor` says that they differ.
    """
    with open_services() as services, progress_bar("Reading facts") as tell_progress:
        chosen = chosen_app(services, app_id)

        def show(done: int, total: int) -> None:
            tell_progress("Reading facts", done, total)

        rollups = services.rollups.rebuild(chosen, on_progress=show)
    rows = [{"network": one.network, "time_zone": one.time_zone} for one in rollups]
    print_one({"app_id": chosen, "rebuilt": rows}, as_json=json)


def _print(report: Report, form: ReportForm) -> None:
    if form is ReportForm.JSON:
        print_json(report_document(report))
    elif form is ReportForm.CSV:
        typer.echo(to_csv(report), nl=False)
    else:
        tell(
            f"{report.start_on} to {report.end_on}, days of {report.time_zone}, "
            f"amounts in {report.currency}"
        )
        print_table(report_table(report))
        for line in legend(report):
            tell(line)
