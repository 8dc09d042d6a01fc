"""The form of a sealed text: ``v1:<key id>:<base64>``. It names the key that opens it."""

from __future__ import annotations

import re

FORMAT = "v1"
# So many characters tell the key without the text: enough to ask a store which keys it needs.
HEAD_LENGTH = 12
_HEAD = re.compile(rf"{FORMAT}:([0-9a-f]{{8}}):")


def head_of_key(key_id: str) -> str:
    """What every text sealed with a key begins with; ``HEAD_LENGTH`` characters."""
    return f"{FORMAT}:{key_id}:"


def key_id_of(sealed: str) -> str | None:
    """The key that sealed a text, of which the head is enough; None when it has not the form."""
    match = _HEAD.match(sealed)
    return None if match is None else match.group(1)
