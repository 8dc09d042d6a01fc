"""What rules read of an install's kept body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

_CELLULAR = frozenset({"cellular", "2g", "3g", "4g", "5g"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldByBody:
    """What the rule reads of an install's other fields; see ``InstallEvidence``."""

    preferred_language: str | None = None
    is_cellular: bool | None = None
    play_click_at: datetime | None = None
    play_began_at: datetime | None = None


def read_body(body: str) -> ToldByBody:
    """Read what an install's kept body tells the rule."""
    fields = json.loads(body)
    languages = fields.get("preferredLanguages") or [None]
    connection = fields.get("connectionType")
    return ToldByBody(
        preferred_language=languages[0],
        is_cellular=_is_cellular(connection or fields.get("networkType")),
        play_click_at=_instant(fields.get("referrerClickTimestamp")),
        play_began_at=_instant(fields.get("referrerInstallBeginTimestamp")),
    )


def _is_cellular(connection: str | None) -> bool | None:
    """What ``connectionType`` or ``networkType`` says; None when neither was sent."""
    return None if connection is None else connection in _CELLULAR


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
