"""The TikTok sandbox over real sockets: the way a client, a test or a person meets it."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    SandboxServer,
    default_world,
)
from tests.unit.tiktok_sandbox.builders import NOW, NOW_SECONDS, make_event

pytestmark = pytest.mark.integration

API = "/open_api/v1.3"
TRACK = f"{API}/event/track/"
REPORT = f"{API}/report/integrated/get/"
CAMPAIGNS = f"{API}/campaign/get/"
SHORT_SECONDS = 0.3  # how long a client waits for an answer that does not come


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        """Start at the noon that the builders know."""
        self.now = NOW

    def __call__(self) -> Any:
        """The present."""
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The clock of the module's sandbox."""
    return Clock()


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[SandboxServer]:
    """One sandbox for the module; each test resets it."""
    with SandboxServer(default_world(NOW), now=clock) as server:
        yield server


@pytest.fixture
def http(server: SandboxServer, clock: Clock) -> Iterator[httpx.Client]:
    """A client of a sandbox that is as good as new."""
    clock.now = NOW
    with httpx.Client(base_url=server.api_url, timeout=10) as client:
        assert client.post("/sandbox/api/reset").status_code == 200
        yield client


def authorise(http: httpx.Client, decision: str) -> httpx.QueryParams:
    """What the redirect carries after a person has decided."""
    query = {"app_id": DEFAULT_APP_ID, "redirect_uri": "http://127.0.0.1:1/cb", "state": "st"}
    answer = http.get("/portal/auth", params={**query, "auto": decision})
    assert answer.status_code == 302
    return httpx.URL(answer.headers["location"]).params


def exchange(http: httpx.Client, code: str) -> dict[str, Any]:
    """The envelope that a code gets."""
    body = {"app_id": DEFAULT_APP_ID, "secret": DEFAULT_SECRET, "auth_code": code}
    return envelope(http.post(f"{API}/oauth2/access_token/", json=body))


def envelope(answer: httpx.Response) -> dict[str, Any]:
    """The envelope of an answer, its shape checked."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    assert body.keys() == {"code", "message", "request_id", "data"}
    assert re.fullmatch(r"\d{14}[0-9A-F]{20}", body["request_id"])
    assert answer.headers["x-tt-logid"] == body["request_id"]
    return body


@pytest.fixture
def reader(http: httpx.Client) -> httpx.Client:
    """The client with a token from OAuth."""
    token = exchange(http, authorise(http, "approve")["auth_code"])["data"]["access_token"]
    http.headers["Access-Token"] = token
    return http


def track(http: httpx.Client, *event_ids: str, **options: Any) -> httpx.Response:
    """Send one event for each id."""
    body = {
        "event_source": "web",
        "event_source_id": DEFAULT_PIXEL_CODE,
        "data": [make_event(event_id=event_id) for event_id in event_ids],
    }
    return http.post(TRACK, json=body, headers={"Access-Token": DEFAULT_EVENTS_TOKEN}, **options)


def inject(http: httpx.Client, **fault: Any) -> None:
    """Plan one fault."""
    assert http.post("/sandbox/api/faults", json=[fault]).status_code == 201


def accepted_ids(http: httpx.Client) -> list[str]:
    """The ids of the accepted events, oldest first."""
    events = http.get("/sandbox/api/events").json()["events"]
    return [event["event_id"] for event in events]


def report(http: httpx.Client, **changes: Any) -> dict[str, Any]:
    """A daily campaign report of the last week of the default world."""
    parameters: dict[str, Any] = {
        "advertiser_id": EUR_ADVERTISER_ID,
        "report_type": "BASIC",
        "data_level": "AUCTION_CAMPAIGN",
        "dimensions": '["campaign_id","stat_time_day"]',
        "metrics": '["spend","complete_payment"]',
        "start_date": "2026-09-15",
        "end_date": "2026-09-21",
        "page_size": "1000",
        **changes,
    }
    data: dict[str, Any] = envelope(http.get(REPORT, params=parameters))["data"]
    return data


def test_a_person_approves_and_the_token_reads(reader: httpx.Client) -> None:
    """Page, code, token, advertisers, campaigns: the way of a new connection."""
    query = {"app_id": DEFAULT_APP_ID, "secret": DEFAULT_SECRET}
    advertisers = envelope(reader.get(f"{API}/oauth2/advertiser/get/", params=query))
    campaigns = envelope(reader.get(CAMPAIGNS, params={"advertiser_id": EUR_ADVERTISER_ID}))

    assert advertisers["data"]["list"][0]["advertiser_id"] == EUR_ADVERTISER_ID
    assert campaigns["data"]["page_info"]["total_number"] == 3


def test_a_person_denies(http: httpx.Client) -> None:
    """The app gets its state back and no code."""
    assert dict(authorise(http, "deny")) == {"state": "st"}


def test_the_buttons_of_the_page_lead_back(http: httpx.Client) -> None:
    """The form of the page, sent as a browser would send it."""
    query = {"app_id": DEFAULT_APP_ID, "redirect_uri": "http://127.0.0.1:1/cb", "state": 'a"b'}
    page = http.get("/portal/auth", params=query)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    sent = {name: value.replace("&quot;", '"') for name, value in fields}

    answer = http.get("/portal/auth", params={**sent, "auto": "approve"})

    parameters = httpx.URL(answer.headers["location"]).params
    assert parameters["state"] == 'a"b'
    assert exchange(http, parameters["auth_code"])["code"] == 0


def test_a_code_works_once(http: httpx.Client) -> None:
    """The second exchange is refused."""
    code = authorise(http, "approve")["auth_code"]

    assert [exchange(http, code)["code"] for _ in range(2)] == [0, 40110]


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("POST", TRACK.rstrip("/"), 404, "404 page not found"),
        ("GET", CAMPAIGNS.rstrip("/"), 404, "404 page not found"),
        ("GET", "/open_api/v1.2/campaign/get/", 404, "404 page not found"),
        ("GET", f"{API}/invented/", 404, "404 page not found"),
        ("GET", "/favicon.ico", 404, "404 page not found"),
        ("GET", TRACK, 405, "405 method not allowed"),
        ("POST", CAMPAIGNS, 405, "405 method not allowed"),
        ("POST", "/sandbox/", 405, "405 method not allowed"),
    ],
)
def test_wrong_paths_never_reach_the_api(
    http: httpx.Client, method: str, path: str, status: int, text: str
) -> None:
    """The gateway answers in plain text; the trailing slash is part of the path."""
    answer = http.request(method, path)

    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"].startswith("text/plain")


def test_events_arrive_once(http: httpx.Client) -> None:
    """A repeat is accepted with code 0 and dropped."""
    assert envelope(track(http, "e1", "e2"))["data"] == {}
    assert envelope(track(http, "e2", "e3"))["code"] == 0

    assert accepted_ids(http) == ["e1", "e2", "e3"]
    lists = http.get("/sandbox/api/events", params={"duplicates": "true"}).json()
    assert [event["event_id"] for event in lists["duplicates"]] == ["e2"]


def test_duplicates_are_forgotten_after_48_hours(http: httpx.Client, clock: Clock) -> None:
    """A retry beyond the horizon counts twice: the reason not to try then."""
    track(http, "e1")
    clock.now += timedelta(hours=48, seconds=1)
    track(http, "e1")

    assert accepted_ids(http) == ["e1", "e1"]


def test_a_full_batch_is_taken(http: httpx.Client) -> None:
    """A thousand events in one request, in order."""
    ids = [f"e{number}" for number in range(1000)]

    assert envelope(track(http, *ids))["code"] == 0

    events = http.get("/sandbox/api/events", params={"limit": "2000"}).json()["events"]
    assert [event["event_id"] for event in events] == ids


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, 40104), ({"Access-Token": ""}, 40104), ({"Access-Token": "x"}, 40105)],
)
def test_the_token_is_checked_before_the_body(
    http: httpx.Client, headers: dict[str, str], code: int
) -> None:
    """Even a body that is no JSON gets the answer about the token."""
    assert envelope(http.post(TRACK, content=b"{", headers=headers))["code"] == code


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", 40100),
        ("pixel_rate_limit", 40132),
        ("advertiser_rate_limit", 40133),
        ("bad_token", 40105),
        ("no_permission", 40001),
    ],
)
def test_a_refusal_takes_nothing_and_passes(http: httpx.Client, kind: str, code: int) -> None:
    """One fault, one refused request; the same events are taken the second time."""
    inject(http, kind=kind, endpoint="/event/track/", times=1)

    assert envelope(track(http, "e1"))["code"] == code
    assert accepted_ids(http) == []
    assert envelope(track(http, "e1"))["code"] == 0


def test_any_business_error_can_be_given(http: httpx.Client) -> None:
    """Code and message are free."""
    inject(http, kind="business_error", code=51010, message="timeout", times=1)

    body = envelope(track(http, "e1"))

    assert (body["code"], body["message"]) == (51010, "timeout")


def test_a_partial_success_takes_the_events(http: httpx.Client) -> None:
    """Code 20001 means delivered."""
    inject(http, kind="partial", times=1)

    assert envelope(track(http, "e1"))["code"] == 20001
    assert accepted_ids(http) == ["e1"]


@pytest.mark.parametrize("status", [500, 502])
def test_an_outage_is_an_html_page(http: httpx.Client, status: int) -> None:
    """The gateway answers, not the API."""
    inject(http, kind="server_error", status=status, times=1)

    answer = track(http, "e1")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html"
    assert "nginx" in answer.text
    assert accepted_ids(http) == []


@pytest.mark.parametrize(
    ("kind", "error", "taken"),
    [
        ("reset", httpx.ReadError, []),
        ("accept_then_reset", httpx.ReadError, ["e1"]),
        ("hang", httpx.ReadTimeout, []),
        ("accept_then_hang", httpx.ReadTimeout, ["e1"]),
    ],
)
def test_without_an_answer_the_client_cannot_know(
    http: httpx.Client, kind: str, error: type[Exception], taken: list[str]
) -> None:
    """Both look alike to the client; only one has taken the events. A repeat does no harm."""
    inject(http, kind=kind, times=1)

    with pytest.raises(error):
        track(http, "e1", timeout=SHORT_SECONDS)

    assert accepted_ids(http) == taken
    assert envelope(track(http, "e1"))["code"] == 0
    assert accepted_ids(http) == ["e1"]


def test_a_slow_answer_comes_in_the_end(http: httpx.Client) -> None:
    """A client that waits longer than the delay gets it."""
    inject(http, kind="slow", delay_ms=50, times=1)

    answer = track(http, "e1")

    assert envelope(answer)["code"] == 0
    assert answer.elapsed >= timedelta(milliseconds=50)


def test_one_bad_event_spoils_its_batch_until_it_is_taken_out(http: httpx.Client) -> None:
    """What a client finds by halving the batch."""
    inject(http, kind="bad_event", event_id="bad")

    codes = [
        envelope(track(http, *ids))["code"]
        for ids in (["e1", "bad"], ["e1"], ["bad"], ["e2", "e3"])
    ]

    assert codes == [40002, 0, 40002, 0]
    assert accepted_ids(http) == ["e1", "e2", "e3"]


def test_faults_stop_when_they_are_deleted(http: httpx.Client) -> None:
    """A fault without a count acts until then."""
    inject(http, kind="rate_limit")
    before = [envelope(track(http, "e1"))["code"] for _ in range(3)]

    http.delete("/sandbox/api/faults")

    assert before == [40100] * 3
    assert envelope(track(http, "e1"))["code"] == 0


def test_pages_of_a_report_show_every_row_once(reader: httpx.Client) -> None:
    """Seven days of three campaigns, four at a time."""
    pages = [report(reader, page=str(page), page_size="4") for page in range(1, 7)]

    rows = [tuple(row["dimensions"].values()) for page in pages for row in page["list"]]
    assert pages[0]["page_info"] == {
        "page": 1,
        "page_size": 4,
        "total_number": 21,
        "total_page": 6,
    }
    assert len(rows) == len(set(rows)) == 21


def test_a_day_is_restated(reader: httpx.Client) -> None:
    """The control API adds a version; the report shows it at once, and the page of others too."""
    row = {
        "ad_id": "18030000000000111",
        "day": "2026-09-20",
        "metrics": {"spend": "1000000", "complete_payment": 7},
    }
    before = report(reader)

    assert reader.post("/sandbox/api/restate", json={"report_rows": [row]}).json() == {
        "restated": 1
    }

    changed = [
        after["dimensions"]
        for earlier, after in zip(before["list"], report(reader)["list"], strict=True)
        if earlier != after
    ]
    assert changed == [{"campaign_id": "1801000000000001", "stat_time_day": "2026-09-20 00:00:00"}]


def test_recent_days_grow_by_themselves(reader: httpx.Client, clock: Clock) -> None:
    """Three days later the purchases of a day have arrived; its spend is the same."""
    before = report(reader, start_date="2026-09-20", end_date="2026-09-20")
    clock.now += timedelta(days=3)
    after = report(reader, start_date="2026-09-20", end_date="2026-09-20")

    def total(data: dict[str, Any], metric: str) -> float:
        return sum(float(row["metrics"][metric]) for row in data["list"])

    assert total(before, "complete_payment") < total(after, "complete_payment")
    assert total(before, "spend") == total(after, "spend")


def test_the_world_can_be_filled_while_it_runs(reader: httpx.Client) -> None:
    """A campaign added through the control API is there for the next request."""
    campaign = {
        "campaign_id": "1899",
        "advertiser_id": EUR_ADVERTISER_ID,
        "campaign_name": "Added",
        "is_deleted": True,
    }
    assert reader.put("/sandbox/api/world", json={"campaigns": [campaign]}).status_code == 200
    query = {"advertiser_id": EUR_ADVERTISER_ID}
    all_of_them = {"filtering": '{"primary_status":"STATUS_ALL"}'}

    usual = envelope(reader.get(CAMPAIGNS, params=query))["data"]
    complete = envelope(reader.get(CAMPAIGNS, params={**query, **all_of_them}))["data"]

    assert usual["page_info"]["total_number"] == 3
    assert complete["page_info"]["total_number"] == 4


def test_a_revoked_token_is_out(reader: httpx.Client) -> None:
    """Revoked from the outside, as an advertiser would."""
    token = reader.headers["Access-Token"]
    reader.post("/sandbox/api/tokens/revoke", json={"access_token": token})

    answer = reader.get(CAMPAIGNS, params={"advertiser_id": EUR_ADVERTISER_ID})

    assert envelope(answer)["code"] == 40105


def test_requests_are_logged_with_their_fate(http: httpx.Client) -> None:
    """Also those that got no answer, a refusal or a wrong path."""
    inject(http, kind="reset", times=1)
    with pytest.raises(httpx.ReadError):
        track(http, "e1")
    inject(http, kind="rate_limit", times=1)
    track(http, "e1", "e2")
    track(http, "e1", "e2", "e3")
    http.get(f"{API}/nowhere/")

    logged = http.get("/sandbox/api/requests", params={"limit": "4"}).json()["requests"]

    assert [(item["status"], item["code"], item["count"], item["fault"]) for item in logged] == [
        (404, None, 0, None),
        (200, 0, 3, None),
        (200, 40100, 2, "rate_limit"),
        (None, None, 0, "reset"),
    ]


def test_people_can_look_at_it(http: httpx.Client) -> None:
    """The root leads to a page that shows what arrived."""
    track(http, "e-visible")

    answer = http.get("/", follow_redirects=True)

    assert answer.url.path == "/sandbox/"
    assert "e-visible" in answer.text


def test_a_body_without_end_is_refused(http: httpx.Client) -> None:
    """Beyond 32 MiB nobody goes on reading."""
    assert http.post(TRACK, content=b" " * (33 * 1024 * 1024)).status_code == 413


def test_many_clients_are_served_at_once(server: SandboxServer, http: httpx.Client) -> None:
    """A connection that hangs keeps nobody else waiting."""
    inject(http, kind="hang", times=1)
    request = b"GET /open_api/v1.3/pixel/list/ HTTP/1.1\r\nHost: x\r\n\r\n"
    host, port = httpx.URL(server.api_url).host, httpx.URL(server.api_url).port
    with socket.create_connection((host, port), timeout=10) as hanging:
        hanging.sendall(request)
        wait_for_request(http)
        assert envelope(track(http, "e1"))["code"] == 0


def wait_for_request(http: httpx.Client) -> None:
    """Return once the sandbox has logged a request."""
    for _ in range(1000):
        if http.get("/sandbox/api/requests").json()["requests"]:
            return
    raise AssertionError("the request never arrived")


def test_the_command_prints_how_to_use_it() -> None:
    """``appsprint sandbox tiktok`` tells the environment on stderr and stops on interrupt."""
    command = "from appsprint.entrypoints.cli.sandbox import app; app()"
    arguments = ["tiktok", "--port", "0", "--app-id", "42", "--secret", "hush"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        lines = [process.stderr.readline().strip() for _ in range(7)]
        environment = dict(line.split("=", 1) for line in lines if line.startswith("APPSPRINT_"))
        url = environment["APPSPRINT_TIKTOK_API_URL"]
        state = httpx.get(f"{url}/sandbox/api/state").json()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stderr.close()

    assert environment["APPSPRINT_TIKTOK_AUTH_URL"] == f"{url}/portal/auth"
    assert environment["APPSPRINT_TIKTOK_APP_ID"] == "42"
    assert environment["APPSPRINT_TIKTOK_SECRET"] == "hush"
    assert [(app["app_id"], app["secret"]) for app in state["apps"]] == [("42", "hush")]


def test_a_taken_port_is_told_in_one_line(server: SandboxServer) -> None:
    """The command ends with 1 and says why."""
    command = "from appsprint.entrypoints.cli.sandbox import app; app()"
    port = str(httpx.URL(server.api_url).port)

    process = subprocess.run(
        [sys.executable, "-c", command, "tiktok", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert process.returncode == 1
    assert process.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}: ")


def test_events_are_as_new_as_the_clock_says(http: httpx.Client, clock: Clock) -> None:
    """A simulated clock decides what is future and what is too old."""
    clock.now -= timedelta(minutes=11)
    ahead = envelope(track(http, "e1"))
    clock.now += timedelta(days=29)
    late = envelope(track(http, "e1"))

    assert ahead["message"] == "Invalid value for data.0.event_time: is in the future."
    assert late["code"] == 0
    (event,) = http.get("/sandbox/api/events").json()["events"]
    assert (event["event_time"], event["not_attributable"]) == (NOW_SECONDS, True)
    assert json.dumps(event["payload"])
