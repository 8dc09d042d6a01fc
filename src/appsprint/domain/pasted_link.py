"""Pasted ad links: whether an ad leads to the link as it was generated, and what clicks bring.

TikTok ties the pixel to the address that an ad leads to (product page, Troubleshooting), fills in
the macros of the link, and adds its click id; what is missing of these shows what went wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from appsprint.domain.app import read_store_url
from appsprint.domain.macros import is_unexpanded_macro
from appsprint.domain.query import parse_query, query_of
from appsprint.errors import InvalidInput


class VisitDefect(StrEnum):
    """What a click on an ad link lacks of what a TikTok ad brings.

    ``CHANGED_PARAMETERS``: not the parameters of the link as it was generated. ``MACROS``: some
    were left as they are, so the link was opened outside an ad, or TikTok does not know them in
    that place. ``CLICK_ID``: no ``ttclid``, so nobody paid for the click.
    """

    CHANGED_PARAMETERS = "changed_parameters"
    MACROS = "unexpanded_macros"
    CLICK_ID = "missing_ttclid"


class LandingDefect(StrEnum):
    """Why an ad does not lead to an ad link as it was generated."""

    STORE_PAGE = "store_page"
    CHANGED_ADDRESS = "changed_address"
    CHANGED_PARAMETERS = "changed_parameters"
    ARCHIVED_LINK = "archived_link"


def visit_defects(
    query: Mapping[str, str], link_parameters: Sequence[tuple[str, str]], *, has_click_id: bool
) -> frozenset[VisitDefect]:
    """What is wrong with a click whose address had the parameters ``query``; empty when nothing.

    Args:
        query: Of the address as it was visited, decoded.
        link_parameters: Of the link as it was generated: a value is a macro or stays the same.
        has_click_id: Whether the network's click id came with it.
    """
    defects = set() if has_click_id else {VisitDefect.CLICK_ID}
    for name, wanted in link_parameters:
        found = query.get(name)
        if found is not None and is_unexpanded_macro(found):
            defects.add(VisitDefect.MACROS)
        elif found is None or (found != wanted and not is_unexpanded_macro(wanted)):
            defects.add(VisitDefect.CHANGED_PARAMETERS)
    return frozenset(defects)


def landing_defect(landing_page_url: str, link_url: str) -> LandingDefect | None:
    """What is wrong with the address of an ad that leads to the ad link ``link_url``.

    Parameters that were added do no harm: Ads Manager attaches some by itself.
    """
    if _address(landing_page_url) != _address(link_url):
        return LandingDefect.CHANGED_ADDRESS
    pasted = parse_query(query_of(landing_page_url))
    generated = parse_query(query_of(link_url))
    if any(pasted.get(name) != value for name, value in generated.items()):
        return LandingDefect.CHANGED_PARAMETERS
    return None


def is_store_page_of(url: str, store_id: str) -> bool:
    """Whether an address is this app's own store page; never raises."""
    try:
        return read_store_url(url).store_id == store_id
    except InvalidInput:
        return False


def _address(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", url
    return parts.scheme.lower(), parts.netloc.lower(), parts.path
