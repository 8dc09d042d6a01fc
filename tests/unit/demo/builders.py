"""Small worlds, and people made by hand, for the tests of the demonstration."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import CAMPAIGNS, Campaign
from appsprint.entrypoints.demo.costs import AdDay
from appsprint.entrypoints.demo.credit import credits_of
from appsprint.entrypoints.demo.people import (
    AdClick,
    AppEvent,
    AppInstall,
    Dialect,
    Journey,
    Person,
    Referrer,
    Session,
)
from appsprint.entrypoints.demo.world import World, WorldPlan, make_world
from appsprint.simulation.phones import FRANCE, Phone, Place, make_phone

# In the evening, so that the last local day is nearly whole.
END_AT = datetime(2026, 3, 18, 20, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
HOME = "203.0.113.9"
IOS_CAMPAIGN, ANDROID_CAMPAIGN = CAMPAIGNS[0], CAMPAIGNS[3]
STORE_CAMPAIGN = CAMPAIGNS[2]


@cache
def small_world(seed: int = 7, days: int = 3) -> World:
    """A generated world, made once."""
    return make_world(WorldPlan(end_at=END_AT, days=days, seed=seed))


def make_phone_of(platform: Platform, seed: int = 1) -> Phone:
    """Some phone; the same seed gives the same one."""
    return make_phone(platform, random.Random(seed))


def make_click(
    campaign: Campaign = IOS_CAMPAIGN,
    *,
    at: datetime = NOON,
    browser: str = "A",
    household: str | None = HOME,
    ttclid: str | None = "E_C_P_abc",
    is_expanded: bool = True,
) -> AdClick:
    """A tap on the campaign's first ad."""
    return AdClick(
        at=at,
        campaign=campaign,
        ad=campaign.ads[0],
        browser=browser,
        address=household or "10.20.0.1",
        household=household,
        ttclid=ttclid,
        is_expanded=is_expanded,
    )


def make_install(
    *,
    at: datetime = NOON + timedelta(minutes=5),
    household: str | None = HOME,
    referrer: Referrer = Referrer.NONE,
) -> AppInstall:
    """An install that is registered as soon as the app is opened."""
    return AppInstall(
        appsprint_id="6F0E3D0C-3B55-4B0B-9D61-6A3D4F6A1C55",
        opened_at=at,
        sent_at=at,
        address=household or "10.20.0.1",
        household=household,
        referrer=referrer,
        vendor_id="5F6B7B5E-6B7F-4C1D-8A63-0B0C54B5A001",
    )


def make_person(
    number: int = 1,
    *,
    platform: Platform = Platform.IOS,
    clicks: tuple[AdClick, ...] = (),
    install: AppInstall | None = None,
    sessions: tuple[Session, ...] = (),
    place: Place = FRANCE,
    dialect: Dialect = Dialect.CURRENT,
) -> Person:
    """A person who did just this."""
    return Person(
        number=number,
        platform=platform,
        journey=Journey.INSTALLED,
        phone=make_phone_of(platform),
        place=place,
        dialect=dialect,
        clicks=clicks,
        install=install,
        sessions=sessions,
    )


def make_event(
    event_type: str = "purchase",
    *,
    at: datetime = NOON + timedelta(hours=1),
    name: str | None = None,
    revenue: str | None = None,
    currency: str | None = "EUR",
) -> AppEvent:
    """An event; ``revenue`` is decimal text."""
    return AppEvent(
        event_id=f"{event_type}-{at.timestamp()}-{revenue}",
        event_type=event_type,
        event_name=name,
        device_at=at,
        revenue=None if revenue is None else Decimal(revenue),
        currency=None if revenue is None else currency,
    )


def make_session(*events: AppEvent, at: datetime | None = None, address: str = HOME) -> Session:
    """A session that goes out at ``at``, else with its last event."""
    return Session(sent_at=at or events[-1].device_at, address=address, events=events)


def make_ad_day(
    campaign: Campaign,
    *,
    day_on: date = date(2026, 3, 17),
    spend: str = "10.00",
    impressions: int = 2000,
    clicks: int = 40,
    conversions: int = 0,
    value: str = "0.00",
) -> AdDay:
    """One day of the campaign's first ad."""
    return AdDay(
        ad_id=campaign.ads[0].ad_id,
        campaign_id=campaign.campaign_id,
        day_on=day_on,
        country="FR",
        spend=Decimal(spend),
        impressions=impressions,
        clicks=clicks,
        conversions=conversions,
        value=Decimal(value),
    )


def world_of(*people: Person, costs: tuple[AdDay, ...] = ()) -> World:
    """A world with just these people and costs."""
    return World(
        plan=WorldPlan(end_at=END_AT, days=3),
        people=people,
        machines=(),
        credits=credits_of(people),
        costs=costs,
        first_told=make_ad_day(IOS_CAMPAIGN),
    )
