"""Routes of apps and their API keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import RawBody
from msgspec import UNSET, Meta, UnsetType

from appsprint.domain.access import Role
from appsprint.domain.app import ApiKey, App, Environment, Platform, RevokeMode
from appsprint.domain.ids import AppId, KeyId
from appsprint.entrypoints.http.api.creating import created
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import Name, UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.apps import AppChanges, CreatedApp, CreatedKey, NewApp

StoreUrl = Annotated[
    str,
    Meta(
        description="The app's page in the App Store or the Play Store.",
        examples=[
            "https://apps.apple.com/us/app/example/id1234567890",
            "https://play.google.com/store/apps/details?id=com.example.app",
        ],
        extra_json_schema={"maxLength": 2048},
    ),
]
TimeZone = Annotated[
    str,
    Meta(description="IANA name of the zone that people read times in.", examples=["UTC"]),
]
Currency = Annotated[
    str,
    Meta(description="ISO 4217.", extra_json_schema={"pattern": "^[A-Z]{3}$"}, examples=["USD"]),
]


class NewAppBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What an app is made of."""

    name: Name
    platform: Annotated[str, Meta(extra_json_schema={"enum": list(Platform)})]
    store_url: StoreUrl
    time_zone: TimeZone | None = None
    currency: Currency | None = None


class AppChangesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    store_url: StoreUrl | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    probabilistic_matching: (
        Annotated[bool, Meta(description="Whether address and device may earn credit.")] | UnsetType
    ) = UNSET
    click_lookback_hours: (
        Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 720})] | UnsetType
    ) = UNSET
    probabilistic_lookback_hours: (
        Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 168})] | UnsetType
    ) = UNSET
    min_confidence_percent: (
        Annotated[
            int,
            Meta(
                description="How probable address and device must make a click for credit.",
                extra_json_schema={"minimum": 50, "maximum": 99},
            ),
        ]
        | UnsetType
    ) = UNSET
    reattribution_days: (
        Annotated[
            int,
            Meta(
                description="How long after an install a person's next one is a reinstall.",
                extra_json_schema={"minimum": 1, "maximum": 365},
            ),
        ]
        | UnsetType
    ) = UNSET
    truncate_addresses: (
        Annotated[
            bool,
            Meta(
                description=(
                    "Keep only the /24 of IPv4 and the /48 of IPv6 addresses from now on. "
                    "Matching by address gets weaker, and TikTok gets no address."
                )
            ),
        ]
        | UnsetType
    ) = UNSET


class NewKeyBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What an API key is made of."""

    environment: Annotated[str, Meta(extra_json_schema={"enum": list(Environment)})] = (
        Environment.LIVE.value
    )


class RevokeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How a key ends."""

    mode: Annotated[
        RevokeMode,
        Meta(
            description="`discard` answers 200 and throws data away, so shipped apps stay calm; "
            "`reject` answers 401, which switches their SDK off for good."
        ),
    ] = RevokeMode.DISCARD


class KeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API key; in full only in the answer that created it, then masked."""

    id: str
    key: str
    environment: Environment
    created_at: UtcTime
    revoked_at: UtcTime | None
    revoke_mode: RevokeMode | None


class AppAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An app with its API keys, oldest first."""

    id: str
    name: str
    platform: Platform
    store_url: str
    store_id: str
    time_zone: str
    currency: str
    probabilistic_matching: bool
    click_lookback_hours: int
    probabilistic_lookback_hours: int
    min_confidence_percent: int
    reattribution_days: int
    truncate_addresses: bool
    created_at: UtcTime
    api_keys: list[KeyAnswer]


@route(
    "POST",
    "/apps",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=NewAppBody,
    answer=AppAnswer,
    status=201,
    needs_all_apps=True,
)
def create_app(request: ApiRequest, body: RawBody) -> Response[bytes]:
    """Create an app with its first API key.

    The key is a live one, and it is shown in full only in this answer.
    """
    wanted = read_body(request, body, NewAppBody)
    new = NewApp(
        name=wanted.name,
        platform=wanted.platform,
        store_url=wanted.store_url,
        time_zone=wanted.time_zone,
        currency=wanted.currency,
    )
    return created(
        request, body, partial(services_of(request).apps.creation, new), created_app_answer
    )


@route("GET", "/apps", role=Role.VIEWER, tag=ApiTag.APPS, query=PageQuery, answer=Page[AppAnswer])
def list_apps(request: ApiRequest) -> Page[AppAnswer]:
    """List the apps within the token's reach, oldest first."""
    query = read_query(request, PageQuery)
    apps = services_of(request).apps
    after = query.after or ""
    within = [app for app in apps.list() if app.id > after and request.user.reaches(app.id)]
    return page_of(
        within,
        query,
        id_of=lambda app: app.id,
        render=lambda app: app_answer(app, apps.keys(app.id)),
    )


@route("GET", "/apps/{app_id:str}", role=Role.VIEWER, tag=ApiTag.APPS, answer=AppAnswer)
def get_app(request: ApiRequest, app_id: PathId) -> AppAnswer:
    """Show an app."""
    return _shown(request, AppId(app_id))


@route(
    "PATCH",
    "/apps/{app_id:str}",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=AppChangesBody,
    answer=AppAnswer,
)
def update_app(request: ApiRequest, app_id: PathId, body: RawBody) -> AppAnswer:
    """Change an app's settings.

    New windows and rules count for installs from now on.
    """
    wanted = read_body(request, body, AppChangesBody)
    given = {
        name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET
    }
    services_of(request).apps.update(AppId(app_id), AppChanges(**given))
    return _shown(request, AppId(app_id))


@route("DELETE", "/apps/{app_id:str}", role=Role.OWNER, tag=ApiTag.APPS, answer=None, status=204)
def delete_app(request: ApiRequest, app_id: PathId) -> None:
    """Delete an app.

    Its API keys answer from now on as discarded ones, and its ad links still lead to the store.
    """
    services_of(request).apps.delete(AppId(app_id))


@route(
    "POST",
    "/apps/{app_id:str}/keys",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=NewKeyBody,
    answer=KeyAnswer,
    status=201,
)
def create_key(request: ApiRequest, app_id: PathId, body: RawBody) -> Response[bytes]:
    """Add an API key; the present ones stay good, so keys can be rotated with overlap."""
    wanted = read_body(request, body, NewKeyBody)
    creation = services_of(request).apps.key_creation
    prepare = partial(creation, AppId(app_id), wanted.environment)
    return created(request, body, prepare, created_key_answer)


@route(
    "DELETE",
    "/apps/{app_id:str}/keys/{key_id:str}",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    query=RevokeQuery,
    answer=KeyAnswer,
)
def revoke_key(request: ApiRequest, app_id: PathId, key_id: PathId) -> KeyAnswer:
    """End an API key; ending it again changes the mode only."""
    mode = read_query(request, RevokeQuery).mode
    key = services_of(request).apps.revoke_key(AppId(app_id), KeyId(key_id), mode)
    return key_answer(key, key.hint)


def app_answer(app: App, keys: Sequence[ApiKey]) -> AppAnswer:
    """An app as it is answered, its keys masked."""
    return _app_answer(app, [key_answer(key, key.hint) for key in keys])


def _shown(request: ApiRequest, app_id: AppId) -> AppAnswer:
    apps = services_of(request).apps
    return app_answer(apps.get(app_id), apps.keys(app_id))


def created_app_answer(made: CreatedApp) -> AppAnswer:
    """A new app, its key in full."""
    return _app_answer(made.app, [key_answer(made.key, made.plain_key)])


def created_key_answer(made: CreatedKey) -> KeyAnswer:
    """A new key in full."""
    return key_answer(made.key, made.plain_key)


def _app_answer(app: App, keys: list[KeyAnswer]) -> AppAnswer:
    return AppAnswer(
        id=app.id,
        name=app.name,
        platform=app.platform,
        store_url=app.store_url,
        store_id=app.store_id,
        time_zone=app.time_zone,
        currency=app.currency,
        probabilistic_matching=app.probabilistic_matching,
        click_lookback_hours=app.click_lookback_hours,
        probabilistic_lookback_hours=app.probabilistic_lookback_hours,
        min_confidence_percent=app.min_confidence_percent,
        reattribution_days=app.reattribution_days,
        truncate_addresses=app.truncate_addresses,
        created_at=app.created_at,
        api_keys=keys,
    )


def key_answer(key: ApiKey, shown: str) -> KeyAnswer:
    """An API key with the text that stands for it: in full, or masked."""
    return KeyAnswer(
        id=key.id,
        key=shown,
        environment=key.environment,
        created_at=key.created_at,
        revoked_at=key.revoked_at,
        revoke_mode=key.revoke_mode,
    )


HANDLERS = (create_app, list_apps, get_app, update_app, delete_app, create_key, revoke_key)
