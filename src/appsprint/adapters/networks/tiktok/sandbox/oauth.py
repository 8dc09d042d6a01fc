"""The OAuth endpoints: exchange of a code, the advertisers of a token, revocation.

After the authentication and authorisation pages of the developer portal (1738373164380162 and
1738373141733378, v1.3, July 2026). Access tokens do not expire and have no refresh token.
"""

import secrets
from dataclasses import replace
from datetime import datetime

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError, Code, Reply
from appsprint.adapters.networks.tiktok.sandbox.entities import Grant
from appsprint.adapters.networks.tiktok.sandbox.permissions import (
    ALL_SCOPES,
    TOKEN_REJECTED,
    Scope,
    require_grant,
    require_scope,
)
from appsprint.adapters.networks.tiktok.sandbox.requests import Request, json_or_none
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.world import AuthCode, World


def access_token(sandbox: Sandbox, request: Request) -> Reply:
    """``POST /oauth2/access_token/``: a code, once and within its hour, becomes a token."""
    app_id, secret, code = request.require_body("app_id", "secret", "auth_code")
    world = sandbox.world
    _require_app(world, app_id, secret)
    approval = _usable_code(world, app_id, code, sandbox.now())
    scopes = [scope for scope in ALL_SCOPES if scope not in approval.withheld_scopes]
    grant = Grant(
        access_token=secrets.token_hex(20),
        app_id=app_id,
        advertiser_ids=list(approval.advertiser_ids),
        account_id=approval.account_id,
        scopes=scopes,
    )
    world.auth_codes[code] = replace(approval, is_used=True)
    world.grants[grant.access_token] = grant
    body = json_or_none(request.body)
    wants_ids = isinstance(body, dict) and body.get("return_advertiser_ids") is not False
    advertiser_ids = world.reach_of(grant) if wants_ids else []
    return Reply(
        {
            "access_token": grant.access_token,
            "advertiser_ids": advertiser_ids,
            "scope": scopes,
        }
    )


def advertiser_get(sandbox: Sandbox, request: Request) -> Reply:
    """``GET /oauth2/advertiser/get/``: the advertisers that the token reaches, not paged."""
    grant = require_grant(sandbox.world, request)
    require_scope(grant, Scope.ACCOUNT, request)
    app_id, secret = request.require("app_id", "secret")
    if grant.app_id != app_id:
        message = (
            "The app_id is inconsistent with the token's app information. "
            "Please retry after correcting it."
        )
        raise ApiError(Code.APP_MISMATCH, message)
    _require_app(sandbox.world, app_id, secret)
    listed = [
        {"advertiser_id": item, "advertiser_name": sandbox.world.advertisers[item].name}
        for item in sandbox.world.reach_of(grant)
    ]
    return Reply({"list": listed}, len(listed))


def revoke_token(sandbox: Sandbox, request: Request) -> Reply:
    """``POST /oauth2/revoke_token/``: the token stops working at once."""
    app_id, secret, token = request.require_body("app_id", "secret", "access_token")
    _require_app(sandbox.world, app_id, secret)
    grant = sandbox.world.grants.get(token)
    if grant is None or grant.app_id != app_id:
        raise ApiError(Code.TOKEN_REJECTED, TOKEN_REJECTED)
    advertiser_ids = sandbox.world.reach_of(grant)
    sandbox.world.revoke(token)
    return Reply({"app_id": app_id, "advertiser_ids": advertiser_ids})


def _require_app(world: World, app_id: str, secret: str) -> None:
    app = world.apps.get(app_id)
    if app is None or not secrets.compare_digest(app.secret.encode(), secret.encode()):
        raise ApiError(Code.APP_MISMATCH, "The app_id or the secret is incorrect.")


def _usable_code(world: World, app_id: str, code: str, now: datetime) -> AuthCode:
    approval = world.auth_codes.get(code)
    if approval is None or approval.app_id != app_id:
        message = "Invalid auth_code. Please re-authorize and try again with a new auth_code."
        raise ApiError(Code.BAD_AUTH_PARAMETERS, message)
    if approval.is_used or now >= approval.expires_at:
        message = (
            "The auth_code is canceled. Please re-authorize and try again with a new auth_code."
        )
        raise ApiError(Code.AUTH_CODE_USED, message)
    return approval
