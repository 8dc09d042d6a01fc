"""Calls to TikTok over real sockets, when what answers is not TikTok or nothing answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.networks.tiktok.transport import MAX_ANSWER_BYTES
from appsprint.domain.cost import CostPart, CostRow
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    Delivered,
    GiveUp,
    TryAgain,
    Verdict,
)
from appsprint.errors import (
    AdNetworkBusy,
    AdNetworkRefused,
    AdNetworkUnavailable,
    ConnectionRevoked,
)
from appsprint.ports.ad_network import CostQuery, EventsCredential, Grant, SendResult
from tests.integration.scripted_server import (
    ScriptedServer,
    Step,
    scripted_server,
    unused_url,
)

pytestmark = pytest.mark.integration

OK = b'{"code":0,"message":"OK","request_id":"20260921120640AABBCCDDEEFF00112233","data":{}}'
NGINX = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
TOKEN = "3f1c2b4a5968778695a4b3c2d1e0f9a8b7c6d5e4"
SECRET = "the-developer-apps-secret"
CREDENTIAL = EventsCredential(pixel_id="D1EXAMPLE7PIXEL0CODE", access_token=TOKEN)
UNSURE = TryAgain(maybe_accepted=True)
AS_OF = datetime(2026, 9, 2, tzinfo=UTC)
RETRY = TryAgain(maybe_accepted=False)
PAYLOADS = [b'{"event":"Purchase","event_id":"evt_1"}', b'{"event":"Search","event_id":"evt_2"}']


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that does as it is told."""
    with scripted_server() as script:
        yield script


@pytest.fixture
def adapter(server: ScriptedServer) -> Iterator[TikTokAdapter]:
    """An adapter that takes the scripted server for TikTok."""
    yield from _adapter_for(server.url, timeout_seconds=5)


@pytest.fixture
def impatient(server: ScriptedServer) -> Iterator[TikTokAdapter]:
    """The same, waiting only 0.3 seconds for an answer."""
    yield from _adapter_for(server.url, timeout_seconds=0.3)


def _adapter_for(api_url: str, *, timeout_seconds: float) -> Iterator[TikTokAdapter]:
    settings = TikTokSettings(
        app_id="7300", secret=SECRET, api_url=api_url, timeout_seconds=timeout_seconds
    )
    adapter = TikTokAdapter(settings)
    yield adapter
    adapter.close()


def _send(adapter: TikTokAdapter) -> SendResult:
    return adapter.sender.send(CREDENTIAL, PAYLOADS)


def test_a_call_is_what_tiktok_documents(adapter: TikTokAdapter, server: ScriptedServer) -> None:
    """Path with its last slash, token in its header, the payloads byte for byte in ``data``."""
    server.will_answer(OK)

    result = _send(adapter)

    request = server.requests[0]
    assert request.line == "POST /open_api/v1.3/event/track/ HTTP/1.1"
    assert request.headers["access-token"] == TOKEN
    assert request.headers["content-type"] == "application/json"
    assert request.body == (
        b'{"event_source":"web","event_source_id":"D1EXAMPLE7PIXEL0CODE","data":['
        b'{"event":"Purchase","event_id":"evt_1"},{"event":"Search","event_id":"evt_2"}]}'
    )
    assert result.verdict == Delivered()
    assert (result.answer.http_status, result.answer.code, result.answer.message) == (200, 0, "OK")
    assert result.answer.request_id == "20260921120640AABBCCDDEEFF00112233"
    assert 0 <= result.answer.duration_ms < 5000


def test_a_test_event_code_stands_beside_the_data(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """The code marks the whole call, so it is no member of an event."""
    server.will_answer(OK)
    credential = EventsCredential(
        pixel_id='odd "pixel"', access_token=TOKEN, test_event_code="TEST04030"
    )

    adapter.sender.send(credential, PAYLOADS)

    body = json.loads(server.requests[0].body)
    assert (body["event_source_id"], body["test_event_code"]) == ('odd "pixel"', "TEST04030")
    assert len(body["data"]) == 2


def test_connections_are_kept_alive(adapter: TikTokAdapter, server: ScriptedServer) -> None:
    """Calls follow one another on one connection."""
    for _ in range(3):
        server.will_answer(OK)
        assert _send(adapter).verdict == Delivered()

    assert [request.connection for request in server.requests] == [1, 1, 1]


@pytest.mark.parametrize(
    ("status", "content_type", "body", "verdict"),
    [
        ("502 Bad Gateway", "text/html", NGINX, UNSURE),
        ("504 Gateway Timeout", "text/html", NGINX, UNSURE),
        ("503 Service Unavailable", "application/json", OK, UNSURE),
        ("200 OK", "text/html", NGINX, UNSURE),
        ("200 OK", "application/json", b"", UNSURE),
        ("200 OK", "application/json", b"[1]", UNSURE),
        ("200 OK", "application/json", b'{"code":"0"}', UNSURE),
        ("200 OK", "application/json", b'{"code":null,"message":"OK"}', UNSURE),
        ("200 OK", "application/json", b"\xff\xfe", UNSURE),
        ("200 OK", "application/json", b"[" * 100_000, UNSURE),
        ("200 OK", "application/json", b'{"code":0,"message":null}', Delivered()),
        ("302 Found", "text/html", NGINX, RETRY),
        ("429 Too Many Requests", "text/html", NGINX, replace(RETRY, is_limited=True)),
        (
            "413 Payload Too Large",
            "text/html",
            NGINX,
            GiveUp(reason=DeadReason.REJECTED, splittable=True),
        ),
        (
            "404 Not Found",
            "text/plain",
            b"404 page not found",
            GiveUp(reason=DeadReason.REJECTED, splittable=False),
        ),
    ],
)
def test_odd_answers_are_results(
    adapter: TikTokAdapter,
    server: ScriptedServer,
    status: str,
    content_type: str,
    body: bytes,
    verdict: Verdict,
) -> None:
    """Whatever comes back, sending gives a verdict, and only code 0 is a delivery."""
    server.will_answer(
        body, status=status, content_type=content_type, headers="Location: /elsewhere\r\n"
    )

    result = _send(adapter)

    assert result.verdict == verdict
    assert result.answer.http_status == int(status[:3])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step(hangs=True), id="no answer"),
        pytest.param(Step(sent=(b"HTTP/1.1 200 OK\r\nContent-Le",), hangs=True), id="half a head"),
        pytest.param(Step(cuts=True), id="reset"),
        pytest.param(
            Step(sent=(b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n{",), cuts=True),
            id="reset in the body",
        ),
        pytest.param(Step(sent=(b"garbage\r\n\r\n",), cuts=True), id="not HTTP"),
        pytest.param(
            Step(
                sent=(b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n", *[b" "] * 30),
                pause_seconds=0.1,
            ),
            id="drop by drop",
        ),
        pytest.param(
            Step(
                sent=(
                    f"HTTP/1.1 200 OK\r\nContent-Length: {MAX_ANSWER_BYTES + 1}\r\n\r\n".encode(),
                    *[b" " * 2**20] * 17,
                ),
            ),
            id="too long",
        ),
        pytest.param(
            Step(
                sent=(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno",),
                cuts=True,
            ),
            id="not the encoding it says",
        ),
    ],
)
def test_a_broken_answer_leaves_it_open_whether_tiktok_took_the_events(
    impatient: TikTokAdapter, server: ScriptedServer, step: Step
) -> None:
    """The request may have arrived: try again, within the dedupe horizon."""
    server.steps.append(step)

    result = _send(impatient)

    assert result.verdict == UNSURE
    assert (result.answer.http_status, result.answer.code) == (None, None)
    assert result.answer.message


@pytest.mark.parametrize("api_url", [None, "http://no-such-host.invalid", "ftp://x.test"])
def test_a_call_that_never_left_is_known_not_to_have_arrived(api_url: str | None) -> None:
    """Refused connections and unknown hosts leave no doubt: TikTok saw nothing."""
    adapter = TikTokAdapter(TikTokSettings(api_url=api_url or unused_url(), timeout_seconds=2))

    assert _send(adapter).verdict == RETRY

    adapter.close()


@pytest.mark.parametrize("token", ["", "line\nbreak", "é", "with space", "\x00"])
def test_a_token_that_no_header_can_carry_pauses_the_connection(
    adapter: TikTokAdapter, server: ScriptedServer, token: str
) -> None:
    """A token pasted badly is like a rejected one, and never injects a header."""
    credential = EventsCredential(pixel_id="P", access_token=token)

    assert isinstance(adapter.sender.send(credential, PAYLOADS).verdict, AwaitReconnect)
    with pytest.raises(ConnectionRevoked):
        adapter.flow.advertisers(token)
    assert server.requests == []


def test_a_rejected_token_pauses_the_connection(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """The problem names what TikTok said."""
    server.will_answer(
        b'{"code":40105,"message":"Access token is incorrect or has been revoked.",'
        b'"request_id":"r","data":{}}'
    )

    verdict = _send(adapter).verdict

    assert isinstance(verdict, AwaitReconnect)
    assert "40105 Access token is incorrect or has been revoked." in verdict.problem


def test_secrets_are_taken_out_of_tiktoks_words(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """An answer that repeats the token or the secret is shown and logged without them."""
    server.will_answer(f'{{"code":40105,"message":"bad {TOKEN} and {SECRET}"}}'.encode())

    result = _send(adapter)

    assert result.answer.message == "bad … and …"
    assert TOKEN not in repr(result)


def test_secrets_are_not_logged(
    adapter: TikTokAdapter, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The HTTP client's own log lines, which hold addresses and headers, stay silent."""
    server.will_answer(b'{"code":0,"data":{"list":[]}}')

    with caplog.at_level(logging.DEBUG):
        adapter.flow.advertisers(TOKEN)

    assert SECRET in server.requests[0].line
    assert SECRET not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"code":40001,"message":"No permission to operate advertiser: 7"}', ConnectionRevoked),
        (b'{"code":40105,"message":"revoked"}', ConnectionRevoked),
        (b'{"code":40002,"message":"bad parameter"}', AdNetworkRefused),
        (b'{"code":40100,"message":"Too many requests."}', AdNetworkBusy),
        (b'{"code":0,"data":{"list":"none"}}', AdNetworkUnavailable),
        (b'{"code":0,"data":null}', AdNetworkUnavailable),
        (b'{"code":0,"data":{"list":[{"advertiser_id":73}]}}', AdNetworkUnavailable),
        (NGINX, AdNetworkUnavailable),
    ],
)
def test_other_calls_raise_our_errors(
    adapter: TikTokAdapter, server: ScriptedServer, body: bytes, error: type[Exception]
) -> None:
    """Refusals, lost grants and unusable answers each have one error."""
    server.will_answer(body)

    with pytest.raises(error) as caught:
        adapter.flow.advertisers(TOKEN)

    assert type(caught.value) is error


def test_accounts_are_listed_when_their_details_are_not(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """Choosing an account does not need its currency."""
    server.will_answer(
        b'{"code":0,"data":{"list":[{"advertiser_id":"1","advertiser_name":"One"},'
        b'{"advertiser_id":"2"}]}}'
    )
    server.will_answer(b'{"code":40001,"message":"No permission"}')

    listed = adapter.flow.advertisers(TOKEN)

    assert [(account.id, account.name, account.currency) for account in listed] == [
        ("1", "One", None),
        ("2", "2", None),
    ]


def test_an_exchange_without_a_token_is_no_exchange(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """An empty access token would look like a connection and be none."""
    server.will_answer(b'{"code":0,"data":{"access_token":"","advertiser_ids":null}}')

    with pytest.raises(AdNetworkUnavailable):
        adapter.flow.exchange("code")


def test_an_exchange_without_a_list_of_accounts_is_good(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """The accounts are listed by another call anyway."""
    server.will_answer(f'{{"code":0,"data":{{"access_token":"{TOKEN}"}}}}'.encode())

    grant = adapter.flow.exchange("code")

    assert grant == Grant(access_token=TOKEN, advertiser_ids=())
    assert "access-token" not in server.requests[0].headers
    assert json.loads(server.requests[0].body) == {
        "app_id": "7300",
        "secret": SECRET,
        "auth_code": "code",
    }


def _costs(adapter: TikTokAdapter) -> list[CostRow]:
    query = CostQuery(
        part=CostPart.CAMPAIGN, start_on=date(2026, 9, 1), end_on=date(2026, 9, 1), as_of=AS_OF
    )
    return [row for page in adapter.costs.daily_costs(TOKEN, "7301", query) for row in page]


def test_a_report_is_asked_for_as_tiktok_documents(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """Lists travel as JSON text, and deleted campaigns are asked for."""
    server.will_answer(b'{"code":0,"data":{"list":[],"page_info":{"total_page":0}}}')

    _costs(adapter)

    target = urlsplit(server.requests[0].line.split(" ")[1])
    assert target.path == "/open_api/v1.3/report/integrated/get/"
    assert dict(parse_qsl(target.query)) == {
        "advertiser_id": "7301",
        "service_type": "AUCTION",
        "report_type": "BASIC",
        "data_level": "AUCTION_CAMPAIGN",
        "dimensions": '["campaign_id","stat_time_day"]',
        "metrics": (
            '["spend","impressions","clicks","conversion","total_complete_payment_rate",'
            '"campaign_name"]'
        ),
        "start_date": "2026-09-01",
        "end_date": "2026-09-01",
        "filtering": (
            '[{"field_name":"campaign_status","filter_type":"IN",'
            '"filter_value":"[\\"STATUS_ALL\\"]"}]'
        ),
        "page": "1",
        "page_size": "1000",
    }


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ('"51.20"', 51_200_000),
        ('"20.000"', 20_000_000),
        ('"0"', 0),
        ('"-"', None),
        ('""', None),
        ("null", None),
        ("12", 12_000_000),
        ("1.5", 1_500_000),
        ('"-3.25"', -3_250_000),
        ('"NaN"', None),
        ('"1e300"', None),
        ('"many"', None),
    ],
)
def test_amounts_are_read_digit_by_digit(
    adapter: TikTokAdapter, server: ScriptedServer, text: str, micros: int | None
) -> None:
    """TikTok's texts become whole millionths; what is no number is absent, not zero."""
    server.will_answer(
        '{"code":0,"data":{"list":[{"dimensions":{"campaign_id":"18","stat_time_day":'
        f'"2026-09-01 00:00:00"}},"metrics":{{"spend":{text}}}}}]}}}}'.encode()
    )

    (row,) = _costs(adapter)

    assert (row.entity_id, row.day_on, row.spend_micros) == ("18", date(2026, 9, 1), micros)
    assert (row.impressions, row.reported_revenue_micros) == (None, None)


@pytest.mark.parametrize(
    "dimensions",
    [
        '{"campaign_id":"18"}',
        '{"campaign_id":"18","stat_time_day":"yesterday"}',
        '{"stat_time_day":"2026-09-01 00:00:00"}',
        '{"campaign_id":"","stat_time_day":"2026-09-01 00:00:00"}',
    ],
)
def test_a_report_row_of_no_place_stops_the_import(
    adapter: TikTokAdapter, server: ScriptedServer, dimensions: str
) -> None:
    """Money without its campaign or day is not dropped in silence."""
    server.will_answer(
        f'{{"code":0,"data":{{"list":[{{"dimensions":{dimensions},"metrics":{{}}}}]}}}}'.encode()
    )

    with pytest.raises(AdNetworkUnavailable):
        _costs(adapter)


def test_an_ad_without_its_id_stops_the_import(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """A list in another form than documented is not half read."""
    for _ in range(3):
        server.will_answer(b'{"code":0,"data":{"list":[{"campaign_id":"18"}]}}')

    pages = adapter.costs.entities(TOKEN, "7301")

    assert [entity.name for entity in next(pages)] == ["18"]
    with pytest.raises(AdNetworkUnavailable):
        next(pages)


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ('"display_timezone":"Europe/Paris","timezone":"Etc/GMT-1"', "Europe/Paris"),
        ('"timezone":"Etc/GMT+8"', "Etc/GMT+8"),
        ('"display_timezone":"Mars/Olympus","timezone":"Etc/GMT-1"', "Etc/GMT-1"),
        ('"display_timezone":"../../etc/passwd","timezone":""', None),
        ('"display_timezone":null', None),
    ],
)
def test_the_time_zone_is_one_that_exists(
    adapter: TikTokAdapter, server: ScriptedServer, zones: str, expected: str | None
) -> None:
    """The display zone, else the account's fixed offset, else none."""
    server.will_answer(
        f'{{"code":0,"data":{{"list":[{{"advertiser_id":"1","currency":"eur",{zones}}}]}}}}'.encode()
    )

    advertiser = adapter.costs.advertiser(TOKEN, "1")

    assert (advertiser.time_zone, advertiser.currency) == (expected, "EUR")


def test_an_account_that_is_not_shown_is_lost(
    adapter: TikTokAdapter, server: ScriptedServer
) -> None:
    """An answer without the account means that the grant no longer reaches it."""
    server.will_answer(b'{"code":0,"data":{"list":[]}}')

    with pytest.raises(ConnectionRevoked, match="7301"):
        adapter.costs.advertiser(TOKEN, "7301")
