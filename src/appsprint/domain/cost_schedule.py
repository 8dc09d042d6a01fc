"""Which days of an ad account's numbers have to be read again, and when.

TikTok counts a conversion on the day of its click and restates that day until its longest window
of 28 days has closed (TikTok Business Help Centre, "Attribution settings", 2026). Young days change
by the hour, older ones hardly, and after a month none does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

RECENT_DAYS = 2
WEEK_DAYS = 7
MONTH_DAYS = 30
_DAY = timedelta(days=1)
# How long a backfill that broke off can be taken up again.
RESUMABLE_FOR = timedelta(days=7)
# From midnight UTC of a day until it is, in some zone, the oldest of the last 30: whoever reads it
# then or later reads what is final. The day begins 14 hours earlier in the farthest east.
SETTLE_TIME = (MONTH_DAYS - 1) * _DAY - timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPeriods:
    """How old the last reading of a day may get.

    Attributes:
        recent: Of today and yesterday. Zero: nothing is ever due.
        week, month: Of the days before within the last 7 and the last 30, today included.
    """

    recent: timedelta = timedelta(hours=1)
    week: timedelta = timedelta(hours=6)
    month: timedelta = timedelta(days=1)

    def of(self, age_days: int) -> timedelta | None:
        """Of a day that was ``age_days`` days ago; None for one that is settled."""
        if age_days < RECENT_DAYS:
            return self.recent
        if age_days < WEEK_DAYS:
            return max(self.recent, self.week)
        return max(self.recent, self.month) if age_days < MONTH_DAYS else None


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days in the advertiser's zone, both ends included."""

    start_on: date
    end_on: date

    def __iter__(self) -> Iterator[date]:
        count = (self.end_on - self.start_on).days + 1
        return (self.start_on + timedelta(days=number) for number in range(count))

    def stretches(self, longest_days: int) -> Iterator[DayRange]:
        """Ranges of at most so many days, the newest first: they are what people look at."""
        end_on = self.end_on
        while end_on >= self.start_on:
            first_on = max(self.start_on, end_on - timedelta(days=longest_days - 1))
            yield DayRange(first_on, end_on)
            end_on = first_on - _DAY


def settles_at(day_on: date) -> datetime:
    """From when on a reading of a day is the last that it needs, UTC."""
    return datetime.combine(day_on, time.min, UTC) + SETTLE_TIME


def due_days(
    read_at: Mapping[date, datetime], *, today: date, now: datetime, periods: RefreshPeriods
) -> DayRange | None:
    """The days to read at ``now``: from the oldest that is due until today; None when none is.

    Of the last 30 days, and of those since the last day that was read, each is due when it was
    never read, or longer ago than its age allows. An older day is due when it was read and not
    since its numbers are final, as after an outage; older ones that were never read are left to a
    backfill.

    Args:
        read_at: When each day was last read completely. A reading to come counts for nothing: the
            clock was wrong.
        today: In the advertiser's zone.
    """
    if periods.recent <= timedelta(0):
        return None
    first_on = min(today - (MONTH_DAYS - 1) * _DAY, max(read_at, default=today) + _DAY)
    days = {*DayRange(first_on, today), *read_at}
    due = [
        day_on
        for day_on in days
        if day_on <= today
        and _is_due(day_on, read_at.get(day_on), today=today, now=now, periods=periods)
    ]
    return DayRange(min(due), today) if due else None


def _is_due(
    day_on: date, read_at: datetime | None, *, today: date, now: datetime, periods: RefreshPeriods
) -> bool:
    if read_at is None or read_at > now:
        return True
    period = periods.of((today - day_on).days)
    return read_at < settles_at(day_on) if period is None else now - read_at >= period


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """An import of days that somebody asked for, which may break off and go on later."""

    advertiser_id: str
    days: DayRange
    started_at: datetime

    def taken_up(self, unfinished: Backfill | None) -> Backfill:
        """This one, begun when the unfinished one began if it is that and young enough to go on.

        The last day may be a later one by now: who asks for everything since a day until today,
        asks for the same tomorrow.
        """
        if unfinished is None or self.advertiser_id != unfinished.advertiser_id:
            return self
        is_same = (
            self.days.start_on == unfinished.days.start_on
            and self.days.end_on >= unfinished.days.end_on
        )
        is_young = timedelta(0) <= self.started_at - unfinished.started_at < RESUMABLE_FOR
        return replace(self, started_at=unfinished.started_at) if is_same and is_young else self

    def has_read(self, days: DayRange, read_at: Mapping[date, datetime]) -> bool:
        """Whether all ``days`` were read since it began, and their numbers were final then."""
        return all(
            (read := read_at.get(day_on)) is not None
            and read >= self.started_at
            and read >= settles_at(day_on)
            for day_on in days
        )
