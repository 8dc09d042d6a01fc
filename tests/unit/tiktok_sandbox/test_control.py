"""The control API: looking at what arrived, changing the world, planning faults."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from appsprint.adapters.networks.tiktok.sandbox.control import answer_control
from appsprint.adapters.networks.tiktok.sandbox.control_page import inspection
from appsprint.adapters.networks.tiktok.sandbox.entities import Grant, ReportRow
from appsprint.adapters.networks.tiktok.sandbox.faults import Fault, FaultKind
from appsprint.adapters.networks.tiktok.sandbox.state import RequestRecord, Sandbox
from tests.unit.tiktok_sandbox.builders import (
    ADVERTISER,
    EVENTS_TOKEN,
    NOW,
    PIXEL,
    TOKEN,
    ask,
    make_body,
    make_event,
    make_request,
    make_row,
    make_sandbox,
)


def control(
    sandbox: Sandbox, method: str, path: str, body: object = None, **query: str
) -> tuple[int, Any]:
    """Status and JSON of a control request."""
    request = make_request(f"/sandbox/api/{path}", method=method, body=body, query=query)
    answer = answer_control(sandbox, request)
    return int(answer.status), json.loads(answer.body)


def send(sandbox: Sandbox, *events: dict[str, Any], **changes: Any) -> None:
    """Deliver events."""
    ask(sandbox, "/event/track/", token=EVENTS_TOKEN, body=make_body(*events, **changes))


def test_accepted_events_are_listed_with_all_that_arrived() -> None:
    """The payload is exactly the event, unknown fields included."""
    sandbox = make_sandbox()
    event = make_event(event_id="e1", custom={"a": [1, None]})

    send(sandbox, event)

    (listed,) = control(sandbox, "GET", "events")[1]["events"]
    assert listed["payload"] == event
    assert listed["number"] == 1
    assert listed["received_at"] == "2026-09-21T12:00:00Z"
    assert (listed["pixel_code"], listed["event"], listed["event_id"]) == (PIXEL, "Purchase", "e1")
    assert listed["request_id"].startswith("20260921120000")
    assert (listed["warnings"], listed["not_attributable"]) == ([], False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["e1", "e2", "e3"]),
        ({"limit": "2"}, ["e1", "e2"]),
        ({"after": "1"}, ["e2", "e3"]),
        ({"after": "9"}, []),
        ({"order": "newest", "limit": "1"}, ["e3"]),
        ({"event_id": "e2"}, ["e2"]),
        ({"event": "Search"}, []),
        ({"pixel": PIXEL, "event": "Purchase", "limit": "1"}, ["e1"]),
        ({"pixel": "other"}, []),
    ],
)
def test_events_can_be_chosen(query: dict[str, str], expected: list[str]) -> None:
    """By pixel, name and id, from a number on, oldest or newest first."""
    sandbox = make_sandbox()
    send(sandbox, *(make_event(event_id=event_id) for event_id in ("e1", "e2", "e3")))

    events = control(sandbox, "GET", "events", **query)[1]["events"]

    assert [event["event_id"] for event in events] == expected


def test_duplicates_and_test_events_are_listed_on_request() -> None:
    """They are no accepted events, so they stand in lists of their own."""
    sandbox = make_sandbox()
    send(sandbox, make_event(event_id="e1"), make_event(event_id="e1"))
    send(sandbox, make_event(event_id="e2"), test_event_code="TEST1")

    lists = control(sandbox, "GET", "events", duplicates="true", tests="true")[1]

    found = {name: [event["event_id"] for event in events] for name, events in lists.items()}
    assert found == {"events": ["e1"], "duplicates": ["e1"], "tests": ["e2"]}
    assert lists["tests"][0]["test_event_code"] == "TEST1"


def test_old_events_are_marked() -> None:
    """Accepted is not attributed: beyond 28 days TikTok cannot credit anybody."""
    sandbox = make_sandbox()
    send(sandbox, make_event(event_time=1_700_000_000))

    assert control(sandbox, "GET", "events")[1]["events"][0]["not_attributable"] is True


def test_the_state_shows_the_world_and_the_numbers() -> None:
    """Tokens included: nothing here is secret."""
    sandbox = make_sandbox(make_row(spend=1))
    sandbox.faults.add(Fault(kind=FaultKind.HANG))
    send(sandbox, make_event(event_id=""), make_event(event_id="e1"), make_event(event_id="e1"))

    state = control(sandbox, "GET", "state")[1]

    assert state["events"] == {"accepted": 2, "duplicate": 1, "test": 0}
    assert state["events_by_name"] == [
        {"pixel_code": PIXEL, "event": "Purchase", "accepted": 2, "duplicate": 1, "test": 0}
    ]
    assert state["warnings"] == {"no_event_id": 1}
    assert state["counts"] == {"campaigns": 2, "adgroups": 2, "ads": 2, "report_rows": 1}
    assert state["oauth_tokens"][0]["access_token"] == TOKEN
    assert state["events_tokens"][0]["access_token"] == EVENTS_TOKEN
    assert state["faults"][0]["kind"] == "hang"


def test_the_world_grows_and_changes_by_merging() -> None:
    """Things with a known id are replaced, others are added, the rest stays."""
    sandbox = make_sandbox()
    patch = {
        "campaigns": [
            {"campaign_id": "c2", "advertiser_id": ADVERTISER, "campaign_name": "Renamed"},
            {"campaign_id": "c3", "advertiser_id": ADVERTISER, "campaign_name": "Added"},
        ]
    }

    status, answer = control(sandbox, "PUT", "world", patch)

    assert (status, answer) == (200, {"merged": {"campaigns": 2}})
    names = [campaign.campaign_name for campaign in sandbox.world.campaigns.values()]
    assert names == ["Alpha", "Renamed", "Added"]


def test_report_rows_given_again_replace_all_their_versions() -> None:
    """Several rows with the same ad, day and country are the versions of one."""
    sandbox = make_sandbox(make_row(spend=1), make_row(spend=2, visible_from=NOW))
    row = {"ad_id": "ad1", "day": "2026-09-20", "metrics": {"spend": "7.5", "clicks": 3}}
    later = {**row, "metrics": {"reach": None}, "visible_from": "2026-09-21T14:00:00+02:00"}

    assert control(sandbox, "PUT", "world", {"report_rows": [row, later]})[0] == 200

    (versions,) = sandbox.world.report_rows["ad1"].values()
    assert versions == (
        make_row(spend="7.5", clicks=3),
        ReportRow(ad_id="ad1", day=date(2026, 9, 20), metrics={"reach": None}, visible_from=NOW),
    )


def test_a_restatement_adds_a_version_from_now_on() -> None:
    """What reports said before is kept, so that time can be turned back."""
    sandbox = make_sandbox(make_row(spend=1))
    row = {"ad_id": "ad1", "day": "2026-09-20", "metrics": {"spend": 2}}

    status, answer = control(sandbox, "POST", "restate", {"report_rows": [row]})

    assert (status, answer) == (200, {"restated": 1})
    (versions,) = sandbox.world.report_rows["ad1"].values()
    assert [version.metrics["spend"] for version in versions] == [Decimal(1), Decimal(2)]
    assert versions[1].visible_from == NOW


def test_a_restatement_may_name_its_instant() -> None:
    """Then it waits for it."""
    sandbox = make_sandbox()
    at = "2026-10-01T00:00:00Z"
    row = {"ad_id": "ad1", "day": "2026-09-20", "metrics": {}, "visible_from": at}

    control(sandbox, "POST", "restate", {"report_rows": [row]})

    (versions,) = sandbox.world.report_rows["ad1"].values()
    assert versions[0].visible_from == datetime(2026, 10, 1, tzinfo=UTC)


ROW = {"ad_id": "ad1", "day": "2026-09-20", "metrics": {}}
ADVERTISER_JSON = {
    "advertiser_id": "1",
    "name": "n",
    "currency": "EUR",
    "timezone": "Etc/GMT-1",
    "display_timezone": "Europe/Paris",
}
BAD_WORLDS = [
    ({"typo": []}, "Object contains unknown field `typo`"),
    ({"apps": [{"app_id": 7, "secret": "s"}]}, "Expected `str`, got `int` - at `$.apps[0].app_id`"),
    ({"apps": [{"app_id": "7", "secret": "s", "x": 1}]}, "Object contains unknown field `x`"),
    ({"accounts": [{"account_id": "a", "name": "n", "advertiser_ids": ["9"]}]}, "advertiser: 9"),
    (
        {"pixels": [{"pixel_id": "1", "pixel_code": "P", "pixel_name": "n", "advertiser_id": "9"}]},
        "unknown advertiser: 9",
    ),
    ({"events_tokens": [{"access_token": "t", "pixel_codes": ["P"]}]}, "unknown pixel code: P"),
    (
        {"oauth_tokens": [{"access_token": "t", "app_id": "9", "advertiser_ids": []}]},
        "unknown app: 9",
    ),
    (
        {"oauth_tokens": [{"access_token": "t", "app_id": "app", "advertiser_ids": ["9"]}]},
        "unknown advertiser: 9",
    ),
    (
        {"advertisers": [{**ADVERTISER_JSON, "display_timezone": "Mars/Base"}]},
        "unknown time zone: Mars/Base",
    ),
    (
        {"advertisers": [{**ADVERTISER_JSON, "display_timezone": "../../etc/passwd"}]},
        "unknown time zone: ../../etc/passwd",
    ),
    (
        {"campaigns": [{"campaign_id": "c", "advertiser_id": "9", "campaign_name": "n"}]},
        "unknown advertiser: 9",
    ),
    (
        {"adgroups": [{"adgroup_id": "g", "campaign_id": "9", "adgroup_name": "n"}]},
        "unknown campaign: 9",
    ),
    ({"ads": [{"ad_id": "a", "adgroup_id": "9", "ad_name": "n"}]}, "unknown ad group: 9"),
    ({"report_rows": [{**ROW, "ad_id": "9"}]}, "unknown ad: 9"),
    (
        {"report_rows": [{**ROW, "metrics": {"cpc": 1}}]},
        "not a metric that a row can carry: cpc",
    ),
    (
        {"report_rows": [{**ROW, "metrics": {"invented": 1}}]},
        "not a metric that a row can carry: invented",
    ),
    ({"report_rows": [{**ROW, "metrics": {"spend": "1e15"}}]}, "spend is out of range"),
    ({"report_rows": [{**ROW, "metrics": {"spend": "NaN"}}]}, "spend is out of range"),
    ({"report_rows": [{**ROW, "visible_from": "2026-09-20T00:00:00"}]}, "needs a time zone"),
]


@pytest.mark.parametrize(("patch", "message"), BAD_WORLDS)
def test_a_world_that_does_not_hang_together_is_refused(
    patch: dict[str, Any], message: str
) -> None:
    """The message names the first cause, and nothing of the patch is taken."""
    sandbox = make_sandbox()
    before = sandbox.world.copy()

    status, answer = control(sandbox, "PUT", "world", patch)

    assert (status, answer["error"]) == (422, "invalid_value")
    assert message in answer["message"]
    assert sandbox.world == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "", None, 404),
        ("DELETE", "state", None, 405),
        ("PUT", "world", b"{", 400),
        ("PUT", "world", b'{"apps":[{"app_id":"\xff"}]}', 400),
        ("PUT", "world", b'{"campaigns":[{"extra":{"x":' + b"[" * 100_000, 400),
        ("PUT", "world", b"", 400),
        ("POST", "faults", {"kind": "hang"}, 422),
        ("POST", "faults", [{"kind": "hang"}] * 1001, 422),
        ("POST", "faults", [{"kind": "hang", "endpoint": "event/track/"}], 422),
        ("POST", "tokens/revoke", {}, 422),
    ],
)
def test_wrong_control_requests_are_told_apart(
    method: str, path: str, body: object, status: int
) -> None:
    """Unknown, wrong method, malformed and invalid each have their status and say why."""
    answered, answer = control(make_sandbox(), method, path, body)

    assert answered == status
    assert answer["message"]


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "x"}, {"order": "up"}, {"duplicates": "maybe"}]
)
def test_wrong_parameters_are_refused(query: dict[str, str]) -> None:
    """A bad parameter of a list is an invalid value."""
    assert control(make_sandbox(), "GET", "events", **query)[0] == 422


def test_faults_are_planned_shown_and_deleted() -> None:
    """The plan shows how often each has acted."""
    sandbox = make_sandbox()

    status, _ = control(sandbox, "POST", "faults/", [{"kind": "rate_limit", "times": 1}])
    sandbox.faults.draw("/event/track/", make_request())

    assert status == 201
    (fault,) = control(sandbox, "GET", "faults")[1]["faults"]
    assert (fault["kind"], fault["fired"], fault["is_active"]) == ("rate_limit", 1, False)
    assert control(sandbox, "DELETE", "faults")[1] == {"faults": []}
    assert sandbox.faults.planned == []


@pytest.mark.parametrize("token", [TOKEN, EVENTS_TOKEN])
def test_tokens_of_both_kinds_can_be_revoked(token: str) -> None:
    """Once; the second time there is nothing left."""
    sandbox = make_sandbox()

    answers = [
        control(sandbox, "POST", "tokens/revoke", {"access_token": token})[1] for _ in range(2)
    ]

    assert answers == [{"revoked": True}, {"revoked": False}]


def test_an_advertiser_can_be_lost() -> None:
    """By everybody, once; the tokens that reached it through a person lose it too."""
    grant = Grant(access_token="t", app_id="app", advertiser_ids=[ADVERTISER], account_id="acc")
    sandbox = make_sandbox(oauth_tokens=[grant])

    answers = [
        control(sandbox, "POST", "advertisers/lose", {"advertiser_id": ADVERTISER})[1]
        for _ in range(2)
    ]

    assert answers == [{"lost": True}, {"lost": False}]
    assert sandbox.world.reach_of(grant) == []


def test_a_reset_brings_the_first_world_back() -> None:
    """Events, faults, requests and changes are gone."""
    sandbox = make_sandbox()
    before = sandbox.world.copy()
    control(sandbox, "PUT", "world", {"apps": [{"app_id": "new", "secret": "s"}]})
    control(sandbox, "POST", "faults", [{"kind": "hang"}])
    send(sandbox, make_event())

    assert control(sandbox, "POST", "reset")[0] == 200

    assert sandbox.world == before
    assert sandbox.events.totals.total() == 0
    assert sandbox.faults.planned == []


def test_requests_are_listed_newest_first() -> None:
    """Each with its path, code and size."""
    sandbox = make_sandbox()
    for count in (1, 2):
        sandbox.requests.add(
            RequestRecord(
                at=NOW,
                method="POST",
                path="/open_api/v1.3/event/track/",
                status=200,
                code=0,
                count=count,
                request_id="r",
                fault=None,
            )
        )

    listed = control(sandbox, "GET", "requests", limit="1")[1]["requests"]

    assert [record["count"] for record in listed] == [2]
    requests = control(sandbox, "GET", "state")[1]["requests"]
    assert requests == [
        {"path": "/open_api/v1.3/event/track/", "status": 200, "code": 0, "count": 2}
    ]


def test_the_page_shows_everything_escaped() -> None:
    """What arrived cannot put markup into the page."""
    sandbox = make_sandbox()
    send(sandbox, make_event(event_id="<script>", user={}))
    sandbox.faults.add(Fault(kind=FaultKind.SLOW, endpoint="/event/", times=3))
    sandbox.requests.add(
        RequestRecord(
            at=NOW,
            method="POST",
            path="/open_api/v1.3/<x>",
            status=None,
            code=None,
            count=0,
            request_id="r",
            fault="reset",
        )
    )

    answer = inspection(sandbox)

    text = answer.body.decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in text
    assert "<x>" not in text
    for part in ("&lt;script&gt;", PIXEL, "no_match_key", "no answer", "slow", "Purchase"):
        assert part in text


def test_an_empty_page_says_so() -> None:
    """Every table without rows has a sentence instead."""
    assert inspection(make_sandbox()).body.decode().count("Nothing yet.") == 5
