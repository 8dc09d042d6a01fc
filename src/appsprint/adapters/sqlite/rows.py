"""Translation between domain values and SQLite columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000


def to_ms(instant: datetime) -> int:
    """Unix milliseconds of an aware instant, fractions of one dropped."""
    return (instant - _EPOCH) // _MILLISECOND


def to_ms_or_none(instant: datetime | None) -> int | None:
    """Like ``to_ms``; None for None."""
    return None if instant is None else to_ms(instant)


def to_day(day_on: date) -> int:
    """A day as a number since 1970-01-01."""
    return (day_on - _EPOCH.date()).days


@lru_cache(maxsize=4_000)
def day_of(text: str) -> date:
    """The day that ``YYYY-MM-DD`` names; of the few that there are, many rows are."""
    return date.fromisoformat(text)


def from_ms(ms: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def from_ms_or_none(ms: int | None) -> datetime | None:
    """Like ``from_ms``; None for None."""
    return None if ms is None else from_ms(ms)
