"""What arrives, in the order in which it was stored: for people who watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from appsprint.domain.ids import AppId, InstallId


class ArrivalKind(StrEnum):
    """What can arrive; ``REFUSED`` is an event that was not stored."""

    CLICK = "click"
    INSTALL = "install"
    EVENT = "event"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One thing that arrived.

    Attributes:
        at: When it reached us.
        name: The link of a click, the device's model of an install, an event as mappings name
            it, the reason of a refusal; None where that is not known.
        detail: How an install was matched, why an event has no delivery, the id of a refused
            event; None for the rest.
        is_test: Kept out of every count.
    """

    kind: ArrivalKind
    app_id: AppId
    id: str
    install_id: InstallId | None
    at: datetime
    name: str | None
    detail: str | None
    revenue_micros: int | None
    currency: str | None
    is_test: bool


class ArrivalMark(NamedTuple):
    """A moment in the order of arrivals: the newest of each kind."""

    clicks: int
    installs: int
    events: int
    refusals: int


class ArrivalRepository(Protocol):
    """Event plane, read only. What was erased or forgotten is not there any more."""

    def head(self) -> ArrivalMark:
        """Where the order of all apps ends now; costs the same however much is stored."""
        ...

    def between(
        self, since: ArrivalMark, until: ArrivalMark, *, app_id: AppId | None, limit: int
    ) -> Sequence[Arrival]:
        """What arrived after ``since`` and up to ``until``, newest first.

        Looks only at the last ``limit`` of each kind, whosever they are.

        Args:
            app_id: Only this app's; None for all.
        """
        ...

    def newest(self, app_id: AppId, *, limit: int) -> Sequence[Arrival]:
        """The newest arrivals of one app, at most ``limit`` of each kind, newest first."""
        ...
