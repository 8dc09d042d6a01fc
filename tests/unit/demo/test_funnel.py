"""What must become of every visit, event and delivery, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.funnel import OWN_MAPPING, Funnel, expected_funnel
from appsprint.entrypoints.demo.people import AppEvent, BrokenEvent, Person
from appsprint.entrypoints.demo.traffic import timeline
from appsprint.entrypoints.demo.world import REJECTED_EVENT
from tests.unit.demo.builders import (
    ANDROID_CAMPAIGN,
    HOME,
    make_click,
    make_event,
    make_install,
    make_person,
    make_session,
    small_world,
    world_of,
)


def funnel_of(*people: Person) -> Funnel:
    """The Android counts of a world with these people."""
    return expected_funnel(world_of(*people), [], Platform.ANDROID)


def make_user(event: AppEvent, *, ttclid: str | None = "E_C_P_a", address: str = HOME) -> Person:
    """A credited person with one event."""
    click = replace(make_click(ANDROID_CAMPAIGN, ttclid=ttclid), address=address)
    install = replace(make_install(), address=address)
    return make_person(
        platform=Platform.ANDROID,
        clicks=(click,),
        install=install,
        sessions=(make_session(event, address=address),),
    )


@pytest.mark.parametrize(
    ("person", "fate"),
    [
        pytest.param(make_user(make_event("session_start")), "sent", id="mapped by default"),
        pytest.param(make_user(make_event("login")), "sent", id="mapped on top"),
        pytest.param(
            make_user(make_event("custom", name="run_finished")), "sent", id="custom, mapped"
        ),
        pytest.param(make_user(make_event("custom", name="other")), None, id="custom, not mapped"),
        pytest.param(make_user(make_event("share")), None, id="not mapped"),
        pytest.param(
            make_user(make_event("custom", name=REJECTED_EVENT)), "dead", id="rejected by TikTok"
        ),
        pytest.param(make_user(make_event(), ttclid=None), "skipped", id="no click id"),
        pytest.param(make_user(make_event(), address="10.20.0.9"), "skipped", id="no address"),
        pytest.param(make_user(make_event(revenue="-1.00")), "skipped", id="refund"),
        pytest.param(make_user(make_event(revenue="1.00")), "sent", id="payment"),
    ],
)
def test_each_event_has_its_fate(person: Person, fate: str | None) -> None:
    """Sent, skipped, given up, or no delivery at all."""
    funnel = funnel_of(person)

    assert [name for name in ("sent", "skipped", "dead") if getattr(funnel, name)] == (
        [fate] if fate else []
    )


def test_events_of_organic_installs_are_stored_and_not_sent() -> None:
    """No credit, no delivery."""
    person = make_person(
        platform=Platform.ANDROID,
        install=make_install(),
        sessions=(make_session(make_event()),),
    )

    funnel = funnel_of(person)

    assert (funnel.organic, funnel.attributed, funnel.stored, funnel.sent) == (1, 0, 1, 0)


def test_a_repeated_batch_is_duplicates_and_the_same_refusals_again() -> None:
    """Received is stored, duplicates and refused together."""
    broken = BrokenEvent(make_event("share"), {"eventType": "nonsense"})
    session = replace(make_session(make_event()), broken=(broken,), is_repeated=True)
    person = make_person(platform=Platform.ANDROID, install=make_install(), sessions=(session,))

    funnel = funnel_of(person)

    assert (funnel.stored, funnel.duplicates, funnel.refused) == (1, 1, 2)
    assert funnel.received == 4


def test_the_developers_test_event_is_stored_once() -> None:
    """Apart from live data, and counted in the books."""
    world = world_of()

    assert expected_funnel(world, [], Platform.IOS).stored == 1
    assert expected_funnel(world, [], Platform.ANDROID).stored == 0


def test_the_parts_of_a_generated_world_add_up() -> None:
    """For each app and for both together."""
    world = small_world(days=14)
    actions = timeline(world)
    ios, android = (expected_funnel(world, actions, platform) for platform in Platform)
    both = ios + android

    for funnel in (ios, android, both):
        assert funnel.received == funnel.stored + funnel.duplicates + funnel.refused
        assert 0 < funnel.clicks < funnel.visits
        assert funnel.skipped
    assert both.attributed == len(world.credits)
    assert both.attributed + both.organic == sum(1 for one in world.people if one.install)
    assert both.clicks == sum(len(person.clicks) for person in world.people)
    assert both.dead == 1


def test_what_is_mapped_on_top_leaves_the_install_out() -> None:
    """The install event is sent only where an operator says so, and ours does not."""
    assert "install" not in OWN_MAPPING
