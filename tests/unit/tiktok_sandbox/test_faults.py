"""Injected faults hit what they say, as often as they say, and answer like TikTok."""

import json
from typing import Any

import msgspec
import pytest

from appsprint.adapters.networks.tiktok.sandbox.answers import Reply
from appsprint.adapters.networks.tiktok.sandbox.api import Processed, event_track, process
from appsprint.adapters.networks.tiktok.sandbox.event_log import EventOutcome
from appsprint.adapters.networks.tiktok.sandbox.faults import Fault, FaultKind, FaultPlan
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from tests.unit.tiktok_sandbox.builders import (
    EVENTS_TOKEN,
    PIXEL,
    make_body,
    make_event,
    make_request,
    make_sandbox,
)

TRACK = "/event/track/"


def plan_of(*faults: Fault) -> FaultPlan:
    """A plan with these faults."""
    plan = FaultPlan()
    for fault in faults:
        plan.add(fault)
    return plan


def track_request(*event_ids: str) -> Request:
    """A good request with one event for each id."""
    body = make_body(*(make_event(event_id=event_id) for event_id in event_ids or ("e1",)))
    return make_request(TRACK, token=EVENTS_TOKEN, body=body, method="POST")


def answered(fault: Fault, sandbox: Sandbox | None = None) -> tuple[Processed, dict[str, Any]]:
    """What a good request of two events gets under a fault."""
    processed = process(sandbox or make_sandbox(), track_request("e1", "e2"), event_track, fault)
    return processed, json.loads(processed.answer.body)


REFUSALS = [
    (Fault(kind=FaultKind.RATE_LIMIT), 40100, "Too many requests. Please retry in some time."),
    (
        Fault(kind=FaultKind.PIXEL_RATE_LIMIT),
        40132,
        "The request QPS is limited by pixel_code's value.",
    ),
    (
        Fault(kind=FaultKind.BAD_TOKEN),
        40105,
        "Access token is incorrect or has been revoked.",
    ),
    (Fault(kind=FaultKind.NO_PERMISSION), 40001, f"No permission to operate pixel code: {PIXEL}"),
    (
        Fault(kind=FaultKind.BUSINESS_ERROR, code=50000, message="System error"),
        50000,
        "System error",
    ),
    (
        Fault(kind=FaultKind.BAD_EVENT, event_id="e2"),
        40002,
        "Invalid value for data.1: refused by an injected fault.",
    ),
    (Fault(kind=FaultKind.RATE_LIMIT, message="Slow {down}"), 40100, "Slow {down}"),
    (
        Fault(kind=FaultKind.QUOTA, per_second=10),
        40100,
        "App reaches the QPS limit 10, current QPS is 11.",
    ),
]


@pytest.mark.parametrize(("fault", "code", "message"), REFUSALS)
def test_refusals_answer_like_tiktok_and_take_nothing(
    fault: Fault, code: int, message: str
) -> None:
    """HTTP 200 with code and message; no event is recorded, the request log knows the size."""
    sandbox = make_sandbox()

    processed, body = answered(fault, sandbox)

    assert (processed.answer.status, processed.code, processed.count) == (200, code, 2)
    assert (body["code"], body["message"], body["data"]) == (code, message, {})
    assert sandbox.events.totals.total() == 0


def test_the_advertisers_limit_names_the_advertiser() -> None:
    """The recorded form has the id in it."""
    request = make_request("/campaign/get/", query={"advertiser_id": "73"})
    fault = Fault(kind=FaultKind.ADVERTISER_RATE_LIMIT)

    answer = process(make_sandbox(), request, event_track, fault).answer

    body = json.loads(answer.body)
    assert body["code"] == 40133
    assert body["message"].startswith("Advertiser (73)'s QPS (")


def test_lost_permission_names_the_advertiser_where_there_is_no_pixel() -> None:
    """The message fits the endpoint."""
    request = make_request("/campaign/get/", query={"advertiser_id": "73"})

    answer = process(make_sandbox(), request, event_track, Fault(kind=FaultKind.NO_PERMISSION))

    assert json.loads(answer.answer.body)["message"] == "No permission to operate advertiser: 73"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateway_error_is_a_page(status: int) -> None:
    """No envelope: nginx answers in TikTok's place."""
    fault = Fault(kind=FaultKind.SERVER_ERROR, status=status)

    processed = process(make_sandbox(), track_request(), event_track, fault)

    assert (processed.answer.status, processed.code) == (status, None)
    assert processed.answer.content_type == "text/html"
    assert b"<center>nginx</center>" in processed.answer.body


def test_partial_success_takes_the_events() -> None:
    """Code 20001 says delivered, in its own way."""
    sandbox = make_sandbox()

    _, body = answered(Fault(kind=FaultKind.PARTIAL), sandbox)

    assert body["code"] == 20001
    assert sandbox.events.totals[EventOutcome.ACCEPTED] == 2


def test_a_fault_acts_as_often_as_it_says() -> None:
    """Twice means twice; then requests are answered as usual."""
    plan = plan_of(Fault(kind=FaultKind.RATE_LIMIT, times=2))

    drawn = [plan.draw(TRACK, track_request()) is not None for _ in range(4)]

    assert drawn == [True, True, False, False]
    assert (plan.planned[0].fired, plan.planned[0].is_active) == (2, False)


def test_a_fault_without_a_count_acts_until_removed() -> None:
    """Clearing the plan ends it."""
    plan = plan_of(Fault(kind=FaultKind.HANG))

    assert all(plan.draw(TRACK, track_request()) for _ in range(50))
    plan.clear()
    assert plan.draw(TRACK, track_request()) is None


def test_of_several_faults_the_first_acts_until_it_is_spent() -> None:
    """So that a test can script one answer after the other."""
    kinds = [FaultKind.RATE_LIMIT, FaultKind.SERVER_ERROR, FaultKind.RESET]
    plan = plan_of(*(Fault(kind=kind, times=1) for kind in kinds))

    drawn = [plan.draw(TRACK, track_request()) for _ in range(4)]

    assert [fault and fault.kind for fault in drawn] == [*kinds, None]


@pytest.mark.parametrize(
    ("endpoint", "is_hit"),
    [("", True), ("/event/", True), (TRACK, True), ("/report/", False)],
)
def test_a_fault_hits_the_endpoints_that_begin_like_it(endpoint: str, *, is_hit: bool) -> None:
    """An empty beginning fits every endpoint."""
    plan = plan_of(Fault(kind=FaultKind.RATE_LIMIT, endpoint=endpoint))

    assert (plan.draw(TRACK, track_request()) is not None) is is_hit


def test_chance_is_the_same_for_the_same_seed() -> None:
    """A run with random faults can be repeated."""
    fault = Fault(kind=FaultKind.RATE_LIMIT, probability=0.5, seed=7)

    first, second = (
        [plan_of_one.draw(TRACK, track_request()) is not None for _ in range(100)]
        for plan_of_one in (plan_of(fault), plan_of(fault))
    )

    assert first == second
    assert 20 < sum(first) < 80


@pytest.mark.parametrize(
    ("fault", "event_ids", "is_hit"),
    [
        (Fault(kind=FaultKind.BAD_EVENT, event_id="e2"), ("e1", "e2"), True),
        (Fault(kind=FaultKind.BAD_EVENT, event_id="e2"), ("e1",), False),
        (Fault(kind=FaultKind.BAD_EVENT, event="Purchase"), ("e1",), True),
        (Fault(kind=FaultKind.BAD_EVENT, event="Search"), ("e1",), False),
        (Fault(kind=FaultKind.BAD_EVENT, event="Search", event_id="e1"), ("e1",), False),
    ],
)
def test_a_bad_event_spoils_only_the_batches_that_hold_it(
    fault: Fault, event_ids: tuple[str, ...], *, is_hit: bool
) -> None:
    """Once the event is taken out, the rest of the batch goes through."""
    plan = plan_of(fault)

    assert (plan.draw(TRACK, track_request(*event_ids)) is not None) is is_hit


@pytest.mark.parametrize(
    ("has_events", "hits"), [(None, (True, True)), (True, (True, False)), (False, (False, True))]
)
def test_a_fault_can_be_for_calls_with_or_without_events(
    has_events: bool | None, hits: tuple[bool, bool]
) -> None:
    """A check of a credential is a call without any."""
    plan = plan_of(Fault(kind=FaultKind.BAD_TOKEN, has_events=has_events))
    check = make_request(TRACK, token=EVENTS_TOKEN, body={"data": []}, method="POST")

    drawn = [plan.draw(TRACK, request) is not None for request in (track_request(), check)]

    assert tuple(drawn) == hits


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data": 1}', b'{"data": [1, null]}'])
def test_a_bad_event_is_looked_for_in_any_body(body: bytes) -> None:
    """What cannot hold it is not hit."""
    plan = plan_of(Fault(kind=FaultKind.BAD_EVENT, event_id="e1"))

    assert plan.draw(TRACK, make_request(TRACK, body=body)) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"kind": "explosion"},
        {"kind": "hang", "typo": 1},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "probability": 0},
        {"kind": "hang", "probability": 1.1},
        {"kind": "slow", "delay_ms": 60_001},
        {"kind": "server_error", "status": 404},
        {"kind": "business_error"},
        {"kind": "business_error", "code": 0},
        {"kind": "bad_event"},
    ],
)
def test_nonsense_is_no_fault(raw: dict[str, Any]) -> None:
    """A fault that could never act as meant is refused when it is given."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, Fault)


def test_a_quota_lets_so_many_through_in_any_second() -> None:
    """Each endpoint for itself; what was refused does not count, and a second later it works."""
    seconds = [0.0]
    plan = FaultPlan(clock=lambda: seconds[0])
    plan.add(Fault(kind=FaultKind.QUOTA, per_second=2))

    def is_refused(endpoint: str = TRACK) -> bool:
        return plan.draw(endpoint, track_request()) is not None

    assert [is_refused() for _ in range(4)] == [False, False, True, True]
    assert not is_refused("/campaign/get/")
    seconds[0] = 1.0
    assert [is_refused() for _ in range(3)] == [False, False, True]


def test_a_report_without_numbers_keeps_its_lines() -> None:
    """Every number is "-"; names stay, and so does what has no metrics."""
    fault = Fault(kind=FaultKind.NO_NUMBERS)
    lines = [{"dimensions": {"ad_id": "1"}, "metrics": {"spend": "1.00", "campaign_name": "C"}}]

    def answer(data: dict[str, object]) -> Any:
        found = process(make_sandbox(), track_request(), lambda *_: Reply(data), fault)
        return json.loads(found.answer.body)["data"]

    assert answer({"list": lines}) == {
        "list": [{"dimensions": {"ad_id": "1"}, "metrics": {"spend": "-", "campaign_name": "C"}}]
    }
    assert answer({"list": [{"campaign_id": "1"}]}) == {"list": [{"campaign_id": "1"}]}
    assert answer({}) == {}
