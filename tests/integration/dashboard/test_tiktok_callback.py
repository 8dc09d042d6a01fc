"""The way back from TikTok."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.entrypoints.http.dashboard.tiktok_callback import prefers_json
from appsprint.errors import AdNetworkUnavailable
from tests.support.control_plane import ControlPlane

Client = TestClient[Litestar]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}


def begin(client: Client, base: str) -> str:
    """The state of an authorisation that was begun."""
    url: str = client.post(f"{base}/tiktok/authorize").json()["authorize_url"]
    return parse_qs(urlsplit(url).query)["state"][0]


def assert_is_page(answer: Any, status: int = 200) -> None:
    """A page for people."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.fixture
def app(client: Client, plane: ControlPlane) -> dict[str, Any]:
    """An iOS app."""
    return {"id": plane.ios_app().id}


@pytest.fixture
def base(app: dict[str, Any]) -> str:
    """The address of the app in the API."""
    return f"/api/v1/apps/{app['id']}"


def test_browser_is_sent_back_to_the_dashboard(
    plane: ControlPlane, client: Client, app: dict[str, Any], base: str
) -> None:
    """After approving; the audit log names who began, as nobody is signed in."""
    state = begin(client, base)

    answer = client.get(
        f"/oauth/tiktok/callback?auth_code=code-1&code=code-1&state={state}",
        headers=BROWSER,
        follow_redirects=False,
    )

    assert answer.status_code == 303
    place = f"/apps/{app['id']}/integrations/tiktok?result=connected"
    assert answer.headers["location"] == place
    owner = plane.services.access.list_tokens()[0]
    newest = plane.services.audit.page(None, read_by=owner)[0].entry
    assert (newest.action, newest.actor.name) == ("tiktok.connected", "Ann")


def test_script_gets_json(client: Client, app: dict[str, Any], base: str) -> None:
    """The app and its status, nothing of the account."""
    state = begin(client, base)

    answer = client.get(f"/oauth/tiktok/callback?auth_code=c&state={state}", headers=SCRIPT)

    assert answer.status_code == 200
    assert answer.json() == {"app_id": app["id"], "status": "choose_advertiser"}


@pytest.mark.parametrize("query", ["", "state=x", "auth_code=c&state=x", "auth_code=c", "%ff=%ff"])
def test_bad_state_is_400_without_an_exchange(
    plane: ControlPlane, client: Client, base: str, query: str
) -> None:
    """A page for people, our shape for scripts, and nothing changes."""
    begin(client, base)

    page = client.get(f"/oauth/tiktok/callback?{query}", headers=BROWSER)
    answer = client.get(f"/oauth/tiktok/callback?{query}", headers=SCRIPT)

    assert_is_page(page, 400)
    assert "Nothing was changed" in page.text
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_state")
    assert set(answer.json()) == {"error", "message", "details"}
    assert plane.network.flow.used_codes == set()
    assert client.get(f"{base}/tiktok").json()["status"] == "not_connected"


def test_used_state_is_400(plane: ControlPlane, client: Client, base: str) -> None:
    """Going back in the browser does not connect again."""
    address = f"/oauth/tiktok/callback?auth_code=c&state={begin(client, base)}"
    assert client.get(address, headers=SCRIPT).status_code == 200

    again = client.get(address, headers=SCRIPT)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_state")
    assert "finished already" in again.json()["message"]
    assert plane.network.flow.used_codes == {"c"}


def test_denial_is_told_and_uses_up_the_state(client: Client, base: str) -> None:
    """TikTok sends nothing when a person says no."""
    state = begin(client, base)

    page = client.get(f"/oauth/tiktok/callback?state={state}", headers=BROWSER)
    again = client.get(f"/oauth/tiktok/callback?auth_code=c&state={state}", headers=SCRIPT)

    assert_is_page(page, 400)
    assert "TikTok Ads was not connected" in page.text
    assert "not approved" in page.text
    assert again.json()["error"] == "invalid_state"


def test_network_that_does_not_answer_is_told(
    plane: ControlPlane, client: Client, base: str
) -> None:
    """As a page with the network's words."""
    state = begin(client, base)
    plane.network.flow.failure = AdNetworkUnavailable("TikTok gave no answer")

    page = client.get(f"/oauth/tiktok/callback?auth_code=c&state={state}", headers=BROWSER)

    assert_is_page(page, 503)
    assert "TikTok gave no answer." in page.text


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", True),
        ("application/json, text/plain, */*", False),
        ("application/json, */*;q=0.1", True),
        ("text/html;q=0.9, application/json", True),
        ("text/html, application/json;q=0.9", False),
        (BROWSER["Accept"], False),
        ("*/*", False),
        ("", False),
        ("application/*", True),
        ("application/json;q=0", False),
        ("application/json;q=x", False),
        ("APPLICATION/JSON; Q=1", True),
        ("application/json;v=1;q=0.5, text/*;q=0.4", True),
    ],
)
def test_accept_header_decides(accept: str, expected: bool) -> None:
    """The most specific range of each kind counts (RFC 9110, 12.5.1)."""
    assert prefers_json(accept) is expected
