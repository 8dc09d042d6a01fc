"""The page on which a person approves or denies an app, and the way back to the app.

``GET /portal/auth?app_id=&state=&redirect_uri=``. Approving sends ``auth_code``, the same as
``code``, and ``state`` to the redirect address; a denial comes back without a code (TikTok's
developer portal, page 1738373141733378; what a denial looks like is our inference).
"""

import secrets
import string
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from http import HTTPStatus
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from appsprint.adapters.networks.tiktok.sandbox.answers import Answer, html, redirect
from appsprint.adapters.networks.tiktok.sandbox.entities import Account, DeveloperApp
from appsprint.adapters.networks.tiktok.sandbox.page_layout import page
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.world import AuthCode

AUTH_CODE_LIFETIME = timedelta(hours=1)
_ACCESS = (
    "Read your ad accounts",
    "Read campaigns, ad groups and ads",
    "Read reports",
    "Read pixels",
    "Send conversion events",
)


def authorisation(sandbox: Sandbox, request: Request) -> Answer:
    """The page; with ``auto=approve`` or ``auto=deny`` the answer to its buttons at once."""
    app = sandbox.world.apps.get(request.query.get("app_id", ""))
    account = _account_of(sandbox, request)
    redirect_uri = request.query.get("redirect_uri", "")
    if app is None:
        return _refusal("There is no developer app with this app_id.")
    if account is None:
        return _refusal("There is no such TikTok For Business account.")
    if not _may_return_to(redirect_uri, app):
        return _refusal("The redirect_uri is missing or not registered for this app.")
    match request.query.get("auto"):
        case "approve":
            code = _new_code(sandbox, app, account)
            return _back(redirect_uri, request, {"auth_code": code, "code": code})
        case "deny":
            return _back(redirect_uri, request, {})
        case _:
            return html(_consent(sandbox, request, app, account))


def _account_of(sandbox: Sandbox, request: Request) -> Account | None:
    """The account named by ``account``, otherwise the first one."""
    accounts = sandbox.world.accounts
    wanted = request.query.get("account")
    return accounts.get(wanted) if wanted else next(iter(accounts.values()), None)


def _may_return_to(redirect_uri: str, app: DeveloperApp) -> bool:
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return False
    # A line break would end the header, and other schemes would run in this page's name.
    if parts.scheme not in {"http", "https"} or not parts.netloc or not redirect_uri.isprintable():
        return False
    return redirect_uri in app.redirect_uris or not app.redirect_uris


def _new_code(sandbox: Sandbox, app: DeveloperApp, account: Account) -> str:
    code = secrets.token_hex(20)
    sandbox.world.auth_codes[code] = AuthCode(
        app_id=app.app_id,
        account_id=account.account_id,
        advertiser_ids=tuple(account.advertiser_ids),
        withheld_scopes=frozenset(account.withheld_scopes),
        expires_at=sandbox.now() + AUTH_CODE_LIFETIME,
    )
    return code


def _back(redirect_uri: str, request: Request, outcome: Mapping[str, str]) -> Answer:
    parts = urlsplit(redirect_uri)
    parameters = dict(outcome)
    if "state" in request.query:
        parameters["state"] = request.query["state"]
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    target = urlunsplit(parts._replace(query=query))
    # A header is ASCII without spaces: the rest travels percent-encoded.
    return redirect(quote(target, safe=string.punctuation))


def _consent(sandbox: Sandbox, request: Request, app: DeveloperApp, account: Account) -> str:
    advertisers = [
        f"<li>{escape(sandbox.world.advertisers[item].name)} <code>{escape(item)}</code></li>"
        for item in account.advertiser_ids
        if item in sandbox.world.advertisers
    ]
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(request.query[name])}">'
        for name in ("app_id", "state", "redirect_uri", "account")
        if name in request.query
    )
    return page(
        "Authorise an app",
        f"<p><strong>{escape(app.name)}</strong> <code>{escape(app.app_id)}</code> asks "
        f"<strong>{escape(account.name)}</strong> for access to:</p>"
        f"<ul>{''.join(f'<li>{item}</li>' for item in _ACCESS)}</ul>"
        f"<p>for these ad accounts:</p><ul>{''.join(advertisers)}</ul>"
        f'<form method="get" action="/portal/auth">{hidden}'
        '<button name="auto" value="approve">Approve</button> '
        '<button name="auto" value="deny">Deny</button></form>',
    )


def _refusal(reason: str) -> Answer:
    return html(
        page("This request can not be authorised", f"<p>{escape(reason)}</p>"),
        HTTPStatus.BAD_REQUEST,
    )
