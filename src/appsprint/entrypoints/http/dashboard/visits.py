"""Who is looking at a page: the cookie, the session behind it, and the token against forgery.

Every visitor who is shown a form has one random secret in a cookie. Signed in, it is the
session's; before, it is an anonymous one, which signing in replaces (rotation). The token that
each form sends back is derived from it, so another site can neither know nor set it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State

from appsprint.config import Settings
from appsprint.domain.access import Role
from appsprint.domain.app import App
from appsprint.domain.member import Member
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.errors import NotAuthenticated
from appsprint.services.secret_links import MAX_SECRET_LENGTH, new_secret
from appsprint.services.sessions import SignedIn

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
NOTICE_COOKIE = "appsprint_notice"
NOTICE_TONES = frozenset({"good", "info", "warn", "bad"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that the next page says once; ``tone`` is one of ``NOTICE_TONES``."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for a page.

    Attributes:
        secret: What the cookie holds, or shall hold.
        is_new: Whether the browser has to be given the cookie.
        signed_in: None for a visitor who is not.
        app: The app that the page's address names; None where it names none.
        form: What was sent; empty unless it is a POST.
        notice: What the page before wants to be said, once.
    """

    secret: str
    is_new: bool
    signed_in: SignedIn | None = None
    app: App | None = None
    form: Form
    notice: Notice | None = None

    @property
    def csrf(self) -> str:
        """A token for this visitor's forms."""
        return csrf_token(self.secret)

    @property
    def member(self) -> Member:
        """Who is signed in.

        Raises:
            NotAuthenticated: Nobody; pages with a role never see it.
        """
        if self.signed_in is None:
            raise NotAuthenticated("sign in first")
        return self.signed_in.member

    def may(self, role: str) -> bool:
        """Whether the visitor has a role; for what templates offer."""
        return self.signed_in is not None and self.signed_in.member.has_role(Role(role))


PageRequest = Request[Visit, None, State]


def visit_of(request: ASGIConnection[Any, Any, Any, Any]) -> Visit:
    """The visit that the guard found."""
    visit: Visit = request.scope["user"]
    return visit


def app_of(request: ASGIConnection[Any, Any, Any, Any]) -> App:
    """The app of an app's page."""
    app = visit_of(request).app
    assert app is not None  # noqa: S101 the guard loads it wherever the address names one
    return app


def csrf_token(secret: str) -> str:
    """A token against forged requests that belongs to a cookie's secret; each time another one.

    Pages are compressed and repeat what their address says, so a token that stayed the same could
    be guessed by the sizes of answers (BREACH, breachattack.com, 2013).
    """
    pad = token_bytes(hashlib.sha256().digest_size)
    return (pad + _covered(_csrf(secret), pad)).hex()


def is_csrf_token(token: str, secret: str) -> bool:
    """Whether ``csrf_token`` made the token for this secret."""
    try:
        told = bytes.fromhex(token)
    except ValueError:
        return False
    pad, covered = told[: len(told) // 2], told[len(told) // 2 :]
    is_whole = len(pad) == len(covered)
    return is_whole and hmac.compare_digest(_covered(covered, pad), _csrf(secret))


def _csrf(secret: str) -> bytes:
    return hmac.digest(secret.encode("utf-8", "replace"), b"csrf", "sha256")


def _covered(text: bytes, pad: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(text, pad, strict=True))


def is_secure(settings: Settings) -> bool:
    """Whether people reach the server over TLS, so that cookies must not leave it."""
    return urlsplit(settings.base_url).scheme == "https"


def cookie_name(settings: Settings) -> str:
    """With TLS the prefix keeps neighbours on the domain from setting it (RFC 6265bis, 4.1.3)."""
    return "__Host-appsprint" if is_secure(settings) else "appsprint"


def secret_cookie(settings: Settings, secret: str) -> Cookie:
    """The cookie that holds a visitor's secret; the server decides when a session ends."""
    return Cookie(
        key=cookie_name(settings),
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(settings),
        max_age=settings.session_days * 86_400,
    )


def found_secret(request: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str | None:
    """The secret in the visitor's cookie; None when there is none that can be ours."""
    found = request.cookies.get(cookie_name(settings), "")
    return found if 16 <= len(found) <= MAX_SECRET_LENGTH and found.isascii() else None


def fresh_secret() -> str:
    """A secret for a visitor who has none."""
    return new_secret()
