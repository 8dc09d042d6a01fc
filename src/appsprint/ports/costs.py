"""Campaigns and what they cost, as the ad network reports them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.belonging import Landing
from appsprint.domain.cost import AdEntity, AdLevel, CostRow, EntityVersion
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


class CostRepository(Protocol):
    """Event plane: every restatement is kept, the newest version of a day counts."""

    def save_entities(
        self, app_id: AppId, network: AdNetwork, entities: Sequence[AdEntity], *, at: datetime
    ) -> None:
        """Store campaigns, ad groups and ads as they are now.

        A changed name, objective, landing page or deletion begins a new version; the versions
        before it stay. The same again changes nothing.
        """
        ...

    def entities(
        self, app_id: AppId, network: AdNetwork, *, level: AdLevel | None = None
    ) -> Sequence[AdEntity]:
        """All that were ever seen, or those of one level, with their latest names."""
        ...

    def history(
        self, app_id: AppId, network: AdNetwork, level: AdLevel, entity_id: str
    ) -> Sequence[EntityVersion]:
        """Every version of one entity, the oldest first; empty for one never seen."""
        ...

    def landings(self, app_id: AppId, network: AdNetwork) -> Sequence[Landing]:
        """The ads of the app's account that lead, or once led, to an ad link.

        Links of the app itself, and of other apps that are connected to the account of the ad
        now: only those count the ad's spend in a report of their own.
        """
        ...

    def save_costs(
        self,
        app_id: AppId,
        network: AdNetwork,
        rows: Sequence[CostRow],
        *,
        currency: str | None,
    ) -> int:
        """Store rows that differ from the version in force; how many were new.

        Versions that were in force stay as they are beside the new one. A row that was read
        earlier than the version in force says nothing new and is left out.

        Args:
            currency: Of the rows' amounts: the advertiser's. None when it was not told.
        """
        ...

    def latest_currency(self, app_id: AppId, network: AdNetwork) -> str | None:
        """The currency of the latest day that has campaign rows; None when none is known."""
        ...
