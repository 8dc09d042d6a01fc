"""Who may ask: the checks of the ``Access-Token`` header and of the advertiser asked about."""

from collections.abc import Iterable
from enum import Enum

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError, Code
from appsprint.adapters.networks.tiktok.sandbox.entities import Grant
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.world import World

TOKEN_REJECTED = "Access token is incorrect or has been revoked."


class Scope(Enum):
    """What an endpoint needs: one of these permissions (developer portal, list of scopes)."""

    ACCOUNT = frozenset({1, 10, 100})
    CAMPAIGN = frozenset({2, 20, 200})
    ADGROUP = frozenset({2, 21, 210})
    AD = frozenset({2, 22, 220})
    REPORT = frozenset({4, 44})
    PIXEL = frozenset({8, 800})


# What a recorded token carried: account, campaign, ad group and ad read, reports, pixels, events.
ALL_SCOPES = (1, 2, 4, 5, 8, 10, 20, 21, 22, 44, 51, 200, 210, 220, 800)


def require_token(world: World, request: Request) -> str:
    """A token of either kind that exists; otherwise an ``ApiError``."""
    token = request.access_token
    if not token:
        message = "Access token is null, you should set it in http header with key Access-Token."
        raise ApiError(Code.TOKEN_MISSING, message)
    if token not in world.grants and token not in world.events_tokens:
        raise ApiError(Code.TOKEN_REJECTED, TOKEN_REJECTED)
    return token


def require_grant(world: World, request: Request) -> Grant:
    """The OAuth grant behind the token. An Events API token may not read anything."""
    token = require_token(world, request)
    grant = world.grants.get(token)
    if grant is None:
        message = f"No permission: this access token can not be used for {request.path}"
        raise ApiError(Code.NO_PERMISSION, message)
    return grant


def require_scope(grant: Grant, scope: Scope, request: Request) -> None:
    """Nothing when the person granted the permission; otherwise an ``ApiError``."""
    if grant.scopes is not None and scope.value.isdisjoint(grant.scopes):
        message = f"No permission: the scope for {request.path} was not granted"
        raise ApiError(Code.NO_PERMISSION, message)


def require_advertisers(world: World, grant: Grant, advertiser_ids: Iterable[str]) -> None:
    """Nothing when the grant reaches all of them; otherwise an ``ApiError`` names the first."""
    reach = world.reach_of(grant)
    for advertiser_id in advertiser_ids:
        if advertiser_id not in world.advertisers:
            message = f"The advertiser {advertiser_id} doesn't exist or has been deleted."
            raise ApiError(Code.NO_PERMISSION, message)
        if advertiser_id not in reach:
            message = f"No permission to operate advertiser: {advertiser_id}"
            raise ApiError(Code.NO_PERMISSION, message)
