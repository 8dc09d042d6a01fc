"""What TikTok accepts but can make little of is told apart from good events."""

from typing import Any

import pytest

from appsprint.adapters.networks.tiktok.sandbox.event_warnings import is_public_address
from appsprint.adapters.networks.tiktok.sandbox.validation import check_track_request
from tests.unit.tiktok_sandbox.builders import NOW_SECONDS, SHA256, make_body, make_event

SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
BROWSER = "Mozilla/5.0 (iPhone)"
DAY_SECONDS = 24 * 3600


def warnings_of(event: dict[str, Any]) -> list[str]:
    """The warnings of one event that is accepted."""
    request = check_track_request(
        make_body(event), may_write=lambda code: True, now_seconds=NOW_SECONDS
    )
    return [str(warning) for warning in request.events[0].warnings]


@pytest.mark.parametrize(
    ("changes", "warnings"),
    [
        pytest.param({}, [], id="a good event"),
        pytest.param({"event_time": NOW_SECONDS - 28 * DAY_SECONDS}, [], id="28 days old"),
        pytest.param(
            {"event_time": NOW_SECONDS - 28 * DAY_SECONDS - 1}, ["not_attributable"], id="older"
        ),
        pytest.param({"event_id": None}, ["no_event_id"], id="no event id"),
        pytest.param({"event_id": ""}, ["no_event_id"], id="an empty event id"),
        pytest.param({"page": None}, ["no_page_url"], id="no page"),
        pytest.param({"page": {"referrer": "https://x"}}, ["no_page_url"], id="no page.url"),
        pytest.param({"user": None}, ["no_match_key"], id="no user"),
        pytest.param({"user": {"locale": "fr-FR"}}, ["no_match_key"], id="nothing to match by"),
        pytest.param({"user": {"email": []}}, ["no_match_key"], id="an empty list of addresses"),
        pytest.param({"user": {"phone": [SHA256]}}, [], id="a phone is enough"),
        pytest.param(
            {"user": {"ip": "203.0.113.7", "user_agent": BROWSER}}, [], id="so is ip with browser"
        ),
        pytest.param(
            {"user": {"ttp": "x", "ip": "203.0.113.7"}},
            ["ip_without_user_agent"],
            id="ip without user agent",
        ),
        pytest.param(
            {"user": {"ttp": "x", "ip": "10.0.0.1", "user_agent": BROWSER}},
            ["ip_not_public"],
            id="a private address",
        ),
        pytest.param(
            {"user": {"ttp": "x", "user_agent": "okhttp/4.12"}},
            ["user_agent_not_a_browser"],
            id="an HTTP library",
        ),
        pytest.param(
            {"user": {"email": [SHA256_OF_NOTHING]}}, ["hash_of_nothing"], id="a hash of nothing"
        ),
        pytest.param(
            {"user": {"external_id": SHA256_OF_NOTHING}}, ["hash_of_nothing"], id="the same as text"
        ),
        pytest.param({"properties": None}, ["payment_without_value"], id="a purchase of nothing"),
        pytest.param(
            {"properties": {"value": 0}}, ["value_without_currency"], id="no currency, value 0"
        ),
        pytest.param({"event": "Search", "properties": {}}, [], id="a search has no value"),
    ],
)
def test_each_weakness_has_its_warning(changes: dict[str, Any], warnings: list[str]) -> None:
    """An accepted event says what keeps TikTok from making the most of it."""
    assert warnings_of(make_event(**changes)) == warnings


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("203.0.113.7", True),
        ("8.8.8.8", True),
        ("2001:db8::1", True),
        ("2a00:1450:4007::200e", True),
        ("172.15.0.1", True),
        ("172.32.0.1", True),
        ("100.63.255.255", True),
        ("100.128.0.0", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("100.64.0.1", False),
        ("100.127.255.255", False),
        ("169.254.1.1", False),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::ffff:8.8.8.8", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("1.2.3", False),
        ("unknown", False),
        ("2001:db8::1%eth0", False),
        ("1.2.3.4\x00", False),
        ("::\x00", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, *, is_public: bool) -> None:
    """Private, shared, local and multicast ranges, and what is no address, tell nobody apart."""
    assert is_public_address(address) is is_public
