"""Addresses: reading them, which are public, and what address matching compares.

The tables follow the IANA special-purpose registries (October 2024 and later RFC 9637), not
``ipaddress.is_global``, whose answers change between Python releases. One difference is meant:
documentation ranges count as public, because they never occur in the wild and tests use them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CACHED_ADDRESSES = 16_384
# The longest form is an IPv6 address with zone, brackets and port; zones are interface names.
_MAX_TEXT_LENGTH = 96
# More proxies than any chain has: what is left of them is not read.
_MAX_PROXIES = 32
_MAX_PORT_DIGITS = 5

# Four decimal numbers in their normal form; most addresses come so, and a pattern reads them four
# times as fast as the general way.
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN_IPV4 = re.compile(r"\.".join([_OCTET] * 4))

# The address of a home: providers hand out at least a /64, and phones change the rest at will.
_IPV6_PREFIX_BITS = 64
_IPV6_HOST_MASK = (1 << (128 - _IPV6_PREFIX_BITS)) - 1

# What is kept of addresses where whole ones are not, by version.
_TRUNCATED_BITS = {4: 24, 6: 48}

_NOT_PUBLIC_IPV4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # carrier-grade NAT
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link-local
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments
    "192.88.99.0/24",  # 6to4 relays, withdrawn
    "192.168.0.0/16",  # private
    "198.18.0.0/15",  # benchmarking
    "224.0.0.0/3",  # multicast, reserved, broadcast
)
# All that is public in IPv6 lies in 2000::/3: loopback, mapped, NAT64, unique local, link-local
# and multicast lie outside. Tunnels inside it lead to the address of a relay or to one that the
# sender chose, possibly a private one, so they prove nothing about a device.
_NOT_PUBLIC_IPV6 = (
    "::/3",
    "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
    "2002::/16",  # 6to4, withdrawn by RFC 7526
    "4000::/2",
    "8000::/1",
)


class _Ranges:
    """Networks as numbers: sorted, apart, the first from zero; ten times as fast as asking each."""

    def __init__(self, networks: Sequence[str]) -> None:
        read = [ip_network(text) for text in networks]
        self._firsts = [int(network.network_address) for network in read]
        self._lasts = [int(network.broadcast_address) for network in read]

    def __contains__(self, address: Address) -> bool:
        number = int(address)
        return number <= self._lasts[bisect_right(self._firsts, number) - 1]


_NOT_PUBLIC = {4: _Ranges(_NOT_PUBLIC_IPV4), 6: _Ranges(_NOT_PUBLIC_IPV6)}


def parse_address(text: str) -> Address | None:
    """Read an address as sockets, proxies and headers write it; None when it is none.

    Understands spaces around it, brackets, a port (``203.0.113.9:443``, ``[2001:db8::1]:443``) and
    a zone (``fe80::1%eth0``), which are dropped. An IPv4 address mapped into IPv6 comes back as
    IPv4.
    """
    found = _read(text)
    return None if found is None else found.address


def is_public(address: Address) -> bool:
    """Whether the address can tell one household on the internet from another.

    False for private, loopback, link-local, carrier-grade NAT, multicast, reserved and unspecified
    addresses, for benchmarking, and for 6to4 and Teredo tunnels; true for documentation ranges.
    """
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return address not in _NOT_PUBLIC[address.version]


def is_public_text(text: str) -> bool:
    """Whether the text is a public address, in any form that ``parse_address`` reads."""
    found = _read(text)
    return found is not None and found.key is not None


def truncated(text: str) -> str:
    """What may be kept of an address where an app keeps no whole ones.

    The /24 of an IPv4 address, the /48 of an IPv6 address, such as ``203.0.113.0/24``: a few
    hundred neighbours. Empty when the text is no address.
    """
    found = _read(text)
    return "" if found is None else _network_of(found.address)


def is_truncated(text: str) -> bool:
    """Whether the text is what ``truncated`` leaves of an address."""
    network, slash, _ = text.partition("/")
    return bool(slash) and truncated(network) == text


def address_key(text: str) -> str | None:
    """What address matching compares: equal for two requests that may be of one household.

    Returns:
        The IPv4 address, or the /64 of an IPv6 address as ``2001:db8:1:2::/64``. None when the
        text is no address or the address is not public, so that it never matches. Of a truncated
        address, the whole text: all that is left compares.
    """
    found = _read(text)
    return _truncated_key(text) if found is None else found.key


def client_address(*, peer: str, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The address of the person behind a request.

    ``X-Forwarded-For`` is believed only from a trusted peer. It is read from the right, where the
    nearest proxy wrote, past every trusted proxy; a malformed entry ends the walk, because what is
    left of it may be invented.

    Args:
        peer: The address that the socket gives; empty for a Unix socket.
        forwarded_for: The header's values, joined by commas.
        trusted: The networks of our own proxies.

    Returns:
        The address in its normal form; empty when the peer has none.
    """
    found = _read(peer)
    if found is None:
        return ""
    if forwarded_for and _lies_in(found.address, trusted):
        found = _walk(found, forwarded_for, trusted)
    return found.text


@dataclass(frozen=True, slots=True)
class _Reading:
    """An address with its normal form and what matching compares."""

    address: Address
    text: str
    key: str | None


def _walk(proxy: _Reading, forwarded_for: str, trusted: Sequence[Network]) -> _Reading:
    """The nearest entry that is no trusted proxy, else the farthest proxy."""
    for entry in reversed(forwarded_for.rsplit(",", _MAX_PROXIES)):
        found = _read(entry)
        if found is None:
            return proxy
        if not _lies_in(found.address, trusted):
            return found
        proxy = found
    return proxy


def _truncated_key(text: str) -> str | None:
    is_comparable = is_truncated(text) and is_public_text(text.partition("/")[0])
    return text if is_comparable else None


@lru_cache(maxsize=_CACHED_ADDRESSES)
def _network_of(address: Address) -> str:
    bits = _TRUNCATED_BITS[address.version]
    return str(ip_network((address, bits), strict=False))


def _lies_in(address: Address, networks: Sequence[Network]) -> bool:
    for network in networks:  # noqa: SIM110 a generator costs as much as the question
        if address in network:
            return True
    return False


def _read(text: str) -> _Reading | None:
    return _reading(text) if len(text) <= _MAX_TEXT_LENGTH else None


@lru_cache(maxsize=_CACHED_ADDRESSES)
def _reading(text: str) -> _Reading | None:
    if octets := _PLAIN_IPV4.fullmatch(text):
        plain = IPv4Address(bytes(map(int, octets.groups())))
        return _Reading(plain, text, text if is_public(plain) else None)
    address = _parse(text)
    return None if address is None else _Reading(address, str(address), _key(address))


def _parse(text: str) -> Address | None:
    host = _without_port(text.strip())
    try:
        if ":" not in host:
            return IPv4Address(host)
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address


def _key(address: Address) -> str | None:
    if not is_public(address):
        return None
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{IPv6Address(int(address) & ~_IPV6_HOST_MASK)}/{_IPV6_PREFIX_BITS}"


def _without_port(text: str) -> str:
    """The host; empty, which is no address, when what follows it is no port."""
    if text.startswith("["):
        host, closing, rest = text[1:].partition("]")
        return host if closing and ":" in host and (not rest or _is_port(rest)) else ""
    host, colon, port = text.partition(":")
    if not colon or ":" in port:
        return text
    return host if _is_port(colon + port) else ""


def _is_port(text: str) -> bool:
    digits = text[1:]
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_PORT_DIGITS
    return text[0] == ":" and is_number
