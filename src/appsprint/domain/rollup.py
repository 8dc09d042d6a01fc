"""Rollups: sums of facts kept ready, so that a report need not read the facts again.

A rollup is exact up to its mark; what came later is added when a report is read. Both are the
same sum over changes of facts, so a rollup that was moved on in any number of steps, one that is
computed anew, and the facts themselves always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from appsprint.domain.ids import AppId
from appsprint.domain.inapp_event import sdk_event_name
from appsprint.domain.link import AdNetwork, CreditedNetwork
from appsprint.domain.report import InstallSum, RevenueSum, local_day


class RollupKind(StrEnum):
    """What the values of a sum are: the breakdowns of a report, and what explains its numbers.

    ``CLICK_DAY`` is the local day of the credited click as ``YYYY-MM-DD``, ``SDK_EVENT`` the
    name of the event that brought revenue, ``ORGANIC`` the reason why an install got no click.
    """

    CAMPAIGN = "campaign"
    DAY = "day"
    ADGROUP = "adgroup"
    AD = "ad"
    COUNTRY = "country"
    LINK = "link"
    CLICK_DAY = "click_day"
    SDK_EVENT = "sdk_event"
    ORGANIC = "organic"


class FactMark(NamedTuple):
    """How far facts were read: the places of the last decision and of the last event.

    Places grow in the order in which a store commits; 0 is before the first.
    """

    decisions: int
    events: int

    def facts_before(self, later: FactMark) -> int:
        """How many places lie between; an upper bound of the facts of one app."""
        return max(0, later.decisions - self.decisions) + max(0, later.events - self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One app's sums for one network in the days of one time zone, exact up to its mark.

    Attributes:
        number: Counts the rollups of an app and network; the one with the highest replaces the
            others as soon as it has caught up.
        time_zone: IANA name.
    """

    app_id: AppId
    network: AdNetwork
    number: int
    time_zone: str
    mark: FactMark


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSum:
    """Live installs or revenue events that a report cannot tell apart, of one minute.

    Counts and amounts are negative where a later decision took the facts out of a sum.

    Attributes:
        network: The credited one; None for organic installs.
        occurred_at, clicked_at: To the minute: no time zone has days that begin within one.
        reason: Of the decision, as a short code.
        event_type, event_name: None for installs.
        installs: New ones only.
        is_tagged: A quality rule found something about the install.
        revenue_micros: 0 for installs.
    """

    app_id: AppId
    network: CreditedNetwork | None
    occurred_at: datetime
    clicked_at: datetime | None
    country: str | None
    link_id: str | None
    campaign_id: str | None
    campaign_name: str | None
    adgroup_id: str | None
    adgroup_name: str | None
    ad_id: str | None
    ad_name: str | None
    reason: str
    event_type: str | None
    event_name: str | None
    currency: str | None
    installs: int
    reinstalls: int = 0
    events: int
    revenue_micros: int
    is_tagged: bool = False

    def concerns(self, network: AdNetwork) -> bool:
        """Whether the network's reports tell of it: credited to it, or to nobody."""
        return self.network in {network, None}


class RollupKey(NamedTuple):
    """What one sum is of; empty texts count as None.

    Attributes:
        name: What the clicks called the value.
        campaign_id: Above an ad group or an ad.
        currency: None for installs, and for amounts that came without one.
        is_tagged: Of installs that a quality rule found something about.
    """

    kind: RollupKind
    day_on: date
    value: str | None
    name: str | None
    campaign_id: str | None
    currency: str | None
    is_tagged: bool = False


class RollupSum(NamedTuple):
    """New installs, reinstalls, events with revenue, and that revenue in millionths."""

    installs: int = 0
    reinstalls: int = 0
    events: int = 0
    revenue_micros: int = 0

    def plus(self, other: RollupSum) -> RollupSum:
        """Both together."""
        return RollupSum(
            self.installs + other.installs,
            self.reinstalls + other.reinstalls,
            self.events + other.events,
            self.revenue_micros + other.revenue_micros,
        )


RollupSums = Mapping[RollupKey, RollupSum]
_NOTHING = RollupSum()
ALL_KINDS = frozenset(RollupKind)


def rolled_up(
    facts: Iterable[FactSum], zone: tzinfo, *, kinds: Set[RollupKind] = ALL_KINDS
) -> RollupSums:
    """The facts summed by every kind of value and local day of ``zone``.

    Organic installs are only in ``ORGANIC``, credited ones in all the others.
    """
    # Plain tuples and lists: this runs for every fact of a large server.
    sums: dict[tuple[object, ...], list[int]] = {}
    days = _Days(zone)
    for fact in facts:
        day_on, currency = days.of(fact.occurred_at), fact.currency
        for kind, value, name, campaign_id in _values(fact, days):
            if kind in kinds:
                key = kind, day_on, value, name, campaign_id, currency, fact.is_tagged
                found = sums.setdefault(key, [0] * 4)
                found[0] += fact.installs
                found[1] += fact.reinstalls
                found[2] += fact.events
                found[3] += fact.revenue_micros
    return {
        RollupKey._make(key): RollupSum._make(found) for key, found in sums.items() if any(found)
    }


def folded(sums: RollupSums, first_on: date, currency: str) -> RollupSums:
    """The sums with all days together on ``first_on``, as far as no exchange rate needs the day.

    Those are installs, amounts in ``currency``, and amounts without one.
    """
    found: dict[RollupKey, RollupSum] = {}
    for key, amount in sums.items():
        needs_rate = key.currency not in {None, currency}
        place = key if needs_rate else key._replace(day_on=first_on)
        found[place] = found.get(place, _NOTHING).plus(amount)
    return found


def added(left: RollupSums, right: RollupSums) -> RollupSums:
    """Both together, without what adds up to nothing."""
    sums = dict(left)
    for key, found in right.items():
        total = sums.get(key, _NOTHING).plus(found)
        if total == _NOTHING:
            sums.pop(key, None)
        else:
            sums[key] = total
    return sums


def install_sums(sums: RollupSums) -> Sequence[InstallSum]:
    """The installs in sums of one kind, by value and day."""
    groups: dict[tuple[str | None, date], InstallSum] = {}
    for key, found in sums.items():
        if not found.installs and not found.reinstalls:
            continue
        known = groups.get((key.value, key.day_on))
        groups[key.value, key.day_on] = InstallSum(
            value=key.value,
            name=key.name if known is None else _greater(key.name, known.name),
            campaign_id=key.campaign_id
            if known is None
            else _greater(key.campaign_id, known.campaign_id),
            day_on=key.day_on,
            installs=found.installs + (0 if known is None else known.installs),
            reinstalls=found.reinstalls + (0 if known is None else known.reinstalls),
        )
    return list(groups.values())


def revenue_sums(sums: RollupSums) -> Sequence[RevenueSum]:
    """The revenue in sums of one kind, by value, day and currency."""
    groups: dict[tuple[str | None, date, str | None], RevenueSum] = {}
    for key, found in sums.items():
        if not found.events:
            continue
        group = (key.value, key.day_on, key.currency)
        known = groups.get(group)
        groups[group] = RevenueSum(
            value=key.value,
            name=key.name if known is None else _greater(key.name, known.name),
            campaign_id=key.campaign_id
            if known is None
            else _greater(key.campaign_id, known.campaign_id),
            day_on=key.day_on,
            currency=key.currency,
            revenue_micros=found.revenue_micros + (0 if known is None else known.revenue_micros),
            events=found.events + (0 if known is None else known.events),
        )
    return list(groups.values())


_Value = tuple[RollupKind, str | None, str | None, str | None]


def _values(fact: FactSum, days: _Days) -> Iterator[_Value]:
    """What a fact counts for: kind, value, name, campaign above it."""
    if fact.network is None:
        if fact.event_type is None:
            yield RollupKind.ORGANIC, fact.reason, None, None
        return
    yield RollupKind.CAMPAIGN, fact.campaign_id, fact.campaign_name, None
    yield RollupKind.DAY, None, None, None
    yield RollupKind.ADGROUP, fact.adgroup_id, fact.adgroup_name, fact.campaign_id
    yield RollupKind.AD, fact.ad_id, fact.ad_name, fact.campaign_id
    yield RollupKind.COUNTRY, fact.country, None, None
    yield RollupKind.LINK, fact.link_id, None, None
    clicked_on = None if fact.clicked_at is None else days.of(fact.clicked_at).isoformat()
    yield RollupKind.CLICK_DAY, clicked_on, None, None
    if fact.event_type is not None:
        yield RollupKind.SDK_EVENT, sdk_event_name(fact.event_type, fact.event_name), None, None


class _Days:
    """The local days of instants; many facts share a minute, so each is looked up once."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: dict[datetime, date] = {}

    def of(self, at: datetime) -> date:
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = local_day(at, self._zone)
        return found


def _greater(left: str | None, right: str | None) -> str | None:
    """One of several names, the same in whatever order they come."""
    return max(left or "", right or "") or None
