"""Compresses what browsers are sent: pages as they are made, files once."""

from __future__ import annotations

import gzip
import re

# Half the size that is left costs a millisecond a page; the last two levels double that for 1 %.
_PAGE_LEVEL = 6
# Of a packet that is sent anyway nothing is saved.
_LEAST_BYTES = 1_000
_GZIP = re.compile(r"^gzip\s*(;|$)")
_REFUSED = re.compile(r"^gzip\s*;\s*q\s*=\s*0(\.0*)?$")


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header takes gzip (RFC 9110, 12.5.3)."""
    named = [one.strip() for one in accepted.lower().split(",")]
    return any(_GZIP.match(one) and not _REFUSED.match(one) for one in named)


def compress_page(content: str, accepted: str) -> tuple[bytes, dict[str, str]]:
    """A page as it is sent, and the headers that say how."""
    plain, headers = content.encode(), {"Vary": "Accept-Encoding"}
    if len(plain) < _LEAST_BYTES or not accepts_gzip(accepted):
        return plain, headers
    packed = gzip.compress(plain, _PAGE_LEVEL, mtime=0)
    return packed, {**headers, "Content-Encoding": "gzip"}


def compress_file(content: bytes) -> bytes:
    """A file that is compressed once, as small as it gets; the same each time."""
    return gzip.compress(content, mtime=0)
