"""TikTok's ad links: the macros that its ads fill in, and what a visited link then says.

Sources: TikTok help, "Track offsite web events with UTM parameters" (the macros of website ads
and the limits of 14 pairs, 100 characters a key and 600 a value).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from appsprint.domain.click import normal_advertising_id
from appsprint.domain.macros import clean_macro
from appsprint.ports.ad_network import ClickParameters

# The utm pairs are the ones that Ads Manager attaches by itself when it is asked to: TikTok wants
# both to agree. There is no utm_content: tt_ad_name says the same.
LINK_PARAMETERS = (
    ("utm_source", "tiktok"),
    ("utm_medium", "paid"),
    ("utm_campaign", "__CAMPAIGN_NAME__"),
    ("utm_id", "__CAMPAIGN_ID__"),
    ("tt_campaign_id", "__CAMPAIGN_ID__"),
    ("tt_adgroup_id", "__AID__"),
    ("tt_adgroup_name", "__AID_NAME__"),
    ("tt_ad_id", "__CID__"),
    ("tt_ad_name", "__CID_NAME__"),
    ("tt_placement", "__PLACEMENT__"),
)

# Samples are up to 325 characters long; the rest is room for TikTok to grow.
MAX_CLICK_ID_LENGTH = 1024
MAX_ID_LENGTH = 64
MAX_NAME_LENGTH = 512
MAX_UTM_PAIRS = 14
MAX_UTM_KEY_LENGTH = 100
MAX_UTM_VALUE_LENGTH = 600
_ADVERTISING_IDS = ("idfa", "gaid", "advertising_id", "aaid")


class TikTokLinks:
    """The port ``LinkDialect`` for TikTok."""

    def link_parameters(self) -> Sequence[tuple[str, str]]:
        return LINK_PARAMETERS

    def may_carry_advertising_id(self, query: str) -> bool:
        # "aid=" ends gaid= and aaid=; spelt out, because every click passes here.
        return "idfa=" in query or "aid=" in query or "advertising_id=" in query

    def read_click(self, query: Mapping[str, str]) -> ClickParameters:
        get = query.get
        return ClickParameters(
            network_click_id=_click_id(get("ttclid")),
            campaign_id=_id(get("tt_campaign_id")) or _id(get("utm_id")),
            campaign_name=_name(get("tt_campaign_name")) or _name(get("utm_campaign")),
            adgroup_id=_id(get("tt_adgroup_id")),
            adgroup_name=_name(get("tt_adgroup_name")),
            ad_id=_id(get("tt_ad_id")),
            ad_name=_name(get("tt_ad_name")),
            placement=_name(get("tt_placement")),
            advertising_id=_advertising_id(query),
            utm=_utm(query),
        )


def _click_id(value: str | None) -> str | None:
    """TikTok's click id, character for character; one that is too long is missing, never cut."""
    if not value or len(value) > MAX_CLICK_ID_LENGTH:
        return None
    return _text(value, MAX_CLICK_ID_LENGTH)


def _id(value: str | None) -> str | None:
    """An id of the campaign, ad group or ad; half of one that is too long would name nothing."""
    return _text(value, MAX_ID_LENGTH) if value and len(value) <= MAX_ID_LENGTH else None


def _name(value: str | None) -> str | None:
    return _text(value, MAX_NAME_LENGTH) if value else None


def _text(value: str, max_length: int) -> str | None:
    # Every click passes here several times. What begins with a letter or a digit is neither
    # blank nor a macro, written out or URL-encoded, and needs no closer look.
    return value[:max_length] if value[0].isalnum() else clean_macro(value, max_length)


def _advertising_id(query: Mapping[str, str]) -> str | None:
    for name in _ADVERTISING_IDS:
        if name in query and (found := normal_advertising_id(query[name])):
            return found
    return None


def _utm(query: Mapping[str, str]) -> dict[str, str]:
    """Every utm parameter that says something; SDKs hand them to the app."""
    utm = {
        name: text
        for name, value in query.items()
        if name[:4] == "utm_"
        and value
        and len(name) <= MAX_UTM_KEY_LENGTH
        and (text := _text(value, MAX_UTM_VALUE_LENGTH)) is not None
    }
    return utm if len(utm) <= MAX_UTM_PAIRS else dict(islice(utm.items(), MAX_UTM_PAIRS))
