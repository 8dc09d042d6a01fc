"""Addresses: how they are read, which may match, and whose word about the client is taken."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.address import (
    Network,
    address_key,
    client_address,
    is_public,
    is_public_text,
    is_truncated,
    parse_address,
    truncated,
)

TRUSTED: list[Network] = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]
PROXY = "10.0.0.1"

IPV4 = st.integers(0, 2**32 - 1).map(IPv4Address)
IPV6 = st.integers(0, 2**128 - 1).map(IPv6Address)
PREFIXES = st.integers(0x2003 << 48, (0x3FFF << 48) - 1)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9\t", "203.0.113.9"),
        ("203.0.113.9:443", "203.0.113.9"),
        ("203.0.113.9:65535", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("[::ffff:cb00:7109]:443", "203.0.113.9"),
    ],
)
def test_an_address_is_read_in_every_form(text: str, address: str) -> None:
    """As sockets, proxies and headers write it, in one form for each address."""
    assert parse_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unknown",
        "_hidden",
        "localhost",
        "203.0.113",
        "203.0.113.256",
        "203.0.113.09",
        "203.0.113.9.1",
        "203.0.113.9:",
        "203.0.113.9:http",
        "203.0.113.9:655350",
        "203.0.113.9:٤٤٣",
        "٢٠٣.0.113.9",
        "203.0.113.9%eth0",
        "203.0.113.9/24",
        "203.0.113.9, 203.0.113.8",
        "[203.0.113.9]",
        "[2001:db8::1",
        "2001:db8::1]",
        "[2001:db8::1]443",
        "[2001:db8::1]:",
        "2001:db8::1::2",
        "2001:db8::g",
        ":",
        "[]",
        "%eth0",
        "0x7f000001",
        "2130706433",
        "2001:db8::1" + " " * 100,
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    """Half an address, a name or a number is nobody's address."""
    assert parse_address(text) is None
    assert address_key(text) is None


@pytest.mark.parametrize(
    ("last_before", "first", "last", "first_after"),
    [
        (None, "0.0.0.0", "0.255.255.255", "1.0.0.0"),
        ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
        ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
        ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
        ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
        ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
        ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
        ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
        ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
        ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
        ("223.255.255.255", "224.0.0.0", "255.255.255.255", None),
        (None, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
        ("2000:ffff::", "2001::", "2001:1ff:ffff::", "2001:200::"),
        ("2001:ffff::", "2002::", "2002:ffff::", "2003::"),
        ("3fff:ffff::", "4000::", "7fff:ffff::", None),
        (None, "8000::", "ffff:ffff::", None),
    ],
)
def test_special_ranges_are_not_public(
    last_before: str | None, first: str, last: str, first_after: str | None
) -> None:
    """Each range of the special-purpose registries, with its neighbours on either side."""
    for inside in (first, last):
        assert not is_public(ip_address(inside))
    for outside in (last_before, first_after):
        assert outside is None or is_public(ip_address(outside))


@pytest.mark.parametrize(
    "text",
    [
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "64:ff9b::cb00:7109",
        "100::1",
        "::203.0.113.9",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2002:cb00:7109::1",
        "2001:2::1",
        "::ffff:10.0.0.1",
        "255.255.255.255",
    ],
)
def test_addresses_that_identify_nobody_never_match(text: str) -> None:
    """Local, tunnelled, translated and reserved addresses have no key."""
    assert not is_public(ip_address(text))
    assert address_key(text) is None
    assert not is_public_text(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("198.51.100.1", "198.51.100.1"),
        ("203.0.113.9:443", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("3fff:1::1", "3fff:1::/64"),
        ("8.8.8.8", "8.8.8.8"),
        ("2a00:1450:4001:830::200e", "2a00:1450:4001:830::/64"),
    ],
)
def test_a_public_address_has_a_key(text: str, key: str) -> None:
    """IPv4 as a whole, IPv6 by its /64; documentation ranges count as public."""
    assert address_key(text) == key
    assert is_public_text(text)


def test_neighbours_have_their_own_key() -> None:
    """The next IPv4 address and the next /64 are other households."""
    assert address_key("203.0.113.9") != address_key("203.0.113.10")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        pytest.param("203.0.113.9", None, "203.0.113.9", id="no proxy"),
        pytest.param("203.0.113.9", "198.51.100.1", "203.0.113.9", id="a stranger's claim"),
        pytest.param(PROXY, None, PROXY, id="a proxy that says nothing"),
        pytest.param(PROXY, "", PROXY, id="an empty header"),
        pytest.param(PROXY, "203.0.113.9", "203.0.113.9", id="one proxy"),
        pytest.param(PROXY, " 203.0.113.9 , 10.9.9.9", "203.0.113.9", id="two proxies"),
        pytest.param(PROXY, "192.0.2.1, 203.0.113.9", "203.0.113.9", id="an invented start"),
        pytest.param(PROXY, "192.0.2.1, x, 10.9.9.9", "10.9.9.9", id="malformed"),
        pytest.param(PROXY, "x, 203.0.113.9", "203.0.113.9", id="malformed beyond the client"),
        pytest.param(PROXY, "203.0.113.9,", PROXY, id="an empty last entry"),
        pytest.param(PROXY, "unknown", PROXY, id="a client that is hidden"),
        pytest.param(PROXY, "10.0.0.9, 10.0.0.8", "10.0.0.9", id="proxies alone"),
        pytest.param("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9", id="a mapped peer"),
        pytest.param("2001:db8:ffff::1", "[2001:DB8::5]:80", "2001:db8::5", id="IPv6"),
        pytest.param("[2001:db8::7]:80", None, "2001:db8::7", id="normal form"),
        pytest.param("", "203.0.113.9", "", id="a Unix socket"),
        pytest.param("testclient", "203.0.113.9", "", id="a peer without address"),
    ],
)
def test_the_client_is_the_last_address_that_we_can_believe(
    peer: str, forwarded_for: str | None, client: str
) -> None:
    """Only our proxies are believed, from the nearest on, until one names somebody else."""
    assert client_address(peer=peer, forwarded_for=forwarded_for, trusted=TRUSTED) == client


def test_without_trusted_proxies_the_header_means_nothing() -> None:
    """The default: the socket's address counts."""
    assert client_address(peer=PROXY, forwarded_for="203.0.113.9", trusted=[]) == PROXY


def test_a_chain_longer_than_any_is_not_read_to_its_end() -> None:
    """32 proxies are read, so that a long header costs no more."""
    chain = ["10.0.0.2"] * 31

    for extra, client in ((0, "203.0.113.9"), (1, "10.0.0.2")):
        header = ",".join(["203.0.113.9", "x", *["203.0.113.9"], *chain, *["10.0.0.2"] * extra])
        assert client_address(peer=PROXY, forwarded_for=header, trusted=TRUSTED) == client


@given(PREFIXES, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_two_addresses_of_a_home_have_one_key(prefix: int, left: int, right: int) -> None:
    """Phones change the last 64 bits at will."""
    keys = {address_key(str(IPv6Address(prefix << 64 | host))) for host in (left, right)}

    assert len(keys) == 1
    assert None not in keys


@given(st.one_of(IPV4, IPV6))
def test_every_form_of_an_address_has_the_same_key(address: IPv4Address | IPv6Address) -> None:
    """A port, brackets, a zone or spaces change nothing; only public addresses have a key."""
    text = str(address)
    forms = [f"{text}:80", f" {text} "] if address.version == 4 else [f"[{text}]:80", f"{text}%e"]

    assert {address_key(form) for form in forms} == {address_key(text)}
    assert (address_key(text) is not None) == is_public(address)


@given(IPV4)
def test_a_mapped_address_is_the_address(address: IPv4Address) -> None:
    """A socket that listens on IPv6 sees IPv4 clients mapped into it."""
    assert parse_address(f"::ffff:{address}") == address
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)


@given(st.text(), st.one_of(st.none(), st.text()))
def test_any_text_has_an_answer(text: str, forwarded_for: str | None) -> None:
    """Nothing that a client can send raises."""
    parse_address(text)
    address_key(text)
    client_address(peer=text, forwarded_for=forwarded_for, trusted=TRUSTED)
    client_address(peer=PROXY, forwarded_for=forwarded_for, trusted=TRUSTED)


@given(st.lists(st.one_of(IPV4, IPV6).map(str), max_size=5), st.text())
def test_no_client_can_choose_its_address(before: list[str], invented: str) -> None:
    """Whatever stands before the entry of our own proxy, that entry is the client."""
    header = ", ".join([invented, *before, "203.0.113.9"])

    assert client_address(peer=PROXY, forwarded_for=header, trusted=TRUSTED) == "203.0.113.9"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:12:3456:1::9", "2001:db8:12::/48"),
        ("10.1.2.3", "10.1.2.0/24"),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_what_is_left_of_an_address(text: str, left: str) -> None:
    """The /24 or the /48, and of what is no address nothing; truncating again changes nothing."""
    assert truncated(text) == left
    assert is_truncated(left) is bool(left)
    assert not is_truncated(text)


def test_what_is_left_is_compared_as_a_whole() -> None:
    """Of public addresses only; it is no address that could be told to anybody."""
    assert address_key("203.0.113.0/24") == "203.0.113.0/24"
    assert address_key("2001:db8:12::/48") == "2001:db8:12::/48"
    for text in ("10.1.2.0/24", "203.0.113.7/24", "203.0.113.0/16", "203.0.113.0/", "/24"):
        assert address_key(text) is None
    assert not is_public_text("203.0.113.0/24")


def test_nobody_can_pass_a_network_for_an_address() -> None:
    """What a proxy tells is read as before."""
    told = "203.0.113.0/24"

    assert client_address(peer=PROXY, forwarded_for=told, trusted=TRUSTED) == PROXY
