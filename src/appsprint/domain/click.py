"""Clicks: requests to an ad link that a person made, and the visits that no person made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.domain.visit import VisitKind

# The all-zero id is what both platforms give when a person declined tracking: it is the same
# for everybody, so matching on it would join strangers.
ZERO_ADVERTISING_ID = "00000000-0000-0000-0000-000000000000"
_ADVERTISING_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One click on an ad link, as our own server saw it: a fact, written once, never edited.

    It holds the request as it came. What the link's parameters say of the ad is read from
    ``page_url`` where it is needed, so that storing a click costs little and old clicks can be
    read again by a newer reader.

    Attributes:
        occurred_at: When the request reached us, by our clock, in UTC.
        client_ip: The person's address in its normal text form; where the app keeps no whole
            ones, the network that is left (``domain.address.truncated``).
        address_key: What address matching compares: the IPv4 address, the /64 of an IPv6
            address, what is left of a truncated one, or None where the address is not public and
            must never match.
        advertising_id: IDFA or GAID in lower case when the link carried one, never all zero.
        page_url: The ad link as it was visited, character for character, the network's macros
            and click id (TikTok's ``ttclid``) in it.
        earns_credit: False for a click on an archived link.
    """

    id: ClickId
    app_id: AppId
    link_id: LinkId
    network: AdNetwork
    occurred_at: datetime
    client_ip: str
    address_key: str | None
    user_agent: str
    accept_language: str | None = None
    advertising_id: str | None = None
    http_referrer: str | None = None
    page_url: str
    earns_credit: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredVisit:
    """A request to an ad link that no person made: a prefetch, a previewer, a crawler, a HEAD."""

    id: str
    app_id: AppId
    link_id: LinkId
    kind: VisitKind
    occurred_at: datetime
    client_ip: str
    user_agent: str


def normal_advertising_id(value: str | None) -> str | None:
    """An IDFA or GAID in lower case; None when it is missing, malformed or all zero."""
    if value is None:
        return None
    text = value.strip().lower()
    if text == ZERO_ADVERTISING_ID or _ADVERTISING_ID.fullmatch(text) is None:
        return None
    return text
