"""Apple's AdServices over real HTTP: the stand-in, and servers that misbehave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appsprint.adapters.networks.apple_ads.adservices import AppleAdServices, read_record
from appsprint.adapters.networks.apple_ads.sandbox import AppleSandbox, record_of
from appsprint.domain.apple_ads import CLAIM_FIELDS, Claimed, NoClaim
from tests.integration.scripted_server import ScriptedServer, Step, scripted_server
from tests.support.sdk import Sdk, ios_install
from tests.support.server import LiveServer
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def sandbox() -> Iterator[AppleSandbox]:
    """The stand-in."""
    with AppleSandbox() as running:
        yield running


@pytest.fixture
def apple(sandbox: AppleSandbox) -> Iterator[AppleAdServices]:
    """A client of it."""
    client = AppleAdServices(url=sandbox.url)
    yield client
    client.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Something between us and Apple."""
    with scripted_server() as running:
        yield running


def test_a_claim_comes_as_texts(apple: AppleAdServices) -> None:
    """By Apple's names, ids among them."""
    found = apple.resolve("any+token/with=odd characters")

    assert isinstance(found, Claimed)
    told = record_of("any+token/with=odd characters")
    assert found.claim.fields == {name: str(told[name]) for name in CLAIM_FIELDS if name in told}
    assert found.claim.campaign_id == str(told["campaignId"])


@pytest.mark.parametrize(
    ("token", "answer"),
    [
        ("organic-1", NoClaim.NONE),
        ("invalid-1", NoClaim.INVALID_TOKEN),
        ("unknown-1", NoClaim.NOT_FOUND),
        ("down-1", NoClaim.UNAVAILABLE),
    ],
)
def test_each_of_apples_answers(apple: AppleAdServices, token: str, answer: NoClaim) -> None:
    """By its status."""
    assert apple.resolve(token) is answer


def test_a_token_can_be_too_new(apple: AppleAdServices) -> None:
    """Apple knows it a little later."""
    assert apple.resolve("early-1") is NoClaim.NOT_FOUND
    assert isinstance(apple.resolve("early-1"), Claimed)


def test_the_next_question_is_answered_with_apples_claim(
    sandbox: AppleSandbox, tmp_path: Path
) -> None:
    """A whole server, which asks on its own and lets the token be found late."""
    with LiveServer(tmp_path, apple_adservices_url=sandbox.url) as server:
        phone = Sdk(server, server.new_app("ios").key)
        device = ios_install()
        phone.install({**device, "adServicesToken": "a-token"})

        def told() -> dict[str, Any]:
            answer = phone.attribution(device["appsprintId"]).json()["attribution"]
            return answer if answer["isAttributed"] else {}

        answer = wait_for(told)
    assert (answer["source"], answer["matchType"]) == ("apple_ads", "apple_ads")
    expected = {name: str(value) for name, value in record_of("a-token").items()}
    assert answer["appleAds"] | {"attribution": "True"} == expected


def test_the_token_travels_as_plain_text(server: ScriptedServer) -> None:
    """To the very address, with the slash at its end that Apple's has."""
    server.will_answer(b'{"attribution": false}')
    client = AppleAdServices(url=f"{server.url}/api/v1")

    assert client.resolve("to ken") is NoClaim.NONE
    client.close()

    [request] = server.requests
    assert request.line.startswith("POST /api/v1/ ")
    assert request.headers["content-type"] == "text/plain"
    assert request.body == b"to ken"


@pytest.mark.parametrize("step", [Step(cuts=True), Step(sent=(b"HTTP/1.1 200 OK\r\n\r\n<html>",))])
def test_what_is_no_answer_of_apples_can_be_mended_by_time(
    server: ScriptedServer, step: Step
) -> None:
    """A cut connection, or a page of somebody in between."""
    server.steps.append(step)
    client = AppleAdServices(url=server.url, timeout_seconds=2)

    assert client.resolve("token") is NoClaim.UNAVAILABLE
    client.close()


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"attribution": True},
        {"attribution": 1, "campaignId": 5},
        {"attribution": True, "campaignId": None},
        {"attribution": "true", "campaignId": 5},
    ],
)
def test_a_record_without_a_campaign_is_none(record: dict[str, object]) -> None:
    """Credit needs one."""
    assert read_record(json.dumps(record).encode()) is NoClaim.UNAVAILABLE


def test_a_record_is_bounded() -> None:
    """What is strange in it is left out."""
    told = {
        "attribution": True,
        "campaignId": 5,
        "clickDate": "2026" * 100,
        "adId": [1],
        "orgId": True,
        "more": "x",
    }
    found = read_record(json.dumps(told).encode())

    assert isinstance(found, Claimed)
    assert set(found.claim.fields) == {"campaignId", "clickDate"}
    assert len(found.claim.fields["clickDate"]) == 100
