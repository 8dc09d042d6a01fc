"""The table of TikTok's answers, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from appsprint.adapters.networks.tiktok.errors import (
    CODES,
    FAILURES,
    STATUSES,
    error_of,
    is_success,
    verdict_of,
)
from appsprint.adapters.networks.tiktok.transport import Response, TransportFailure
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    Delivered,
    GiveUp,
    NetworkAnswer,
    TryAgain,
)
from appsprint.errors import (
    AdNetworkBusy,
    AdNetworkRefused,
    AdNetworkUnavailable,
    ConnectionRevoked,
)

DELIVERED = Delivered()
RETRY = TryAgain(maybe_accepted=False)
SLOW = TryAgain(maybe_accepted=False, is_limited=True)
UNSURE = TryAgain(maybe_accepted=True)
RECONNECT = AwaitReconnect
SPLIT = GiveUp(reason=DeadReason.REJECTED, splittable=True)
DEAD = GiveUp(reason=DeadReason.REJECTED, splittable=False)
Refused, Revoked = AdNetworkRefused, ConnectionRevoked
Unavailable, Busy = AdNetworkUnavailable, AdNetworkBusy

# Code, what becomes of the events, what the other calls raise (None: they succeed).
ROWS: list[tuple[int, Any, type[Exception] | None]] = [
    (0, DELIVERED, None),
    (20001, DELIVERED, None),
    (40000, SPLIT, Refused),
    (40001, RECONNECT, Revoked),
    (40002, SPLIT, Refused),
    (40003, DEAD, Refused),
    (40006, DEAD, Refused),
    (40007, DEAD, Refused),
    (40008, DEAD, Refused),
    (40009, DEAD, Refused),
    (40010, DEAD, Refused),
    (40011, SPLIT, Refused),
    (40013, DEAD, Refused),
    (40014, DEAD, Refused),
    (40016, SLOW, Busy),
    (40050, DELIVERED, Refused),
    (40051, DEAD, Refused),
    (40061, SPLIT, Refused),
    (40062, SPLIT, Refused),
    (40063, SPLIT, Refused),
    (40100, SLOW, Busy),
    (40101, DEAD, Refused),
    (40102, RECONNECT, Revoked),
    (40103, RECONNECT, Revoked),
    (40104, RECONNECT, Revoked),
    (40105, RECONNECT, Revoked),
    (40106, RECONNECT, Revoked),
    (40107, RECONNECT, Revoked),
    (40108, DEAD, Refused),
    (40109, DEAD, Refused),
    (40110, DEAD, Refused),
    (40112, DEAD, Refused),
    (40113, RECONNECT, Refused),
    (40115, DEAD, Refused),
    (40116, DEAD, Refused),
    (40117, DEAD, Refused),
    (40118, DEAD, Refused),
    (40119, DEAD, Refused),
    (40124, RECONNECT, Refused),
    (40125, RECONNECT, Refused),
    (40130, RECONNECT, Revoked),
    (40131, RECONNECT, Revoked),
    (40132, SLOW, Busy),
    (40133, SLOW, Busy),
    (40200, RETRY, Busy),
    (40201, RETRY, Busy),
    (40202, RETRY, Busy),
    (40300, DEAD, Revoked),
    (40301, DEAD, Revoked),
    (40400, DEAD, Refused),
    (40700, RETRY, Busy),
    (41000, DEAD, Refused),
    (41001, DEAD, Refused),
    (41002, DEAD, Refused),
    (50000, RETRY, Busy),
    (50002, UNSURE, Unavailable),
    (51010, UNSURE, Unavailable),
    (60001, RETRY, Busy),
    (61000, replace(SLOW, at_least_seconds=300), Busy),
]
# Codes without a row of their own.
OTHER_CODES: list[tuple[int, Any, type[Exception] | None]] = [
    (51012, RETRY, Busy),
    (51305, RETRY, Busy),
    (52000, RETRY, Busy),
    (40999, UNSURE, Unavailable),
    (1, UNSURE, Unavailable),
    (-1, UNSURE, Unavailable),
    (10**18, UNSURE, Unavailable),
]
# HTTP statuses of answers that are not TikTok's envelope.
STATUS_ROWS: list[tuple[int, Any, type[Exception]]] = [
    (200, UNSURE, Unavailable),
    (204, UNSURE, Unavailable),
    (301, RETRY, Unavailable),
    (302, RETRY, Unavailable),
    (400, RETRY, Unavailable),
    (401, RETRY, Unavailable),
    (403, RETRY, Unavailable),
    (404, DEAD, Refused),
    (405, DEAD, Refused),
    (408, UNSURE, Unavailable),
    (413, SPLIT, Refused),
    (429, SLOW, Busy),
    (500, UNSURE, Unavailable),
    (502, UNSURE, Unavailable),
    (503, UNSURE, Unavailable),
    (504, UNSURE, Unavailable),
    (599, UNSURE, Unavailable),
]
FAILURE_ROWS: list[tuple[TransportFailure, Any, type[Exception]]] = [
    (TransportFailure.NOT_SENT, RETRY, Unavailable),
    (TransportFailure.NO_ANSWER, UNSURE, Unavailable),
    (TransportFailure.UNSENDABLE_TOKEN, RECONNECT, Revoked),
]


def _response(
    *,
    http_status: int | None = 200,
    code: int | None = None,
    message: str = "the message",
    failure: TransportFailure | None = None,
) -> Response:
    answer = NetworkAnswer(
        http_status=http_status, code=code, message=message, request_id="2026", duration_ms=3
    )
    return Response(answer=answer, failure=failure)


def _assert_row(response: Response, verdict: Any, error: type[Exception] | None) -> None:
    found = verdict_of(response)
    if verdict is AwaitReconnect:
        assert isinstance(found, AwaitReconnect)
        assert "the message" in found.problem
    else:
        assert found == verdict
    assert is_success(response) is (error is None)
    if error is not None:
        assert type(error_of(response)) is error


@pytest.mark.parametrize(("code", "verdict", "error"), ROWS + OTHER_CODES)
def test_each_code_has_its_meaning(code: int, verdict: Any, error: type[Exception] | None) -> None:
    """TikTok's code decides, for sending and for every other call."""
    _assert_row(_response(code=code), verdict, error)


def test_every_row_of_the_table_is_tested() -> None:
    """No code, status or failure is in the table without an expectation here."""
    assert {code for code, _, _ in ROWS} == set(CODES)
    assert set(STATUSES) <= {status for status, _, _ in STATUS_ROWS}
    assert {failure for failure, _, _ in FAILURE_ROWS} == set(FAILURES) == set(TransportFailure)


@pytest.mark.parametrize(("status", "verdict", "error"), STATUS_ROWS)
def test_each_status_without_an_envelope_has_its_meaning(
    status: int, verdict: Any, error: type[Exception]
) -> None:
    """A page of the gateway is judged by its status."""
    _assert_row(_response(http_status=status), verdict, error)


@pytest.mark.parametrize(("failure", "verdict", "error"), FAILURE_ROWS)
def test_each_transport_failure_has_its_meaning(
    failure: TransportFailure, verdict: Any, error: type[Exception]
) -> None:
    """Only a call that cannot have arrived leaves no doubt about the events."""
    _assert_row(_response(http_status=None, failure=failure), verdict, error)


@pytest.mark.parametrize("code", [0, 20001, 40002, 40105])
def test_a_gateway_fault_counts_before_any_code(code: int) -> None:
    """With HTTP 500 and above nothing is marked sent, dead or revoked."""
    _assert_row(_response(http_status=502, code=code), UNSURE, Unavailable)


@pytest.mark.parametrize("code", [40002, 40105])
def test_a_code_counts_before_a_refusing_status(code: int) -> None:
    """TikTok's own words are believed whatever 4xx they came with."""
    response = _response(http_status=400, code=code)

    assert verdict_of(response) == verdict_of(_response(code=code))


@pytest.mark.parametrize(
    ("code", "message", "pause"),
    [
        (40100, "Too many requests. Please retry in some time.", 0),
        (40100, "App 7300 reaches the QPS limit 10, current QPS is 11.", 0),
        (40100, "App 7300 reaches the QPM limit 600, current QPM is 601.", 300),
        (40100, "App 7300 reaches the QPD limit 864000, current QPD is 864001.", 3600),
        (
            40100,
            "Due to too many requests, requests from App are temporarily restricted.",
            300,
        ),
        (40132, "The request QPS is limited by pixel_code's value.", 0),
        (
            40133,
            "Advertiser (73)'s QPS (11.0) reaches QPS limit 10 for current path, request is "
            "temporarily restricted.",
            0,
        ),
        (40016, "QPM", 300),
    ],
)
def test_breached_quotas_are_waited_out(code: int, message: str, pause: int) -> None:
    """A second's quota recovers by itself, a minute's takes five minutes, a day's is asked hourly.

    Source: developer portal, "Rate limits".
    """
    expected = replace(SLOW, at_least_seconds=pause)

    assert verdict_of(_response(code=code, message=message)) == expected


@pytest.mark.parametrize(
    ("message", "suspect"),
    [
        ("Batch.0.properties.contents.0.content_id: Not a valid string", 0),
        ("Missing required field(s): data.3.event.", 3),
        ("Invalid value for data.17.properties.value: not a valid number.", 17),
        ("data[999].user.email: PII must be hashed with SHA-256.", 999),
        ("Invalid value for event_id: not a valid string.", None),
        ("data: Length must be between 1 and 1000.", None),
        ("metadata.4 is wrong", None),
        ("data.12345 is further than any call reaches", None),
    ],
)
def test_the_event_that_a_message_names_is_the_suspect(message: str, suspect: int | None) -> None:
    """TikTok names the place in the call in some of its messages; recorded and likely forms."""
    expected = replace(SPLIT, suspect=suspect)

    assert verdict_of(_response(code=40002, message=message)) == expected


def test_errors_carry_tiktoks_code_and_words() -> None:
    """The person reads what is wrong, and scripts read the code."""
    error = error_of(_response(code=40110, message="The auth_code is canceled."))

    assert isinstance(error, AdNetworkRefused)
    assert error.network_code == 40110
    assert "The auth_code is canceled." in error.message
    assert "start connecting again" in error.message


def test_a_refusal_without_a_code_carries_the_status() -> None:
    """A refusal by the gateway still has a number to look up."""
    error = error_of(_response(http_status=404))

    assert isinstance(error, AdNetworkRefused)
    assert error.network_code == 404
