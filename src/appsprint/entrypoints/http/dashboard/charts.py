"""What a chart draws, and the same numbers as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from appsprint.entrypoints.http.dashboard import formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart.

    Attributes:
        currency: Of amounts; None for other numbers, which have an axis of their own.
        values: One for each day; None leaves a gap.
        is_share: A fraction, drawn as per cent.
        text: How a value reads in the table; None for amounts and whole numbers.
    """

    name: str
    currency: str | None
    values: Sequence[Decimal | int | None]
    is_share: bool = False
    text: Callable[[Decimal | int | None], str] | None = None

    def shown(self, value: Decimal | int | None) -> str:
        """A value in the table."""
        if self.text is not None:
            return self.text(value)
        if value is None or self.currency is None:
            return formats.count(None if value is None else int(value))
        return formats.money(Decimal(value), self.currency)


class DayChart:
    """Lines over days, as ``ui.chart`` takes them."""

    def __init__(self, days: Sequence[date], series: Sequence[Series]) -> None:
        self.names = [one.name for one in series]
        self.rows = [
            [day_on, *(one.shown(one.values[number]) for one in series)]
            for number, day_on in enumerate(days)
        ]
        self.json = json.dumps(
            {
                "days": [_seconds(day_on) for day_on in days],
                "series": [
                    {
                        "name": one.name,
                        "currency": one.currency,
                        "share": one.is_share,
                        "values": [None if value is None else float(value) for value in one.values],
                    }
                    for one in series
                ],
            }
        )


def _seconds(day_on: date) -> int:
    """Midnight UTC of the day: the chart shows dates and knows no zones."""
    return int(datetime.combine(day_on, time.min, UTC).timestamp())
