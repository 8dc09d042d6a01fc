"""TikTok's names for web events: the standard ones, the retired ones, the shipped mapping.

Sources: TikTok help, "Supported standard events" and "Reserved events" (September 2025),
"Custom events" (February 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from appsprint.adapters.networks.tiktok.objectives import awaited_events, fit_of, name_of
from appsprint.domain.mapping import MappingKind
from appsprint.domain.objective import ObjectiveFit
from appsprint.errors import InvalidInput

MAX_NAME_LENGTH = 50
CUSTOM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}", re.ASCII)

# TikTok's pages of 2025 and 2026 disagree on whether `Lead` or `SubmitForm` is the present name
# of one and the same event, so both count as standard.
STANDARD_NAMES = (
    "AddPaymentInfo",
    "AddToCart",
    "AddToWishlist",
    "ApplicationApproval",
    "CompleteRegistration",
    "Contact",
    "CustomizeProduct",
    "Download",
    "FindLocation",
    "InitiateCheckout",
    "Lead",
    "Purchase",
    "Schedule",
    "Search",
    "StartTrial",
    "SubmitApplication",
    "SubmitForm",
    "Subscribe",
    "ViewContent",
)

DEFAULT_MAPPING: Mapping[str, str] = MappingProxyType(
    {
        "purchase": "Purchase",
        "subscribe": "Subscribe",
        "start_trial": "StartTrial",
        "add_payment_info": "AddPaymentInfo",
        "sign_up": "CompleteRegistration",
        "register": "CompleteRegistration",
        "add_to_cart": "AddToCart",
        "add_to_wishlist": "AddToWishlist",
        "initiate_checkout": "InitiateCheckout",
        "view_content": "ViewContent",
        "view_item": "ViewContent",
        "session_start": "ViewContent",
        "search": "Search",
    }
)

# Names that TikTok reserved or retired, with what to use instead. Where TikTok's own successor
# (PlaceAnOrder, PageView, ClickButton) was retired in its turn, the nearest standard event.
REPLACEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "AddBilling": "AddPaymentInfo",
        "Browse": "ViewContent",
        "Checkout": "InitiateCheckout",
        "ClickButton": "a custom name such as ButtonClick",
        "ClickForm": "Lead",
        "ClickInDownloadPage": "Download",
        "ClickToDownload": "Download",
        "CompletePayment": "Purchase",
        "Consult": "Contact",
        "ConsultByPhone": "Contact",
        "PageView": "ViewContent",
        "PlaceAnOrder": "InitiateCheckout",
        "Registration": "CompleteRegistration",
        "StartCheckout": "InitiateCheckout",
        "ViewConsultationPage": "ViewContent",
        "ViewDownloadPage": "ViewContent",
        "ViewForm": "ViewContent",
    }
)

_STANDARD = frozenset(STANDARD_NAMES)
_STANDARD_BY_FOLDED = {name.lower(): name for name in STANDARD_NAMES}
_REPLACEMENT_BY_FOLDED = {name.lower(): instead for name, instead in REPLACEMENTS.items()}


class TikTokEventNames:
    """The port ``EventNames`` for TikTok's web events."""

    def defaults(self) -> Mapping[str, str]:
        return DEFAULT_MAPPING

    def standard_names(self) -> Sequence[str]:
        return STANDARD_NAMES

    def require_name(self, name: str) -> str:
        if name in _STANDARD:
            return name
        # Names are case-sensitive at TikTok: in another case a standard name would become a
        # custom event, which no campaign can optimise for.
        folded = name.lower()
        if standard := _STANDARD_BY_FOLDED.get(folded):
            raise _refusal(f"{name!r} is spelled {standard} at TikTok")
        if instead := _REPLACEMENT_BY_FOLDED.get(folded):
            raise _refusal(f"TikTok reserves {name!r}; use {instead}")
        if CUSTOM_NAME.fullmatch(name) is None:
            raise _refusal(
                f"{name[:80]!r} is not an event name for TikTok: use a letter, then letters, "
                f"digits, underscores and dashes, at most {MAX_NAME_LENGTH} characters, no spaces"
            )
        return name

    def kind_of(self, name: str) -> MappingKind:
        return MappingKind.STANDARD if name in _STANDARD else MappingKind.CUSTOM

    def objective_fit(self, name: str, objective: str) -> ObjectiveFit:
        return fit_of(name, objective)

    def awaited_events(self, code: str) -> frozenset[str]:
        return awaited_events(code)

    def objective_name(self, objective: str) -> str:
        return name_of(objective)


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(message, field="tiktok_event")
