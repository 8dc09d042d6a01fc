"""Reads sums of facts for reports: from the rollups, or from the facts where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, InstallSum, ReportDay, RevenueSum
from appsprint.domain.rollup import (
    ALL_KINDS,
    FactMark,
    FactSum,
    Rollup,
    RollupKind,
    RollupSums,
    added,
    folded,
    install_sums,
    revenue_sums,
    rolled_up,
)
from appsprint.ports.store import UnitOfWork

# How many places of facts one step reads; its sums then go to the store in one short write.
STEP_FACTS = 20_000
# With more facts than this behind the mark, a report reads the facts of its own days instead.
LONGEST_TAIL = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SumScope:
    """Which sums a report needs.

    Attributes:
        days: Follow one another without a gap.
        time_zone: IANA name of the zone whose days they are.
        exclude_tagged: Whether installs that a quality rule found something about are left out.
    """

    app_id: AppId
    network: AdNetwork
    days: tuple[ReportDay, ...]
    time_zone: str
    exclude_tagged: bool = False


def attributed_sums(
    uow: UnitOfWork, scope: SumScope, by: Breakdown, *, currency: str
) -> tuple[Sequence[InstallSum], Sequence[RevenueSum]]:
    """Credited installs and their revenue, exact at the moment of ``uow``.

    From the rollup and what came after it. While there is none for the zone, as just after the
    advertiser changed, or when it is far behind, the same sums come from the facts themselves.

    Args:
        currency: The report's. What needs no exchange rate comes in one sum for all days, if the
            breakdown is not by day.
    """
    folding = None if by is Breakdown.DAY else currency
    sums = sums_of_kinds(uow, scope, [RollupKind(by.value)], folding=folding)
    if sums is None:
        direct = (scope.app_id, scope.network, by, scope.days)
        leaving = scope.exclude_tagged
        return (
            uow.reports.installs(*direct, exclude_tagged=leaving),
            uow.reports.revenue(*direct, exclude_tagged=leaving),
        )
    return install_sums(sums), revenue_sums(sums)


def sums_of_kinds(
    uow: UnitOfWork, scope: SumScope, kinds: Sequence[RollupKind], *, folding: str | None = None
) -> RollupSums | None:
    """The sums of these kinds, exact at the moment of ``uow``; None without a usable rollup.

    ``folding`` as in ``RollupRepository.sums``.
    """
    rollup = _usable(uow, scope)
    if rollup is None:
        return None
    first_on, last_on = scope.days[0].day_on, scope.days[-1].day_on
    tail = sums_between(
        uow, rollup, rollup.mark, uow.rollups.head(), kinds=frozenset(kinds), step=LONGEST_TAIL
    )
    within = _within(tail, scope)
    if folding is not None:
        within = folded(within, first_on, folding)
    kept = uow.rollups.sums(rollup, kinds, first_on, last_on, folding=folding)
    return _wanted(added(kept, within), scope)


def exact_sums(uow: UnitOfWork, scope: SumScope, kinds: Sequence[RollupKind]) -> RollupSums | None:
    """Like ``sums_of_kinds``; without a usable rollup the app's facts are read, if they are few.

    None while a rollup of many facts is still being made.
    """
    sums = sums_of_kinds(uow, scope, kinds)
    if sums is not None:
        return sums
    origin, head = uow.rollups.origin(scope.app_id), uow.rollups.head()
    if origin.facts_before(head) > LONGEST_TAIL:
        return None
    nothing = Rollup(
        app_id=scope.app_id,
        network=scope.network,
        number=0,
        time_zone=scope.time_zone,
        mark=origin,
    )
    found = sums_between(uow, nothing, origin, head, kinds=frozenset(kinds))
    return _wanted(_within(found, scope), scope)


def sums_between(
    uow: UnitOfWork,
    rollup: Rollup,
    since: FactMark,
    until: FactMark,
    *,
    kinds: Set[RollupKind] = ALL_KINDS,
    step: int = STEP_FACTS,
) -> RollupSums:
    """What the facts between two marks add to a rollup, read in steps to spare memory."""
    sums: RollupSums = {}
    while since != until:
        reached = next_mark(since, until, step)
        facts = uow.rollups.changes([rollup.app_id], since, reached)
        sums = added(sums, changes_of(rollup, facts, kinds=kinds))
        since = reached
    return sums


def changes_of(
    rollup: Rollup, facts: Iterable[FactSum], *, kinds: Set[RollupKind] = ALL_KINDS
) -> RollupSums:
    """What facts of the rollup's app add to it."""
    mine = (fact for fact in facts if fact.concerns(rollup.network))
    return rolled_up(mine, ZoneInfo(rollup.time_zone), kinds=kinds)


def next_mark(since: FactMark, until: FactMark, step: int) -> FactMark:
    """One step on: first all decisions, then events, since those look for their decision."""
    decisions = min(since.decisions + step, until.decisions)
    if decisions < until.decisions:
        return FactMark(decisions, since.events)
    return FactMark(decisions, min(since.events + step, until.events))


def _usable(uow: UnitOfWork, scope: SumScope) -> Rollup | None:
    """The app's rollup that has read the most, if its days are the report's."""
    head = uow.rollups.head()
    rollups = [
        rollup
        for rollup in uow.rollups.of_app(scope.app_id, scope.network)
        if rollup.time_zone == scope.time_zone
        and rollup.mark.facts_before(head) <= LONGEST_TAIL
        and uow.rollups.is_intact(rollup)
    ]
    return min(rollups, key=lambda rollup: rollup.mark.facts_before(head), default=None)


def _wanted(sums: RollupSums, scope: SumScope) -> RollupSums:
    if not scope.exclude_tagged:
        return sums
    return {key: found for key, found in sums.items() if not key.is_tagged}


def _within(sums: RollupSums, scope: SumScope) -> RollupSums:
    first_on, last_on = scope.days[0].day_on, scope.days[-1].day_on
    return {key: found for key, found in sums.items() if first_on <= key.day_on <= last_on}
