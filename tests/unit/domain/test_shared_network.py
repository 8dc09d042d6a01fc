"""Networks behind which strangers share an address."""

from __future__ import annotations

import pytest

from appsprint.domain.shared_network import SharedNetworks, read_networks
from appsprint.errors import InvalidInput

APPLES = """\
# egress ranges
198.51.100.0/31,US,US-CA,Los Angeles,
198.51.100.2/31,US,,,

203.0.113.64/26
192.0.2.7
2001:db8:1::/48,DE,DE-BE,Berlin,
"""


@pytest.mark.parametrize(
    ("address", "is_shared"),
    [
        ("198.51.100.0", True),
        ("198.51.100.3", True),
        ("198.51.100.4", False),
        ("198.51.99.255", False),
        ("203.0.113.63", False),
        ("203.0.113.127", True),
        ("192.0.2.7", True),
        ("2001:db8:1:ffff::9", True),
        ("2001:db8:2::", False),
        ("::ffff:192.0.2.7", True),
        ("nowhere", False),
    ],
)
def test_a_list_is_read_as_its_publisher_writes_it(address: str, is_shared: bool) -> None:
    """The first field of each line; comments and empty lines are left out."""
    assert read_networks(APPLES.splitlines()).holds(address) is is_shared


def test_networks_may_overlap_and_come_in_any_order() -> None:
    """The smaller one does not hide the larger."""
    networks = SharedNetworks(["10.2.0.0/24", "10.1.0.0/16", "10.1.5.0/24", "10.1.0.0/16"])

    assert networks.holds("10.1.200.1")
    assert networks.holds("10.2.0.1")
    assert not networks.holds("10.2.1.1")


def test_a_list_of_none_holds_nothing() -> None:
    """As without a file."""
    assert not SharedNetworks().holds("203.0.113.7")


def test_a_line_that_is_no_network_is_told_by_its_number() -> None:
    """Starting with half a list would be worse than not starting."""
    with pytest.raises(InvalidInput, match="line 2 is no network: 'here'"):
        read_networks(["203.0.113.0/24", "here,US"])
