"""What TikTok accepts in an event but makes little of: counted and shown, never refused.

An accepted event is not an attributed one. These warnings name the usual reasons why an event
ends up without credit, so that a rehearsal shows them before the money does.
"""

import socket
from collections.abc import Iterator
from enum import StrEnum

from msgspec import UNSET

from appsprint.adapters.networks.tiktok.sandbox.track_request import TrackedEvent, User

# The longest click window that TikTok offers for web events (help centre, attribution settings).
ATTRIBUTABLE_SECONDS = 28 * 24 * 3600
_SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_PAYMENT_EVENTS = frozenset({"Purchase", "CompletePayment"})


class EventWarning(StrEnum):
    """Why an accepted event is worth less than it could be."""

    NOT_ATTRIBUTABLE = "not_attributable"
    NO_EVENT_ID = "no_event_id"
    NO_PAGE_URL = "no_page_url"
    NO_MATCH_KEY = "no_match_key"
    IP_WITHOUT_USER_AGENT = "ip_without_user_agent"
    IP_NOT_PUBLIC = "ip_not_public"
    USER_AGENT_NOT_A_BROWSER = "user_agent_not_a_browser"
    HASH_OF_NOTHING = "hash_of_nothing"
    PAYMENT_WITHOUT_VALUE = "payment_without_value"
    VALUE_WITHOUT_CURRENCY = "value_without_currency"


def warnings_of(event: TrackedEvent, *, now_seconds: float) -> tuple[EventWarning, ...]:
    """The warnings of an acceptable event, in a fixed order."""
    return (
        *_event_warnings(event, now_seconds),
        *_user_warnings(event.user),
        *_value_warnings(event),
    )


def is_public_address(address: str) -> bool:
    """Whether an address can tell two homes apart on the internet.

    Private, loopback, link-local, carrier-grade NAT and unspecified addresses cannot, and text
    that is no address cannot either. Documentation ranges count as public: nobody has them, and
    tests use them.
    """
    if ":" in address:
        return _is_public_v6(address)
    try:
        first, second, _, _ = socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return False
    if first in {0, 10, 127} or first >= 224:
        return False
    return not (
        (first == 172 and 16 <= second <= 31)
        or (first == 192 and second == 168)
        or (first == 169 and second == 254)
        or (first == 100 and 64 <= second <= 127)
    )


def _is_public_v6(address: str) -> bool:
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return False
    # Global unicast is 2000::/3 (RFC 4291); what is outside is local, mapped or multicast.
    return packed[0] & 0xE0 == 0x20


def _event_warnings(event: TrackedEvent, now_seconds: float) -> Iterator[EventWarning]:
    if event.event_time < now_seconds - ATTRIBUTABLE_SECONDS:
        yield EventWarning.NOT_ATTRIBUTABLE
    if not event.event_id:
        yield EventWarning.NO_EVENT_ID
    if not event.page.url:
        yield EventWarning.NO_PAGE_URL


def _user_warnings(user: User) -> Iterator[EventWarning]:
    hashes = (user.email, user.phone, user.external_id)
    has_identifier = user.ttclid or user.ttp or any(hashes)
    if not has_identifier and not (user.ip and user.user_agent):
        yield EventWarning.NO_MATCH_KEY
    if user.ip and not user.user_agent:
        yield EventWarning.IP_WITHOUT_USER_AGENT
    if user.ip and not is_public_address(user.ip):
        yield EventWarning.IP_NOT_PUBLIC
    # Every browser's user agent has begun like this since the nineties; HTTP libraries' do not.
    if user.user_agent and not user.user_agent.startswith("Mozilla/"):
        yield EventWarning.USER_AGENT_NOT_A_BROWSER
    if _SHA256_OF_NOTHING in hashes or [_SHA256_OF_NOTHING] in hashes:
        yield EventWarning.HASH_OF_NOTHING


def _value_warnings(event: TrackedEvent) -> Iterator[EventWarning]:
    has_value = event.properties.value is not UNSET
    if event.event in _PAYMENT_EVENTS and not has_value:
        yield EventWarning.PAYMENT_WITHOUT_VALUE
    if has_value and event.properties.currency is UNSET:
        yield EventWarning.VALUE_WITHOUT_CURRENCY
