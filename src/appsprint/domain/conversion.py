"""Amounts of many currencies in the one of a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from appsprint.domain.money import from_micros, to_micros
from appsprint.domain.report import AmountKind, CostSum, RevenueSum, UnconvertedAmount

# From one currency, to another, on a day: the factor, or None where there is no rate.
RateOf = Callable[[str, str, date], Decimal | None]


class AmountConverter:
    """Turns amounts into the report's currency, and remembers what it could not turn."""

    def __init__(self, currency: str, rate_of: RateOf) -> None:
        self._currency = currency
        self._rate_of = rate_of
        # A report asks for the same few days thousands of times.
        self._rates: dict[tuple[str, date], Decimal | None] = {}
        self._left: dict[tuple[AmountKind, str | None], tuple[int, int]] = {}

    def convert(
        self, kind: AmountKind, micros: int | None, *, of: CostSum | RevenueSum
    ) -> int | None:
        """``micros`` in the report's currency, halves to even; None when there is no rate."""
        if micros is None:
            return None
        currency = of.currency
        if currency is None and isinstance(of, CostSum):
            currency = self._currency
        if currency == self._currency:
            return micros
        rate = None if currency is None else self._rate(currency, of.day_on)
        if rate is None:
            self._leave(kind, currency, micros, of.events if isinstance(of, RevenueSum) else 0)
            return None
        return to_micros(from_micros(micros) * rate)

    def left(self) -> tuple[UnconvertedAmount, ...]:
        """What could not be turned, summed by kind and currency."""
        return tuple(
            UnconvertedAmount(
                kind=kind, currency=currency, amount=from_micros(micros), events=events
            )
            for (kind, currency), (micros, events) in sorted(
                self._left.items(), key=lambda item: (item[0][0], item[0][1] or "")
            )
        )

    def _rate(self, currency: str, on: date) -> Decimal | None:
        if (currency, on) not in self._rates:
            self._rates[currency, on] = self._rate_of(currency, self._currency, on)
        return self._rates[currency, on]

    def _leave(self, kind: AmountKind, currency: str | None, micros: int, events: int) -> None:
        known_micros, known_events = self._left.get((kind, currency), (0, 0))
        self._left[kind, currency] = (known_micros + micros, known_events + events)
