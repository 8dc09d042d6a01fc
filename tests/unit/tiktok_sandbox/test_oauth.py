"""Authorisation: the page, the code, the token, and losing access again."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from appsprint.adapters.networks.tiktok.sandbox.answers import Answer
from appsprint.adapters.networks.tiktok.sandbox.entities import Account, DeveloperApp
from appsprint.adapters.networks.tiktok.sandbox.oauth_pages import authorisation
from appsprint.adapters.networks.tiktok.sandbox.permissions import ALL_SCOPES
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from tests.unit.tiktok_sandbox.builders import (
    ADVERTISER,
    FOREIGN_ADVERTISER,
    NOW,
    TOKEN,
    ask,
    error_of,
    make_request,
    make_sandbox,
)

EXCHANGE = "/oauth2/access_token/"
CALLBACK = "http://localhost:9/cb?x=1"
APP = {"app_id": "app", "secret": "secret"}
CANCELED = "The auth_code is canceled. Please re-authorize and try again with a new auth_code."
INVALID = "Invalid auth_code. Please re-authorize and try again with a new auth_code."


def visit(sandbox: Sandbox, **changes: str) -> Answer:
    """Open the page of the authorisation."""
    query = {"app_id": "app", "redirect_uri": CALLBACK, "state": "s&1", **changes}
    return authorisation(sandbox, make_request("/portal/auth", query=query))


def returned(answer: Answer) -> dict[str, list[str]]:
    """The parameters with which the browser is sent back."""
    assert answer.status == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def approve(sandbox: Sandbox) -> str:
    """The code of an approval."""
    return returned(visit(sandbox, auto="approve"))["auth_code"][0]


def exchange(sandbox: Sandbox, code: str, **changes: Any) -> Any:
    """The answer to a code."""
    return ask(sandbox, EXCHANGE, body={**APP, "auth_code": code, **changes}, token=None)


def test_the_page_says_who_asks_for_what() -> None:
    """App, account, advertisers and both buttons are on it, and nothing is decided yet."""
    answer = visit(make_sandbox())

    text = answer.body.decode()
    assert answer.status == 200
    for part in ("Sandbox app", "Ada", f"Shop {ADVERTISER}", "Approve", "Deny", "s&amp;1"):
        assert part in text


def test_what_comes_from_the_address_is_escaped() -> None:
    """A state cannot put markup into the page."""
    text = visit(make_sandbox(), state='"><script>alert(1)</script>').body.decode()

    assert "<script" not in text


def test_approval_returns_the_code_under_both_names_with_the_state() -> None:
    """Both names are seen in practice; the address keeps its own parameters."""
    parameters = returned(visit(make_sandbox(), auto="approve"))

    assert parameters["auth_code"] == parameters["code"]
    assert parameters["state"] == ["s&1"]
    assert parameters["x"] == ["1"]


def test_denial_comes_back_without_a_code() -> None:
    """The state tells which attempt was denied."""
    assert returned(visit(make_sandbox(), auto="deny")) == {"state": ["s&1"], "x": ["1"]}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"app_id": "other"}, id="unknown app"),
        pytest.param({"account": "other"}, id="unknown account"),
        pytest.param({"redirect_uri": ""}, id="no way back"),
        pytest.param({"redirect_uri": "javascript:alert(1)"}, id="a script"),
        pytest.param({"redirect_uri": "https://"}, id="no host"),
        pytest.param({"redirect_uri": "https://x/\r\nSet-Cookie: a=b"}, id="a line break"),
        pytest.param({"redirect_uri": "http://[bad"}, id="no address at all"),
    ],
)
@pytest.mark.parametrize("auto", ["", "approve", "deny"])
def test_a_wrong_request_ends_on_the_page(changes: dict[str, str], auto: str) -> None:
    """Nobody is sent anywhere when app, account or way back are wrong."""
    answer = visit(make_sandbox(), auto=auto, **changes)

    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("redirect_uri", "status"),
    [("https://a.example/cb", 302), ("https://a.example/cb/", 400), (CALLBACK, 400)],
)
def test_registered_addresses_must_match_exactly(redirect_uri: str, status: int) -> None:
    """An app that lists addresses is sent to no other."""
    app = DeveloperApp(app_id="app", secret="secret", redirect_uris=["https://a.example/cb"])

    answer = visit(make_sandbox(apps=[app]), redirect_uri=redirect_uri, auto="approve")

    assert answer.status == status


def test_foreign_letters_travel_percent_encoded() -> None:
    """A header is ASCII."""
    answer = visit(make_sandbox(), redirect_uri="https://a.example/é b", state="ü", auto="deny")

    assert answer.headers["Location"] == "https://a.example/%C3%A9%20b?state=%C3%BC"


def test_a_code_becomes_a_token_that_works() -> None:
    """The token is 40 hex digits, names its advertisers and never says when it expires."""
    sandbox = make_sandbox()

    data = exchange(sandbox, approve(sandbox))

    assert data.keys() == {"access_token", "advertiser_ids", "scope"}
    assert data["advertiser_ids"] == [ADVERTISER]
    assert len(data["access_token"]) == 40
    query = {"advertiser_id": ADVERTISER}
    assert ask(sandbox, "/campaign/get/", query=query, token=data["access_token"])["list"]


def test_advertisers_can_be_left_out() -> None:
    """For people with thousands of accounts."""
    sandbox = make_sandbox()

    data = exchange(sandbox, approve(sandbox), return_advertiser_ids=False)

    assert data["advertiser_ids"] == []


def test_a_code_works_once() -> None:
    """The second exchange is refused, and the first token stays good."""
    sandbox = make_sandbox()
    code = approve(sandbox)
    exchange(sandbox, code)

    assert error_of(lambda: exchange(sandbox, code)) == (40110, CANCELED)


@pytest.mark.parametrize(
    ("age", "is_good"),
    [(timedelta(minutes=59, seconds=59), True), (timedelta(hours=1), False)],
)
def test_a_code_lives_for_an_hour(age: timedelta, *, is_good: bool) -> None:
    """From the hour on it counts as canceled."""
    clock: list[datetime] = [NOW]
    sandbox = Sandbox(make_sandbox().world, now=lambda: clock[-1])
    code = approve(sandbox)
    clock.append(NOW + age)

    if is_good:
        assert exchange(sandbox, code)["access_token"]
    else:
        assert error_of(lambda: exchange(sandbox, code)) == (40110, CANCELED)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"secret": "wrong"}, 40113, "The app_id or the secret is incorrect."),
        ({"app_id": "wrong"}, 40113, "The app_id or the secret is incorrect."),
        ({"auth_code": "unknown"}, 40101, INVALID),
        ({"app_id": "app2", "secret": "secret2"}, 40101, INVALID),
        ({"secret": ""}, 40002, "Missing required field(s): secret."),
        ({"app_id": 7}, 40002, "Invalid value for app_id: not a valid string."),
    ],
)
def test_each_wrong_exchange_has_its_answer(
    changes: dict[str, Any], code: int, message: str
) -> None:
    """App and secret are checked before the code; a code is its app's own."""
    sandbox = make_sandbox(apps=[DeveloperApp(app_id="app2", secret="secret2")])
    approved = approve(sandbox)

    assert error_of(lambda: exchange(sandbox, approved, **changes)) == (code, message)


@pytest.mark.parametrize("endpoint", [EXCHANGE, "/oauth2/revoke_token/"])
def test_a_body_must_be_a_json_object(endpoint: str) -> None:
    """Anything else is unreadable."""
    sandbox = make_sandbox()

    assert error_of(lambda: ask(sandbox, endpoint, body=b"x")) == (40002, "Invalid JSON body.")


def test_the_advertisers_of_a_token_are_listed() -> None:
    """With name, not paged."""
    data = ask(make_sandbox(), "/oauth2/advertiser/get/", query=APP)

    assert data == {
        "list": [{"advertiser_id": ADVERTISER, "advertiser_name": f"Shop {ADVERTISER}"}]
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"app_id": "app"}, 40002),
        ({"app_id": "app2", "secret": "secret2"}, 40113),
        ({"app_id": "app", "secret": "wrong"}, 40113),
    ],
)
def test_listing_advertisers_needs_the_tokens_own_app(query: dict[str, str], code: int) -> None:
    """Another app's id is inconsistent with the token."""
    sandbox = make_sandbox(apps=[DeveloperApp(app_id="app2", secret="secret2")])

    assert error_of(lambda: ask(sandbox, "/oauth2/advertiser/get/", query=query))[0] == code


def test_a_revoked_token_is_rejected_everywhere() -> None:
    """Revocation names the advertisers that are out of reach now."""
    sandbox = make_sandbox()

    data = ask(sandbox, "/oauth2/revoke_token/", body={**APP, "access_token": TOKEN}, token=None)

    assert data == {"app_id": "app", "advertiser_ids": [ADVERTISER]}
    query = {"advertiser_id": ADVERTISER}
    assert error_of(lambda: ask(sandbox, "/campaign/get/", query=query))[0] == 40105


def test_revoking_an_unknown_token_is_refused() -> None:
    """There is nothing to revoke."""
    sandbox = make_sandbox()
    body = {**APP, "access_token": "x"}

    assert error_of(lambda: ask(sandbox, "/oauth2/revoke_token/", body=body))[0] == 40105


def test_a_person_who_loses_an_advertiser_takes_the_token_along() -> None:
    """A token reaches only what the account behind it still reaches."""
    both = Account(account_id="acc", name="Ada", advertiser_ids=[ADVERTISER, FOREIGN_ADVERTISER])
    sandbox = make_sandbox(accounts=[both])
    token = exchange(sandbox, approve(sandbox))["access_token"]

    sandbox.world.accounts["acc"] = Account(
        account_id="acc", name="Ada", advertiser_ids=[FOREIGN_ADVERTISER]
    )

    data = ask(sandbox, "/oauth2/advertiser/get/", query=APP, token=token)
    assert [row["advertiser_id"] for row in data["list"]] == [FOREIGN_ADVERTISER]


def test_a_person_can_withhold_permissions() -> None:
    """The token says what it may, and misses what was left out."""
    careful = Account(
        account_id="acc", name="Ada", advertiser_ids=[ADVERTISER], withheld_scopes=[1, 10, 100]
    )
    sandbox = make_sandbox(accounts=[careful])

    granted = exchange(sandbox, approve(sandbox))

    assert set(ALL_SCOPES) - set(granted["scope"]) == {1, 10}
    endpoint, token = "/oauth2/advertiser/get/", granted["access_token"]
    code, message = error_of(lambda: ask(sandbox, endpoint, query=APP, token=token))
    assert (code, endpoint in message) == (40001, True)
