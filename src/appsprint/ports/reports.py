"""Sums of facts for reports."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Protocol

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.reconciliation import Restated, UnsentSum
from appsprint.domain.report import Breakdown, CostSum, InstallSum, ReportDay, RevenueSum


class ReportRepository(Protocol):
    """Reads only, in no certain order.

    Live data only: installs of test keys, their events, and ``__test`` events are never in a sum.
    ``days`` follow one another without a gap. Where ``by`` is the day, every ``value`` is None.
    ``exclude_tagged`` leaves out installs whose decision in force has tags.
    """

    def installs(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        exclude_tagged: bool = False,
    ) -> Sequence[InstallSum]:
        """Installs credited to the network by the decision in force, by their install day."""
        ...

    def revenue(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        exclude_tagged: bool = False,
    ) -> Sequence[RevenueSum]:
        """Revenue of credited installs by the day of the event; refunds are negative.

        Events whose amount is zero are no revenue and in no sum.
        """
        ...

    def costs(
        self,
        app_id: AppId,
        network: AdNetwork,
        by: Breakdown,
        days: Sequence[ReportDay],
        *,
        left_out: Set[str] = frozenset(),
        folding: str | None = None,
    ) -> Sequence[CostSum]:
        """The newest version of the network's rows; empty for links.

        By day and by country they are sums over campaigns; those by country are a reading of
        their own, and None is the country that the network does not know.

        Args:
            left_out: Ids of entities of the breakdown's level (campaigns for day and country)
                that are another app's.
            folding: A currency: amounts in it, or without one, need no exchange rate, so all
                their days come together on the first. None: each day apart.
        """
        ...

    def restated(
        self,
        app_id: AppId,
        network: AdNetwork,
        days: Sequence[ReportDay],
        *,
        left_out: Set[str] = frozenset(),
    ) -> Restated:
        """What the network changed of campaigns' days later than 24 hours after their end."""
        ...

    def unsent(
        self, app_id: AppId, network: AdNetwork, *, since: datetime, until: datetime
    ) -> Sequence[UnsentSum]:
        """Deliveries made from ``since`` on and before ``until`` that were not sent, most first."""
        ...
