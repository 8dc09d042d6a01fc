"""The sentences of a page in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ITEM = re.compile(r"(?m)^(?=(?:-|\d+\.) )")
_MARKER = re.compile(r"^(?:-|\d+\.) ")
# A sentence ends where the next word could begin one.
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def sentences(markdown: str) -> Iterator[str]:
    """Sentences, list items and rows of tables in their order, without markup but for code.

    Headings, the heads of tables and blocks of code are left out.
    """
    for block in _CODE.sub("", markdown).split("\n\n"):
        text = block.strip()
        if text.startswith("|"):
            for row in text.splitlines()[2:]:
                yield _plain(row.strip("| "))
        elif not text.startswith("#"):
            for item in _ITEM.split(text):
                yield from filter(None, _END.split(_plain(_MARKER.sub("", item))))


def _plain(text: str) -> str:
    return " ".join(_LINK.sub(r"\1", text).replace("**", "").split())
