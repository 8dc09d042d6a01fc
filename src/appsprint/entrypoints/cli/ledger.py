"""``appsprint ledger``."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_json, print_lines, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.ledger import LedgerDayAnswer, ledger_answer

app = new_noun(has_verbs=False)


@app.command()
def ledger(
    *,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    json: JsonOption = False,
) -> None:
    """Check that everything that arrived is accounted for, day by day, from click to report.

    Days are UTC's, by default the last seven. What was counted on arrival is compared with what the
    database holds; exit code 1 when something does not add up.
    """
    with open_services() as services:
        found = ledger_answer(services.ledger.days(chosen_app(services, app_id), start, end))
    if json:
        print_json(found)
    else:
        for day in found.items:
            print_lines(_lines(day))
        tell("Everything is accounted for." if found.is_balanced else "It does not balance.")
    if not found.is_balanced:
        raise typer.Exit(FAILED)


def _lines(day: LedgerDayAnswer) -> Iterator[str]:
    yield f"{day.date}  {'balances' if day.is_balanced else 'DOES NOT BALANCE'}"
    visits, installs, events, outcomes = day.visits, day.installs, day.events, day.outcomes
    yield _equation(
        f"visits    {visits.counted}",
        people=visits.people,
        duplicates=visits.duplicates,
        head=visits.head,
        prefetches=visits.prefetch,
        previews=visits.preview,
        crawlers=visits.crawler,
        forgotten=visits.forgotten,
    )
    yield _equation(
        f"installs  {installs.counted}",
        attributed=installs.attributed,
        organic=installs.organic,
        reinstalls=installs.reinstalls,
        rejected=installs.rejected,
        test=installs.test,
    )
    yield _equation(
        f"events    {events.received}",
        stored=events.stored,
        duplicates=events.duplicates,
        refused=events.refused,
    )
    yield _equation(
        f"stored    {events.stored} + {outcomes.install_events} install events",
        sent=outcomes.sent,
        pending=outcomes.pending,
        retrying=outcomes.retrying,
        dead=outcomes.dead,
        skipped=outcomes.skipped,
        **outcomes.not_eligible,
        no_network=outcomes.no_network,
    )
    reports = day.reports
    told = "not summed yet" if reports.installs is None else f"{reports.installs} installs"
    yield f"  reports   {told}, the facts {reports.facts_installs}"
    yield from (f"  !! {gap}" for gap in day.gaps)


def _equation(left: str, **parts: int) -> str:
    """The sum with its parts; those that are 0 are left out."""
    named = [f"{amount} {name}" for name, amount in parts.items() if amount]
    return f"  {left} = {' + '.join(named) or '0'}"
