"""The Play install referrer: what Google Play says of the link that led to an install.

It should be the query that our redirect gave to Play (``click_id=…&utm_source=…``). In the field
it is also lost, ``(not set)``, organic (``utm_source=google-play&utm_medium=organic``), encoded
once more than it should be, or made by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import unquote, unquote_plus

from appsprint.domain.macros import clean_macro

# The Android SDK cuts it there (SDK protocol, section 2).
MAX_REFERRER_LENGTH = 4_096
MAX_CLICK_ID_LENGTH = 128
MAX_TTCLID_LENGTH = 1_024
MAX_UTM_LENGTH = 600

_MAX_PAIRS = 64
_MAX_KEY_LENGTH = 100
_TIMES_ENCODED = 2
_NOT_SET = "(not set)"
# An id that is longer is refused: cut, it would be another id.
_ID_LIMITS = {"click_id": MAX_CLICK_ID_LENGTH, "ttclid": MAX_TTCLID_LENGTH}


class ReferrerKind(StrEnum):
    """What a Play install referrer turned out to be."""

    ABSENT = "absent"
    NOT_SET = "not_set"
    ORGANIC = "organic"
    OURS = "ours"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayReferrer:
    """A Play install referrer, read.

    Attributes:
        click_id: The id of a click of ours, as the referrer claims; whether it exists is for the
            store to say. 1 to 128 printable characters without spaces.
        ttclid: TikTok's click id, character for character; None when beyond 1,024 characters.
        utm: The ``utm_*`` parameters that say something; the first of each name.
    """

    kind: ReferrerKind
    click_id: str | None = None
    ttclid: str | None = None
    utm: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def parse_play_referrer(raw: str | None) -> PlayReferrer:
    """Read a Play install referrer.

    Any text is fine, and none raises: what cannot be read is ``OTHER``. Characters beyond the
    4,096th are not read, and nothing is decoded more than twice.

    Args:
        raw: As the SDK sent it; None when it sent none.
    """
    text = (raw or "")[:MAX_REFERRER_LENGTH].strip().removeprefix("?")
    if not text:
        return PlayReferrer(kind=ReferrerKind.ABSENT)
    known = _known_parameters(text)
    utm = {name: value for name, value in known.items() if name.startswith("utm_")}
    said = {name: value for name, value in utm.items() if value.lower() != _NOT_SET}
    click_id = _click_id(known.get("click_id"))
    if click_id is not None:
        kind = ReferrerKind.OURS
    elif _is_not_set(text) or (utm and not said and "ttclid" not in known):
        kind = ReferrerKind.NOT_SET
    else:
        is_organic = said.get("utm_medium", "").lower() == "organic"
        kind = ReferrerKind.ORGANIC if is_organic else ReferrerKind.OTHER
    return PlayReferrer(
        kind=kind, click_id=click_id, ttclid=known.get("ttclid"), utm=MappingProxyType(said)
    )


def _is_not_set(text: str) -> bool:
    decoded = unquote_plus(text)
    return any(form.strip().lower() == _NOT_SET for form in (text, decoded, unquote_plus(decoded)))


def _known_parameters(text: str) -> dict[str, str]:
    """The parameters that we know, from the first reading of the text that shows any.

    The first of each name counts. Values are encoded once more than the text around them.
    """
    for times_decoded in range(_TIMES_ENCODED + 1):
        found: dict[str, str] = {}
        for name, value in _pairs(text, values_are_encoded=times_decoded < _TIMES_ENCODED):
            found.setdefault(name, value)
        if found or "%" not in text:
            return found
        text = unquote(text)
    return {}


def _pairs(text: str, *, values_are_encoded: bool) -> Iterator[tuple[str, str]]:
    for pair in text.split("&", _MAX_PAIRS)[:_MAX_PAIRS]:
        name, _, value = pair.partition("=")
        meaning = _meaning(name, value, is_encoded=values_are_encoded)
        if meaning is not None:
            yield name, meaning


def _meaning(name: str, value: str, *, is_encoded: bool) -> str | None:
    limit = _ID_LIMITS.get(name)
    if limit is not None:
        # An id has no spaces, so a plus in one is a plus.
        text = unquote(value) if is_encoded else value
        return clean_macro(text, limit) if len(text) <= limit else None
    if not name.startswith("utm_") or len(name) > _MAX_KEY_LENGTH:
        return None
    return clean_macro(unquote_plus(value) if is_encoded else value, MAX_UTM_LENGTH)


def _click_id(value: str | None) -> str | None:
    if value is None or not value.isprintable() or any(map(str.isspace, value)):
        return None
    return value
