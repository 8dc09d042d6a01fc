"""Every sentence of the product page has its row, and every row a proof that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.proofs import is_there

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "product-promises.md"
# How many statements each part of the product page makes, counted on the page itself: sentences,
# list items and table rows; a letter where one of them promises several things.
SENTENCES = (
    *("A1", "A2", "B1", "B2", "B3"),
    *("C1", "C2a", "C2b", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12a", "C12b"),
    *("D1", "D2a", "D2b", "D2c", "D3", "D4"),
    *(f"D{number}" for number in range(5, 18)),
    *("E1", "E2", "E3a", "E3b", "E4a", "E4b", "F1", "F2", "F3a", "F3b", "F4"),
    *("G1", "G2", "G3a", "G3b", "G4", "G5", "G6"),
    *("H1", "H2", "H3a", "H3b", "H3c", "H4a", "H4b", "I1", "I2a", "I2b", "I3"),
    *("J1a", "J1b", "J2", "J3", "K1a", "K1b", "K2", "K3a", "K3b", "K4a", "K4b"),
    *("K5a", "K5b", "K5c", "K6a", "K6b", "K6c", "K6d"),
)
_ROW = re.compile(r"^\| ([A-K][0-9]+[a-d]?) \| (.+?) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[^`]+)`")
_BY_HAND = re.compile(r"by hand: \[(\d+)\]\(#by-hand\)")


def rows() -> dict[str, str]:
    """The proofs by the id of the sentence."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len({row[0] for row in found}) == len(found)
    return {row[0]: row[2] for row in found}


def test_every_sentence_has_its_row() -> None:
    """Those of the product page and no others, in its order."""
    assert tuple(rows()) == SENTENCES


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_row_has_a_proof_that_exists(sentence: str) -> None:
    """Tests can be collected, and checks by hand are described."""
    proof = rows()[sentence]
    tests, by_hand = _TEST.findall(proof), _BY_HAND.findall(proof)

    assert tests or by_hand
    assert [test for test in tests if not is_there(test)] == []
    described = re.findall(r"^(\d+)\. \*\*", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(by_hand) <= set(described)


def test_a_missing_test_is_noticed() -> None:
    """The file, the function and the case are looked for."""
    here = "tests/docs/test_product_promises.py"

    assert is_there(f"{here}::test_every_sentence_has_its_row")
    assert is_there(f"{here}::test_a_row_has_a_proof_that_exists[A1]")
    assert not is_there(f"{here}::test_a_row_has_a_proof_that_exists[{chr(90)}9]")
    assert not is_there(f"{here}::test_nothing")
    assert not is_there("tests/docs/test_nowhere.py")
