"""Rules that hold for every endpoint: who may send, and that nothing crashes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.sandbox.answers import new_request_id
from appsprint.adapters.networks.tiktok.sandbox.api import ROUTES, process
from appsprint.adapters.networks.tiktok.sandbox.entities import EventsToken
from appsprint.adapters.networks.tiktok.sandbox.requests import parse_query
from tests.unit.tiktok_sandbox.builders import (
    ADVERTISER,
    EVENTS_TOKEN,
    NOW,
    OTHER_PIXEL,
    PIXEL,
    TOKEN,
    ask,
    error_of,
    make_body,
    make_request,
    make_row,
    make_sandbox,
)

NASTY = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1e9",
        "١٢",
        "9" * 40,
        "null",
        "[]",
        "{}",
        '[""]',
        "[null]",
        '["campaign_id"]',
        '["campaign_id","stat_time_day"]',
        '["campaign_id","country_code"]',
        '["spend","cpc","reach","campaign_name"]',
        '{"campaign_ids":["c1"]}',
        '{"primary_status":"STATUS_ALL"}',
        '{"primary_status":null}',
        '{"campaign_name":{}}',
        '[{"field_name":"spend","filter_type":"BETWEEN","filter_value":"[\\"NaN\\",1]"}]',
        '[{"field_name":"spend","filter_type":"LOWER_THAN","filter_value":"1e999999"}]',
        '[{"field_name":"campaign_name","filter_type":"MATCH","filter_value":""}]',
        '[{"field_name":"campaign_status","filter_type":"IN","filter_value":"[]"}]',
        "[" * 5000,
        "2026-09-01",
        "0001-01-01",
        "9999-12-31",
        "true",
        "DESC",
        "BASIC",
        "AUCTION_CAMPAIGN",
        "spend",
        "\x00",
        "\ud83d\ude00",
        ADVERTISER,
    ]
)
PARAMETERS = (
    "advertiser_id advertiser_ids app_id secret fields filtering page page_size order_by code name "
    "report_type data_level dimensions metrics start_date end_date query_lifetime order_field "
    "order_type enable_total_metrics service_type"
)
SANDBOX = make_sandbox(make_row(spend=1, clicks=2), make_row(country_code="FR", spend=3))


@given(
    endpoint=st.sampled_from(sorted(ROUTES)),
    query=st.dictionaries(st.sampled_from(PARAMETERS.split(" ")), NASTY),
    token=st.sampled_from([TOKEN, EVENTS_TOKEN, "x", None]),
    body=st.sampled_from([b"", b"{}", b"[]", b'{"app_id":[]}', make_body()]),
)
def test_no_parameters_crash_an_endpoint(
    endpoint: str, query: dict[str, str], token: str | None, body: bytes
) -> None:
    """Whatever is asked, the answer is an envelope with HTTP 200."""
    start = {"advertiser_id": ADVERTISER, "report_type": "BASIC", "data_level": "AUCTION_CAMPAIGN"}
    request = make_request(endpoint, query=start | query, token=token, body=body)

    processed = process(SANDBOX, request, ROUTES[endpoint][1], None)

    assert processed.answer.status == 200
    assert json.loads(processed.answer.body)["code"] == processed.code


@pytest.mark.parametrize(
    ("token", "pixel", "code"),
    [
        pytest.param(EVENTS_TOKEN, PIXEL, 0, id="the pixel's own token"),
        pytest.param(EVENTS_TOKEN, OTHER_PIXEL, 40001, id="a token of another pixel"),
        pytest.param(TOKEN, PIXEL, 0, id="OAuth, own advertiser"),
        pytest.param(TOKEN, OTHER_PIXEL, 40001, id="OAuth, another's advertiser"),
        pytest.param(EVENTS_TOKEN, "D1UNKNOWN", 40001, id="no such pixel"),
        pytest.param("x", PIXEL, 40105, id="no such token"),
    ],
)
def test_tokens_write_to_their_own_pixels(token: str, pixel: str, code: int) -> None:
    """An Events API token names its pixels; an OAuth token reaches those of its advertisers."""
    request = make_request(token=token, body=make_body(event_source_id=pixel))

    processed = process(make_sandbox(), request, ROUTES["/event/track/"][1], None)

    assert processed.code == code


def test_a_new_events_token_leaves_the_old_one_alone() -> None:
    """Events Manager hands out several tokens for one pixel."""
    second = EventsToken(access_token="second", pixel_codes=[PIXEL])
    sandbox = make_sandbox(events_tokens=[second])

    for token in ("second", EVENTS_TOKEN):
        assert ask(sandbox, "/event/track/", token=token, body=make_body()) == {}


def test_an_empty_token_is_a_missing_one() -> None:
    """A header without a value says nothing."""
    sandbox = make_sandbox()

    assert error_of(lambda: ask(sandbox, "/event/track/", token="", body=b"{"))[0] == 40104


def test_request_ids_carry_the_utc_second() -> None:
    """Fourteen digits and twenty hex digits, never twice the same."""
    first, second = new_request_id(NOW), new_request_id(NOW)

    assert first.startswith("20260921120000")
    assert len(first) == 34
    assert first != second


def test_the_last_of_equal_parameters_counts() -> None:
    """Encoded text is decoded, whatever its bytes."""
    assert parse_query(b"a=1&a=2&b=%C3%A9&c=%FF&d") == {"a": "2", "b": "é", "c": "\ufffd", "d": ""}
