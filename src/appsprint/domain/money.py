"""Money as whole millionths, and its decimal text."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

MICROS = 1_000_000
_SIX_PLACES = Decimal("0.000001")
# Beyond this a sum of a year's events could leave 64 bits.
MAX_AMOUNT = Decimal(1_000_000_000)


def to_micros(amount: Decimal) -> int:
    """Whole millionths of ``amount``, halves to even."""
    return int((amount * MICROS).to_integral_value(rounding=ROUND_HALF_EVEN))


def from_micros(micros: int) -> Decimal:
    """The amount that ``micros`` millionths are."""
    return Decimal(micros) / MICROS


def money_text(amount: Decimal | None) -> str | None:
    """The decimal text of an amount: at least two places, at most six, None for None."""
    if amount is None:
        return None
    text = ratio_text(amount) or "0"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def ratio_text(value: Decimal | None) -> str | None:
    """The decimal text of a ratio: at most six places, no trailing zeros, None for None."""
    if value is None:
        return None
    rounded = value.quantize(_SIX_PLACES, rounding=ROUND_HALF_EVEN)
    text = f"{rounded:f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def parse_decimal(text: str) -> Decimal | None:
    """The number that a network's text stands for; None for ``-``, empty or not a number."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def is_currency_code(text: str) -> bool:
    """Whether a text has the form of an ISO 4217 code: three capital letters."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
