"""What one currency is worth in another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol


class ExchangeRates(Protocol):
    """Reference rates by day; only newer rates can change the answer to a question."""

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        """The factor that turns an amount of one currency into the other.

        It is the European Central Bank's reference rate of that day, or of the last day before
        it that has one (weekends, holidays, days later than the rates at hand). None where a
        currency has no rate: unknown, not published yet, or no longer published.
        """
        ...

    def newest_on(self) -> date:
        """The last day that has rates; later days have those of this day."""
        ...
