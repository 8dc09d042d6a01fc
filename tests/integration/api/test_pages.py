"""The pages that people see in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.entrypoints.http.pages import prefers_json
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
    """HTML under a policy that allows nothing but its own style."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<html lang="en">' in answer.text


def test_home_tells_where_to_go(anonymous: Client) -> None:
    """Running, and the way to the API's documentation."""
    answer = anonymous.get("/", headers=BROWSER)

    assert_is_page(answer)
    assert "/api/openapi.json" in answer.text


def test_setup_makes_the_first_owner_once(plane: ControlPlane, anonymous: Client) -> None:
    """Opening the link changes nothing; the button makes the token and shows it once."""
    secret = plane.services.access.begin_setup()
    form = anonymous.get(f"/setup/{secret}", headers=BROWSER)
    assert_is_page(form)
    assert '<form method="post">' in form.text
    assert plane.services.access.needs_setup()

    done = anonymous.post(f"/setup/{secret}", headers=BROWSER)

    assert_is_page(done)
    found = re.search(r"<pre>(ast_[\w-]+)</pre>", done.text)
    assert found is not None
    me = anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {found.group(1)}"})
    assert me.json()["role"] == "owner"
    assert_is_page(anonymous.get(f"/setup/{secret}"), 404)
    assert_is_page(anonymous.post(f"/setup/{secret}"), 404)


@pytest.mark.parametrize("secret", ["guess", "%00", "ä", "x" * 5_000])
def test_guesses_at_the_setup_link_are_404(
    plane: ControlPlane, anonymous: Client, secret: str
) -> None:
    """Before and while a setup is open."""
    assert_is_page(anonymous.get(f"/setup/{secret}"), 404)
    plane.services.access.begin_setup()
    assert_is_page(anonymous.get(f"/setup/{secret}"), 404)
    assert_is_page(anonymous.post(f"/setup/{secret}"), 404)
    assert plane.services.access.needs_setup()


def test_setup_link_ends_when_an_owner_came_another_way(
    plane: ControlPlane, anonymous: Client
) -> None:
    """The form is not offered, and the button finds a conflict."""
    secret = plane.services.access.begin_setup()
    plane.services.access.create_token("Ann", "owner")

    assert_is_page(anonymous.get(f"/setup/{secret}"), 404)
    assert_is_page(anonymous.post(f"/setup/{secret}"), 409)


def test_browser_is_sent_back_to_the_dashboard(
    client: Client, app: dict[str, Any], base: str
) -> None:
    """After approving, and the page there says how it went."""
    state = begin(client, base)

    answer = client.get(
        f"/oauth/tiktok/callback?auth_code=code-1&code=code-1&state={state}",
        headers=BROWSER,
        follow_redirects=False,
    )

    assert answer.status_code == 303
    place = f"/apps/{app['id']}/integrations/tiktok?result=connected"
    assert answer.headers["location"] == place
    page = client.get(place, headers=BROWSER)
    assert_is_page(page)
    assert "TikTok Ads is connected" in page.text


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


@pytest.mark.parametrize("query", ["", "?result=other", "?result=<script>"])
def test_integration_page_tells_nothing_of_the_app(anonymous: Client, query: str) -> None:
    """Anybody may open it, with any app's id and any result."""
    answer = anonymous.get(f"/apps/app_none/integrations/tiktok{query}")

    assert_is_page(answer)
    assert "app_none" not in answer.text


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
