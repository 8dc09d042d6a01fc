"""Networks behind which strangers share an address: relays, data centres, proxies.

No address of them ties an install to a click. The list is an operator's file, because such ranges
change every week and their publishers want them fetched, not copied: Apple's own list of iCloud
Private Relay (``mask-api.icloud.com/egress-ip-ranges.csv``) can be used as it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from ipaddress import ip_network

from appsprint.domain.address import Address, parse_address
from appsprint.errors import InvalidInput

MAX_NETWORKS = 2_000_000


class SharedNetworks:
    """A set of networks; asking it takes a microsecond however many there are.

    Args:
        networks: In any order; they may overlap.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._ranges: dict[int, tuple[Sequence[int], Sequence[int]]] = {}
        read = [ip_network(text) for text in networks]
        for version in (4, 6):
            merged = _merged(
                sorted(
                    (int(one.network_address), int(one.broadcast_address))
                    for one in read
                    if one.version == version
                )
            )
            self._ranges[version] = [a for a, _ in merged], [b for _, b in merged]
        self._is_empty = not read

    def __contains__(self, address: Address) -> bool:
        firsts, lasts = self._ranges[address.version]
        position = bisect_right(firsts, int(address)) - 1
        return position >= 0 and int(address) <= lasts[position]

    @property
    def is_empty(self) -> bool:
        """Whether it holds no network at all."""
        return self._is_empty

    def holds(self, text: str) -> bool:
        """Whether the text is an address, or the start of a truncated one, in the networks."""
        if self._is_empty:
            return False
        address = parse_address(text.partition("/")[0])
        return address is not None and address in self


def read_networks(lines: Iterable[str]) -> SharedNetworks:
    """Read a list: one network a line, first of the fields that commas part.

    Empty lines and what follows ``#`` are left out; a line without a slash is one address.

    Raises:
        InvalidInput: A line is no network (with its number), or there are too many.
    """
    networks: list[str] = []
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].partition(",")[0].strip()
        if not text:
            continue
        try:
            networks.append(str(ip_network(text, strict=False)))
        except ValueError as exc:
            raise InvalidInput(f"line {number} is no network: {text[:60]!r}") from exc
        if len(networks) > MAX_NETWORKS:
            raise InvalidInput(f"more than {MAX_NETWORKS} networks")
    return SharedNetworks(networks)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged
