"""What a visit to an address would record for an ad link, and where it would lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appsprint.domain.app import App, Platform
from appsprint.domain.ids import ClickId, IdPrefix
from appsprint.domain.link import Link, play_store_url
from appsprint.domain.macros import is_unexpanded_macro
from appsprint.domain.pasted_link import LandingDefect, landing_defect
from appsprint.domain.query import parse_query, query_of
from appsprint.ports.ad_network import ClickParameters, LinkDialect

MAX_ADDRESS_LENGTH = 16_384
# Stands where every click has an id of its own.
EXAMPLE_CLICK_ID = ClickId(f"{IdPrefix.CLICK.value}{0:032x}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPreview:
    """A visit that did not happen.

    Attributes:
        address: As it was given, bounded.
        defect: Why it is not the link as it was generated; None when it is, macros filled or not.
        told: What a click would record of the ad; macros that are not filled in are missing.
        macros: Names of parameters that the network fills in when it shows the ad.
        leads_to: Where the person goes, with ``EXAMPLE_CLICK_ID`` for the click's.
        earns_credit: False for an archived link.
    """

    address: str
    defect: LandingDefect | None
    told: ClickParameters
    macros: Sequence[str]
    leads_to: str
    earns_credit: bool


def preview_link(
    link: Link, app: App, dialect: LinkDialect, *, link_url: str, address: str
) -> LinkPreview:
    """Try an address against a link: the one that stands in an ad, or one that was visited."""
    bounded = address.strip()[:MAX_ADDRESS_LENGTH]
    query = parse_query(query_of(bounded))
    return LinkPreview(
        address=bounded,
        defect=_defect(bounded, link_url, dialect),
        told=dialect.read_click(query),
        macros=[name for name, value in query.items() if is_unexpanded_macro(value)],
        leads_to=_leads_to(link, app),
        earns_credit=link.archived_at is None,
    )


def _defect(address: str, link_url: str, dialect: LinkDialect) -> LandingDefect | None:
    """As for an ad's address, but a macro may also be filled in."""
    found = landing_defect(address, link_url)
    if found is not LandingDefect.CHANGED_PARAMETERS:
        return found
    query = parse_query(query_of(address))
    is_whole = all(
        query.get(name) == wanted or (name in query and is_unexpanded_macro(wanted))
        for name, wanted in dialect.link_parameters()
    )
    return None if is_whole else found


def _leads_to(link: Link, app: App) -> str:
    if app.platform is Platform.ANDROID and link.archived_at is None:
        return play_store_url(link.destination_url, click_id=EXAMPLE_CLICK_ID, network=link.network)
    return link.destination_url
