"""Requests to ad links that no person made: crawlers, prefetches, farms and sprays of clicks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from appsprint.domain.app import Platform
from appsprint.simulation.lines import Ad, click_line, rfc3339
from appsprint.simulation.phones import Phone, Place, new_uuid
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.population import draw_phone, draw_place
from appsprint.simulation.records import Request
from appsprint.simulation.whereabouts import Life, Town

FARM_ADS = {platform: Ad(f"{platform}_farm", "Farm") for platform in Platform}
SPRAY_ADS = {platform: Ad(f"{platform}_spray", "Spray") for platform in Platform}
_FARM_ADDRESSES = 3
_MACHINES = (
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 "
    "(compatible; Bytespider; spider-feedback@bytedance.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "curl/8.5.0",
)


class Somebody(Protocol):
    """What a machine that acts in a person's name knows of them."""

    @property
    def phone(self) -> Phone: ...
    @property
    def place(self) -> Place: ...
    @property
    def life(self) -> Life: ...


def make_machines(
    plan: WorldPlan,
    people: Sequence[Somebody],
    town: Town,
    real: Sequence[Request],
    rng: random.Random,
) -> Iterator[Request]:
    """The requests of all machines, in no set order.

    Args:
        people: In whose names clicks are sprayed.
        real: The clicks of people, which prefetches and crawlers follow.
    """
    for click in real:
        if rng.random() < plan.prefetch_share:
            yield _prefetch(click, rng)
        if rng.random() < plan.machine_share:
            yield _crawl(plan, click.line, town, rng)
    yield from _farm(plan, town, rng)
    yield from _spray(plan, people, rng)


def _prefetch(click: Request, rng: random.Random) -> Request:
    at = click.arrives_at - timedelta(milliseconds=rng.randint(100, 1500))
    headers = {"accept-language": "en", "x-moz": "prefetch"}
    return _changed(click.line, at, rng, headers=headers)


def _crawl(plan: WorldPlan, line: Mapping[str, object], town: Town, rng: random.Random) -> Request:
    user_agent = rng.choice(_MACHINES)
    return _changed(
        line, _moment(plan, rng), rng, user_agent=user_agent, ip=town.farm().address, headers={}
    )


def _changed(
    line: Mapping[str, object], at: datetime, rng: random.Random, **changes: object
) -> Request:
    new = {"click_id": f"clk_{new_uuid(rng).hex}", "occurred_at": rfc3339(at)}
    return Request(at, {**line, **new, **changes})


def _farm(plan: WorldPlan, town: Town, rng: random.Random) -> Iterator[Request]:
    networks = [town.farm() for _ in range(_FARM_ADDRESSES)]
    for _ in range(plan.farm_clicks):
        platform = rng.choice(tuple(Platform))
        phone, place = draw_phone(platform, rng), draw_place(rng)
        address = rng.choice(networks).address
        yield _fake(FARM_ADS[platform], phone, place, address, _moment(plan, rng), rng)


def _spray(plan: WorldPlan, people: Sequence[Somebody], rng: random.Random) -> Iterator[Request]:
    for _ in range(plan.spray_clicks):
        victim, at = rng.choice(people), _moment(plan, rng)
        address = victim.life.somewhere(at, rng).address_now(rng)
        ad = SPRAY_ADS[victim.phone.platform]
        yield _fake(ad, victim.phone, victim.place, address, at, rng)


def _fake(
    ad: Ad, phone: Phone, place: Place, address: str, at: datetime, rng: random.Random
) -> Request:
    line = click_line(
        f"clk_{new_uuid(rng).hex}",
        ad,
        platform=phone.platform,
        at=at,
        address=address,
        user_agent=phone.in_app_browser(place, "WIFI"),
        accept_language=place.accept_language,
        rng=rng,
    )
    return Request(at, line)


def _moment(plan: WorldPlan, rng: random.Random) -> datetime:
    return plan.start_at + timedelta(days=rng.uniform(0, plan.days))
