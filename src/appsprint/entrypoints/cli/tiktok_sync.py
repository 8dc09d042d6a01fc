"""``appsprint tiktok sync``: imports, a year at a time if need be."""

from __future__ import annotations

import typer

from appsprint.entrypoints.cli.options import (
    AppOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_one, tell
from appsprint.entrypoints.cli.progress import Report, progress_bar
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.tiktok_insight import sync_answer
from appsprint.errors import AdNetworkUnavailable
from appsprint.services.cost_import import SyncProgress, SyncStep

GOES_ON = "What was read is kept: the same command goes on where this one stopped."


def sync(
    *,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    json: JsonOption = False,
) -> None:
    """Import campaigns and daily metrics now, by default of the last 30 days.

    A longer time is read month by month, the newest first. It can be stopped at any moment: the
    same command goes on where it stopped, for a week.
    """
    with open_services() as services, progress_bar("Importing from TikTok") as report:
        owner = chosen_app(services, app_id)
        try:
            result = services.costs.sync(
                owner, start_on=start, end_on=end, progress=lambda now: _show(now, report)
            )
        except KeyboardInterrupt as exc:
            tell(f"Stopped. {GOES_ON}")
            raise typer.Exit(1) from exc
        except AdNetworkUnavailable:
            tell(GOES_ON)
            raise
    print_one(sync_answer(result), as_json=json)


def _show(now: SyncProgress, report: Report) -> None:
    report(_words_for(now), now.steps_done, now.steps_total)


def _words_for(now: SyncProgress) -> str:
    match now.step:
        case SyncStep.ADVERTISER:
            return "Asking for the advertiser"
        case SyncStep.ENTITIES:
            return f"Reading campaigns, ad groups and ads ({now.entities})"
        case SyncStep.COSTS:
            return f"Reading {now.start_on} to {now.end_on} by {now.part} ({now.rows} rows)"
        case SyncStep.DONE:
            return "Done"
