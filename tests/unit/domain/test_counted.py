"""Numbers with their nouns and verbs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from appsprint.domain import counted
from appsprint.domain.counted import amount_of, part_of, percent_of, were

SOURCES = Path(counted.__file__).parents[1]
# A number put straight before a noun in the plural: "1 installs" one day.
_FIXED_PLURAL = re.compile(
    r"\{[a-z][\w.()\[\], ]*(?::,)?\} (?:\w+ )?"
    r"(?:apps|clicks|installs|events|ads|campaigns|conversions|minutes|amounts|duplicates)\b"
)
# They speak of thresholds, which are more than one, or to a developer.
_MAY = frozenset({"domain/quality.py", "services/objectives.py"})


def test_the_examples_hold() -> None:
    """Those of the docstrings."""
    assert doctest.testmod(counted).failed == 0


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 events were"), (1, "1 event was"), (2, "2 events were")]
)
def test_noun_and_verb_agree_with_the_number(number: int, told: str) -> None:
    """One is singular, all others are plural."""
    assert amount_of(number, "event was", "events were") == told
    assert f"{amount_of(number, 'event')} {were(number)}" == told
    assert part_of(number, 5, "event") == f"{number} of 5 events"


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (0.0, "under 0.1"),
        (0.001, "0.1"),
        (0.9994, "99.9"),
        (0.9995, "over 99.9"),
        (1.0, "over 99.9"),
    ],
)
def test_what_is_not_certain_never_reads_so(probability: float, told: str) -> None:
    """Nor what is possible as if it were not."""
    assert percent_of(probability) == f"{told}\N{NO-BREAK SPACE}%"


def test_no_sentence_has_a_fixed_plural() -> None:
    """What people read of the domain and the services counts with ``amount_of``."""
    found = [
        f"{path.relative_to(SOURCES)}:{number}: {line.strip()}"
        for folder in ("domain", "services")
        for path in sorted((SOURCES / folder).glob("*.py"))
        if str(path.relative_to(SOURCES)) not in _MAY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _FIXED_PLURAL.search(line)
    ]
    assert found == []
