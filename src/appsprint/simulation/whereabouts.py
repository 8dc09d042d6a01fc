"""Where people are on the internet, and whom they share an address with.

The addresses lie in ranges that are public for the rule; who really owns them does not matter,
because no request ever goes there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address

from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.records import Spot

FIRST_IPV4 = int(IPv4Address("45.0.0.1"))
IPV6_HOMES, IPV6_PHONES = "2a02:8100", "2a02:8200"
_SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Network:
    """One network that somebody can be on; IPv6 ends in ``::/64`` and a phone moves about in it."""

    spot: Spot
    address: str

    def address_now(self, rng: random.Random) -> str:
        """The address that a request from here has."""
        if ":" not in self.address:
            return self.address
        host = ":".join(f"{rng.randrange(1, 0xFFFF):x}" for _ in range(4))
        return f"{self.address}:{host}"


class Town:
    """Gives homes, carriers' addresses, offices and relays to people."""

    def __init__(self, plan: WorldPlan, rng: random.Random) -> None:
        self._plan = plan
        self._rng = rng
        self._ipv4 = iter(range(FIRST_IPV4, FIRST_IPV4 + (1 << 28)))
        self._ipv6 = iter(range(1, 1 << 31))
        self._carriers = self._shared(Spot.CARRIER, plan.carrier_addresses)
        self._offices = self._shared(Spot.OFFICE, plan.offices)
        self._relays = self._shared(Spot.RELAY, plan.relays)

    def homes(self, people: int) -> Iterator[Network]:
        """The home of each of so many people; those of one household come together."""
        sizes, weights = zip(*self._plan.households.items(), strict=True)
        left = people
        while left > 0:
            size = min(self._rng.choices(sizes, weights)[0], left)
            home = self._own_network(Spot.HOME, self._plan.home_ipv6_share, IPV6_HOMES)
            yield from [home] * size
            left -= size

    def farm(self) -> Network:
        """An address of nobody else."""
        return Network(Spot.OFFICE, self._next_ipv4())

    def life_of(self, home: Network, *, is_iphone: bool) -> Life:
        """Somebody's networks; whether they have an office and a relay is drawn here."""
        plan, rng = self._plan, self._rng
        has_own = rng.random() < plan.carrier_ipv6_share
        prefix = f"{IPV6_PHONES}:{_halves(next(self._ipv6))}"
        works = self._offices and rng.random() < plan.office_share
        relayed = is_iphone and self._relays and rng.random() < plan.relay_share
        return Life(
            plan=plan,
            home=home,
            carriers=(Network(Spot.CARRIER, prefix),) if has_own else self._carriers,
            office=rng.choice(self._offices) if works else None,
            relays=self._relays if relayed else (),
        )

    def _own_network(self, spot: Spot, ipv6_share: float, prefix: str) -> Network:
        if self._rng.random() < ipv6_share:
            return Network(spot, f"{prefix}:{_halves(next(self._ipv6))}")
        return Network(spot, self._next_ipv4())

    def _shared(self, spot: Spot, amount: int) -> tuple[Network, ...]:
        return tuple(Network(spot, self._next_ipv4()) for _ in range(amount))

    def _next_ipv4(self) -> str:
        return str(IPv4Address(next(self._ipv4)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The networks of one person.

    Attributes:
        carriers: Those that the carrier may put the phone behind.
        office: None for those who go to none.
        relays: Through which the app leaves when it is at home; empty without a relay.
    """

    plan: WorldPlan
    home: Network
    carriers: tuple[Network, ...]
    office: Network | None
    relays: tuple[Network, ...]

    def somewhere(self, at: datetime, rng: random.Random) -> Network:
        """Where the person is at an instant of which nothing else is known."""
        if rng.random() < self.plan.carrier_share:
            return rng.choice(self.carriers)
        is_working_hour = 8 <= at.hour < 18 and at.weekday() < 5
        if self.office is not None and is_working_hour and rng.random() < 0.7:
            return self.office
        return self.home

    def later(self, here: Network, seconds: float, at: datetime, rng: random.Random) -> Network:
        """Where somebody is who was ``here`` so many seconds ago."""
        stays = math.exp(-seconds / (_SECONDS_AN_HOUR * self.plan.stays_hours))
        return here if rng.random() < stays else self.somewhere(at, rng)

    def for_apps(self, here: Network, rng: random.Random) -> Network:
        """The network that an app's request leaves through; TikTok's browser uses no relay."""
        return rng.choice(self.relays) if self.relays and here.spot is Spot.HOME else here


def _halves(number: int) -> str:
    high, low = divmod(number, 0x10000)
    return f"{high:x}:{low:x}"
