"""A list of nasty inputs for every public route: whatever is sent, nothing breaks.

To a good key the answer is never a 500, never one that switches an SDK off (401, 403), never a
409, a redirect or a bare 404; to a person on an ad link it is never a 500.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from appsprint.domain.inapp_event import RefusalReason
from tests.support.sdk import Sdk, android_install, make_event
from tests.support.server import LiveApp, LiveServer, RawAnswer

pytestmark = pytest.mark.integration

ROUTES = [
    ("POST", "/v1/sdk/install"),
    ("GET", "/v1/sdk/attribution/x"),
    ("POST", "/v1/sdk/events/batch"),
    ("POST", "/v1/sdk/event"),
    ("POST", "/v1/sdk/customer-user-id"),
    ("PATCH", "/v1/sdk/install/idfa"),
    ("PATCH", "/v1/sdk/install/ad-services-token"),
    ("POST", "/v1/install"),
    ("POST", "/v1/event"),
    ("POST", "/v1/customer-user-id"),
]
DEEP = 100_000
GOOD_ID = b'"appsprintId":"x","eventId":"e","eventType":"purchase","timestamp":1773144000000'
# Texts that are not JSON, JSON of a wrong shape, and JSON at the edge of what machines take.
BODIES = {
    "empty": b"",
    "spaces": b"   \n\t",
    "a BOM": b'\xef\xbb\xbf{"appsprintId":"x"}',
    "cut": b'{"appsprintId":"x',
    "two objects": b'{"appsprintId":"x"}{"appsprintId":"y"}',
    "NaN": b'{"appsprintId":"x","revenue":NaN}',
    "Infinity": b'{"appsprintId":"x","revenue":-Infinity}',
    "too large a float": b'{"appsprintId":"x","timestamp":1e999,"revenue":1e999}',
    "a huge integer": b'{"appsprintId":"x","timestamp":' + b"9" * 5_000 + b"}",
    "an integer of 400 digits": b'{"appsprintId":"x","screenWidth":' + b"9" * 400 + b"}",
    "half a character": b'{"appsprintId":"x","deviceModel":"\\ud83c","eventName":"\\udf38"}',
    "half a character as id": b'{"appsprintId":"\\ud83c"}',
    "NUL": b'{"appsprintId":"\\u0000","deviceModel":"a\\u0000b"}',
    "a raw NUL": b'{"appsprintId":"\x00"}',
    "no UTF-8": b'{"appsprintId":"x","deviceModel":"\xff\xfe"}',
    "surrogates as bytes": b'{"appsprintId":"x","deviceModel":"\xed\xa0\x80"}',
    "UTF-16": '{"appsprintId":"x"}'.encode("utf-16"),
    "keys twice": b'{"appsprintId":"x","appsprintId":5,"appsprintId":null}',
    "both dialects": b'{"appsprintId":"x","postbackId":null}',
    "null": b"null",
    "true": b"true",
    "a number": b"-0",
    "a text": b'"appsprintId"',
    "a list": b"[{}]",
    "lists without end": b"[" * DEEP,
    "deep lists": b'{"appsprintId":"x","a":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "rather deep": b'{"appsprintId":"x","a":' + b"[" * 500 + b"]" * 500 + b"}",
    "many keys": json.dumps({f"k{number}": number for number in range(20_000)}).encode(),
    "every field a list": json.dumps({key: [[]] for key in android_install()}).encode(),
    "every field an object": json.dumps({key: {"a": {}} for key in android_install()}).encode(),
    "every field a number": json.dumps(dict.fromkeys(android_install(), -1)).encode(),
    "every field null": json.dumps(dict.fromkeys(android_install())).encode(),
    "every field true": json.dumps(dict.fromkeys(android_install(), True)).encode(),
    "every field a long text": json.dumps(dict.fromkeys(android_install(), "ü" * 9_000)).encode(),
    "SQL": b'{"appsprintId":"\'; DROP TABLE installs; --","customerUserId":"\' OR 1=1"}',
    "a template": b'{"appsprintId":"{{7*7}}${jndi:ldap://x}%s%n","customerUserId":"<script>"}',
    "an event": b"{" + GOOD_ID + b"}",
    "an event with deep parameters": (
        b"{" + GOOD_ID + b',"parameters":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"
    ),
    "a batch of junk": b'{"events":[null,1,"a",[],{},true,-0.0,1e308,{"eventId":{}}]}',
    "a batch with halves": b'{"events":[{"eventId":"\\ud83c"},{"eventId":"\\udf38\\ud83c"}]}',
    "a batch without UTF-8": b'{"events":[{"eventId":"\xff"}]}',
    "a megabyte": b'{"appsprintId":"' + b"x" * 1_048_000 + b'"}',
    "more than a megabyte": b'{"appsprintId":"' + b"x" * 1_200_000 + b'"}',
}


@pytest.fixture(scope="module")
def app(server: LiveServer) -> LiveApp:
    """An Android app that takes it all."""
    return server.new_app("android")


@pytest.fixture(scope="module")
def sdk(server: LiveServer, app: LiveApp) -> Sdk:
    """A device with that app."""
    return Sdk(server, app.key)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_body_breaks_an_sdk_route(sdk: Sdk, method: str, path: str, body: bytes) -> None:
    """The device's next good request is answered as ever."""
    response = sdk.call(method, path, body)

    assert response.status_code in {200, 400, 404, 413, 422}
    if response.status_code == 404:
        assert response.json()["error"].startswith("install_not_found")
    assert sdk.install({"appsprintId": "next"}).status_code == 200


ODD_HEADERS = [
    "X-Forwarded-For: " + "1.2.3.4, " * 500,
    "X-Forwarded-For: ::ffff:10.0.0.1%eth0",
    "X-Forwarded-For: '; DROP TABLE clicks; --",
    "X-Forwarded-For: \xff\xfe",
    "X-Forwarded-For: 999.999.999.999",
    "X-Forwarded-For: [::1",
    "User-Agent: " + "(" * 8_000,
    "User-Agent: \xf0\x9f\x8c\xb8\xff",
    "User-Agent: Mozilla/5.0 (" + "iPhone; " * 900,
    "User-Agent: Mozilla/5.0 (Linux; Android " + "9." * 3_000 + ")",
    "Accept-Language: " + ",;q=" * 2_000,
    "Accept-Language: \xe9",
    "Referer: javascript:alert(1)",
    "Referer: " + "h" * 9_000,
    "Cookie: " + "a=b; " * 1_500,
    "Content-Type: text/plain; charset=utf-7",
    "Content-Type: \xff",
    "Purpose: " + "x" * 8_000,
    "Expect: 100-continue",
    "Host: ",
]


def ask(server: LiveServer, request_line: str, *headers: str, body: bytes = b"") -> RawAnswer:
    """One request, byte for byte."""
    head = [request_line, "Host: x", "Connection: close", *headers]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return server.raw("\r\n".join([*head, "", ""]).encode("latin-1") + body)


@pytest.mark.parametrize("header", ODD_HEADERS, ids=range(len(ODD_HEADERS)))
def test_no_header_breaks_a_click(server: LiveServer, app: LiveApp, header: str) -> None:
    """The person gets to the store."""
    answer = ask(server, f"GET {app.click_path}?ttclid=x HTTP/1.1", header)

    assert answer.status == 302
    assert answer.headers["location"].startswith("https://play.google.com/")


@pytest.mark.parametrize("header", ODD_HEADERS, ids=range(len(ODD_HEADERS)))
def test_no_header_breaks_an_install(server: LiveServer, app: LiveApp, header: str) -> None:
    """It is stored."""
    answer = ask(
        server,
        "POST /v1/sdk/install HTTP/1.1",
        f"X-API-Key: {app.key}",
        header,
        body=json.dumps(android_install()).encode(),
    )

    assert answer.status == 200


@pytest.mark.parametrize("key", ["\xff", "é" * 500, "'; --", "x" * 9_000, "\t", "as_live_", "null"])
def test_no_key_breaks_a_route(server: LiveServer, key: str) -> None:
    """Unknown is unknown."""
    answer = ask(server, "GET /v1/sdk/attribution/x HTTP/1.1", f"X-API-Key: {key}")

    assert answer.status == 401


QUERIES = [
    "%",
    "%%%",
    "ttclid=%zz&x=%u0041",
    "ttclid=%FF%FE%00%0a%0d",
    "ttclid=%0d%0aSet-Cookie:%20a=b",
    "ttclid=" + "x" * 20_000,
    "&".join(f"a{number}=b" for number in range(3_000)),
    "=&=&&&==",
    "a[]=1&a[b][c]=2",
    "ttclid=" + "%2525" * 100,
    "utm_campaign=" + "%F0%9F%8C%B8" * 200,
    "utm_campaign=%ED%A0%80",
    "idfa=" + "-" * 36,
    "ttclid=__CLICKID__&utm_id=__CAMPAIGN_ID__",
    "ttclid='%20OR%201=1;--",
    "ttclid=a+b%20c&ttclid=second",
    "ttclid={{7*7}}${jndi:ldap://x}",
    "?x=1?y=2",
    "ttclid=a#b",
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_query_breaks_a_click(server: LiveServer, app: LiveApp, query: str) -> None:
    """The redirect is whole, with nothing of the query in its header, and the click counts."""
    before = server.services.links.get(app.app.id, app.link.id).counts.clicks
    answer = ask(server, f"GET {app.click_path}?{query} HTTP/1.1")

    assert answer.status == 302
    location = urlsplit(answer.headers["location"])
    assert location.netloc == "play.google.com"
    assert set(parse_qs(location.query)) == {"id", "referrer"}
    assert "set-cookie" not in answer.headers
    assert server.services.links.get(app.app.id, app.link.id).counts.clicks == before + 1


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_click_with_a_nasty_query_can_earn_an_install(
    server: LiveServer, app: LiveApp, query: str
) -> None:
    """What was stored can be read again, and the answer has no null in it."""
    answer = ask(server, f"GET {app.click_path}?{query} HTTP/1.1")
    [referrer] = parse_qs(urlsplit(answer.headers["location"]).query)["referrer"]
    body = android_install(installReferrer=referrer, installTimestamp=None)

    response = Sdk(server, app.key).install(body)

    assert response.json()["attribution"]["matchType"] == "install_referrer"


PATHS = [
    "/c/%",
    "/c/%zz",
    "/c/%00",
    "/c/%2e%2e/%2e%2e/etc/passwd",
    "/c/../v1/sdk/install",
    "/c/" + "x" * 9_000,
    "/c/%ff%fe",
    "/c/a%0d%0ab",
    "/c/';DROP%20TABLE%20links;--",
    "//c//x",
    "/c",
]


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PROPFIND"])
def test_no_path_breaks_the_click_route(server: LiveServer, method: str, path: str) -> None:
    """Not found, or a method that is not taken."""
    assert ask(server, f"{method} {path} HTTP/1.1").status in {404, 405}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sdk/attribution/%",
        "/v1/sdk/attribution/%00",
        "/v1/sdk/attribution/%ff%fe",
        "/v1/sdk/attribution/" + "x" * 9_000,
        "/v1/sdk/attribution/a%0ab",
        "/v1/sdk/attribution/..%2f..%2fetc",
        "/v1/sdk/attribution/a/b/c",
        "/v1/sdk/attribution//",
        "/v1/sdk/attribution/'%20OR%201=1",
    ],
)
def test_no_path_breaks_the_attribution_route(server: LiveServer, app: LiveApp, path: str) -> None:
    """Unknown, or no id at all."""
    answer = ask(server, f"GET {path} HTTP/1.1", f"X-API-Key: {app.key}")

    assert answer.status in {404, 422}
    assert json.loads(answer.body)["error"] in {"install_not_found", "invalid_value"}


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /c/\xff?\xf0\x9f\x8c\xb8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /c/x HTTP/1.1\r\nHost: x\r\nA" + b"a" * 200_000 + b": b\r\n\r\n",
        b"POST /v1/sdk/install HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/sdk/install HTTP/1.1\r\nHost: x\r\nContent-Length: 9"
        + b"9" * 5_000
        + b"\r\n\r\n",
        b"POST /v1/sdk/install HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n"
        b"Connection: close\r\n\r\n{}",
        b"POST /v1/sdk/install HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=range(10),
)
def test_what_is_no_http_ends_the_connection(server: LiveServer, request_bytes: bytes) -> None:
    """And the next visitor notices nothing."""
    answer = server.raw(request_bytes, seconds=0.5)

    assert answer.status in {0, 400, 401, 404, 413, 431}
    assert server.http.get("/healthz").json() == {"status": "ok"}


def test_a_device_that_hangs_up_costs_nothing(server: LiveServer, app: LiveApp) -> None:
    """In the middle of its body."""
    head = (
        f"POST /v1/sdk/install HTTP/1.1\r\nHost: x\r\nX-API-Key: {app.key}\r\n"
        "Content-Length: 1000\r\n\r\n{"
    )
    for _ in range(5):
        server.send_and_leave(head.encode())

    assert Sdk(server, app.key).install(android_install()).status_code == 200


# One bad event never fails a batch


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(b"null", RefusalReason.NOT_AN_OBJECT, id="null"),
        pytest.param(b"[1]", RefusalReason.NOT_AN_OBJECT, id="a list"),
        pytest.param(b'{"eventId":"\xff"}', RefusalReason.INVALID_EVENT_ID, id="no UTF-8"),
        pytest.param(b'{"\xff":"e"}', RefusalReason.NOT_AN_OBJECT, id="a name without UTF-8"),
        pytest.param(b'{"eventId":"\\ud83c"}', RefusalReason.INVALID_EVENT_TYPE, id="half an id"),
        pytest.param(
            b"{" + GOOD_ID + b',"parameters":{"a":"\xff"}}',
            RefusalReason.INVALID_PARAMETERS,
            id="parameters without UTF-8",
        ),
        pytest.param(
            b"{" + GOOD_ID + b',"parameters":' + b'{"a":' * 33 + b"1" + b"}" * 34,
            RefusalReason.INVALID_PARAMETERS,
            id="deep parameters",
        ),
        pytest.param(
            b"{" + GOOD_ID + b',"revenue":1e999}', RefusalReason.INVALID_REVENUE, id="1e999"
        ),
        pytest.param(
            b"{" + GOOD_ID + b',"revenue":' + b"9" * 5_000 + b"}",
            RefusalReason.INVALID_REVENUE,
            id="a huge integer",
        ),
        pytest.param(b'{"a":' * 500 + b"1" + b"}" * 500, RefusalReason.INVALID_EVENT_ID, id="deep"),
        pytest.param(
            b"{" + GOOD_ID + b',"parameters":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
            RefusalReason.INVALID_PARAMETERS,
            id="parameters without end",
        ),
        pytest.param(
            (b"{%b,%b" % (GOOD_ID, b'"parameters":'))
            + rb'{"\"[":' * 5_000
            + rb'"\ud83c"'
            + b"}" * 5_001,
            RefusalReason.INVALID_PARAMETERS,
            id="deep and cut in half",
        ),
    ],
)
def test_one_bad_event_never_fails_a_batch(
    server: LiveServer, android: LiveApp, pixel: Sdk, bad: bytes, reason: RefusalReason
) -> None:
    """It is refused with its reason, and the good one beside it is stored."""
    device = android_install()
    pixel.install(device)
    good = json.dumps(make_event(device["appsprintId"])).encode()

    answer = pixel.call("POST", "/v1/sdk/events/batch", b'{"events":[%b,%b]}' % (bad, good)).json()

    assert [one["status"] for one in answer["events"]] == ["refused", "stored"]
    assert answer["events"][0]["reason"] == reason
    assert server.services.ledger.check(android.app.id).is_balanced


def test_a_text_that_was_cut_in_half_is_mended(server: LiveServer, pixel: Sdk) -> None:
    """Neither an install nor an event is lost to half a flower; whole ones stay whole."""
    install = rb'{"appsprintId":"x","deviceModel":"\ud83c","osVersion":"\ud83c\udf38\\ud83c"}'
    assert pixel.call("POST", "/v1/sdk/install", install).status_code == 200
    event = b"{" + GOOD_ID + rb',"eventName":"boss \ud83c","parameters":{"a":"\udf38"}}'

    answer = pixel.call("POST", "/v1/sdk/events/batch", b'{"events":[%b]}' % event).json()

    assert answer["stored"] == 1


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        pytest.param(rb'{"a":"\ud83c"}', 200, id="cut in half"),
        pytest.param(b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", 422, id="without end"),
    ],
)
def test_a_single_event_is_mended_too(pixel: Sdk, parameters: bytes, status: int) -> None:
    """The route of one event reads as the batch does."""
    pixel.call("POST", "/v1/sdk/install", b'{"appsprintId":"x"}')

    answer = pixel.call(
        "POST", "/v1/sdk/event", b"{" + GOOD_ID + b',"parameters":' + parameters + b"}"
    )

    assert answer.status_code == status
