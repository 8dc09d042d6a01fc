"""Routes of API tokens, and who is calling."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import ApiToken, Role
from appsprint.domain.ids import TokenId
from appsprint.entrypoints.http.api.creating import created
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of


class NewTokenBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a token is made of."""

    name: Annotated[
        str,
        Meta(
            description="Who or what uses it.",
            extra_json_schema={"minLength": 1, "maxLength": 200},
        ),
    ]
    role: Annotated[
        str,
        Meta(
            description="`viewer` reads, `editor` writes, `owner` manages members and tokens too.",
            extra_json_schema={"enum": list(Role)},
        ),
    ]
    app_ids: Annotated[
        list[str] | None, Meta(description="The apps it is limited to; null for all.")
    ] = None


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A token; never its text.

    `member_id` is the member it belongs to, null for the operator's own: it may do no more than
    that member, and ends when they are removed.
    """

    id: str
    name: str
    member_id: str | None
    role: Role
    app_ids: list[str] | None
    created_at: UtcTime
    revoked_at: UtcTime | None


class NewTokenAnswer(TokenAnswer, frozen=True, kw_only=True):
    """A new token; `token` is shown only in this answer."""

    token: str


@route(
    "POST",
    "/tokens",
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    body=NewTokenBody,
    answer=NewTokenAnswer,
    status=201,
)
def create_token(request: ApiRequest, body: RawBody) -> Response[bytes]:
    """Create an API token, which can be limited to some apps."""
    wanted = read_body(request, body, NewTokenBody)
    prepare = partial(
        services_of(request).access.token_creation,
        wanted.name,
        wanted.role,
        wanted.app_ids,
        granted_by=request.user,
    )
    return created(request, body, prepare, new_token_answer)


@route(
    "GET",
    "/tokens",
    role=Role.OWNER,
    tag=ApiTag.ACCESS,
    query=PageQuery,
    answer=Page[TokenAnswer],
)
def list_tokens(request: ApiRequest) -> Page[TokenAnswer]:
    """List API tokens, oldest first, revoked ones included."""
    query = read_query(request, PageQuery)
    after = query.after or ""
    tokens = services_of(request).access.list_tokens(within=request.user)
    found = [token for token in tokens if token.id > after]
    return page_of(found, query, id_of=lambda token: token.id, render=token_answer)


@route(
    "DELETE", "/tokens/{token_id:str}", role=Role.OWNER, tag=ApiTag.ACCESS, answer=None, status=204
)
def revoke_token(request: ApiRequest, token_id: PathId) -> None:
    """Revoke an API token; it stops working at once."""
    services_of(request).access.revoke_token(TokenId(token_id), revoked_by=request.user)


@route("GET", "/me", role=Role.VIEWER, tag=ApiTag.ACCESS, answer=TokenAnswer)
def get_me(request: ApiRequest) -> TokenAnswer:
    """Show the token that is calling, with what it may do now."""
    return token_answer(request.user)


def token_answer(token: ApiToken) -> TokenAnswer:
    """A token without its text, as it is answered."""
    return TokenAnswer(
        id=token.id,
        name=token.name,
        member_id=token.member_id,
        role=token.role,
        app_ids=None if token.app_ids is None else list(token.app_ids),
        created_at=token.created_at,
        revoked_at=token.revoked_at,
    )


def new_token_answer(made: tuple[ApiToken, str]) -> NewTokenAnswer:
    """A new token with its text, which is shown only now."""
    token, plain = made
    return NewTokenAnswer(**msgspec.structs.asdict(token_answer(token)), token=plain)


HANDLERS = (create_token, list_tokens, revoke_token, get_me)
