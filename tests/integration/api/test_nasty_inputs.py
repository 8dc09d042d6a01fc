"""Nothing that a client can send causes a 500: bodies, queries, paths and headers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.entrypoints.http.api.app import API_HANDLERS
from appsprint.entrypoints.http.api.routing import API_PREFIX, Endpoint, endpoint_of
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]

MALFORMED = [
    b"{",
    b"nonsense",
    b"\xff\xfe",
    b'"\\ud800"',
    b'{"name": "\\ud800"}',
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": -Infinity}',
    b'{"name": 1e999}',
    b'{"name": 1,}',
    b"{'name': 1}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"\x00",
    b"\xef\xbb\xbf{}",
]
NOT_OBJECTS = [b"null", b"true", b"5", b'"text"', b"[]", b"[{}]", b"[[[[]]]]"]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    2**200,
    1.5,
    -1e308,
    "",
    " ",
    "x" * 100_000,
    "\x00",
    "\u202e",
    "🚀" * 300,
    "a\r\nSet-Cookie: x=1",
    "'; DROP TABLE apps; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "https://apps.apple.com/us/app/x/id" + "9" * 500,
    "https://[::1",
    "https://apps.apple.com:99999/app/id1",
    "custom:" + "x" * 300,
    [],
    ["x"] * 2_000,
    [None, 1, {}],
    [[[[[]]]]],
    {},
    {"": ""},
    {"a": {"b": {"c": {}}}},
]
PATH_PARTS = [
    "%00",
    "%ff%fe",
    "%F0%9F%9A%80",
    "x" * 5_000,
    "..%2f..%2fetc",
    "%20",
    "'%22%3B--",
    "{app_id}",
    "app_%0d%0aX",
]
QUERIES = [
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=1e3",
    "limit=" + "9" * 400,
    "limit=%00",
    "limit=1&limit=2",
    "limit=true",
    "cursor=%ff",
    "cursor=====",
    "cursor=" + "A" * 5_000,
    "cursor=AAAA",
    "cursor=Y2Fmw6k",
    "status=SENT",
    "status=%00",
    "start=0001-01-01T00:00:00%2B14:00",
    "start=9999-12-31T23:59:59-14:00",
    "start=2026-02-30",
    "start=2026-03-29T25:00:00Z",
    "start=2026-03-29T08:00:00",
    "start=" + "1" * 5_000,
    "end=%F0%9F%9A%80",
    "is_attributed=maybe",
    "is_attributed=1",
    "is_attributed=null&start=null&cursor=null&limit=null",
    "mode=%00",
    "&".join(f"a{number}=1" for number in range(200)),
    "%",
    "%zz=%zz",
    "=&=&&",
    "start=2026-03-29%00",
]


def routes(*, having: str) -> list[tuple[str, str, Endpoint]]:
    """Method, path and declaration of the routes that have a body or a query."""
    return [
        (next(iter(handler.http_methods)), API_PREFIX + path, endpoint_of(handler))
        for handler in API_HANDLERS
        for path in handler.paths
        if having == "path" or getattr(endpoint_of(handler), having) is not None
    ]


def filled(path: str, app_id: str) -> str:
    """A path of the app, with nothing behind its other places."""
    app = path.replace("{app_id:str}", app_id).replace("{sdk_event:path}", "purchase")
    return app.replace(":str}", "}").replace("{", "x-").replace("}", "")


def send(client: Client, method: str, path: str, content: bytes) -> Any:
    """One request with a JSON body."""
    return client.request(
        method, path, content=content, headers={"Content-Type": "application/json"}
    )


def assert_refused(answer: Any, *statuses: int) -> None:
    """A refusal in our shape."""
    assert answer.status_code in statuses, answer.text[:500]
    assert set(answer.json()) == {"error", "message", "details"}
    assert len(answer.content) < 100_000


@pytest.mark.parametrize(("method", "path", "endpoint"), routes(having="body"))
def test_malformed_bodies_are_400(
    client: Client, base: str, method: str, path: str, endpoint: Endpoint
) -> None:
    """What is not JSON, on every route that reads a body."""
    del endpoint
    address = filled(path, base.rpartition("/")[2])
    for body in MALFORMED:
        assert_refused(send(client, method, address, body), 400)


@pytest.mark.parametrize(("method", "path", "endpoint"), routes(having="body"))
def test_bodies_that_are_no_objects_are_422(
    client: Client, base: str, method: str, path: str, endpoint: Endpoint
) -> None:
    """JSON of another kind."""
    del endpoint
    address = filled(path, base.rpartition("/")[2])
    for body in NOT_OBJECTS:
        assert_refused(send(client, method, address, body), 422)


@pytest.mark.parametrize(("method", "path", "endpoint"), routes(having="body"))
def test_any_value_in_any_field_is_taken_or_refused(
    plane: ControlPlane, client: Client, method: str, path: str, endpoint: Endpoint
) -> None:
    """Every field gets every value, alone; refusals name fields that were sent or are missing."""
    assert endpoint.body is not None
    address = filled(path, plane.ios_app().id)
    for name in (*endpoint.body.__struct_fields__, "unknown", "x" * 10_000, "\u202e"):
        for value in VALUES:
            answer = send(client, method, address, json.dumps({name: value}).encode())
            if answer.status_code >= 400:
                assert_refused(answer, 404, 409, 422)


def test_repeated_names_are_no_trouble(client: Client, base: str) -> None:
    """The last one counts, as with most readers of JSON."""
    answer = send(client, "PATCH", base, b'{"name":"first","name":"second"}')

    assert answer.json()["name"] == "second"


def test_very_long_numbers_are_no_trouble(client: Client, base: str) -> None:
    """Longer than the interpreter likes to convert."""
    body = b'{"click_lookback_hours":' + b"9" * 10_000 + b"}"

    assert_refused(send(client, "PATCH", base, body), 400, 422)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_any_query_is_taken_or_refused(client: Client, base: str, query: str) -> None:
    """On every route that reads one; wrong values are 422, far too many parameters 400."""
    for method, path, _ in routes(having="query"):
        answer = client.request(method, f"{filled(path, base.rpartition('/')[2])}?{query}")
        if answer.status_code >= 400:
            assert_refused(answer, 400, 404, 422)


@pytest.mark.parametrize("part", PATH_PARTS, ids=lambda part: part[:20])
def test_any_path_is_taken_or_refused(client: Client, base: str, part: str) -> None:
    """Ids that are none, in every place of every route."""
    for method, path, _ in routes(having="path"):
        wrong_app = filled(path, "APP").replace("APP", part)
        right_app = filled(path, base.rpartition("/")[2]).replace("x-", f"{part}-")
        for address in (wrong_app, right_app):
            answer = client.request(method, address)
            assert answer.status_code != 500, address
            if answer.status_code >= 400:
                assert_refused(answer, 404, 405, 409, 422)


@pytest.mark.parametrize(
    "header",
    [
        b"Bearer \xff\xfe",
        b"Bearer " + b"x" * 100_000,
        b"Bearer \xf0\x9f\x9a\x80",
        b"Bearer a b c",
        b"Bearer\tx",
        b"\x00",
        b"Bearer ast_'; DROP TABLE api_tokens; --",
    ],
    ids=range(7),
)
def test_any_credential_is_refused_calmly(anonymous: Client, header: bytes) -> None:
    """A header can hold anything."""
    answer = anonymous.get("/api/v1/me", headers={b"Authorization": header})

    assert_refused(answer, 401)


@pytest.mark.parametrize("value", ["a", "-1", "9" * 400, "1, 2"])
def test_any_length_that_is_announced(client: Client, value: str) -> None:
    """A wrong Content-Length is the client's mistake."""
    answer = client.post(
        "/api/v1/tokens",
        content=b"{}",
        headers={"Content-Length": value, "Content-Type": "application/json"},
    )

    assert answer.status_code in {400, 413, 422}


@pytest.mark.parametrize("sdk_event", ["custom:", "custom: ", "\x00", "custom:\x00", "x" * 3_000])
def test_mapping_rows_of_any_name(client: Client, base: str, sdk_event: str) -> None:
    """The rest of the path can hold anything too."""
    answer = client.delete(f"{base}/tiktok/mapping/{quote(sdk_event, safe='')}")

    assert_refused(answer, 422)
