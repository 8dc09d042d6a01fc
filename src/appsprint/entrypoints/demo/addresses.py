"""Where the people of the demonstration are on the internet.

All public addresses lie in documentation ranges (RFC 5737 and RFC 3849): they look public to the
attribution rule and belong to nobody. Every home has an address of its own; phones on a carrier's
network share a few; inside a company the address is private.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

_HOME_PREFIXES = ("203.0.113", "192.0.2")
_COMPANY_PREFIX = "10.20"
_CARRIER_PREFIX = "198.51.100"
_ORDINARY_CARRIERS = 24
_LARGEST_HOST = 254
_IPV6_DOCUMENTATION = "2001:db8"


@dataclass(frozen=True, slots=True)
class Home:
    """A household: one IPv4 address, or an IPv6 network in which phones move about."""

    prefix: str

    def address(self, rng: random.Random) -> str:
        """The address of a phone in it now."""
        if ":" not in self.prefix:
            return self.prefix
        host = ":".join(f"{rng.randrange(1, 0xFFFF):x}" for _ in range(4))
        return f"{self.prefix}:{host}"


class AddressBook:
    """Gives each home addresses that no other home has."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._ipv4_homes = chain.from_iterable(_hosts(prefix) for prefix in _HOME_PREFIXES)
        self._busy_carriers = _hosts(_CARRIER_PREFIX, first=_ORDINARY_CARRIERS + 1)
        self._ipv6_homes = 0

    def home(self) -> Home:
        """IPv4 for one home in two, as long as there are addresses; else IPv6."""
        prefers_ipv4 = self._rng.random() < 0.5
        ipv4 = next(self._ipv4_homes, None) if prefers_ipv4 else None
        return Home(ipv4) if ipv4 is not None else self.ipv6_home()

    def ipv6_home(self) -> Home:
        self._ipv6_homes += 1
        high, low = divmod(self._ipv6_homes, 0x10000)
        return Home(f"{_IPV6_DOCUMENTATION}:{high:x}:{low:x}")

    def carrier(self) -> str:
        """One of the addresses behind which a carrier hides its phones."""
        return f"{_CARRIER_PREFIX}.{self._rng.randint(1, _ORDINARY_CARRIERS)}"

    def busy_carrier(self) -> str | None:
        """A carrier's address that nobody else in the demonstration has; None when used up."""
        return next(self._busy_carriers, None)

    def company(self) -> str:
        """A private address, as a proxy inside a company passes it on."""
        return f"{_COMPANY_PREFIX}.{self._rng.randrange(256)}.{self._rng.randint(1, _LARGEST_HOST)}"


def is_company(address: str) -> bool:
    """Whether an address is one of ``AddressBook.company``."""
    return address.startswith(f"{_COMPANY_PREFIX}.")


def _hosts(prefix: str, *, first: int = 1) -> Iterator[str]:
    return (f"{prefix}.{host}" for host in range(first, _LARGEST_HOST + 1))
