"""Objectives: what the present campaigns make of the mapped events, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appsprint.domain.cost import AdLevel
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.objective import (
    CampaignObjective,
    ObjectiveConflict,
    conflict_of,
    present_objectives,
)
from appsprint.ports.ad_network import EventNames
from appsprint.ports.store import UnitOfWork


def imported_objectives(
    uow: UnitOfWork, app_id: AppId, network: AdNetwork
) -> Sequence[CampaignObjective]:
    """The objectives of the campaigns as they were last imported."""
    return present_objectives(uow.costs.entities(app_id, network, level=AdLevel.CAMPAIGN))


def conflicts_with(
    events: Iterable[str], objectives: Sequence[CampaignObjective], names: EventNames
) -> Sequence[ObjectiveConflict]:
    """Those of ``events`` that no campaign is sure to use, each once, in alphabetical order."""
    codes = [one.objective for one in objectives]
    found = (conflict_of(event, codes, names.objective_fit) for event in sorted(set(events)))
    return [conflict for conflict in found if conflict is not None]


def describe(conflict: ObjectiveConflict, names: EventNames) -> str:
    """One sentence for people."""
    campaigns = " and ".join(names.objective_name(one) for one in conflict.objectives)
    if conflict.is_certain:
        return f"{campaigns} campaigns do not optimize for {conflict.network_event}."
    return (
        f"{campaigns} campaigns may not optimize for {conflict.network_event}: see whether it can "
        "be chosen as the optimization event in TikTok Ads Manager."
    )
