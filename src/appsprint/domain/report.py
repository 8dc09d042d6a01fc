"""Campaign reports: their days, the sums they are made of, their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from appsprint.domain.metrics import Metrics

_DAY = timedelta(days=1)


class Breakdown(StrEnum):
    """What one row of a report stands for."""

    CAMPAIGN = "campaign"
    DAY = "day"
    ADGROUP = "adgroup"
    AD = "ad"
    COUNTRY = "country"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay:
    """One local day as an interval of UTC instants: start included, end not."""

    day_on: date
    start_at: datetime
    end_at: datetime


def local_days(start_on: date, end_on: date, zone: tzinfo) -> tuple[ReportDay, ...]:
    """The days from ``start_on`` to ``end_on``, both included, as ``zone`` counts them.

    A day ends where the next one starts, so a change of the clocks makes a day of 23 or 25 hours
    and no instant is counted twice or left out. Where midnight itself is skipped or repeated, the
    day starts at the earliest instant that belongs to it.
    """
    count = (end_on - start_on).days + 1
    dates = [start_on + timedelta(days=number) for number in range(count + 1)]
    starts = [_starts_at(day_on, zone) for day_on in dates]
    return tuple(
        ReportDay(day_on=dates[number], start_at=starts[number], end_at=starts[number + 1])
        for number in range(count)
    )


def local_day(at: datetime, zone: tzinfo) -> date:
    """The one of ``local_days`` that ``at`` is in; within days of the ends of the calendar, UTC's.

    It is the date on the wall, except where clocks go back over midnight and show yesterday's
    date again.
    """
    try:
        day_on = at.astimezone(zone).date()
        if _starts_at(day_on + _DAY, zone) <= at:
            return day_on + _DAY
        return day_on if _starts_at(day_on, zone) <= at else day_on - _DAY
    except OverflowError:
        return at.astimezone(UTC).date()


def _starts_at(day_on: date, zone: tzinfo) -> datetime:
    return datetime.combine(day_on, time.min, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallSum:
    """Installs credited to the network, by the breakdown's value on one local day.

    Attributes:
        installs: New ones only.
        reinstalls: Those of people who had the app before.
        value: The campaign's id and so on; None where the click did not tell.
        name: A name that the clicks carried, if they did.
        campaign_id: The campaign above an ad group or an ad, if the clicks told it; None for
            other values.
    """

    value: str | None
    name: str | None = None
    campaign_id: str | None = None
    day_on: date
    installs: int
    reinstalls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueSum:
    """Revenue of credited installs, by value, currency and local day of the event.

    Attributes:
        value, name, campaign_id: As in ``InstallSum``.
        currency: None for amounts that came without one.
        events: Events with an amount other than zero; refunds are negative amounts.
    """

    value: str | None
    name: str | None = None
    campaign_id: str | None = None
    day_on: date
    currency: str | None
    revenue_micros: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSum:
    """The network's own numbers by value, local day and currency; None where it reported none.

    Attributes:
        currency: Of both amounts; None where it is not known, and taken for the report's.
        as_of: When the newest of the rows in the sum was read.
    """

    value: str | None
    day_on: date
    currency: str | None = None
    as_of: datetime
    spend_micros: int | None
    impressions: int | None
    clicks: int | None
    reported_installs: int | None
    reported_revenue_micros: int | None


class AmountKind(StrEnum):
    """Which column an amount belongs to."""

    REVENUE = "revenue"
    SPEND = "spend"
    REPORTED_REVENUE = "reported_revenue"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnconvertedAmount:
    """An amount that is in no row, as there is no exchange rate for its currency.

    Attributes:
        currency: None for revenue that came without a currency.
        amount: In that currency, over the whole window.
        events: How many in-app events it is the sum of; 0 for the network's own amounts.
    """

    kind: AmountKind
    currency: str | None
    amount: Decimal
    events: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row: what it stands for, and its metrics.

    Attributes:
        identity: Field names and values of the contract, in its order, such as ``campaign_id``
            and ``campaign_name``. A value is None where the clicks did not tell it.
    """

    identity: Mapping[str, str | None]
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One row per value of the breakdown, unique by it; amounts in ``currency``.

    Days in order of time; everything else by spend, then installs, both downwards.

    Attributes:
        totals: Sums of what the rows show.
        currency: ISO 4217: the advertiser's, or the app's while there is no advertiser.
        time_zone: IANA name of the zone whose days these are, chosen likewise.
        start_on, end_on: The window, both days included.
        as_of: When the network's numbers were last read, UTC; None before the first import.
        unconverted: By kind and currency; empty when everything could be converted.
    """

    breakdown: Breakdown
    items: tuple[ReportRow, ...]
    totals: Metrics
    currency: str
    time_zone: str
    start_on: date
    end_on: date
    as_of: datetime | None
    unconverted: tuple[UnconvertedAmount, ...] = ()
