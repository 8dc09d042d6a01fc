"""How values look on a page: money with its currency, counts, shares, instants, changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup

NOTHING = "–"
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
# ISO 4217 minor units, where they are not two.
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF"})


def money(amount: Decimal | None, currency: str) -> str:
    """An amount for people: rounded to the currency's minor unit, its sign or code in front."""
    if amount is None:
        return NOTHING
    places = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")
    rounded = amount.quantize(places, rounding=ROUND_HALF_UP)
    minus = "−" if rounded < 0 else ""
    front = _SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{minus}{front}{abs(rounded):,}"


def count(number: int | None) -> str:
    """A whole number with its thousands set apart."""
    return NOTHING if number is None else f"{number:,}"


def number(value: Decimal | None, places: int = 2) -> str:
    """A plain number, rounded."""
    if value is None:
        return NOTHING
    return f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,}"


def percent(share: Decimal | None, places: int = 2) -> str:
    """A share of one, as per cent."""
    return NOTHING if share is None else f"{number(share * 100, places)}\N{NO-BREAK SPACE}%"


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """How much a value grew, as a share of what it was; None where that says nothing."""
    if now is None or not before:
        return None
    return (Decimal(now) - Decimal(before)) / abs(Decimal(before))


def when(instant: datetime | None, zone: str = "UTC", *, seconds: bool = False) -> Markup | str:
    """An instant in a zone; the pointer over it shows UTC."""
    if instant is None:
        return NOTHING
    local = instant.astimezone(ZoneInfo(zone))
    in_utc = instant.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        in_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        in_utc.strftime("%Y-%m-%d %H:%M:%S"),
        f"{local.day} {local.strftime('%b %Y, %H:%M:%S' if seconds else '%b %Y, %H:%M')}",
    )


def day(day_on: date) -> str:
    """A day as people write it."""
    return f"{day_on.day} {day_on.strftime('%b %Y')}"


def days(start_on: date, end_on: date) -> str:
    """A span of days, both included."""
    if start_on == end_on:
        return day(start_on)
    year = "" if start_on.year == end_on.year else f" {start_on.year}"
    return f"{start_on.day} {start_on.strftime('%b')}{year} – {day(end_on)}"
