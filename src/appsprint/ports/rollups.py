"""Sums of facts that are kept ready for reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.rollup import FactMark, FactSum, Rollup, RollupKind, RollupSums


class RollupRepository(Protocol):
    """Event plane, derived: everything here can be computed again from the facts.

    Live data only, as in ``ports.reports.ReportRepository``.
    """

    def all(self) -> Sequence[Rollup]:
        """Every rollup of every app, by app, network and number."""
        ...

    def of_app(self, app_id: AppId, network: AdNetwork) -> Sequence[Rollup]:
        """The rollups of one app and network, by number."""
        ...

    def is_intact(self, rollup: Rollup) -> bool:
        """Whether the facts at the rollup's mark are still those that it read.

        False after facts were deleted or their places given away again: begin a new rollup.
        """
        ...

    def head(self) -> FactMark:
        """The places of the newest facts of all apps."""
        ...

    def origin(self, app_id: AppId) -> FactMark:
        """A mark that no fact of the app is before, as late as the store can tell cheaply."""
        ...

    def changes(
        self, app_ids: Sequence[AppId], since: FactMark, until: FactMark
    ) -> Sequence[FactSum]:
        """What the apps' facts after ``since`` and up to ``until`` add, and take away.

        An install with a new decision leaves the sums of the decision that was the latest at
        ``since`` and enters those of the latest at ``until``, with all its events up to
        ``since.events``; the later events enter by the latest decision at ``until``. So changes
        from one mark to a second and on to a third add up to those from the first to the third.
        """
        ...

    def sums(
        self,
        rollup: Rollup,
        kinds: Sequence[RollupKind],
        first_on: date,
        last_on: date,
        *,
        folding: str | None = None,
    ) -> RollupSums:
        """The sums of these kinds up to the rollup's mark, both days included.

        Args:
            folding: A currency: its amounts need no exchange rate, so all days of them and of
                installs come together on ``first_on`` (``domain.rollup.folded``). None: each day
                apart.
        """
        ...

    def begin(self, rollup: Rollup) -> None:
        """Store a rollup without sums; one of the same number stays as it is."""
        ...

    def advance(self, rollup: Rollup, changes: RollupSums, until: FactMark) -> bool:
        """Add ``changes`` and move the mark from the rollup's to ``until``.

        False, and nothing changes, when the mark has moved meanwhile or the rollup is gone.
        """
        ...

    def discard(self, rollup: Rollup, *, limit: int) -> bool:
        """Remove at most ``limit`` of its sums, and with the last of them the rollup itself.

        True when it is gone.
        """
        ...
