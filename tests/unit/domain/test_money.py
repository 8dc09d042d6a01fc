"""Money as whole millionths, and its text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.money import (
    MAX_AMOUNT,
    from_micros,
    is_currency_code,
    money_text,
    parse_decimal,
    ratio_text,
    to_micros,
)

micros = st.integers(-(10**18), 10**18)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("9.99", 9_990_000),
        ("0.000001", 1),
        ("0.0000005", 0),
        ("0.0000015", 2),
        ("-0.0000015", -2),
        ("-4.99", -4_990_000),
        (str(MAX_AMOUNT), 10**15),
    ],
)
def test_whole_millionths(amount: str, expected: int) -> None:
    """Halves go to the even neighbour, so that rounding does not drift."""
    assert to_micros(Decimal(amount)) == expected


@given(micros)
def test_millionths_there_and_back(value: int) -> None:
    """Nothing is lost on the way."""
    assert to_micros(from_micros(value)) == value


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, None),
        ("0", "0.00"),
        ("-0.0000001", "0.00"),
        ("9.9", "9.90"),
        ("9.99", "9.99"),
        ("1234567", "1234567.00"),
        ("0.123456", "0.123456"),
        ("0.1234565", "0.123456"),
        ("-4.5", "-4.50"),
        ("1E+3", "1000.00"),
    ],
)
def test_the_text_of_an_amount(amount: str | None, text: str | None) -> None:
    """Two to six places, never an exponent, never a minus before zero."""
    assert money_text(None if amount is None else Decimal(amount)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("0", "0"),
        ("-0", "0"),
        ("0.0119", "0.0119"),
        ("1.500", "1.5"),
        ("100", "100"),
        ("0.3333333", "0.333333"),
        ("0.0000004", "0"),
    ],
)
def test_the_text_of_a_ratio(value: str | None, text: str | None) -> None:
    """At most six places, without zeros behind."""
    assert ratio_text(None if value is None else Decimal(value)) == text


@given(micros)
def test_the_text_of_money_is_exact(value: int) -> None:
    """Reading it back gives the amount."""
    text = money_text(from_micros(value))

    assert text is not None
    assert to_micros(Decimal(text)) == value
    assert 2 <= len(text.partition(".")[2]) <= 6


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", Decimal("12.50")),
        (" 3 ", Decimal(3)),
        ("-1e2", Decimal(-100)),
        ("-", None),
        ("", None),
        ("1,5", None),
        ("NaN", None),
        ("Infinity", None),
        ("lots", None),
    ],
)
def test_a_networks_numbers(text: str, number: Decimal | None) -> None:
    """What is no number is unknown, not zero."""
    assert parse_decimal(text) == number


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("USD", True),
        ("usd", False),
        ("US", False),
        ("USDT", False),
        ("US1", False),
        ("ÄÖÜ", False),
        ("", False),
    ],
)
def test_the_form_of_a_currency_code(text: str, is_code: bool) -> None:
    """Three capital letters of the plain alphabet."""
    assert is_currency_code(text) is is_code
