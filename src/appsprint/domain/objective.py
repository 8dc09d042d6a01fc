"""Campaign objectives: whether a campaign can optimize for an event that the app sends.

What an ad network says about it is not one list: its pages differ, and new events come. So a fit
has four values, and only what no campaign of the account can use is worth a warning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from appsprint.domain.cost import AdEntity


class ObjectiveFit(StrEnum):
    """Whether campaigns of an objective optimize for an event.

    ``DISPUTED``: the network's own sources contradict each other. ``UNKNOWN``: none of them says
    anything, as with custom names and new objectives. ``NO_EVENTS``: the objective optimizes for
    something else than web events.
    """

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"
    NO_EVENTS = "no_events"


Fit = Callable[[str, str], ObjectiveFit]
_DOUBTFUL = frozenset({ObjectiveFit.NOT_ACCEPTED, ObjectiveFit.DISPUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignObjective:
    """One objective of an account's present campaigns.

    Attributes:
        campaigns: Their ids, in the order of the ids.
    """

    objective: str
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveConflict:
    """An event that no present campaign is sure to optimize for.

    Attributes:
        objectives: Those of the campaigns that optimize for web events; never empty.
        is_certain: False when the network's sources contradict each other for one of them.
    """

    network_event: str
    objectives: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetOptimization:
    """Ad groups that optimize for an event which nothing is mapped to.

    Attributes:
        event_names: Any of these would do.
        adgroups: Their ids, in the order of the ids.
    """

    event_names: tuple[str, ...]
    adgroups: tuple[str, ...]


def unmet_optimizations(
    adgroups: Iterable[AdEntity],
    mapped_events: Set[str],
    awaited: Callable[[str], frozenset[str]],
) -> Sequence[UnmetOptimization]:
    """What ad groups that are not deleted wait for in vain, in alphabetical order.

    Args:
        adgroups: With the network's code of the event that they count.
        mapped_events: The network's events that something fires as.
        awaited: The names of the event that a code means; empty where that is not known.
    """
    found: Mapping[frozenset[str], list[str]] = defaultdict(list)
    for group in adgroups:
        code = group.counting.event if group.counting is not None else None
        names = awaited(code) if code and not group.is_deleted else frozenset()
        if names and names.isdisjoint(mapped_events):
            found[names].append(group.id)
    return [
        UnmetOptimization(event_names=tuple(sorted(names)), adgroups=tuple(sorted(found[names])))
        for names in sorted(found, key=sorted)
    ]


def present_objectives(campaigns: Iterable[AdEntity]) -> Sequence[CampaignObjective]:
    """The objectives of campaigns that were not deleted, in alphabetical order."""
    found: Mapping[str, list[str]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.objective and not campaign.is_deleted:
            found[campaign.objective].append(campaign.id)
    return [
        CampaignObjective(objective=objective, campaigns=tuple(sorted(found[objective])))
        for objective in sorted(found)
    ]


def conflict_of(
    network_event: str, objectives: Iterable[str], fit: Fit
) -> ObjectiveConflict | None:
    """Whether every objective that uses web events leaves this one unused, or may do so.

    Returns:
        None when a campaign accepts the event, when nothing is known, and when no campaign uses
        web events at all, which is no fault of the event.
    """
    fits = {objective: fit(network_event, objective) for objective in objectives}
    using = {name: one for name, one in fits.items() if one is not ObjectiveFit.NO_EVENTS}
    if not using or not _DOUBTFUL.issuperset(using.values()):
        return None
    return ObjectiveConflict(
        network_event=network_event,
        objectives=tuple(sorted(using)),
        is_certain=ObjectiveFit.DISPUTED not in using.values(),
    )
