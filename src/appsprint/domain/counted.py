"""Numbers with their nouns and verbs, as sentences need them."""

from __future__ import annotations


def amount_of(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun, and with its verb where the noun brings one.

    >>> amount_of(1, "event"), amount_of(2_000, "event")
    ('1 event', '2,000 events')
    >>> amount_of(1, "event waits", "events wait")
    '1 event waits'
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def part_of(part: int, whole: int, noun: str) -> str:
    """Some of several: the noun goes by the whole, a verb after it by the part.

    >>> part_of(1, 3, "event"), part_of(1, 1, "event")
    ('1 of 3 events', '1 of 1 event')
    """
    return f"{part:,} of {amount_of(whole, noun)}"


def were(number: int) -> str:
    """The past tense of *to be* for so many.

    >>> were(1), were(0)
    ('was', 'were')
    """
    return "was" if number == 1 else "were"


def there(number: int) -> str:
    """How many are there.

    >>> there(1), there(0)
    ('1 is there', '0 are there')
    """
    return amount_of(number, "is there", "are there")


def percent_of(probability: float) -> str:
    r"""An estimated probability as per cent, which never reads as if it were certain.

    >>> percent_of(0.8), percent_of(0.99997), percent_of(0.0002)
    ('80.0\xa0%', 'over 99.9\xa0%', 'under 0.1\xa0%')
    """
    if probability >= _ALMOST_ONE:
        return "over 99.9\N{NO-BREAK SPACE}%"
    if probability < 1 - _ALMOST_ONE:
        return "under 0.1\N{NO-BREAK SPACE}%"
    return f"{probability * 100:.1f}\N{NO-BREAK SPACE}%"


# From here on, one digit after the point would round to 100.
_ALMOST_ONE = 0.9995
