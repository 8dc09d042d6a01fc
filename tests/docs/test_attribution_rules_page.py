"""The rules page has a test for every sentence, and every reason that leaves no credit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from appsprint.domain.decision import OrganicReason
from tests.support.proofs import is_there
from tests.support.sentences import sentences

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "attribution-rules.md"
PROOFS = Path(__file__).with_name("attribution_rules.txt")
REASON = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


def test_every_reason_for_no_credit_is_on_the_page() -> None:
    """Both ways: none is missing, and none is told that the rule does not know."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("## When nobody gets credit")[2].partition("\n## ")[0]

    assert sorted(REASON.findall(section)) == sorted(OrganicReason)


def test_every_sentence_is_in_the_list_of_proofs() -> None:
    """In the page's order, and nothing that the page no longer says."""
    assert list(proofs()) == list(sentences(PAGE.read_text(encoding="utf-8")))


def test_every_proof_exists() -> None:
    """As a test that can be collected, or as the reason why the sentence needs none."""
    lost = {
        sentence: [proof for proof in found if not (is_there(proof) or _is_reason(proof))]
        for sentence, found in proofs().items()
    }

    assert {sentence: gone for sentence, gone in lost.items() if gone} == {}
    assert [sentence for sentence, found in proofs().items() if not found] == []


def test_a_page_is_read_by_sentences() -> None:
    """Lists and tables by their entries; what only looks or runs is left out."""
    page = """\
# Title

One [link](x.md). **Two**, over
lines: `a.b`. `Three` ends.

- first; it
  goes on
- second

| head | of |
|---|---|
| one | row |

```sh
no sentence. At all.
```
"""

    assert list(sentences(page)) == [
        "One link.",
        "Two, over lines: `a.b`.",
        "`Three` ends.",
        "first; it goes on",
        "second",
        "one | row",
    ]


def proofs() -> Mapping[str, Sequence[str]]:
    """Tests, or a reason, by sentence; a sentence that the page says twice is one too many."""
    found: dict[str, list[str]] = {}
    for block in PROOFS.read_text(encoding="utf-8").split("\n\n")[1:]:
        sentence, *rest = (line.strip() for line in block.strip().splitlines())
        assert sentence not in found
        found[sentence] = rest
    return found


def _is_reason(proof: str) -> bool:
    return proof.startswith("plain: ")
