"""What one currency is worth in another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol


class ExchangeRates(Protocol):
    """Reference rates by day; the same question always has the same answer."""

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        """The factor that turns an amount of one currency into the other.

        It is the European Central Bank's reference rate of that day, or of the last day before
        it that has one (weekends, holidays, days later than the rates at hand). None where a
        currency has no rate: unknown, not published yet, or no longer published.
        """
        ...
