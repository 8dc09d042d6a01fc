"""What one import reads: the days, in which parts and stretches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appsprint.domain.cost import CostPart
from appsprint.domain.cost_schedule import (
    MONTH_DAYS,
    Backfill,
    DayRange,
    RefreshPeriods,
    due_days,
)
from appsprint.domain.report_query import first_of, require_window

MAX_SYNC_DAYS = 1096
# One stretch is read and saved before the next begins, so a long import that breaks off keeps
# what it has. It is also the most that TikTok's daily report covers in one call.
CHUNK_DAYS = 30

ReadAt = Mapping[CostPart, Mapping[date, datetime]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one part, read in one go."""

    part: CostPart
    days: DayRange


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWindow:
    """The days that were asked for, both included; see ``CostSyncService.sync``.

    Raises:
        InvalidInput: The days are in the wrong order, too many, or beyond every calendar.
    """

    start_on: date | None = None
    end_on: date | None = None

    def __post_init__(self) -> None:
        if self.start_on is not None and self.end_on is not None:
            require_window(self.start_on, self.end_on, max_days=MAX_SYNC_DAYS)

    def days(self, *, today: date) -> DayRange:
        """From the first to the last; ``today`` is the advertiser's; raises as the class does."""
        end_on = today if self.end_on is None else min(self.end_on, today)
        start_on = self.start_on
        if start_on is None:
            start_on = first_of(MONTH_DAYS, end_on)
        require_window(start_on, end_on, max_days=MAX_SYNC_DAYS)
        return DayRange(start_on, end_on)


def backfill_plan(backfill: Backfill, read_at: ReadAt) -> Sequence[Stretch]:
    """Every part of the days, newest first, without what an interrupted run has read already."""
    return [
        Stretch(part, days)
        for days in backfill.days.stretches(CHUNK_DAYS)
        for part in CostPart
        if not backfill.has_read(days, read_at.get(part, {}))
    ]


def due_plan(
    read_at: ReadAt, *, today: date, now: datetime, periods: RefreshPeriods
) -> Sequence[Stretch]:
    """The parts that are due at ``now``, each with its own days; empty when none is."""
    return list(_due_stretches(read_at, today=today, now=now, periods=periods))


def _due_stretches(
    read_at: ReadAt, *, today: date, now: datetime, periods: RefreshPeriods
) -> Iterator[Stretch]:
    for part in CostPart:
        days = due_days(read_at.get(part, {}), today=today, now=now, periods=periods)
        for stretch in () if days is None else days.stretches(CHUNK_DAYS):
            yield Stretch(part, stretch)


def month_before(today: date) -> date:
    """The first of the days that are read again as a matter of course."""
    return today - timedelta(days=MONTH_DAYS - 1)
