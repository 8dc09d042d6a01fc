"""Campaigns and what they cost, as the ad network reports them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from appsprint.domain.belonging import Landing
from appsprint.domain.cost import AdEntity, AdLevel, CostPart, CostRow, CostVersion, EntityVersion
from appsprint.domain.cost_schedule import Backfill, DayRange
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Days of one part of an account, read completely.

    Attributes:
        read_at: The instant before the network was asked, UTC.
    """

    advertiser_id: str
    part: CostPart
    days: DayRange
    read_at: datetime


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

    def versions(
        self, app_id: AppId, network: AdNetwork, level: AdLevel, entity_id: str, day_on: date
    ) -> Sequence[CostVersion]:
        """Everything that was ever read of one entity's day, the oldest reading first.

        All countries together.
        """
        ...

    def note_reading(self, app_id: AppId, network: AdNetwork, reading: Reading) -> None:
        """Remember that these days were read completely, whether or not they had rows.

        It takes the place of what was remembered of them, also of a later instant.
        """
        ...

    def readings(
        self, app_id: AppId, network: AdNetwork, advertiser_id: str, *, since: date
    ) -> Mapping[CostPart, Mapping[date, datetime]]:
        """When each day was last read completely; a part that was never read is missing.

        The days from ``since`` on, and of older ones those that were not final when they were
        read (``settles_at``), and the newest that was ever read.
        """
        ...

    def backfill(self, app_id: AppId, network: AdNetwork) -> Backfill | None:
        """The backfill that is not finished; None when there is none."""
        ...

    def begin_backfill(self, app_id: AppId, network: AdNetwork, backfill: Backfill) -> None:
        """Remember a backfill; it takes the place of one that is not finished."""
        ...

    def end_backfill(self, app_id: AppId, network: AdNetwork) -> None:
        """Forget the backfill: it is finished."""
        ...

    def latest_currency(self, app_id: AppId, network: AdNetwork) -> str | None:
        """The currency of the latest day that has campaign rows; None when none is known."""
        ...
