"""Every row of the wire protocol's status table (section 3): what a server may tell an SDK."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from appsprint.ports.events import EventFilter
from appsprint.ports.installs import InstallFilter
from tests.support.builders import IDFA
from tests.support.sdk import Sdk, android_install, checked, ios_install, make_event
from tests.support.server import LiveApp, LiveServer

pytestmark = pytest.mark.integration

# Method, path and a body that is right but for its install, which nobody knows.
STRANGER = "a-stranger"
CALLS = [
    pytest.param("POST", "/v1/sdk/install", {"appsprintId": STRANGER}, id="install"),
    pytest.param("GET", f"/v1/sdk/attribution/{STRANGER}", None, id="attribution"),
    pytest.param("POST", "/v1/sdk/events/batch", {"events": [make_event(STRANGER)]}, id="batch"),
    pytest.param("POST", "/v1/sdk/event", make_event(STRANGER), id="event"),
    pytest.param(
        "POST",
        "/v1/sdk/customer-user-id",
        {"appsprintId": STRANGER, "customerUserId": "c"},
        id="customer",
    ),
    pytest.param(
        "PATCH",
        "/v1/sdk/install/idfa",
        {"appsprintId": STRANGER, "idfa": IDFA, "attStatus": "authorized"},
        id="idfa",
    ),
    pytest.param(
        "PATCH",
        "/v1/sdk/install/ad-services-token",
        {"appsprintId": STRANGER, "adServicesToken": "t"},
        id="apple token",
    ),
    pytest.param("POST", "/v1/install", {"appsprintId": STRANGER}, id="oldest install"),
    pytest.param("POST", "/v1/event", make_event(STRANGER), id="oldest event"),
    pytest.param(
        "POST",
        "/v1/customer-user-id",
        {"appsprintId": STRANGER, "customerUserId": "c"},
        id="oldest customer",
    ),
]
Content = dict[str, object] | None


def call(sdk: Sdk, method: str, path: str, body: Content) -> httpx.Response:
    """One of ``CALLS``."""
    return sdk.call(method, path, None if body is None else json.dumps(body).encode())


# 401, 403


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
@pytest.mark.parametrize("key", ["as_live_unknown", ""])
def test_only_an_unknown_key_is_refused(
    server: LiveServer, key: str, method: str, path: str, body: Content
) -> None:
    """The SDK switches itself off for good and deletes its queue."""
    response = call(Sdk(server, key), method, path, body)

    assert (response.status_code, response.json()["error"]) == (401, "invalid_api_key")


def test_a_request_without_a_key_is_refused(server: LiveServer) -> None:
    """It was never one of ours."""
    response = server.http.post("/v1/sdk/install", json=android_install())

    assert checked(response).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_rejected_key_is_refused(
    server: LiveServer, android: LiveApp, pixel: Sdk, method: str, path: str, body: Content
) -> None:
    """The operator chose it, knowing that shipped apps fall silent."""
    server.services.apps.revoke_key(android.app.id, android.key_id, "reject")

    response = call(pixel, method, path, body)

    assert (response.status_code, response.json()["error"]) == (401, "invalid_api_key")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
@pytest.mark.parametrize("ended", ["discarded key", "deleted app"])
def test_a_discarded_key_looks_good_and_stores_nothing(
    server: LiveServer,
    android: LiveApp,
    pixel: Sdk,
    ended: str,
    method: str,
    path: str,
    body: Content,
) -> None:
    """The safe revoke: shipped apps stay calm, their data is thrown away."""
    if ended == "deleted app":
        server.services.apps.delete(android.app.id)
    else:
        server.services.apps.revoke_key(android.app.id, android.key_id, "discard")

    response = call(pixel, method, path, body)

    assert response.status_code == 200
    if "attribution" in path or path.endswith("install"):
        answer = response.json()
        assert (answer["appsprintId"], answer["attribution"]["isAttributed"]) == (STRANGER, False)
        assert answer["installId"].startswith("ins_")
    installs = server.services.installs
    assert not installs.page(android.app.id, InstallFilter(), after=None, limit=1)
    events = server.services.events
    assert not events.page(android.app.id, EventFilter(), after=None, limit=1)
    assert not events.refusals(android.app.id, after=None, limit=1)


def test_a_discarded_key_answers_in_the_dialect_asked(
    server: LiveServer, android: LiveApp, pixel: Sdk
) -> None:
    """The later one too."""
    server.services.apps.revoke_key(android.app.id, android.key_id, "discard")

    answer = pixel.install({"postbackId": "device"}).json()

    assert answer["postbackId"] == "device"
    assert "appsprintId" not in answer


def test_old_and_new_keys_work_side_by_side(server: LiveServer, android: LiveApp) -> None:
    """Until the operator ends the old one; both are of the same app."""
    new = server.services.apps.add_key(android.app.id)
    body = android_install()

    answers = [Sdk(server, key).install(body).json() for key in (android.key, new.plain_key)]

    assert answers[0] == answers[1]


def test_a_key_made_by_another_process_is_known_at_once(
    server: LiveServer, android: LiveApp
) -> None:
    """However many unknown keys are tried at the same time."""
    for number in range(20):
        Sdk(server, f"as_live_unknown_{number}").attribution("x")
    key = copied_key(server, android, "as_live_from_the_command_line")

    assert Sdk(server, key).install(android_install()).status_code == 200


def copied_key(server: LiveServer, app: LiveApp, plain: str) -> str:
    """A key that is written to the database behind the server's back."""
    with closing(sqlite3.connect(server.database)) as other, other:
        other.execute(
            "INSERT INTO api_keys SELECT 'key_z', app_id, environment, ?, hint, created_at_ms, "
            "NULL, NULL FROM api_keys WHERE key_id = ?",
            (hashlib.sha256(plain.encode()).hexdigest(), app.key_id),
        )
    return plain


# 404


@pytest.mark.parametrize(("method", "path", "body"), [one for one in CALLS if one.id != "install"])
def test_an_unknown_install_is_told_so(pixel: Sdk, method: str, path: str, body: Content) -> None:
    """The SDK registers again and repeats; a registration itself is never unknown."""
    response = call(pixel, method, path, body)

    expected = 200 if path == "/v1/install" else 404
    assert response.status_code == expected
    if expected == 404:
        assert response.json()["error"] == "install_not_found"


def test_a_batch_with_one_known_install_is_taken(pixel: Sdk) -> None:
    """Only when every event is of an unknown install must the SDK register again."""
    body = android_install()
    pixel.install(body)

    answer = pixel.batch(make_event(STRANGER), make_event(body["appsprintId"]))

    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["events"]] == ["refused", "stored"]


def test_a_batch_of_bad_events_is_answered(pixel: Sdk) -> None:
    """Registering again would not mend them."""
    answer = pixel.batch(make_event(STRANGER, eventType="buy"))

    assert (answer.status_code, answer.json()["refused"]) == (200, 1)


def test_the_loop_after_a_wiped_server_ends(server: LiveServer, pixel: Sdk) -> None:
    """404, register, repeat: the second time the device is known."""
    body = android_install()
    event = make_event(body["appsprintId"])

    statuses = [
        response.status_code
        for response in (pixel.batch(event), pixel.install(body), pixel.batch(event))
    ]
    assert statuses == [404, 200, 200]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sdk/",
        "/v1/sdk/unknown",
        "/v1/sdk/attribution",
        "/v1/sdk/attribution/",
        "/v1/sdk/install/unknown",
        "/v1/unknown",
        "/v1/",
        "/v1/SDK/install",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_no_bare_404(server: LiveServer, method: str, path: str) -> None:
    """A typing error of a developer is told apart from an unknown install, key or none."""
    response = checked(server.http.request(method, path))

    assert (response.status_code, response.json()["error"]) == (404, "unknown_route")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/sdk/install"),
        ("PUT", "/v1/sdk/events/batch"),
        ("POST", "/v1/sdk/attribution/x"),
        ("POST", "/v1/sdk/install/idfa"),
        ("DELETE", "/v1/event"),
    ],
)
def test_a_wrong_method_names_the_right_one(
    server: LiveServer, pixel: Sdk, method: str, path: str
) -> None:
    """With the header that HTTP asks for."""
    response = pixel.call(method, path)

    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    assert response.headers["allow"] in {"GET", "POST", "PATCH"}


@pytest.mark.parametrize("path", ["/v1/sdk/install/", "/v1/sdk/install//"])
def test_a_slash_at_the_end_does_not_matter(pixel: Sdk, path: str) -> None:
    """A redirect would be a permanent failure."""
    assert pixel.install(android_install(), path=path).status_code == 200


# 408, 409, 425, 429, 5xx: what time can mend


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own, whose database this module can lock."""
    folder: Path = tmp_path_factory.mktemp("impatient")
    with LiveServer(folder) as live:
        yield live


def test_a_store_that_cannot_write_is_repeatable(impatient: LiveServer) -> None:
    """503 within the time that SDKs wait; the repeat is taken, and nothing is there twice.

    What was not confirmed may have been stored all the same. Reading goes on.
    """
    app = impatient.new_app("android")
    sdk = Sdk(impatient, app.key)
    known = android_install()
    sdk.install(known)
    event = make_event(known["appsprintId"])
    calls = [one.values for one in CALLS]

    with impatient.locked(), ThreadPoolExecutor(len(calls) + 1) as pool:
        batch = pool.submit(sdk.batch, event)
        answers = [pool.submit(call, sdk, *one) for one in calls]  # type: ignore[arg-type]
        responses = [answer.result() for answer in answers]

    for (method, *_), response in zip(calls, responses, strict=True):
        assert response.status_code == (404 if method == "GET" else 503)
        assert response.elapsed.total_seconds() < 9
    assert batch.result().status_code == 503
    assert sdk.batch(event).json()["refused"] == 0
    assert sdk.batch(event).json()["duplicates"] == 1
    assert sdk.install(known).status_code == 200
    wanted = EventFilter(event_id=str(event["eventId"]))
    assert len(impatient.services.events.page(app.app.id, wanted, after=None, limit=9)) == 1


# Anything else: permanent


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "malformed_request"),
        (b"{", 400, "malformed_request"),
        (b'{"appsprintId":"x"} trailing', 400, "malformed_request"),
        (b"null", 422, "invalid_value"),
        (b"[]", 422, "invalid_value"),
        (b'"text"', 422, "invalid_value"),
        (b"{}", 422, "invalid_value"),
        (b'{"appsprintId":""}', 422, "invalid_value"),
        (b'{"appsprintId":5}', 422, "invalid_value"),
        (b'{"appsprintId":"a\\nb"}', 422, "invalid_value"),
        (b'{"appsprintId":"' + b"x" * 129 + b'"}', 422, "invalid_value"),
        (b'{"appsprintId":"x","a":"' + b"y" * 1_048_576 + b'"}', 413, "too_large"),
    ],
)
def test_what_is_no_install_is_refused_for_good(
    pixel: Sdk, content: bytes, status: int, error: str
) -> None:
    """Never with a status that switches the SDK off or lets it repeat for ever."""
    response = pixel.call("POST", "/v1/sdk/install", content)

    assert (response.status_code, response.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "malformed_request"),
        (b'{"events":', 400, "malformed_request"),
        (b'{"events":[NaN]}', 400, "malformed_request"),
        (b"[]", 422, "invalid_value"),
        (b"{}", 422, "invalid_value"),
        (b'{"events":null}', 422, "invalid_value"),
        (b'{"events":{"a":1}}', 422, "invalid_value"),
        (b'{"events":[' + b"1," * 500 + b"1]}", 413, "too_many_events"),
        (b'{"events":["' + b"y" * 1_048_576 + b'"]}', 413, "too_large"),
    ],
)
def test_what_is_no_batch_is_refused_for_good(
    pixel: Sdk, content: bytes, status: int, error: str
) -> None:
    """The whole of it cannot be read."""
    response = pixel.call("POST", "/v1/sdk/events/batch", content)

    assert (response.status_code, response.json()["error"]) == (status, error)


def test_a_body_of_one_megabyte_is_taken(pixel: Sdk) -> None:
    """To the byte; without an announced length as well."""
    head, tail = b'{"appsprintId":"big","a":"', b'"}'
    content = head + b"y" * (1_048_576 - len(head) - len(tail)) + tail
    assert len(content) == 1_048_576

    assert pixel.call("POST", "/v1/sdk/install", content).status_code == 200


def test_a_streamed_body_has_the_same_limit(server: LiveServer, pixel: Sdk) -> None:
    """No announced length gets around it."""

    def chunks() -> Iterator[bytes]:
        yield b'{"appsprintId":"big","a":"'
        for _ in range(17):
            yield b"y" * 65_536

    response = server.http.post("/v1/sdk/install", content=chunks(), headers=pixel.headers)

    assert response.status_code == 413


# 200


def test_every_ios_call_succeeds_once_the_install_is_known(iphone: Sdk) -> None:
    """The whole life of one device."""
    body = ios_install()
    device = body["appsprintId"]

    responses = [
        iphone.install(body),
        iphone.attribution(device),
        iphone.batch(make_event(device)),
        iphone.event(make_event(device, eventType="__test")),
        iphone.customer(device, "customer-1"),
        iphone.idfa(device, body["idfv"]),
        iphone.apple_token(device, "t"),
    ]
    assert [response.status_code for response in responses] == [200] * 7
