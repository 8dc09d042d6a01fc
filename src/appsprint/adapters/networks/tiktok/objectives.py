"""Which web events TikTok's campaign objectives optimize for, as far as its pages agree.

Sources: TikTok help, "Supported standard events" (September 2025: the column of objectives) and
"Value-based optimization for web" (September 2023); the enum ``optimization_event`` of the
Marketing API (July 2026); the product page for trial starts. They are not complete, so an event or
an objective that is not named here is unknown and never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from appsprint.domain.objective import ObjectiveFit

_BOTH = frozenset({"AddToWishlist", "Search"})
_SALES = _BOTH | {
    "AddPaymentInfo",
    "AddToCart",
    "Download",
    "InitiateCheckout",
    "Purchase",
    "StartTrial",
}
_LEADS = _BOTH | {
    "ApplicationApproval",
    "CompleteRegistration",
    "Contact",
    "CustomizeProduct",
    "FindLocation",
    "Lead",
    "Schedule",
    "SubmitApplication",
    "SubmitForm",
}
# TikTok's API knows an optimization event for them; the help page's row of each was not seen.
_WITHOUT_COLUMN = frozenset({"Subscribe", "ViewContent"})
# Listed on the help page, without a constant in the API to optimize for.
_ON_PAPER_ONLY = frozenset(
    {
        "ApplicationApproval",
        "CustomizeProduct",
        "FindLocation",
        "Schedule",
        "StartTrial",
        "SubmitApplication",
    }
)
_EVENTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"WEB_CONVERSIONS": _SALES | _WITHOUT_COLUMN, "LEAD_GENERATION": _LEADS}
)
_WITHOUT_EVENTS = frozenset(
    {"TRAFFIC", "REACH", "VIDEO_VIEWS", "ENGAGEMENT", "BRAND_CONSIDERATION"}
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {"WEB_CONVERSIONS": "Sales", "LEAD_GENERATION": "Lead generation"}
)


def fit_of(event: str, objective: str) -> ObjectiveFit:
    """Whether a campaign with this ``objective_type`` optimizes for a web event."""
    if objective in _WITHOUT_EVENTS:
        return ObjectiveFit.NO_EVENTS
    events = _EVENTS.get(objective)
    if events is None or event not in _SALES | _LEADS | _WITHOUT_COLUMN:
        return ObjectiveFit.UNKNOWN
    if event in events:
        return ObjectiveFit.DISPUTED if event in _ON_PAPER_ONLY else ObjectiveFit.ACCEPTED
    return ObjectiveFit.UNKNOWN if event in _WITHOUT_COLUMN else ObjectiveFit.NOT_ACCEPTED


# The constants of ``optimization_event`` and the web events that they mean (help page, column
# "optimization_event"); those of app campaigns are not here, as no web event is meant.
OPTIMIZED: Mapping[str, str] = MappingProxyType(
    {
        "ADD_BILLING": "AddPaymentInfo",
        "ON_WEB_CART": "AddToCart",
        "ON_WEB_ADD_TO_WISHLIST": "AddToWishlist",
        "ON_WEB_REGISTER": "CompleteRegistration",
        "CONSULT": "Contact",
        "DOWNLOAD_START": "Download",
        "INITIATE_ORDER": "InitiateCheckout",
        "SHOPPING": "Purchase",
        "ON_WEB_SEARCH": "Search",
        "FORM": "Lead",
        "ON_WEB_SUBSCRIBE": "Subscribe",
        "ON_WEB_DETAIL": "ViewContent",
    }
)
# TikTok's pages disagree on the present name of one and the same event.
_SAME = MappingProxyType({"Lead": frozenset({"Lead", "SubmitForm"})})


def awaited_events(optimization_event: str) -> frozenset[str]:
    """The names of the web event that an ad group optimizes for; empty where it is not known."""
    event = OPTIMIZED.get(optimization_event)
    return frozenset() if event is None else _SAME.get(event, frozenset({event}))


def name_of(objective: str) -> str:
    """What Ads Manager calls an ``objective_type``."""
    return _NAMES.get(objective, objective.replace("_", " ").capitalize())
