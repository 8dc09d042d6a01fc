"""Reads the query of an ad link; on the hot route, so without the general parser's cost."""

from __future__ import annotations

from urllib.parse import unquote_plus

MAX_PAIRS = 64


def query_of(url: str) -> str:
    """What stands between ``?`` and ``#``, undecoded."""
    return url.partition("?")[2].partition("#")[0]


def parse_query(raw: str) -> dict[str, str]:
    """The parameters of a raw query by name, percent-decoded; of a repeated name the first.

    Never raises: bytes that are not UTF-8 become replacement characters, pairs past the 64th
    are left out.
    """
    found: dict[str, str] = {}
    for pair in raw.split("&", MAX_PAIRS)[:MAX_PAIRS]:
        name, _, value = pair.partition("=")
        # Most pairs hold nothing to decode, and looking is cheaper than decoding.
        if "%" in pair or "+" in pair:
            name = unquote_plus(name, errors="replace")
            value = unquote_plus(value, errors="replace")
        if name and name not in found:
            found[name] = value
    return found
