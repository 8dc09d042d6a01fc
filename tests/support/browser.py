"""A browser without a screen: keeps the cookie, sends forms with their token."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.member import Member
from appsprint.entrypoints.http.dashboard.visits import csrf_token
from appsprint.services.catalog import Services

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PASSWORD = "a good long password"
# The services of tests have an https address.
COOKIE = "__Host-appsprint"


class Browser:
    """One visitor of the dashboard.

    Attributes:
        secret: What the cookie holds; None before the first page.
    """

    def __init__(self, client: TestClient[Litestar]) -> None:
        self._client = client
        self.secret: str | None = None
        self.notice = ""

    def get(self, path: str, **headers: str) -> Response:
        """Load a page; redirects are not followed."""
        return self._ask("GET", path, headers)

    def post(self, path: str, csrf: str | None = None, **fields: Any) -> Response:
        """Send a form, with the token that its page would have had."""
        token = csrf_token(self.secret or "") if csrf is None else csrf
        body = urlencode({"csrf": token, **fields}, doseq=True).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, headers, body)

    def follow(self, answer: Response) -> Response:
        """Load the page that an answer sends the browser to."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Response:
        cookies = f"{COOKIE}={self.secret}" if self.secret else ""
        cookies += f"; appsprint_notice={self.notice}" if self.notice else ""
        sent = {"accept": ACCEPT, "cookie": cookies, **headers}
        self._client.cookies.clear()
        answer = self._client.request(
            method, path, headers=sent, content=body, follow_redirects=False
        )
        self._take_cookies(answer)
        return answer

    def _take_cookies(self, answer: Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            if name == COOKIE:
                self.secret = value
            elif name == "appsprint_notice":
                self.notice = value


def join(services: Services, email: str, role: str, app_ids: list[str] | None = None) -> Member:
    """A member who chose a password."""
    _, secret = services.members.invite(email, role, app_ids)
    return services.members.accept(secret, PASSWORD)


def text_of(answer: Response) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|style|svg).*?</\1>", "", answer.text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))
