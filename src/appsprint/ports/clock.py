"""Time and identifiers, passed in so that rules and tests do not depend on the machine."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from appsprint.domain.ids import IdPrefix


class Clock(Protocol):
    """The present instant."""

    def now(self) -> datetime:
        """Now, in UTC, with at least millisecond precision."""
        ...


class IdSource(Protocol):
    """Makes identifiers."""

    def new(self, prefix: IdPrefix) -> str:
        """A new identifier: ``prefix`` and 32 lower-case hex digits that sort by time."""
        ...
