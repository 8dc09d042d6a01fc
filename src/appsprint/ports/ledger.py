"""Both sides of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from appsprint.domain.ids import AppId
from appsprint.domain.ledger import DayCounts, DayRows


@dataclass(frozen=True, slots=True)
class LedgerWindow:
    """UTC days, both included."""

    start_on: date
    end_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSums:
    """All links of an app together: their running totals beside what they stand for.

    Attributes:
        clicks, counted_clicks: The totals' and the day counts'.
        installs, credited_installs: The totals' and the decisions' in force.
    """

    clicks: int
    counted_clicks: int
    installs: int
    credited_installs: int


class LedgerRepository(Protocol):
    """Event plane. Neither side is computed from the other; without a window it is all days."""

    def counts(self, app_id: AppId, window: LedgerWindow | None = None) -> Mapping[date, DayCounts]:
        """What was counted on each day that has anything; cheap.

        What arrived before days were told apart stands on ``UNTOLD_ON``.
        """
        ...

    def rows(self, app_id: AppId, window: LedgerWindow | None = None) -> Mapping[date, DayRows]:
        """What the tables hold of each day that has anything.

        Reads every row from the first day on: ids sort by the time when they were made, which is
        at most a day before what they stand for.
        """
        ...

    def links(self, app_id: AppId) -> LinkSums:
        """The totals that links show, and what they must be; reads the app's decisions."""
        ...
