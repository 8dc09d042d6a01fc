"""The rules of the diagnostics, item by item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from appsprint.domain.app import Platform
from appsprint.domain.connection import (
    Advertiser,
    Connection,
    CredentialCheck,
    EventsApiState,
    OAuthState,
)
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.device import OperatingSystem
from appsprint.domain.ids import AppId, ClickId, DeliveryId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.domain.metrics import FigureSource, Metrics
from appsprint.domain.objective import (
    CampaignObjective,
    ObjectiveConflict,
    UnmetOptimization,
)
from appsprint.domain.pasted_link import LandingDefect, VisitDefect
from appsprint.domain.reconciliation import Cause, CauseCode, Reconciliation
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.vbo import value_based_optimization
from appsprint.ports.diagnostics import (
    DeliverySum,
    SeenClick,
    UndeliveredSum,
    UnsentExample,
    UnsentSum,
)
from appsprint.services.diagnosis import diagnose
from appsprint.services.diagnosis_facts import (
    ClickFacts,
    DefectiveClick,
    DefectiveLanding,
    EventFacts,
    Facts,
    LandingFacts,
    LinkClicks,
    ObjectiveFacts,
)
from appsprint.services.findings import Diagnosis, DiagnosisState
from appsprint.services.troubleshooting import TroubleCode
from tests.support.control_plane import NOON

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
LONG_AGO = NOON - timedelta(days=3)


def clicks(
    amount: int,
    defects: dict[VisitDefect, int] | None = None,
    *,
    android: int = 0,
    desktop: int = 0,
) -> ClickFacts:
    """Clicks, some of them with a defect, the rest as an iPhone brings them."""
    found = defects or {}
    defective = max(found.values(), default=0)
    click = SeenClick(
        id=ClickId("clk_1"),
        link_id=LinkId("lnk_1"),
        occurred_at=NOON,
        user_agent="",
        page_url="https://go.example/c/x",
    )
    return ClickFacts(
        amount=amount,
        is_complete=True,
        by_os={
            OperatingSystem.IOS: amount - android - desktop,
            OperatingSystem.ANDROID: android,
            OperatingSystem.OTHER: desktop,
        },
        defective=defective,
        by_defect=found,
        by_link={"lnk_1": LinkClicks(name="Spring", clicks=amount, defective=defective)}
        if found
        else {},
        examples=[DefectiveClick(click=click, defects=frozenset(found))] if found else [],
    )


def deliveries(
    amounts: dict[DeliveryStatus, int],
    reasons: dict[tuple[DeliveryStatus, str], int] | None = None,
    **changes: Any,
) -> EventFacts:
    """Deliveries to the pixel, the sent ones long ago, the unsent ones with an example each."""
    example = UnsentExample(
        delivery_id=DeliveryId("dlv_1"),
        event_id="sdk-1",
        sdk_event="purchase",
        network_event="Purchase",
        created_at=NOON,
        answer="TikTok's words",
    )
    facts = EventFacts(
        sums=[
            DeliverySum(
                status=status,
                pixel_id=PIXEL,
                amount=amount,
                first_sent_at=LONG_AGO if status is SENT else None,
                last_sent_at=NOON if status is SENT else None,
            )
            for status, amount in amounts.items()
        ],
        is_complete=True,
        open_amount=amounts.get(PENDING, 0),
        unsent=[
            UnsentSum(status=status, reason=reason, amount=amount, examples=(example,))
            for (status, reason), amount in (reasons or {}).items()
        ],
        undelivered=[],
        switched_off=frozenset(),
    )
    return replace(facts, **changes)


def sent_to(pixel_id: str, **changes: Any) -> EventFacts:
    """Five events that were accepted for a pixel."""
    events = deliveries({SENT: 5})
    return replace(events, sums=[replace(events.sums[0], pixel_id=pixel_id, **changes)])


def skipped(reason: str, amount: int = 1, sent: int = 99) -> EventFacts:
    """Events that were skipped for one reason, among others that were sent."""
    return deliveries({SENT: sent, SKIPPED: amount}, {(SKIPPED, reason): amount})


def dead(reason: str, amount: int = 1, sent: int = 99) -> EventFacts:
    """Events that were given up for one reason, among others that were sent."""
    return deliveries({SENT: sent, DEAD: amount}, {(DEAD, reason): amount})


def objectives(
    *codes: str, conflicts: dict[str, bool] | None = None, uses_web_events: bool = True
) -> ObjectiveFacts:
    """Campaigns, one of each objective, and the events that they do not use, certainly or not."""
    found = conflicts or {}
    return ObjectiveFacts(
        campaigns=[CampaignObjective(objective=code, campaigns=("1",)) for code in codes],
        uses_web_events=uses_web_events,
        conflicts=[
            ObjectiveConflict(network_event=event, objectives=codes, is_certain=is_certain)
            for event, is_certain in found.items()
        ],
        sentences=[f"They do not use {event}." for event in found],
        unmet=[],
    )


def defective_ad(defect: LandingDefect) -> DefectiveLanding:
    """An ad that leads somewhere else."""
    return DefectiveLanding(
        ad_id="9", ad_name="Video 1", landing_page_url="https://shop.example/", defect=defect
    )


PENDING, SENT = DeliveryStatus.PENDING, DeliveryStatus.SENT
SKIPPED, DEAD = DeliveryStatus.SKIPPED, DeliveryStatus.DEAD
TOTALS = Metrics(
    spend=Decimal(50),
    installs=12,
    impressions=1000,
    clicks=100,
    revenue=Decimal("99.90"),
    attributed_installs=12,
    reported_conversions=10,
    attributed_revenue=Decimal("99.90"),
    reported_revenue=None,
    installs_source=FigureSource.ATTRIBUTED,
    revenue_source=FigureSource.ATTRIBUTED,
)


def numbers(**changes: Any) -> Reconciliation:
    """A week's numbers, and one of two causes that explains them."""
    report = Report(
        breakdown=Breakdown.CAMPAIGN,
        items=(),
        totals=replace(TOTALS, **changes),
        currency="EUR",
        time_zone="Europe/Berlin",
        start_on=date(2026, 3, 23),
        end_on=date(2026, 3, 29),
        as_of=NOON,
    )
    causes = [
        Cause(code=code, applies=applies, message=f"Because of {code}.", figures={})
        for code, applies in [(CauseCode.COUNTED_EVENT, True), (CauseCode.TIME_ZONE, False)]
    ]
    return Reconciliation(report, tuple(causes))


NEW = Facts(
    now=NOON,
    since=NOON - timedelta(days=7),
    platform=Platform.IOS,
    connection=BLANK,
    usable_links=0,
    clicks=clicks(0),
    landings=LandingFacts(exact=0, defective=[]),
    events=deliveries({}),
    mapped_events=frozenset({"Purchase"}),
    objectives=objectives(),
    numbers=None,
    vbo=value_based_optimization([], now=NOON),
    sync_minutes=60,
)
HEALTHY = replace(
    NEW,
    connection=ACTIVE,
    usable_links=1,
    clicks=clicks(50),
    landings=LandingFacts(exact=2, defective=[]),
    events=deliveries({SENT: 5}),
    objectives=objectives("WEB_CONVERSIONS"),
    numbers=numbers(),
    vbo=value_based_optimization([(NOON, 20)], now=NOON),
)
OK, WARNING = DiagnosisState.OK, DiagnosisState.WARNING
FAILING, UNKNOWN = DiagnosisState.FAILING, DiagnosisState.UNKNOWN
UNSENT = deliveries({PENDING: 5})
CHECKED = replace(ACTIVE, events_check=CredentialCheck.VALID)
WRONG_PIXEL, BAD_TOKEN = (
    replace(ACTIVE, events_api=EventsApiState.REJECTED, events_error="no", events_check=check)
    for check in (CredentialCheck.WRONG_PIXEL, CredentialCheck.TOKEN_REJECTED)
)


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


def test_healthy_app_has_no_open_question() -> None:
    """There is nothing to do about it."""
    assert {one.state for one in diagnose(HEALTHY)} == {OK}


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
        (TroubleCode.EVENTS_API_TOKEN, {"events": deliveries({PENDING: 5})}, UNKNOWN),
        (
            TroubleCode.PIXEL_TOKEN_PAIR,
            {"connection": replace(ACTIVE, events_api=EventsApiState.REJECTED)},
            WARNING,
        ),
        (TroubleCode.PIXEL_TOKEN_PAIR, {"events": sent_to("C" * 20)}, UNKNOWN),
        (TroubleCode.PIXEL_TOKEN_PAIR, {"connection": CHECKED, "events": UNSENT}, OK),
        (TroubleCode.EVENTS_API_TOKEN, {"connection": CHECKED, "events": UNSENT}, OK),
        (TroubleCode.PIXEL_TOKEN_PAIR, {"connection": WRONG_PIXEL}, FAILING),
        (TroubleCode.EVENTS_API_TOKEN, {"connection": WRONG_PIXEL}, OK),
        (TroubleCode.PIXEL_TOKEN_PAIR, {"connection": BAD_TOKEN, "events": UNSENT}, UNKNOWN),
        (TroubleCode.EVENTS_API_TOKEN, {"connection": BAD_TOKEN}, FAILING),
        (TroubleCode.AD_LINK_MISMATCH, {"usable_links": 0}, WARNING),
        (TroubleCode.AD_LINK_MISMATCH, {"clicks": clicks(0)}, OK),
        (
            TroubleCode.AD_LINK_MISMATCH,
            {"clicks": clicks(0), "landings": LandingFacts(exact=0, defective=[])},
            UNKNOWN,
        ),
        *(
            (
                TroubleCode.AD_LINK_MISMATCH,
                {"landings": LandingFacts(exact=5, defective=[defective_ad(defect)])},
                WARNING,
            )
            for defect in LandingDefect
        ),
        *(
            (TroubleCode.AD_LINK_MISMATCH, {"clicks": clicks(amount, {defect: wrong})}, state)
            for defect in VisitDefect
            for amount, wrong, state in [
                (100, 5, OK),
                (100, 6, WARNING),
                (100, 89, WARNING),
                (100, 90, FAILING),
                (9, 9, WARNING),
                (10, 9, FAILING),
            ]
        ),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(0)}, UNKNOWN),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(5, desktop=5)}, UNKNOWN),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(100, android=5)}, OK),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(200, desktop=100, android=6)}, WARNING),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(9, android=9)}, WARNING),
        (TroubleCode.OS_TARGETING, {"clicks": clicks(10, android=9)}, FAILING),
        (TroubleCode.OS_TARGETING, {"platform": Platform.ANDROID}, FAILING),
        *(
            (TroubleCode.WEB_CONTEXT, {"events": skipped(reason, amount, sent)}, state)
            for reason in [
                "missing_ttclid",
                "missing_client_ip",
                "missing_user_agent",
                "missing_page_url",
            ]
            for amount, sent, state in [(1, 99, WARNING), (10, 0, FAILING), (9, 0, WARNING)]
        ),
        (TroubleCode.WEB_CONTEXT, {"events": skipped("refund", 50)}, OK),
        (TroubleCode.WEB_CONTEXT, {"events": deliveries({})}, UNKNOWN),
        (TroubleCode.EVENTS_NOT_SENT, {"events": dead("too_old", 5, 95)}, WARNING),
        (TroubleCode.EVENTS_NOT_SENT, {"events": dead("too_old", 6, 94)}, FAILING),
        (TroubleCode.EVENTS_NOT_SENT, {"events": skipped("missing_ttclid")}, WARNING),
        (TroubleCode.EVENTS_NOT_SENT, {"events": skipped("refund", 50)}, OK),
        (TroubleCode.EVENTS_NOT_SENT, {"events": deliveries({SENT: 1, PENDING: 9})}, OK),
        (
            TroubleCode.EVENTS_NOT_SENT,
            {"events": deliveries({PENDING: 1}), "connection": BLANK},
            FAILING,
        ),
        (TroubleCode.EVENTS_NOT_SENT, {"events": deliveries({})}, UNKNOWN),
        (
            TroubleCode.FIRST_EVENTS_WAIT,
            {"events": sent_to(PIXEL, first_sent_at=NOON - timedelta(minutes=90))},
            WARNING,
        ),
        (
            TroubleCode.FIRST_EVENTS_WAIT,
            {"events": sent_to(PIXEL, first_sent_at=NOON - timedelta(minutes=90, seconds=1))},
            OK,
        ),
        (
            TroubleCode.FIRST_EVENTS_WAIT,
            {"events": replace(sent_to(PIXEL, first_sent_at=NOON), is_complete=False)},
            OK,
        ),
        (TroubleCode.FIRST_EVENTS_WAIT, {"events": sent_to("C" * 20)}, UNKNOWN),
        (
            TroubleCode.FIRST_EVENTS_WAIT,
            {"connection": replace(ACTIVE, test_event_code="TEST1")},
            WARNING,
        ),
        (TroubleCode.FIRST_EVENTS_WAIT, {"events": deliveries({PENDING: 1})}, UNKNOWN),
        (TroubleCode.OBJECTIVE_REJECTED, {"events": dead("rejected_by_network")}, WARNING),
        (TroubleCode.OBJECTIVE_REJECTED, {"events": dead("too_old")}, OK),
        (TroubleCode.OBJECTIVE_REJECTED, {"objectives": objectives()}, UNKNOWN),
        (
            TroubleCode.OBJECTIVE_REJECTED,
            {"objectives": objectives("TRAFFIC", uses_web_events=False)},
            WARNING,
        ),
        *(
            (
                TroubleCode.OBJECTIVE_REJECTED,
                {"objectives": objectives("WEB_CONVERSIONS", conflicts={"StartTrial": certain})},
                WARNING,
            )
            for certain in (True, False)
        ),
        (TroubleCode.NUMBERS_DIFFER, {"numbers": None}, UNKNOWN),
        (
            TroubleCode.NUMBERS_DIFFER,
            {"numbers": numbers(attributed_installs=0, reported_conversions=10)},
            WARNING,
        ),
        (
            TroubleCode.NUMBERS_DIFFER,
            {"numbers": numbers(attributed_installs=0, reported_conversions=9)},
            OK,
        ),
        (
            TroubleCode.NUMBERS_DIFFER,
            {"numbers": numbers(reported_conversions=None)},
            OK,
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


def test_tiktoks_words_are_told() -> None:
    """What it answered last says more than our guess."""
    lost = replace(
        ACTIVE,
        oauth=OAuthState.LOST,
        oauth_error="TikTok: 40102",
        events_api=EventsApiState.REJECTED,
        events_error="TikTok: 40001",
        last_sync_error="TikTok: 50000",
    )
    facts = replace(HEALTHY, connection=lost, events=deliveries({PENDING: 3}))

    found = {one.code: one.message for one in diagnose(facts)}

    assert found[TroubleCode.OAUTH_CONNECTION] == (
        "The connection expired, or the account lost access to the advertiser: TikTok: 40102"
    )
    assert found[TroubleCode.EVENTS_API_TOKEN] == (
        "TikTok rejected the Events API token; 3 events wait: TikTok: 40001"
    )
    assert found[TroubleCode.PIXEL_TOKEN_PAIR].endswith("another pixel: TikTok: 40001")
    assert found[TroubleCode.SYNC_FRESHNESS].endswith("costs failed: TikTok: 50000")


def test_a_rare_grave_trouble_does_not_hide_a_frequent_one() -> None:
    """Somebody who typed the link is not why every click lacks its macros."""
    found = finding(
        replace(
            HEALTHY,
            clicks=clicks(15, {VisitDefect.MACROS: 14, VisitDefect.CHANGED_PARAMETERS: 1}),
        ),
        TroubleCode.AD_LINK_MISMATCH,
    )

    assert found.message.startswith("14 of 15 clicks came with macros")


def test_the_gravest_trouble_of_clicks_is_told() -> None:
    """A changed link explains the macros, and those explain the missing click id."""
    found = finding(
        replace(
            HEALTHY,
            clicks=clicks(10, {VisitDefect.CLICK_ID: 8, VisitDefect.CHANGED_PARAMETERS: 7}),
        ),
        TroubleCode.AD_LINK_MISMATCH,
    )

    assert found.message.startswith("7 of 10 clicks came without the parameters")
    assert found.evidence["clicks_without_ttclid"] == 8
    assert found.evidence["links_concerned"] == [
        {"link_id": "lnk_1", "name": "Spring", "clicks": 10, "clicks_concerned": 8}
    ]
    assert found.evidence["click_examples"] == [
        {
            "click_id": "clk_1",
            "occurred_at": NOON,
            "page_url": "https://go.example/c/x",
            "problems": ["changed_parameters", "missing_ttclid"],
        }
    ]


def test_an_ad_that_leads_elsewhere_is_named() -> None:
    """With where it leads, and how many more there are."""
    ads = [defective_ad(LandingDefect.STORE_PAGE)] * 3

    found = finding(
        replace(HEALTHY, landings=LandingFacts(exact=1, defective=ads)),
        TroubleCode.AD_LINK_MISMATCH,
    )

    assert found.message == (
        "The ad 'Video 1' leads to the store page past every ad link. "
        "2 more ads have such a problem."
    )
    assert found.evidence["ads_with_the_exact_link"] == 1


def test_clicks_are_counted_by_system() -> None:
    """Machines at a desk are shown and not judged: ads are targeted at phones."""
    found = finding(replace(HEALTHY, clicks=clicks(30, android=10)), TroubleCode.OS_TARGETING)

    assert found.message == "10 of 30 clicks came from phones that this iOS app does not run on."
    assert found.evidence["clicks_by_os"] == {"ios": 20, "android": 10, "other": 0}


def test_missing_context_has_a_step_of_its_own() -> None:
    """What to do about an address is not what to do about a click id."""
    actions = {
        finding(replace(HEALTHY, events=skipped(reason)), TroubleCode.WEB_CONTEXT).action
        for reason in ("missing_ttclid", "missing_client_ip", "missing_user_agent")
    }

    assert len(actions) == 3


def test_events_that_were_not_sent_have_reasons_and_examples() -> None:
    """Also those that were never meant for the network."""
    events = replace(
        dead("rejected_by_network", 2),
        undelivered=[
            UndeliveredSum(reason="not_attributed", sdk_event="purchase", amount=40),
            UndeliveredSum(reason="not_mapped", sdk_event="login", amount=7),
            UndeliveredSum(reason="not_attributed", sdk_event="search", amount=2),
        ],
        switched_off=frozenset({"search"}),
    )

    found = finding(replace(HEALTHY, events=events), TroubleCode.EVENTS_NOT_SENT)

    assert found.message == "2 of 101 events were given up."
    assert found.evidence["dead_reasons"] == {"rejected_by_network": 2}
    assert found.evidence["not_mapped"] == {"login": 7}
    assert found.evidence["not_attributed"] == 42
    assert found.evidence["switched_off"] == ["search"]
    assert found.evidence["examples"] == [
        {
            "delivery_id": "dlv_1",
            "event_id": "sdk-1",
            "sdk_event": "purchase",
            "tiktok_event": "Purchase",
            "status": "dead",
            "reason": "rejected_by_network",
            "created_at": NOON,
            "answer": "TikTok's words",
        }
    ]


def test_an_app_without_eligible_events_is_told_why() -> None:
    """Events came, and none of them was for TikTok."""
    others = [UndeliveredSum(reason="not_attributed", sdk_event="purchase", amount=40)]

    found = finding(
        replace(HEALTHY, events=replace(deliveries({}), undelivered=others)),
        TroubleCode.EVENTS_NOT_SENT,
    )

    assert found.message == (
        "No event was meant for TikTok in the last 7 days: 40 were not mapped, or of installs "
        "without a TikTok click."
    )


def test_objectives_are_told_with_the_events_that_they_leave_unused() -> None:
    """What is certain apart from what TikTok's pages dispute."""
    facts = objectives(
        "WEB_CONVERSIONS", conflicts={"CompleteRegistration": True, "StartTrial": False}
    )

    found = finding(replace(HEALTHY, objectives=facts), TroubleCode.OBJECTIVE_REJECTED)

    assert found.message == "They do not use CompleteRegistration. They do not use StartTrial."
    assert found.evidence["not_accepted"] == ["CompleteRegistration"]
    assert found.evidence["doubtful"] == ["StartTrial"]
    assert found.evidence["campaigns_by_objective"] == {"WEB_CONVERSIONS": ["1"]}


def test_what_ad_groups_wait_for_is_told() -> None:
    """Before what campaigns leave unused: this costs them all that they optimize for."""
    unmet = [
        UnmetOptimization(event_names=("Lead", "SubmitForm"), adgroups=("11", "12")),
        UnmetOptimization(event_names=("Subscribe",), adgroups=("13",)),
    ]
    facts = objectives("WEB_CONVERSIONS", conflicts={"StartTrial": False})

    found = finding(
        replace(HEALTHY, objectives=replace(facts, unmet=unmet)), TroubleCode.OBJECTIVE_REJECTED
    )

    assert found.state is WARNING
    assert found.message == (
        "Ad groups optimize for Lead or SubmitForm, Subscribe, and no in-app event is mapped to it."
    )
    assert found.evidence["optimized_but_not_mapped"] == [
        {"tiktok_events": ["Lead", "SubmitForm"], "adgroup_ids": ["11", "12"]},
        {"tiktok_events": ["Subscribe"], "adgroup_ids": ["13"]},
    ]


def test_numbers_that_differ_have_causes() -> None:
    """Those that the window shows, each in words."""
    found = finding(HEALTHY, TroubleCode.NUMBERS_DIFFER)

    assert found.message == (
        "From 2026-03-23 to 2026-03-29: 12 installs by this server's attribution, 10 conversions "
        "by TikTok's pixel."
    )
    assert found.evidence["causes"] == [
        {"code": "counted_event", "message": "Because of counted_event."}
    ]
    assert (found.evidence["attributed_revenue"], found.evidence["reported_revenue"]) == (
        "99.90",
        None,
    )


def test_payments_that_are_missing_are_told() -> None:
    """From what the last seven days brought."""
    found = finding(
        replace(HEALTHY, vbo=value_based_optimization([(NOON, 15)], now=NOON)),
        TroubleCode.VALUE_BASED_OPTIMIZATION,
    )

    assert found.message == (
        "15 payment events in the last seven days: 5 more are needed for TikTok's 20."
    )
