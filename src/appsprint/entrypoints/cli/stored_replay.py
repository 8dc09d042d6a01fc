"""``appsprint attribution replay`` over an app's own past."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import msgspec
import typer

from appsprint.domain.counted import amount_of
from appsprint.domain.decision import AttributionRules
from appsprint.entrypoints.cli.options import ask, chosen_app
from appsprint.entrypoints.cli.output import print_items, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.replay import campaign_answer, change_answer
from appsprint.ports.rehearsal import ChangedCredit
from appsprint.services.apps import AppChanges
from appsprint.services.stored_replay import ReplayOutcome, WantedReplay

_COLUMNS = ("campaign_id", "campaign_name", "installs_before", "installs_after", "change")


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class StoredDays:
    """Which days of which app; both included."""

    app_id: str | None
    start_on: date | None
    end_on: date | None


@dataclass(frozen=True, slots=True)
class TrialRules:
    """The rules to try; None leaves one as it is."""

    click_hours: int | None
    probabilistic_hours: int | None
    min_confidence: float | None
    probabilistic: Switch | None

    def rules(self) -> AttributionRules:
        """The product's own rules with the changes to try."""
        rules = AttributionRules()
        windows = rules.windows
        if self.click_hours is not None:
            windows = replace(windows, click=timedelta(hours=self.click_hours))
        if self.probabilistic_hours is not None:
            windows = replace(windows, probabilistic=timedelta(hours=self.probabilistic_hours))
        threshold = rules.min_confidence if self.min_confidence is None else self.min_confidence
        return replace(
            rules,
            windows=windows,
            min_confidence=threshold,
            probabilistic=self.probabilistic is not Switch.OFF,
        )

    def changes(self) -> AppChanges:
        """What to change of an app."""
        least = self.min_confidence
        return AppChanges(
            click_lookback_hours=self.click_hours,
            probabilistic_lookback_hours=self.probabilistic_hours,
            min_confidence_percent=None if least is None else round(least * 100),
            probabilistic_matching=(
                None if self.probabilistic is None else self.probabilistic is Switch.ON
            ),
        )


def replay_stored(
    days: StoredDays, trial: TrialRules, *, apply: bool, yes: bool, as_json: bool
) -> None:
    """Show what the rules would change of an app's past, or change it."""
    if days.start_on is None:
        raise typer.BadParameter("an app's own past needs --start, its first day")
    with open_services() as services:
        app_id = chosen_app(services, days.app_id)
        wanted = WantedReplay(
            app_id=app_id, start_on=days.start_on, end_on=days.end_on, changes=trial.changes()
        )
        if apply:
            name = services.apps.get(app_id).name
            ask(f"Decide the past of {name} again from {days.start_on} on?", yes=yes)
        replay = services.stored_replay
        work = replay.apply if apply else replay.compare
        with progress_bar("Deciding") as move:
            outcome = work(
                wanted,
                on_change=_print_line if as_json else lambda change: None,
                on_progress=lambda done, total: move("Deciding", done, total),
            )
    if not as_json:
        _print_campaigns(outcome)
    _tell_sums(outcome)


def _print_line(change: ChangedCredit) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(change_answer(change)) + b"\n")
    sys.stdout.buffer.flush()


def _print_campaigns(outcome: ReplayOutcome) -> None:
    found = [campaign_answer(one) for one in outcome.campaigns]
    items = [
        {
            "campaign_id": "organic" if one.is_organic else one.campaign_id or "unknown campaign",
            "campaign_name": one.campaign_name,
            "installs_before": one.installs_before,
            "installs_after": one.installs_after,
            "change": one.installs_after - one.installs_before,
        }
        for one in found
    ]
    print_items({"items": items}, _COLUMNS, as_json=False)


def _tell_sums(outcome: ReplayOutcome) -> None:
    if outcome.kept:
        installs = amount_of(outcome.kept, "install keeps its", "installs keep their")
        tell(f"{installs} credit, as what decided it was erased or forbidden")
    if outcome.written is None:
        tell(f"{outcome.changed} of {outcome.installs} installs would change their credit")
        return
    tell(f"{outcome.written} of {outcome.installs} installs changed their credit")
    if left := outcome.changed - outcome.written:
        tell(f"{left} were decided by the server meanwhile: give the command again for them")
