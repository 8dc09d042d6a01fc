"""The generated truth: reproducible, complete, within its bounds, and consistent."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from appsprint.domain.address import is_public_text
from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import CAMPAIGNS
from appsprint.entrypoints.demo.people import Dialect, Journey, Referrer
from appsprint.entrypoints.demo.world import REJECTED_EVENT, ZONE, WorldPlan, make_world
from appsprint.errors import InvalidInput
from tests.unit.demo.builders import END_AT, STORE_CAMPAIGN, small_world

# tiktok-business-api.md, G.1: 284 to 325 characters were observed.
CLICK_ID = re.compile(r"E_C_P_[A-Za-z0-9_-]{278,319}")


def test_the_same_plan_makes_the_same_world() -> None:
    """A demonstration can be repeated, and a test can know its truth."""
    plan = WorldPlan(end_at=END_AT, days=2, seed=3)

    assert make_world(plan) == make_world(plan)


def test_another_seed_makes_other_people() -> None:
    """The seed is what tells worlds apart."""
    assert small_world(seed=1).people != small_world(seed=2).people


@pytest.mark.parametrize("days", [1, 61])
def test_too_short_and_too_long_a_history_is_refused(days: int) -> None:
    """The bounds of the plan are those that its docstring names."""
    with pytest.raises(InvalidInput, match="2 to 60"):
        WorldPlan(end_at=END_AT, days=days)


@pytest.mark.parametrize("seed", range(5))
def test_even_a_short_history_has_every_kind_of_journey(seed: int) -> None:
    """Whatever the demonstration shows, it shows in each length."""
    people = small_world(seed=seed, days=2).people

    assert {person.journey for person in people} == set(Journey)


def test_nothing_happens_outside_the_history() -> None:
    """The past begins with the plan, and the future has not happened."""
    world = small_world()
    instants = [click.at for person in world.people for click in person.clicks]
    instants += [person.install.sent_at for person in world.people if person.install]
    instants += [session.sent_at for person in world.people for session in person.sessions]
    instants += [visit.at for visit in world.machines]

    assert world.plan.start_at <= min(instants)
    assert max(instants) < END_AT


def test_people_install_after_they_clicked_and_use_the_app_after_they_installed() -> None:
    """An SDK sends no batch before its install, and nobody installs before the tap."""
    for person in small_world().people:
        if person.install is None:
            assert person.sessions == ()
            continue
        assert all(click.at < person.install.opened_at for click in person.clicks)
        assert all(person.install.sent_at < session.sent_at for session in person.sessions)


def test_phones_make_their_ids_as_their_platform_does() -> None:
    """Upper case on iOS, lower case on Android, for installs and events alike."""
    for person in small_world().people:
        if person.install is None:
            continue
        ids = [person.install.appsprint_id]
        ids += [event.event_id for session in person.sessions for event in session.events]
        folded = str.upper if person.platform is Platform.IOS else str.lower
        assert ids == [folded(one) for one in ids]


def test_every_id_is_used_once() -> None:
    """A repeat is a repeat on purpose, never a chance."""
    people = [person for person in small_world().people if person.install]
    installs = Counter(person.install.appsprint_id for person in people if person.install)
    events = Counter(
        event.event_id
        for person in people
        for session in person.sessions
        for event in session.events
    )

    assert set(installs.values()) == {1}
    assert set(events.values()) == {1}


def test_click_ids_have_the_form_of_tiktoks() -> None:
    """Prefix, alphabet and length are those of recorded click ids."""
    clicks = [click for person in small_world().people for click in person.clicks]
    found = [click.ttclid for click in clicks if click.ttclid is not None]

    assert all(CLICK_ID.fullmatch(one) for one in found)
    assert len(set(found)) == len(found)


def test_only_people_inside_companies_have_private_addresses() -> None:
    """Everybody else can be matched, and all their addresses belong to nobody."""
    for person in small_world().people:
        is_hidden = person.journey is Journey.HIDDEN_ADDRESS
        addresses = [click.address for click in person.clicks]
        addresses += [session.address for session in person.sessions]
        addresses += [person.install.address] if person.install else []
        assert all(is_public_text(address) is not is_hidden for address in addresses)


@pytest.mark.parametrize(
    ("journey", "is_credited"),
    [
        (Journey.INSTALLED, True),
        (Journey.CLICKED_TWICE, True),
        (Journey.REFERRER_LOST, True),
        (Journey.NO_CLICK_ID, True),
        (Journey.HIDDEN_ADDRESS, True),
        (Journey.UNEXPANDED, True),
        (Journey.TOO_LATE, False),
        (Journey.LOOKALIKES, False),
        (Journey.ORGANIC, False),
    ],
)
def test_each_journey_ends_as_it_is_meant_to(journey: Journey, is_credited: bool) -> None:
    """The rules of credit, applied to what people did, give what the journey is there to show."""
    world = small_world(days=6)
    installed = [one for one in world.people if one.journey is journey and one.install]

    assert installed
    assert {one.number in world.credits for one in installed} == {is_credited}


def test_who_clicked_twice_is_credited_to_the_last_click() -> None:
    """Among equal evidence the last eligible click wins."""
    world = small_world(days=6)
    twice = [person for person in world.people if len(person.clicks) == 2 and person.install]

    assert twice
    assert all(world.credits[person.number] == person.clicks[-1] for person in twice)


def test_exactly_one_event_is_one_that_tiktok_rejects() -> None:
    """One dead letter is there to look at, and it belongs to a credited install."""
    world = small_world()
    senders = [
        person.number
        for person in world.people
        for session in person.sessions
        for event in session.events
        if event.event_name == REJECTED_EVENT
    ]

    assert len(senders) == 1
    assert world.credits[senders[0]].ttclid is not None


def test_trouble_of_every_kind_occurs() -> None:
    """Repeats, broken events, late and fast clocks, refunds, currencies and all dialects."""
    world = small_world(days=14)
    people = [person for person in world.people if person.install]
    sessions = [session for person in people for session in person.sessions]
    events = [event for session in sessions for event in session.events]

    assert any(person.install and person.install.is_repeated for person in people)
    assert any(session.is_repeated for session in sessions)
    assert any(session.broken for session in sessions)
    assert any(s.sent_at - s.events[-1].device_at > timedelta(hours=2) for s in sessions)
    assert any(s.events[-1].device_at - s.sent_at > timedelta(hours=1) for s in sessions)
    assert any(event.revenue is not None and event.revenue < 0 for event in events)
    assert {event.currency for event in events if event.revenue} == {"EUR", "GBP", "USD"}
    assert {person.dialect for person in people} == set(Dialect)
    assert {person.install.referrer for person in people if person.install} == set(Referrer)


def test_tiktok_reports_at_least_the_clicks_that_reached_us() -> None:
    """Some people leave before our link answers; nobody arrives without a tap."""
    world = small_world()
    arrived = Counter(
        (click.ad.ad_id, click.at.astimezone(ZONE).date())
        for person in world.people
        for click in person.clicks
    )
    reported = {(day.ad_id, day.day_on): day.clicks for day in world.costs}

    assert all(reported[place] >= clicks for place, clicks in arrived.items())


def test_costs_are_of_known_ads_and_days_and_in_whole_cents() -> None:
    """One row for each ad and day, within the local days of the history."""
    world = small_world()
    ads = {ad.ad_id for campaign in CAMPAIGNS for ad in campaign.ads}
    places = [(day.ad_id, day.day_on) for day in world.costs]

    assert len(set(places)) == len(places)
    assert {ad_id for ad_id, _ in places} <= ads
    assert {day_on for _, day_on in places} <= set(world.plan.dates)
    assert all(day.spend == round(day.spend, 2) and day.spend > 0 for day in world.costs)


def test_costs_are_told_of_the_countries_of_each_audience() -> None:
    """So the report by country has spend beside the installs, and none of an unknown country."""
    audiences = {
        campaign.campaign_id: {place.country for place in campaign.places} for campaign in CAMPAIGNS
    }

    told: dict[str, set[str]] = {}
    for day in small_world(days=14).costs:
        told.setdefault(day.campaign_id, set()).add(day.country)

    assert told == audiences


def test_one_campaign_has_spend_and_conversions_and_no_visit_of_ours() -> None:
    """So the report can show what it does where we have no match."""
    world = small_world(days=14)
    theirs = [day for day in world.costs if day.campaign_id == STORE_CAMPAIGN.campaign_id]
    clicks = [click for person in world.people for click in person.clicks]

    assert sum((day.spend for day in theirs), Decimal(0)) > 0
    assert sum(day.conversions for day in theirs) > 0
    assert not any(click.campaign is STORE_CAMPAIGN for click in clicks)


def test_the_restated_day_grew() -> None:
    """TikTok told less of it at first, and the world holds the last word."""
    world = small_world(days=14)
    first = world.first_told
    last = next(d for d in world.costs if (d.ad_id, d.day_on) == (first.ad_id, first.day_on))

    assert first.spend < last.spend
    assert first.clicks < last.clicks


def test_weekends_are_busier_than_mondays() -> None:
    """Visits have the shape of a week."""
    world = small_world(days=14)
    weekdays = Counter(
        click.at.astimezone(ZONE).weekday() for person in world.people for click in person.clicks
    )

    assert weekdays[5] > weekdays[0]
