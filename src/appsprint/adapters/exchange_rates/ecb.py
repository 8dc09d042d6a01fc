"""The European Central Bank's euro reference rates, from a file that travels with the program.

The ECB publishes them on working days at about 16:00 CET as units of a currency for one euro
(ecb.europa.eu, "Euro foreign exchange reference rates"). Nothing is fetched while the program
runs; an operator can put a newer file in the place of the shipped one, also while it runs.
"""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import structlog
from currency_converter import CURRENCY_FILE

from appsprint.adapters.exchange_rates.ecb_file import EcbFile
from appsprint.errors import ConfigurationError

log = structlog.get_logger()

_EURO = "EUR"
_ONE = Decimal(1)
# The longest run of days without rates is Easter or the turn of the year. A currency that is
# missing for longer while others go on is no longer published (the rouble since March 2022, or
# one that gave way to the euro), and its last rate says nothing about today.
_LONGEST_GAP = timedelta(days=10)


class EcbExchangeRates:
    """See ``ports.exchange_rates.ExchangeRates``.

    The file is read at the first question, and again once it was replaced. A replacement that
    cannot be read is told in the log, and the rates before it stay.

    Args:
        path: The ECB's ``eurofxref-hist`` as ``.zip`` or ``.csv``; the shipped one by default.
        look_seconds: How often to look whether the file was replaced.
    """

    def __init__(self, path: Path | None = None, *, look_seconds: float = 1.0) -> None:
        self._path = Path(CURRENCY_FILE) if path is None else path
        self._look_seconds = look_seconds
        self._looked_at = 0.0
        self._loading = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._loaded: _Rates | None = None

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        return self._rates().rate(from_currency, to_currency, on)

    def newest_on(self) -> date:
        return self._rates().newest_on

    def check(self) -> None:
        """Read the file now.

        Raises:
            ConfigurationError: It is missing or not the ECB's.
        """
        self._rates()

    def _rates(self) -> _Rates:
        with self._loading:
            is_fresh = time.monotonic() - self._looked_at < self._look_seconds
            if self._loaded is not None and is_fresh:
                return self._loaded
            self._looked_at, version = time.monotonic(), _version_of(self._path)
            if self._loaded is None or version != self._version:
                self._loaded, self._version = self._read(), version
            return self._loaded

    def _read(self) -> _Rates:
        try:
            return _Rates(self._path)
        except Exception as exc:  # Of the library, the archive or the file: all mean the same.
            if self._loaded is None:
                raise ConfigurationError(
                    f"the exchange rates {self._path.name} cannot be read: {exc}; get "
                    "eurofxref-hist.zip from the European Central Bank"
                ) from exc
            log.warning("exchange_rates_not_renewed", file=self._path.name, error=str(exc))
            return self._loaded


def _version_of(path: Path) -> tuple[int, int] | None:
    """Changes when the file is replaced; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class _Rates:
    """The rates of one file."""

    def __init__(self, path: Path) -> None:
        self._file = EcbFile(path)
        self.newest_on = self._file.newest_on
        self._known: dict[tuple[str, str, date], Decimal | None] = {}
        self._spans: dict[str, tuple[date, date] | None] = {}

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        if from_currency == to_currency:
            return _ONE
        question = (from_currency, to_currency, on)
        if question not in self._known:
            self._known[question] = self._look_up(*question)
        return self._known[question]

    def _look_up(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        from_units, to_units = self._per_euro(from_currency, on), self._per_euro(to_currency, on)
        # One division of two published rates, rounded once.
        return None if from_units is None or to_units is None else to_units / from_units

    def _per_euro(self, currency: str, on: date) -> Decimal | None:
        if currency == _EURO:
            return _ONE
        return self._file.per_euro(currency, on) if self._is_published(currency, on) else None

    def _is_published(self, currency: str, on: date) -> bool:
        if currency not in self._spans:
            first, last = self._file.first_on(currency), self._file.last_on(currency)
            self._spans[currency] = None if first is None or last is None else (first, last)
        span = self._spans[currency]
        if span is None or on < span[0]:
            return False
        # A file that has grown old still serves the currencies that it ends with.
        believed_until = span[1] + _LONGEST_GAP
        return on <= believed_until or self.newest_on <= believed_until
