"""Keeps the rollups of reports up to date, and reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.rollup import (
    FactMark,
    Rollup,
    RollupKind,
    RollupSums,
    added,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.reporting_zone import reporting_zone
from appsprint.services.rollup_sums import STEP_FACTS, changes_of, next_mark, sums_between

_DISCARDED_AT_ONCE = 5_000

_Subject = tuple[AppId, AdNetwork]


class RollupService:
    """Moves every rollup on to the newest facts, in short steps beside the intake."""

    def __init__(self, *, store: Store, step_facts: int = STEP_FACTS) -> None:
        self._store = store
        self._step_facts = step_facts

    def advance(self) -> bool:
        """One step for every rollup; True while there is more to do.

        Facts are read and summed on a snapshot; the writer only adds the sums. Of two processes
        that do the same step one comes too late and changes nothing.
        """
        plan = self._store.read(self._plan)
        if plan.is_empty:
            return False
        self._store.write(plan.carry_out)
        return plan.is_unfinished

    def rebuild(
        self, app_id: AppId, *, on_progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Sequence[Rollup]:
        """Compute the app's rollups anew; until that is done reports read the old ones.

        Args:
            on_progress: Told how many places of facts were read, and how many there are.

        Raises:
            NotFound: There is no such app.
        """
        anew = self._store.read(lambda uow: _anew(uow, require_app(uow, app_id).id))
        self._store.write(lambda uow: _begin(uow, anew))
        goal = self._store.read(lambda uow: uow.rollups.head())
        # Where a server does the same steps, some of ours change nothing.
        while self.advance() or self._places_left(app_id, goal):
            total = FactMark(0, 0).facts_before(goal)
            on_progress(total - self._places_left(app_id, goal), total)
        return self._store.read(lambda uow: _of_app(uow, app_id))

    def differences(self, app_id: AppId) -> int:
        """How many sums are not what the facts give; 0 when all is well.

        Reads every install and every event with revenue of the app once.

        Raises:
            NotFound: There is no such app.
        """
        return self._store.read(lambda uow: self._differences(uow, require_app(uow, app_id).id))

    def _differences(self, uow: UnitOfWork, app_id: AppId) -> int:
        zones = {
            network: zone for (one, network), zone in _wanted_zones(uow).items() if one == app_id
        }
        head, origin = uow.rollups.head(), uow.rollups.origin(app_id)
        number = 0
        for rollup in _of_app(uow, app_id):
            if _serves(uow, rollup, zones[rollup.network]):
                kept = uow.rollups.sums(rollup, list(RollupKind), date.min, date.max)
                ready = added(kept, sums_between(uow, rollup, rollup.mark, head))
                computed = sums_between(uow, rollup, origin, head)
                number += len(set(ready.items()) ^ set(computed.items()))
        return number

    def _places_left(self, app_id: AppId, goal: FactMark) -> int:
        rollups = self._store.read(lambda uow: _of_app(uow, app_id))
        return max((rollup.mark.facts_before(goal) for rollup in rollups), default=0)

    def _plan(self, uow: UnitOfWork) -> _Plan:
        newest, older = _newest_and_older(uow.rollups.all())
        wanted = _wanted_zones(uow)
        begun = tuple(
            _next(uow, subject, newest.get(subject), zone)
            for subject, zone in wanted.items()
            if not _serves(uow, newest.get(subject), zone)
        )
        restarted = {(rollup.app_id, rollup.network) for rollup in begun}
        kept = [newest[subject] for subject in wanted if subject not in restarted]
        head = uow.rollups.head()
        steps = [
            step
            for group in _by_mark(kept).values()
            if group[0].mark != head
            for step in self._steps(uow, group, head)
        ]
        return _Plan(
            begun=begun,
            steps=steps,
            outdated=_outdated(uow, newest, older),
            has_older=bool(older),
            head=head,
        )

    def _steps(self, uow: UnitOfWork, group: Sequence[Rollup], head: FactMark) -> Iterable[_Step]:
        """The same step for rollups that stand at the same mark, so that facts are read once."""
        since = group[0].mark
        until = next_mark(since, head, self._step_facts)
        app_ids = sorted({rollup.app_id for rollup in group})
        facts = uow.rollups.changes(app_ids, since, until)
        by_app = defaultdict(list)
        for fact in facts:
            by_app[fact.app_id].append(fact)
        for rollup in group:
            changes = changes_of(rollup, by_app[rollup.app_id])
            yield _Step(rollup, changes, until)


@dataclass(frozen=True, slots=True)
class _Step:
    """What moves one rollup from its mark to the next."""

    rollup: Rollup
    changes: RollupSums
    until: FactMark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Everything that one pass writes.

    Attributes:
        begun: New rollups.
        outdated: Rollups that a newer one has overtaken.
        has_older: Whether any rollup has a newer one.
        head: The newest facts when the pass began.
    """

    begun: Sequence[Rollup]
    steps: Sequence[_Step]
    outdated: Sequence[Rollup]
    has_older: bool
    head: FactMark

    @property
    def is_empty(self) -> bool:
        return not (self.begun or self.steps or self.outdated)

    @property
    def is_unfinished(self) -> bool:
        """Whether another pass is needed for what was there already."""
        behind = any(step.until != self.head for step in self.steps)
        return bool(self.begun) or self.has_older or behind

    def carry_out(self, uow: UnitOfWork) -> None:
        _begin(uow, self.begun)
        for step in self.steps:
            uow.rollups.advance(step.rollup, step.changes, step.until)
        for rollup in self.outdated[:1]:
            uow.rollups.discard(rollup, limit=_DISCARDED_AT_ONCE)


def _wanted_zones(uow: UnitOfWork) -> Mapping[_Subject, str]:
    """The zone that each app's reports on each network follow now."""
    return {
        (app.id, network): reporting_zone(app, uow.connections.get(app.id, network)).key
        for app in uow.apps.all()
        for network in AdNetwork
    }


def _newest_and_older(
    rollups: Iterable[Rollup],
) -> tuple[dict[_Subject, Rollup], Sequence[Rollup]]:
    """By number; ``older`` are all that are not the newest of their app and network."""
    newest: dict[_Subject, Rollup] = {}
    older = []
    for rollup in sorted(rollups, key=lambda one: one.number):
        previous = newest.get((rollup.app_id, rollup.network))
        if previous is not None:
            older.append(previous)
        newest[rollup.app_id, rollup.network] = rollup
    return newest, older


def _serves(uow: UnitOfWork, rollup: Rollup | None, time_zone: str) -> bool:
    return rollup is not None and rollup.time_zone == time_zone and uow.rollups.is_intact(rollup)


def _next(uow: UnitOfWork, subject: _Subject, previous: Rollup | None, time_zone: str) -> Rollup:
    app_id, network = subject
    return Rollup(
        app_id=app_id,
        network=network,
        number=1 if previous is None else previous.number + 1,
        time_zone=time_zone,
        mark=uow.rollups.origin(app_id),
    )


def _begin(uow: UnitOfWork, rollups: Iterable[Rollup]) -> None:
    for rollup in rollups:
        uow.rollups.begin(rollup)


def _anew(uow: UnitOfWork, app_id: AppId) -> Sequence[Rollup]:
    """A new rollup for each network of the app."""
    newest, _ = _newest_and_older(uow.rollups.all())
    return [
        _next(uow, subject, newest.get(subject), zone)
        for subject, zone in _wanted_zones(uow).items()
        if subject[0] == app_id
    ]


def _of_app(uow: UnitOfWork, app_id: AppId) -> Sequence[Rollup]:
    """The newest rollups of the app."""
    newest, _ = _newest_and_older(uow.rollups.all())
    return [rollup for rollup in newest.values() if rollup.app_id == app_id]


def _by_mark(rollups: Iterable[Rollup]) -> Mapping[FactMark, Sequence[Rollup]]:
    groups = defaultdict(list)
    for rollup in rollups:
        groups[rollup.mark].append(rollup)
    return groups


def _outdated(
    uow: UnitOfWork, newest: Mapping[_Subject, Rollup], older: Iterable[Rollup]
) -> Sequence[Rollup]:
    """The older ones that serve no longer, or that the newest has caught up with."""
    return [
        rollup
        for rollup in older
        if rollup.time_zone != (new := newest[rollup.app_id, rollup.network]).time_zone
        or new.mark.facts_before(rollup.mark) == 0
        or not uow.rollups.is_intact(rollup)
    ]
