"""Makes a world: its people, what each of them did, and the machines among them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from operator import attrgetter

from appsprint.domain.app import Platform
from appsprint.simulation.machines import make_machines
from appsprint.simulation.person import Person, Tale, live
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.population import draw_phone, draw_place
from appsprint.simulation.records import Request, Truth, World
from appsprint.simulation.whereabouts import Town


def make_world(plan: WorldPlan) -> World:
    """The world of a plan; the same plan makes the same world.

    Returns:
        Clicks and installs in the order of arrival, and one truth for each install that is not a
        retry, in no set order.
    """
    # Not a secret: the same seed must make the same world.
    rng = random.Random(plan.seed)  # noqa: S311
    town = Town(plan, rng)
    people = list(_people(plan, town, rng))
    tales = [live(plan, person, rng) for person in people]
    real = [click for tale in tales for click in tale.clicks]
    return World(
        clicks=_in_order([*real, *make_machines(plan, people, town, real, rng)]),
        installs=_in_order([install for tale in tales for install in tale.installs]),
        truths=_truths(tales),
    )


def _people(plan: WorldPlan, town: Town, rng: random.Random) -> Iterator[Person]:
    place, last_home = draw_place(rng), None
    for number, home in enumerate(town.homes(plan.people)):
        if home is not last_home:
            place, last_home = draw_place(rng), home
        platform = Platform.IOS if rng.random() < plan.ios_share else Platform.ANDROID
        yield Person(
            number=number,
            phone=draw_phone(platform, rng),
            place=place,
            life=town.life_of(home, is_iphone=platform is Platform.IOS),
        )


def _in_order(requests: Sequence[Request]) -> tuple[Request, ...]:
    return tuple(sorted(requests, key=attrgetter("arrives_at")))


def _truths(tales: Sequence[Tale]) -> tuple[Truth, ...]:
    return tuple(truth for tale in tales for truth in tale.truths)
