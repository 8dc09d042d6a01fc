"""Which names TikTok takes for events, and what each SDK event fires as by default."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.event_names import (
    DEFAULT_MAPPING,
    REPLACEMENTS,
    STANDARD_NAMES,
    TikTokEventNames,
)
from appsprint.domain.mapping import MAPPABLE_SDK_EVENTS, MappingKind
from appsprint.errors import InvalidInput

NAMES = TikTokEventNames()


def _refusal(name: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        NAMES.require_name(name)
    return caught.value


def test_the_default_mapping_is_the_product_pages() -> None:
    """Exactly the rows of the product page; login, levels and install are off."""
    assert dict(NAMES.defaults()) == {
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


def test_the_default_mapping_names_real_events() -> None:
    """Both sides of every default row exist."""
    assert set(DEFAULT_MAPPING) <= set(MAPPABLE_SDK_EVENTS)
    assert set(DEFAULT_MAPPING.values()) <= set(STANDARD_NAMES)


@pytest.mark.parametrize("name", STANDARD_NAMES)
def test_standard_names_are_taken_as_they_are(name: str) -> None:
    """A standard name passes and is always of the standard kind."""
    assert NAMES.require_name(name) == name
    assert NAMES.kind_of(name) is MappingKind.STANDARD
    assert name in NAMES.standard_names()


@pytest.mark.parametrize(("name", "instead"), REPLACEMENTS.items())
def test_reserved_names_are_refused_with_the_name_to_use(name: str, instead: str) -> None:
    """TikTok keeps these names for itself; the message says what to send, in any letter case."""
    for spelled in (name, name.lower(), name.upper()):
        refusal = _refusal(spelled)

        assert instead in refusal.message
        assert [problem.field for problem in refusal.problems] == ["tiktok_event"]


def test_replacements_can_be_followed() -> None:
    """What a message tells to use is itself accepted."""
    for instead in REPLACEMENTS.values():
        assert NAMES.require_name(instead.removeprefix("a custom name such as "))


@pytest.mark.parametrize("name", ["purchase", "PURCHASE", "addtocart", "Addpaymentinfo"])
def test_a_standard_name_in_another_case_is_refused_with_its_spelling(name: str) -> None:
    """Names are case-sensitive at TikTok; a near miss would optimise nothing."""
    spelling = next(known for known in STANDARD_NAMES if known.lower() == name.lower())

    assert spelling in _refusal(name).message


@pytest.mark.parametrize("name", ["A", "level_up", "Level-Up2", "a" * 50, "z_", "q-"])
def test_custom_names_are_taken(name: str) -> None:
    """A letter, then letters, digits, underscores and dashes, up to 50 in all."""
    assert NAMES.require_name(name) == name
    assert NAMES.kind_of(name) is MappingKind.CUSTOM


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "1level", "_level", "-level", "a" * 51, "level up", "level ", " level"),
        *("level\n", "niveau_é", "level.up", "level/up", "購入", "level\x00", "ﬁrst"),
    ],
)
def test_names_that_tiktok_would_not_take_are_refused(name: str) -> None:
    """Anything outside the rule is refused, spaces included, and the field is named."""
    assert [problem.field for problem in _refusal(name).problems] == ["tiktok_event"]


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"\A[A-Za-z][A-Za-z0-9_-]{0,52}\Z"))
def test_an_accepted_name_is_standard_or_fits_the_rule(name: str) -> None:
    """Whatever is accepted comes back unchanged and TikTok would take it."""
    try:
        accepted = NAMES.require_name(name)
    except InvalidInput:
        return
    assert accepted == name
    assert name in STANDARD_NAMES or re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,49}", name)
    assert name not in REPLACEMENTS
