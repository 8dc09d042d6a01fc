"""Other rules over an app's own past: what they would change, and changing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

import structlog

from appsprint.domain.app import App
from appsprint.domain.audit import AuditAction
from appsprint.domain.counted import amount_of
from appsprint.domain.decision import AttributionRules
from appsprint.domain.ids import AppId, ClickId
from appsprint.domain.inapp_event import EARLIEST_BELIEVED_AT
from appsprint.domain.likelihood import LEARNED_FOR
from appsprint.domain.privacy import PersonalData, Retention
from appsprint.domain.revision import DecisionCause
from appsprint.errors import InvalidInput
from appsprint.ports.clock import Clock
from appsprint.ports.installs import Attribution
from appsprint.ports.rehearsal import (
    Arrival,
    CampaignCredit,
    ChangedCredit,
    InstallArrived,
    Rehearsal,
    RehearsedPeriod,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import AppChanges, AppService, changed_app, require_app
from appsprint.services.attribution import rules_of
from appsprint.services.installs import InstallIntake
from appsprint.services.replay import LATEST_REGISTRATION
from appsprint.services.rollups import RollupService

log = structlog.get_logger()

# One short write each, so that requests wait for none of them.
CHANGES_AT_ONCE = 100
_ARRIVALS_A_STEP = 200
# TikTok refuses events that are older than seven days, and no
# campaign learns from them.
WORTH_SENDING_FOR = timedelta(days=7)
RULES = (
    *("click_lookback_hours", "probabilistic_lookback_hours", "min_confidence_percent"),
    *("probabilistic_matching", "reattribution_days"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReplay:
    """Which days of an app to decide again, and by which rules.

    Attributes:
        start_on: The first day, UTC.
        end_on: The last day; None: until now.
        changes: The app's rules that are to be others; nothing else of the app is read.
        max_installs: More are refused; None takes any number.
    """

    app_id: AppId
    start_on: date
    end_on: date | None = None
    changes: AppChanges = AppChanges()
    max_installs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOutcome:
    """What the rules would change, or changed.

    Attributes:
        rules: The app's rules that were tried, by name.
        installs: How many were decided again.
        kept: Installs of the days that keep their credit, as what decided them was erased.
        changed: How many get another answer.
        written: How many of them were stored; None when nothing was to be stored.
        campaigns: Every campaign of the days.
    """

    since: datetime
    until: datetime
    rules: Mapping[str, bool | int]
    installs: int
    kept: int
    changed: int
    written: int | None = None
    campaigns: Sequence[CampaignCredit]


def _ignore_change(change: ChangedCredit) -> None:
    del change


def _ignore_progress(done: int, total: int) -> None:
    del done, total


OnChange = Callable[[ChangedCredit], None]
OnProgress = Callable[[int, int], None]


class StoredReplayService:
    """Decides stored installs again as each would have been decided with what was known then."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        intake: InstallIntake,
        apps: AppService,
        rollups: RollupService,
        retention: Retention,
        changes_at_once: int = CHANGES_AT_ONCE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._intake = intake
        self._apps = apps
        self._rollups = rollups
        self._retention = retention
        self._changes_at_once = changes_at_once

    def compare(
        self,
        wanted: WantedReplay,
        *,
        on_change: OnChange = _ignore_change,
        on_progress: OnProgress = _ignore_progress,
    ) -> ReplayOutcome:
        """Tell what the rules would change, and change nothing.

        Args:
            on_change: Told each install that would get another answer.
            on_progress: Told how many arrivals were decided, and how many there are.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Rules that are not allowed, or days that cannot be decided again.
        """
        trial, period = self._prepare(wanted)

        def work(rehearsal: Rehearsal) -> ReplayOutcome:
            _require_few(rehearsal, wanted.max_installs)
            self._rehearse(rehearsal, trial, on_progress)
            for change in rehearsal.changes():
                on_change(change)
            return _outcome(rehearsal, period, trial)

        return self._store.rehearse(period, work)

    def apply(
        self,
        wanted: WantedReplay,
        *,
        on_change: OnChange = _ignore_change,
        on_progress: OnProgress = _ignore_progress,
    ) -> ReplayOutcome:
        """Give the app the rules, then its past: see the decision record on applying a replay.

        Can be broken off at any time, and called again: what was not written yet is then.

        Args:
            on_change: Told each install that got another answer.
            on_progress: As for ``compare``.

        Raises:
            NotFound: There is no such app.
            InvalidInput: As for ``compare``; nothing was changed.
        """
        _, days = self._prepare(wanted)
        if wanted.max_installs is not None:
            self._store.rehearse(days, lambda found: _require_few(found, wanted.max_installs))
        self._apps.update(wanted.app_id, wanted.changes)
        trial, period = self._prepare(wanted)

        def work(rehearsal: Rehearsal) -> ReplayOutcome:
            self._rehearse(rehearsal, trial, on_progress)
            foreseen = _outcome(rehearsal, period, trial)
            self._tell(trial, period)
            written = 0
            for batch in _batches(rehearsal.changes(), self._changes_at_once):
                stored = self._store_batch(trial, batch)
                for change in stored:
                    on_change(change)
                written += len(stored)
            return replace(foreseen, written=written)

        outcome = self._store.rehearse(period, work)
        if outcome.written:
            self._rollups.rebuild(wanted.app_id)
        log.info("attribution_replayed", app_id=wanted.app_id, written=outcome.written)
        return outcome

    def _prepare(self, wanted: WantedReplay) -> tuple[App, RehearsedPeriod]:
        def work(uow: UnitOfWork) -> tuple[App, RehearsedPeriod]:
            app = changed_app(require_app(uow, wanted.app_id), wanted.changes)
            retention = self._retention.changed(uow.privacy.own_retention(app.id))
            return app, self._period(wanted, rules_of(uow, app), retention)

        return self._store.read(work)

    def _period(
        self, wanted: WantedReplay, rules: AttributionRules, retention: Retention
    ) -> RehearsedPeriod:
        now = self._clock.now()
        # No install is older, and farther back there would soon be no date to reach back to.
        since = max(_midnight(wanted.start_on), EARLIEST_BELIEVED_AT)
        until = now
        if wanted.end_on is not None and wanted.end_on < now.date():
            until = _midnight(wanted.end_on) + timedelta(days=1)
        if since >= until:
            raise InvalidInput("must be in the past, and not after the end", field="start")
        widest = max(rules.widest.click, rules.widest.probabilistic, LEARNED_FOR)
        reach = since - widest - LATEST_REGISTRATION
        _require_kept(since, reach, retention.due_before(PersonalData.CLICKS, now))
        return RehearsedPeriod(
            app_id=wanted.app_id, since=since, until=until, reaches_back_to=reach
        )

    def _rehearse(self, rehearsal: Rehearsal, trial: App, on_progress: OnProgress) -> None:
        for number, arrival in enumerate(rehearsal.arrivals()):
            self._decide(rehearsal.uow, trial, arrival)
            if number % _ARRIVALS_A_STEP == 0:
                on_progress(*rehearsal.progress())
        on_progress(*rehearsal.progress())
        rehearsal.finish()

    def _decide(self, uow: UnitOfWork, trial: App, arrival: Arrival) -> None:
        if isinstance(arrival, InstallArrived):
            install = arrival.install
            self._intake.decide(uow, trial, install, now=install.received_at)
            return
        found = uow.installs.get(trial.id, arrival.install_id)
        if found is not None:
            self._intake.revise(uow, trial, found, arrival.cause, now=arrival.at)

    def _tell(self, trial: App, period: RehearsedPeriod) -> None:
        now = self._clock.now()
        told = entry(
            now,
            AuditAction.ATTRIBUTION_REPLAYED,
            app_id=trial.id,
            subject=trial.name,
            since=period.since.isoformat(),
            until=period.until.isoformat(),
            **_rules(trial),
        )
        self._store.write(lambda uow: uow.audit.add(told))

    def _store_batch(self, trial: App, batch: Sequence[ChangedCredit]) -> Sequence[ChangedCredit]:
        """Store those changes that still hold; what changed meanwhile is left for the next time."""
        now = self._clock.now()

        def work(uow: UnitOfWork) -> Sequence[ChangedCredit]:
            holding = _still_holding(uow, trial.id, batch)
            uow.installs.withdraw(trial.id, [change.before.install_id for change in holding])
            for change in holding:
                uow.installs.decide(_told(change, trial, now))
                install_id, judged_by = change.before.install_id, change.judged_by
                uow.quality.note(trial.id, install_id, change.findings, judged_by=judged_by)
            for change in holding:
                install_id = change.before.install_id
                self._intake.send_waiting(uow, trial.id, install_id, since=now - WORTH_SENDING_FOR)
            return holding

        return self._store.write(work)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _require_kept(since: datetime, reach: datetime, forgotten: datetime | None) -> None:
    """Refuse days whose clicks were forgotten: installs would lose credit for no reason."""
    if forgotten is not None and reach < forgotten:
        first = (forgotten + (since - reach)).date() + timedelta(days=1)
        message = f"clicks that could have earned the installs are forgotten; begin at {first}"
        raise InvalidInput(message, field="start")


def _require_few(rehearsal: Rehearsal, most: int | None) -> None:
    if most is not None and (amount := rehearsal.installs()) > most:
        installs = amount_of(amount, "install is", "installs are")
        message = (
            f"{installs} too many to be decided at once, at most {most}: choose fewer "
            "days, or use `appsprint attribution replay`"
        )
        raise InvalidInput(message, field="start")


def _batches(changes: Iterable[ChangedCredit], at_once: int) -> Iterator[list[ChangedCredit]]:
    """Whole groups, as many as fit into one write."""
    batch: list[ChangedCredit] = []
    for _, group in groupby(changes, key=attrgetter("group")):
        batch.extend(group)
        if len(batch) >= at_once:
            yield batch
            batch = []
    if batch:
        yield batch


def _still_holding(
    uow: UnitOfWork, app_id: AppId, batch: Sequence[ChangedCredit]
) -> Sequence[ChangedCredit]:
    """The changes that can be made: nobody decided the install or took the click meanwhile."""
    holding = [change for change in batch if _is_fresh(uow, change)]
    while True:
        taken = {
            is_test: _taken(uow, app_id, holding, is_test=is_test) for is_test in (False, True)
        }
        possible = [one for one in holding if one.after.click_id not in taken[one.after.is_test]]
        if len(possible) == len(holding):
            return holding
        holding = possible


def _taken(
    uow: UnitOfWork, app_id: AppId, changes: Sequence[ChangedCredit], *, is_test: bool
) -> set[ClickId]:
    """The clicks wanted for live or for test installs that another install has, and keeps."""
    concerned = [one for one in changes if one.after.is_test is is_test]
    wanted = {one.after.click_id for one in concerned if one.after.click_id is not None}
    given_up = {one.before.click_id for one in concerned}
    return uow.clicks.credited_among(app_id, wanted, is_test=is_test) - given_up


def _is_fresh(uow: UnitOfWork, change: ChangedCredit) -> bool:
    before = change.before
    found = uow.installs.get(before.app_id, before.install_id)
    return found is not None and found.attribution.version == before.version


def _told(change: ChangedCredit, trial: App, now: datetime) -> Attribution:
    """The decision as it is stored: it says that it was replayed, and by which rules."""
    explanation = json.loads(change.after.explanation)
    explanation["replayed"] = _rules(trial)
    return replace(
        change.after,
        version=change.before.version + 1,
        decided_at=now,
        cause=DecisionCause.REPLAY,
        explanation=json.dumps(explanation),
    )


def _rules(app: App) -> Mapping[str, bool | int]:
    told = asdict(app)
    return {name: told[name] for name in RULES}


def _outcome(rehearsal: Rehearsal, period: RehearsedPeriod, trial: App) -> ReplayOutcome:
    return ReplayOutcome(
        since=period.since,
        until=period.until,
        rules=_rules(trial),
        installs=rehearsal.installs(),
        kept=rehearsal.kept(),
        changed=rehearsal.changed(),
        campaigns=rehearsal.campaigns(),
    )
