"""Macros: the ``__LIKE_THIS__`` words of an ad link that the ad network replaces at the click.

A macro that it does not know stays as it is, so the value is missing. Source:
tiktok-business-api.md, G.3: seen as written and URL-encoded.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

_MACRO = re.compile("__[A-Z0-9_]+__")
_TIMES_ENCODED = 2
# A longer value is no macro, whatever it decodes to.
_MAX_MACRO_LENGTH = 256


def is_unexpanded_macro(value: str) -> bool:
    """Whether the ad network left the macro standing.

    Spaces around it do not matter, nor whether it is still URL-encoded once or twice.
    """
    # Nearly all values end here: a macro starts with its underscores or with something encoded.
    if not value.lstrip().startswith(("_", "%", "+")) or len(value) > _MAX_MACRO_LENGTH:
        return False
    for _ in range(_TIMES_ENCODED + 1):
        if _MACRO.fullmatch(value.strip()):
            return True
        value = unquote_plus(value)
    return False


def clean_macro(value: str | None, max_length: int) -> str | None:
    """The value of a macro, character for character, cut to ``max_length`` characters.

    Returns:
        None when the value is missing, blank or an unexpanded macro.
    """
    if value is None or not value or value.isspace() or is_unexpanded_macro(value):
        return None
    return value[:max_length]
