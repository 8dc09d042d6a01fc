"""What an ad account holds, as the imports saw it: campaigns, ad groups, ads, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from appsprint.domain.belonging import Belonging
from appsprint.domain.cost import AdEntity, AdLevel, CostVersion, EntityVersion
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import NotFound
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.belonging import read_belongings
from appsprint.services.checks import quoted


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """A campaign, an ad group or an ad, and how it stands to the app that asks."""

    entity: AdEntity
    belonging: Belonging


@dataclass(frozen=True, slots=True)
class EntityHistory:
    """One of them with everything that it ever was, the oldest version first."""

    listed: ListedEntity
    versions: Sequence[EntityVersion]


class CampaignService:
    """Reads what imports stored; never asks the network."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def page(
        self,
        app_id: AppId,
        level: AdLevel,
        *,
        after: str | None,
        limit: int,
        network: AdNetwork = AdNetwork.TIKTOK,
    ) -> Sequence[ListedEntity]:
        """Those of one level, deleted ones included, the newest id first, below ``after``.

        Raises:
            NotFound: There is no such app.
        """
        found = self._store.read(lambda uow: _listed(uow, app_id, network, level))
        # A network's ids are numbers that grow, written as texts.
        found.sort(key=_newest_first, reverse=True)
        ids = [one.entity.id for one in found]
        start = ids.index(after) + 1 if after in ids else 0
        return found[start : start + limit]

    def history(
        self,
        app_id: AppId,
        level: AdLevel,
        entity_id: str,
        *,
        network: AdNetwork = AdNetwork.TIKTOK,
    ) -> EntityHistory:
        """One entity with its earlier names.

        Raises:
            NotFound: No import of the app ever saw it.
        """

        def work(uow: UnitOfWork) -> EntityHistory:
            for one in _listed(uow, app_id, network, level):
                if one.entity.id == entity_id:
                    return EntityHistory(one, uow.costs.history(app_id, network, level, entity_id))
            raise NotFound(f"no import has seen the {level} {quoted(entity_id)}")

        return self._store.read(work)

    def readings(
        self,
        app_id: AppId,
        level: AdLevel,
        entity_id: str,
        day_on: date,
        *,
        network: AdNetwork = AdNetwork.TIKTOK,
    ) -> Sequence[CostVersion]:
        """What the network told of one day, each time that it told something else.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> Sequence[CostVersion]:
            require_app(uow, app_id)
            return uow.costs.versions(app_id, network, level, entity_id, day_on)

        return self._store.read(work)


def _listed(
    uow: UnitOfWork, app_id: AppId, network: AdNetwork, level: AdLevel
) -> list[ListedEntity]:
    require_app(uow, app_id)
    belongings = read_belongings(uow, app_id, network)
    return [
        ListedEntity(entity, belongings.of(level, entity.id))
        for entity in uow.costs.entities(app_id, network, level=level)
    ]


def _newest_first(one: ListedEntity) -> tuple[int, str]:
    return len(one.entity.id), one.entity.id
