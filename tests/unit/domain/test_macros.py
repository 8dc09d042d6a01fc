"""Macros: a value that the ad network did not fill in is missing."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.macros import clean_macro, is_unexpanded_macro

MACROS = ["__CAMPAIGN_ID__", "__CAMPAIGN_NAME__", "__AID__", "__CID_NAME__", "__UTM2__", "__A__"]
FILLED = [
    "1845821818257457",
    "Smart / TK & Co",
    "__campaign_id__",
    "__CAMPAIGN-ID__",
    "_CAMPAIGN_ID_",
    "__CAMPAIGN_ID",
    "____",
    "a__CAMPAIGN_ID__",
    "__CAMPAIGN_ID__ spring",
    "100%",
    "%",
    "",
    "50%25 off",
]


@pytest.mark.parametrize("macro", MACROS)
@pytest.mark.parametrize("times_encoded", [0, 1, 2])
@pytest.mark.parametrize("around", ["{}", " {}", "{}\t", "  {}  "])
def test_a_macro_is_known_in_every_form(macro: str, times_encoded: int, around: str) -> None:
    """Spaces and up to two URL-encodings do not hide a macro, underscores encoded or not."""
    plain = everything = around.format(macro)
    for _ in range(times_encoded):
        plain = quote(plain, safe="")
        everything = "".join(f"%{byte:02X}" for byte in everything.encode())

    assert is_unexpanded_macro(plain)
    assert is_unexpanded_macro(everything)


def test_encoded_spaces_around_a_macro_do_not_hide_it() -> None:
    """Forms write a space as a plus."""
    assert is_unexpanded_macro(quote_plus(" __CID__ "))


def test_three_encodings_hide_a_macro() -> None:
    """No link is encoded that often, so such a value is taken as it is."""
    assert not is_unexpanded_macro("%25255F%25255FCID%25255F%25255F")


@pytest.mark.parametrize("value", FILLED)
def test_a_value_is_no_macro(value: str) -> None:
    """Only two underscores, capitals, digits and underscores, and two underscores make a macro."""
    assert not is_unexpanded_macro(value)


def test_the_longest_macro_is_as_long_as_the_limit() -> None:
    """Beyond 256 characters a value is text, so that a hostile one costs nothing."""
    assert is_unexpanded_macro("__" + "A" * 252 + "__")
    assert not is_unexpanded_macro("__" + "A" * 253 + "__")


@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "__CID__", "%5F%5FCID%5F%5F"])
def test_nothing_is_left_of_a_missing_value(value: str | None) -> None:
    """Missing, blank and unexpanded are the same: no value."""
    assert clean_macro(value, 64) is None


def test_a_value_is_kept_character_for_character() -> None:
    """Neither decoded nor stripped: TikTok's click id must stay as it was."""
    assert clean_macro(" E.C.P.%2Bx= ", 64) == " E.C.P.%2Bx= "


def test_a_long_value_is_cut() -> None:
    """At the limit a value stays whole; beyond it, it ends there."""
    assert clean_macro("abc", 3) == "abc"
    assert clean_macro("abcd", 3) == "abc"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_any_text_is_cleaned(value: str, limit: int) -> None:
    """No text raises, and what is left is its beginning, never a macro or blank."""
    cleaned = clean_macro(value, limit)

    if cleaned is None:
        assert not value.strip() or is_unexpanded_macro(value)
    else:
        assert value.startswith(cleaned)
        assert len(cleaned) == min(len(value), limit)


@given(st.from_regex(r"__[A-Z0-9_]{1,40}__", fullmatch=True), st.integers(0, 2))
def test_every_macro_is_known(macro: str, times_encoded: int) -> None:
    """Whatever its name and however often it was encoded, up to twice."""
    for _ in range(times_encoded):
        macro = "".join(f"%{byte:02X}" for byte in macro.encode())
    assert is_unexpanded_macro(macro) or len(macro) > 256
