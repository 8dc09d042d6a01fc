"""Exchange rates for the expected figures, asked of the European Central Bank's table directly.

The server has an adapter of its own for the same table; asking that one would prove nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from currency_converter import CurrencyConverter


class ReferenceRates:
    """The ECB's reference rates; a day without rates has those of the day before."""

    def __init__(self) -> None:
        self._table: CurrencyConverter | None = None

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal:
        if from_currency == to_currency:
            return Decimal(1)
        if self._table is None:
            self._table = CurrencyConverter(
                decimal=True,
                fallback_on_wrong_date=True,
                fallback_on_missing_rate=True,
                fallback_on_missing_rate_method="last_known",
            )
        factor: Decimal = self._table.convert(Decimal(1), from_currency, to_currency, on)
        return factor
