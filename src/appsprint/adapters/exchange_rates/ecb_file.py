"""The ECB's ``eurofxref-hist`` file, read as far as somebody asks.

A line for each working day since 1999 with units of each currency for one euro, the newest first,
``N/A`` where there was none. Turning all 290,000 of them into decimals took half a second, while
reports need a few days of a few currencies.
"""

from __future__ import annotations

import zipfile
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

_ISO_LENGTH = len("1999-01-04")


class EcbFile:
    """One file's rates.

    Args:
        path: A ``.csv``, or a ``.zip`` with one in it.

    Raises:
        ValueError: It is not the ECB's.
        OSError: It cannot be read.
        zipfile.BadZipFile: It is a broken archive.
    """

    def __init__(self, path: Path) -> None:
        header, *lines = _text_of(path).splitlines()
        first, *currencies = (name.strip() for name in header.split(","))
        if first != "Date":
            raise ValueError("the first line does not begin with Date")
        self._columns = {name: place for place, name in enumerate(currencies, 1) if name}
        # Oldest first: days as text sort as the days do.
        self._lines = sorted(line for line in lines if line.strip())
        self._days = [line[:_ISO_LENGTH] for line in self._lines]
        self.newest_on = date.fromisoformat(max(self._days, default=""))
        if not self._lines[-1].split(",")[1:]:
            raise ValueError("the newest line has no rates")

    def first_on(self, currency: str) -> date | None:
        """The first day with a rate of the currency; None when it has none."""
        return self._first_known(currency, iter(range(len(self._lines))))

    def last_on(self, currency: str) -> date | None:
        """The last day with a rate of the currency; None when it has none."""
        return self._first_known(currency, reversed(range(len(self._lines))))

    def per_euro(self, currency: str, on: date) -> Decimal | None:
        """Units of the currency for one euro, of the day or the last one before it that has any."""
        after = bisect_right(self._days, on.isoformat())
        for place in reversed(range(after)):
            if (units := self._units(currency, place)) is not None:
                return units
        return None

    def _first_known(self, currency: str, places: Iterator[int]) -> date | None:
        known = (place for place in places if self._units(currency, place) is not None)
        place = next(known, None)
        return None if place is None else date.fromisoformat(self._days[place])

    def _units(self, currency: str, place: int) -> Decimal | None:
        column = self._columns.get(currency)
        if column is None:
            return None
        told = self._lines[place].split(",", column + 1)
        try:
            return Decimal(told[column])
        except (InvalidOperation, IndexError):
            return None


def _text_of(path: Path) -> str:
    if path.suffix != ".zip":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0]).decode()
