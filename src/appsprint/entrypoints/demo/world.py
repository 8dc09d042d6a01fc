"""The truth of a demonstration: everybody who clicked, installed and paid, and what ads cost.

Pure: the same plan makes the same world. Nothing here asks a server; what a right report must
show is worked out from this world by ``expected``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import ADVERTISER_ZONE, CAMPAIGNS, Campaign
from appsprint.entrypoints.demo.costs import AdDay, make_costs
from appsprint.entrypoints.demo.credit import credits_of
from appsprint.entrypoints.demo.journeys import Crowd
from appsprint.entrypoints.demo.machines import MachineVisit, make_machine_visits
from appsprint.entrypoints.demo.people import (
    AdClick,
    AppEvent,
    Dialect,
    Journey,
    Person,
    Session,
)
from appsprint.errors import InvalidInput
from appsprint.simulation.phones import FRANCE, GERMANY, new_uuid

ZONE = ZoneInfo(ADVERTISER_ZONE)
MIN_DAYS, MAX_DAYS = 2, 60
# The custom event that TikTok will not take; it happens once.
REJECTED_EVENT = "coach_booked"
# Monday to Sunday.
_WEEKDAYS = (0.93, 0.90, 0.95, 1.00, 1.08, 1.20, 1.14)
# Midnight to 23:00, local time.
_HOURS = (3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 10, 9, 8, 8, 9, 11, 13, 15, 17, 18, 14, 8)
# One journey in so many is a special one, so that even a short demonstration has each.
_CYCLE = 120
_SPECIAL: Mapping[Platform, Mapping[int, Journey]] = {
    Platform.IOS: {
        6: Journey.LOOKALIKES,
        18: Journey.CLICKED_TWICE,
        31: Journey.TOO_LATE,
        44: Journey.NO_CLICK_ID,
        59: Journey.LOOKALIKES,
    },
    Platform.ANDROID: {
        6: Journey.REFERRER_LOST,
        18: Journey.CLICKED_TWICE,
        31: Journey.HIDDEN_ADDRESS,
        44: Journey.NO_CLICK_ID,
        59: Journey.UNEXPANDED,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPlan:
    """What kind of world to make.

    Attributes:
        end_at: The present, UTC; nothing happens at or after it.
        days: How many times 24 hours of history there are before it, 2 to 60.
        seed: Another seed makes other people.
        visits_per_day: Taps on ads that reach our links on an average day, all apps together.
        organic_per_day: Installs without any ad on an average day, all apps together.

    Raises:
        InvalidInput: ``days`` is out of range.
    """

    end_at: datetime
    days: int = 14
    seed: int = 7
    visits_per_day: int = 150
    organic_per_day: int = 9

    def __post_init__(self) -> None:
        if not MIN_DAYS <= self.days <= MAX_DAYS:
            raise InvalidInput(f"must be {MIN_DAYS} to {MAX_DAYS}", field="days")

    @property
    def start_at(self) -> datetime:
        """When the history begins, UTC."""
        return self.end_at - timedelta(days=self.days)

    @property
    def dates(self) -> Sequence[date]:
        """The advertiser's local days that the history touches, in order."""
        first, last = (at.astimezone(ZONE).date() for at in (self.start_at, self.end_at))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that truly happened.

    Attributes:
        credits: The click that must get the credit for an install, by the person's number.
        costs: What TikTok reports in the end, one entry for each ad and day it was shown.
        first_told: What it reported of one of those days before it restated it.
    """

    plan: WorldPlan
    people: tuple[Person, ...]
    machines: tuple[MachineVisit, ...]
    credits: Mapping[int, AdClick]
    costs: tuple[AdDay, ...]
    first_told: AdDay


def make_world(plan: WorldPlan) -> World:
    # Not a secret: the same seed must make the same world.
    rng = random.Random(plan.seed)  # noqa: S311
    crowd = Crowd(rng)
    made = [*_visitors(plan, crowd, rng), *_organic(plan, crowd, rng)]
    people = _with_rejected_event([_until(person, plan.end_at) for person in made], rng)
    credit = credits_of(people)
    costs, first_told = make_costs(plan.dates, ZONE, people, credit, rng)
    return World(
        plan=plan,
        people=tuple(people),
        machines=tuple(make_machine_visits(plan.start_at, plan.end_at, rng)),
        credits=credit,
        costs=costs,
        first_told=first_told,
    )


def _visitors(plan: WorldPlan, crowd: Crowd, rng: random.Random) -> Iterator[Person]:
    numbers = dict.fromkeys(Platform, 0)
    for day_on in plan.dates:
        for campaign in CAMPAIGNS:
            if campaign.link is None:
                continue
            expected = plan.visits_per_day * campaign.share * _WEEKDAYS[day_on.weekday()]
            for at in _moments(day_on, round(expected * rng.uniform(0.85, 1.15)), plan, rng):
                numbers[campaign.platform] += 1
                journey = _journey(campaign, numbers[campaign.platform], rng)
                yield from crowd.visitor(campaign, journey, at)


def _journey(campaign: Campaign, number: int, rng: random.Random) -> Journey:
    special = _SPECIAL[campaign.platform].get(number % _CYCLE)
    if special is not None:
        return special
    return Journey.INSTALLED if rng.random() < campaign.install_rate else Journey.LOOKED_ONLY


def _organic(plan: WorldPlan, crowd: Crowd, rng: random.Random) -> Iterator[Person]:
    for day_on in plan.dates:
        amount = round(plan.organic_per_day * _WEEKDAYS[day_on.weekday()])
        for at in _moments(day_on, amount, plan, rng):
            place = FRANCE if rng.random() < 0.7 else GERMANY
            yield crowd.organic(rng.choice(tuple(Platform)), place, at)


def _moments(day_on: date, amount: int, plan: WorldPlan, rng: random.Random) -> Iterator[datetime]:
    """Instants of one local day, UTC, in no set order; those outside the history are left out."""
    midnight = datetime.combine(day_on, time(), ZONE).astimezone(plan.end_at.tzinfo)
    for hour in rng.choices(range(24), _HOURS, k=amount):
        at = midnight + timedelta(seconds=round(hour * 3600 + rng.uniform(0, 3599), 3))
        if plan.start_at <= at < plan.end_at:
            yield at


def _until(person: Person, end_at: datetime) -> Person:
    """The person without what lies in the future."""
    clicks = tuple(click for click in person.clicks if click.at < end_at)
    if person.install is None or person.install.sent_at >= end_at:
        return replace(person, clicks=clicks, install=None, sessions=(), customer_id=None)
    sessions = tuple(session for session in person.sessions if session.sent_at < end_at)
    customer_id = person.customer_id if sessions else None
    return replace(person, clicks=clicks, sessions=sessions, customer_id=customer_id)


def _with_rejected_event(people: Sequence[Person], rng: random.Random) -> list[Person]:
    """The people; the first session of one of them holds the event that TikTok rejects."""
    chosen = next(filter(_may_be_rejected, people), None)
    if chosen is None:
        return list(people)
    first, *later = chosen.sessions
    booked = AppEvent(
        event_id=str(new_uuid(rng)),
        event_type="custom",
        event_name=REJECTED_EVENT,
        device_at=first.events[-1].device_at,
    )
    sessions = (_with_event(first, booked), *later)
    changed = replace(chosen, sessions=sessions)
    return [changed if person.number == chosen.number else person for person in people]


def _may_be_rejected(person: Person) -> bool:
    is_plain = person.journey is Journey.INSTALLED and person.dialect is Dialect.CURRENT
    return is_plain and person.platform is Platform.ANDROID and bool(person.sessions)


def _with_event(session: Session, event: AppEvent) -> Session:
    return replace(session, events=(*session.events, event))
