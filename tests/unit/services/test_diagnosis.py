"""The rules of the diagnostics, item by item."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from appsprint.domain.app import Platform
from appsprint.domain.connection import Advertiser, Connection, EventsApiState, OAuthState
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.vbo import value_based_optimization
from appsprint.services.diagnosis import Diagnosis, DiagnosisState, Facts, LinkFacts, diagnose
from appsprint.services.troubleshooting import TroubleCode
from tests.support.control_plane import NOON

NONE_SENT = dict.fromkeys(DeliveryStatus, 0)
SENT = NONE_SENT | {DeliveryStatus.SENT: 5}
PIXEL = "CQ6FR3RC77U6L0AM21H0"
BLANK = Connection(app_id=AppId("app_1"), network=AdNetwork.TIKTOK)
ACTIVE = replace(
    BLANK,
    oauth=OAuthState.GRANTED,
    advertiser=Advertiser(id="7", name="Example"),
    events_api=EventsApiState.READY,
    pixel_id=PIXEL,
    last_sync_at=NOON,
)
NEW = Facts(
    now=NOON,
    platform=Platform.IOS,
    connection=BLANK,
    counts=NONE_SENT,
    skipped_reasons={},
    dead_reasons={},
    newest_sent_pixel=None,
    has_sent_for_long=False,
    links=LinkFacts(usable=0, clicks=0, installs=0),
    credited_installs=(),
    mapped_events=frozenset({"Purchase"}),
    objectives=frozenset(),
    vbo=value_based_optimization([], now=NOON),
    sync_minutes=60,
)
HEALTHY = replace(
    NEW,
    connection=ACTIVE,
    counts=SENT,
    newest_sent_pixel=PIXEL,
    has_sent_for_long=True,
    links=LinkFacts(usable=1, clicks=50, installs=5),
    credited_installs=("c1",) * 5,
    vbo=value_based_optimization([(NOON, 20)], now=NOON),
)
OK, WARNING = DiagnosisState.OK, DiagnosisState.WARNING
FAILING, UNKNOWN = DiagnosisState.FAILING, DiagnosisState.UNKNOWN


def finding(facts: Facts, code: TroubleCode) -> Diagnosis:
    """One item of the list."""
    return next(found for found in diagnose(facts) if found.code is code)


def test_list_is_complete_and_in_order() -> None:
    """Twelve items, each with words, whatever is known."""
    for facts in (NEW, HEALTHY):
        found = diagnose(facts)
        assert [one.code for one in found] == list(TroubleCode)
        assert all(one.message and one.evidence for one in found)


def test_nothing_is_invented_about_a_new_app() -> None:
    """Without facts an item is unknown, or a step that is left to do; nothing is ok or failing."""
    assert {one.state for one in diagnose(NEW)} == {UNKNOWN, WARNING}


def test_healthy_app_has_one_open_question() -> None:
    """Only what TikTok does not tell stays unknown; there is nothing to do about the rest."""
    open_items = [one.code for one in diagnose(HEALTHY) if one.state is not OK]

    assert open_items == [TroubleCode.OBJECTIVE_REJECTED]


def test_what_needs_a_person_has_a_next_step() -> None:
    """A warning or a failure without advice would not help."""
    for facts in (NEW, HEALTHY, replace(HEALTHY, connection=BLANK)):
        for one in diagnose(facts):
            if one.state in {WARNING, FAILING}:
                assert one.action


@pytest.mark.parametrize(
    ("code", "changes", "state"),
    [
        (TroubleCode.OAUTH_CONNECTION, {"connection": BLANK}, WARNING),
        (
            TroubleCode.OAUTH_CONNECTION,
            {"connection": replace(ACTIVE, oauth=OAuthState.LOST)},
            FAILING,
        ),
        (TroubleCode.OAUTH_CONNECTION, {"connection": replace(ACTIVE, advertiser=None)}, WARNING),
        (TroubleCode.EVENTS_API_TOKEN, {"connection": BLANK}, WARNING),
        (
            TroubleCode.EVENTS_API_TOKEN,
            {"connection": replace(ACTIVE, events_api=EventsApiState.REJECTED)},
            FAILING,
        ),
        (TroubleCode.EVENTS_API_TOKEN, {"newest_sent_pixel": None}, UNKNOWN),
        (
            TroubleCode.PIXEL_TOKEN_PAIR,
            {"connection": replace(ACTIVE, events_api=EventsApiState.REJECTED)},
            WARNING,
        ),
        (TroubleCode.PIXEL_TOKEN_PAIR, {"newest_sent_pixel": "C" * 20}, UNKNOWN),
        (
            TroubleCode.AD_LINK_MISMATCH,
            {"links": LinkFacts(usable=0, clicks=0, installs=0)},
            WARNING,
        ),
        (
            TroubleCode.AD_LINK_MISMATCH,
            {"links": LinkFacts(usable=1, clicks=0, installs=0)},
            UNKNOWN,
        ),
        (TroubleCode.AD_LINK_MISMATCH, {"credited_installs": ("c1", None)}, WARNING),
        (TroubleCode.AD_LINK_MISMATCH, {"skipped_reasons": {"missing_ttclid": 1}}, WARNING),
        (TroubleCode.AD_LINK_MISMATCH, {"credited_installs": ()}, UNKNOWN),
        (
            TroubleCode.OS_TARGETING,
            {"links": LinkFacts(usable=1, clicks=100, installs=0)},
            WARNING,
        ),
        (
            TroubleCode.OS_TARGETING,
            {"links": LinkFacts(usable=1, clicks=99, installs=0)},
            UNKNOWN,
        ),
        (TroubleCode.WEB_CONTEXT, {"counts": SENT | {DeliveryStatus.SKIPPED: 1}}, WARNING),
        (TroubleCode.WEB_CONTEXT, {"counts": NONE_SENT}, UNKNOWN),
        (TroubleCode.EVENTS_NOT_SENT, {"counts": SENT | {DeliveryStatus.DEAD: 1}}, FAILING),
        (TroubleCode.EVENTS_NOT_SENT, {"counts": SENT | {DeliveryStatus.SKIPPED: 1}}, WARNING),
        (TroubleCode.EVENTS_NOT_SENT, {"counts": SENT | {DeliveryStatus.PENDING: 1}}, OK),
        (
            TroubleCode.EVENTS_NOT_SENT,
            {"counts": NONE_SENT | {DeliveryStatus.RETRYING: 1}, "connection": BLANK},
            FAILING,
        ),
        (TroubleCode.EVENTS_NOT_SENT, {"counts": NONE_SENT}, UNKNOWN),
        (TroubleCode.FIRST_EVENTS_WAIT, {"has_sent_for_long": False}, WARNING),
        (
            TroubleCode.FIRST_EVENTS_WAIT,
            {"has_sent_for_long": False, "counts": NONE_SENT},
            UNKNOWN,
        ),
        (
            TroubleCode.OBJECTIVE_REJECTED,
            {"dead_reasons": {"rejected_by_network": 2}},
            WARNING,
        ),
        (TroubleCode.OBJECTIVE_REJECTED, {"objectives": frozenset({"TRAFFIC"})}, WARNING),
        (
            TroubleCode.OBJECTIVE_REJECTED,
            {"objectives": frozenset({"TRAFFIC", "WEB_CONVERSIONS"})},
            UNKNOWN,
        ),
        (
            TroubleCode.OBJECTIVE_REJECTED,
            {
                "objectives": frozenset({"WEB_CONVERSIONS"}),
                "mapped_events": frozenset({"StartTrial"}),
            },
            WARNING,
        ),
        (
            TroubleCode.NUMBERS_DIFFER,
            {"connection": replace(ACTIVE, last_sync_at=None)},
            UNKNOWN,
        ),
        (
            TroubleCode.VALUE_BASED_OPTIMIZATION,
            {"vbo": value_based_optimization([(NOON, 19)], now=NOON)},
            WARNING,
        ),
        (
            TroubleCode.VALUE_BASED_OPTIMIZATION,
            {"vbo": value_based_optimization([], now=NOON)},
            UNKNOWN,
        ),
        (
            TroubleCode.SYNC_FRESHNESS,
            {"connection": replace(ACTIVE, last_sync_error="no answer")},
            FAILING,
        ),
        (TroubleCode.SYNC_FRESHNESS, {"connection": BLANK}, UNKNOWN),
        (
            TroubleCode.SYNC_FRESHNESS,
            {"connection": replace(ACTIVE, last_sync_at=None)},
            WARNING,
        ),
        (TroubleCode.SYNC_FRESHNESS, {"now": NOON + timedelta(hours=3)}, OK),
        (TroubleCode.SYNC_FRESHNESS, {"now": NOON + timedelta(hours=3, seconds=1)}, WARNING),
        (TroubleCode.SYNC_FRESHNESS, {"now": NOON + timedelta(days=1), "sync_minutes": 0}, OK),
        (
            TroubleCode.SYNC_FRESHNESS,
            {"now": NOON + timedelta(days=1, seconds=1), "sync_minutes": 0},
            WARNING,
        ),
    ],
)
def test_item_follows_its_facts(
    code: TroubleCode, changes: dict[str, Any], state: DiagnosisState
) -> None:
    """A healthy app with one thing changed: that item says so."""
    assert finding(replace(HEALTHY, **changes), code).state is state
