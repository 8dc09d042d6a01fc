"""Whose campaigns an app's import brought."""

from __future__ import annotations

from appsprint.domain.belonging import Belongings, belongings_of
from appsprint.domain.cost import AdLevel
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.store import UnitOfWork


def read_belongings(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> Belongings:
    """How the account that the app imports stands to it now."""
    landings = uow.costs.landings(app_id, network)
    # Where nobody else has an ad, nothing is left out, and the list of all ads is not needed.
    is_shared = any(landing.app_id != app_id for landing in landings)
    ads = uow.costs.entities(app_id, network, level=AdLevel.AD) if is_shared else ()
    return belongings_of(app_id, landings, ads)
