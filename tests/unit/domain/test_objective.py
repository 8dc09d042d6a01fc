"""Objectives: which events are worth a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.cost import AdEntity, AdLevel, CountingRules
from appsprint.domain.objective import (
    CampaignObjective,
    ObjectiveConflict,
    ObjectiveFit,
    UnmetOptimization,
    conflict_of,
    present_objectives,
    unmet_optimizations,
)

# Objectives named for what they make of every event.
FITS = {
    "yes": ObjectiveFit.ACCEPTED,
    "no": ObjectiveFit.NOT_ACCEPTED,
    "never": ObjectiveFit.NOT_ACCEPTED,
    "disputed": ObjectiveFit.DISPUTED,
    "unknown": ObjectiveFit.UNKNOWN,
    "views": ObjectiveFit.NO_EVENTS,
}


def fit(event: str, objective: str) -> ObjectiveFit:
    """As told above."""
    del event
    return FITS[objective]


@pytest.mark.parametrize(
    "objectives", [[], ["yes"], ["unknown"], ["views"], ["no", "yes"], ["disputed", "unknown"]]
)
def test_an_event_that_some_campaign_may_use_is_no_conflict(objectives: list[str]) -> None:
    """Nor is one of which nothing is known, nor any without campaigns that use web events."""
    assert conflict_of("Purchase", objectives, fit) is None


@pytest.mark.parametrize(
    ("objectives", "shown", "is_certain"),
    [
        (["no"], ("no",), True),
        (["no", "never", "views"], ("never", "no"), True),
        (["disputed"], ("disputed",), False),
        (["no", "disputed"], ("disputed", "no"), False),
    ],
)
def test_an_event_that_no_campaign_uses_is_a_conflict(
    objectives: list[str], shown: tuple[str, ...], is_certain: bool
) -> None:
    """A certain one only while the network's sources agree."""
    assert conflict_of("StartTrial", objectives, fit) == ObjectiveConflict(
        network_event="StartTrial", objectives=shown, is_certain=is_certain
    )


def test_deleted_campaigns_have_no_objective_any_more() -> None:
    """Nor have those whose objective was not told."""

    def campaign(campaign_id: str, objective: str | None, *, deleted: bool = False) -> AdEntity:
        return AdEntity(
            level=AdLevel.CAMPAIGN,
            id=campaign_id,
            name=campaign_id,
            campaign_id=campaign_id,
            objective=objective,
            is_deleted=deleted,
        )

    found = present_objectives(
        [
            campaign("3", "WEB_CONVERSIONS"),
            campaign("1", "WEB_CONVERSIONS"),
            campaign("2", "REACH", deleted=True),
            campaign("4", None),
            campaign("5", "LEAD_GENERATION"),
        ]
    )

    assert found == [
        CampaignObjective(objective="LEAD_GENERATION", campaigns=("5",)),
        CampaignObjective(objective="WEB_CONVERSIONS", campaigns=("1", "3")),
    ]


def test_ad_groups_wait_for_events_that_nothing_is_mapped_to() -> None:
    """Known ones only; any of an event's names will do; deleted groups wait for nothing."""
    names = {"BUY": frozenset({"Purchase"}), "FORM": frozenset({"Lead", "SubmitForm"})}

    def group(group_id: str, code: str | None, *, deleted: bool = False) -> AdEntity:
        return AdEntity(
            level=AdLevel.ADGROUP,
            id=group_id,
            name=group_id,
            campaign_id="1",
            is_deleted=deleted,
            counting=CountingRules(event=code),
        )

    groups = [
        group("13", "FORM"),
        group("11", "FORM"),
        group("14", "BUY", deleted=True),
        group("15", "TOMORROWS_EVENT"),
        group("16", None),
        replace(group("17", None), counting=None),
    ]

    def awaited(code: str) -> frozenset[str]:
        return names.get(code, frozenset())

    def unmet(*mapped: str) -> list[UnmetOptimization]:
        return list(unmet_optimizations(groups, set(mapped), awaited))

    assert unmet("Purchase", "SubmitForm") == []
    assert unmet() == [UnmetOptimization(event_names=("Lead", "SubmitForm"), adgroups=("11", "13"))]
