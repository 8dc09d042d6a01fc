"""Whose data is erased, what of it goes, and how long each kind is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.ids import IdPrefix
from appsprint.errors import InvalidInput

MAX_ID_LENGTH = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """One device, or all devices of one customer.

    Raises:
        InvalidInput: Not exactly one of the two is given, or it is empty or too long.
    """

    appsprint_id: str | None = None
    customer_user_id: str | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.appsprint_id, self.customer_user_id) if one is not None]
        if len(given) != 1:
            raise InvalidInput("give exactly one of appsprint_id and customer_user_id")
        if not 0 < len(given[0]) <= MAX_ID_LENGTH:
            name = "appsprint_id" if self.appsprint_id is not None else "customer_user_id"
            raise InvalidInput(f"must be 1 to {MAX_ID_LENGTH} characters", field=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedRows:
    """How many rows lost what told of a person, by kind."""

    installs: int = 0
    clicks: int = 0
    events: int = 0
    deliveries: int = 0
    identifiers: int = 0
    decisions: int = 0
    refused_events: int = 0

    def __add__(self, other: ErasedRows) -> ErasedRows:
        return ErasedRows(
            **{
                one.name: getattr(self, one.name) + getattr(other, one.name)
                for one in fields(ErasedRows)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMade:
    """An export that may hold an erased person; ``kind`` is what was exported."""

    at: datetime
    kind: str


class PersonalData(StrEnum):
    """The kinds of data that have a retention of their own."""

    CLICKS = "clicks"
    FILTERED_VISITS = "filtered_visits"
    INSTALLS = "installs"
    EVENTS = "events"
    REFUSED_EVENTS = "refused_events"
    DELIVERIES = "deliveries"


# The prefix of a kind's ids, which sort by the time when they were made.
PREFIXES: Mapping[PersonalData, IdPrefix] = {
    PersonalData.CLICKS: IdPrefix.CLICK,
    PersonalData.FILTERED_VISITS: IdPrefix.FILTERED_VISIT,
    PersonalData.INSTALLS: IdPrefix.INSTALL,
    PersonalData.EVENTS: IdPrefix.EVENT,
    PersonalData.REFUSED_EVENTS: IdPrefix.REFUSAL,
    PersonalData.DELIVERIES: IdPrefix.DELIVERY,
}


class RetainedKind(StrEnum):
    """What a person chooses a retention for."""

    CLICKS = "clicks"
    INSTALLS = "installs"
    EVENTS = "events"
    DELIVERIES = "deliveries"


COVERED: Mapping[RetainedKind, Sequence[PersonalData]] = {
    RetainedKind.CLICKS: (PersonalData.CLICKS, PersonalData.FILTERED_VISITS),
    RetainedKind.INSTALLS: (PersonalData.INSTALLS,),
    RetainedKind.EVENTS: (PersonalData.EVENTS,),
    RetainedKind.DELIVERIES: (PersonalData.DELIVERIES, PersonalData.REFUSED_EVENTS),
}
# Attribution looks back at most 30 days, and an event is sent within two. 0 is for ever.
RETENTION_DAYS = range(31, 36_501)


def require_retention_days(days: int, *, field: str | None = None) -> int:
    """A retention in days, 0 for ever.

    Raises:
        InvalidInput: It is too short or too long.
    """
    if days != 0 and days not in RETENTION_DAYS:
        first, last = RETENTION_DAYS[0], RETENTION_DAYS[-1]
        raise InvalidInput(f"must be 0, or {first} to {last} days", field=field)
    return days


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind is kept; a kind that is not named is kept for ever."""

    periods: Mapping[PersonalData, timedelta] = field(default_factory=dict)

    def due_before(self, kind: PersonalData, now: datetime) -> datetime | None:
        """What is older than this goes; None when the kind is kept for ever."""
        period = self.periods.get(kind)
        return None if period is None else now - period

    def days(self, kind: RetainedKind) -> int:
        """How many days a kind is kept; 0 for ever."""
        period = self.periods.get(COVERED[kind][0])
        return 0 if period is None else period.days

    def changed(self, days: Mapping[RetainedKind, int]) -> Retention:
        """The same but for the kinds that ``days`` names; 0 keeps them for ever."""
        own = {one: number for kind, number in days.items() for one in COVERED[kind]}
        kept = {one: period for one, period in self.periods.items() if one not in own}
        return Retention(
            kept | {one: timedelta(days=number) for one, number in own.items() if number}
        )
