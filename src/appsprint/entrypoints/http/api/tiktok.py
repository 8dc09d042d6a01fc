"""Routes of an app's connection to TikTok: connecting, credentials, event mapping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.connection import (
    Advertiser,
    ConnectionStatus,
    CredentialCheck,
    EventsApiState,
    OAuthState,
    Pixel,
)
from appsprint.domain.ids import AppId
from appsprint.domain.mapping import (
    MappingKind,
    MappingRow,
    MappingWarning,
    require_sdk_event,
)
from appsprint.entrypoints.http.api.decoding import read_body
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.connection_health import ConnectionOverview
from appsprint.services.connections import Disconnected, SavedCredential
from appsprint.services.mapping import WantedRow

PATH = "/apps/{app_id:str}/tiktok"


class AdvertiserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An ad account."""

    id: str
    name: str
    currency: str | None
    time_zone: str | None


class EventsApiAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether events can be sent; the token itself is never shown.

    `check` is what TikTok said when pixel and token were saved; null when it refused them later.
    """

    state: EventsApiState
    last_error: str | None
    check: CredentialCheck | None
    test_event_code: str | None


class OAuthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether TikTok lets us read the account."""

    state: OAuthState
    last_error: str | None
    connected_at: UtcTime | None


class DeliveryCountsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries by status; `open` are those that wait, pending and retrying together."""

    pending: int
    retrying: int
    sent: int
    skipped: int
    dead: int
    open: int


class ProblemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that needs a person."""

    code: str
    message: str
    action: str


class ConnectionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the connection stands."""

    status: ConnectionStatus
    advertiser: AdvertiserAnswer | None
    pixel_id: str | None
    events_api: EventsApiAnswer
    oauth: OAuthAnswer
    last_sync_at: UtcTime | None
    counts: DeliveryCountsAnswer
    problems: list[ProblemAnswer]


class RevocationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether TikTok was told that the grant ended; our own copy is erased either way."""

    done: bool
    message: str | None


class DisconnectedAnswer(ConnectionAnswer, frozen=True, kw_only=True):
    """Where the connection stands after it was ended."""

    revocation: RevocationAnswer


class SavedCredentialAnswer(ConnectionAnswer, frozen=True, kw_only=True):
    """Where the connection stands after saving, and what TikTok says of pixel and token."""

    check: CredentialCheck
    check_message: str


class AuthorizeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser; good for one use within ten minutes."""

    authorize_url: str


class AdvertisersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The ad accounts that the connection reaches."""

    items: list[AdvertiserAnswer]
    next_cursor: None = None


class PixelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A web data source; `pixel_id` is the Pixel ID of TikTok Events Manager.

    `is_owned` is false when another account shares it, and null when TikTok does not say.
    """

    pixel_id: str
    name: str
    is_owned: bool | None


class PixelsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The pixels of the chosen advertiser, the newest first."""

    items: list[PixelAnswer]
    next_cursor: None = None


class AdvertiserBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The ad account to import from."""

    advertiser_id: Annotated[str, Meta(description="One of the authorised advertisers.")]


class EventsApiBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where events go, and the right to send them there."""

    pixel_id: Annotated[
        str,
        Meta(
            description="The Pixel ID at the top of the pixel's page in TikTok Events Manager.",
            extra_json_schema={"pattern": "^[0-9A-Z]{10,40}$"},
        ),
    ]
    access_token: Annotated[
        str | None,
        Meta(
            description="From Settings → Events API; encrypted at rest and never returned. Left "
            "out, the stored one stays: 422 when there is none.",
            extra_json_schema={"minLength": 1, "maxLength": 512, "writeOnly": True},
        ),
    ] = None
    test_event_code: Annotated[
        str | None, Meta(description="Sends events to Test Events instead; null sends live.")
    ] = None


class MappingItemBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One row to set; `kind` and `is_default` may be sent back and are computed anyway."""

    sdk_event: Annotated[
        str,
        Meta(
            description="An SDK event, or `custom:<eventName>`.",
            examples=["purchase", "custom:level_up"],
        ),
    ]
    tiktok_event: Annotated[
        str | None,
        Meta(description="A standard or custom TikTok event; null or empty switches it off."),
    ]
    kind: str | None = None
    is_default: bool | None = None


class MappingBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The rows to set; others stay. `warnings` may be sent back and are computed anyway."""

    items: list[MappingItemBody]
    warnings: list[Any] | None = None


class MappingItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One row; `kind` is null while the row is off."""

    sdk_event: str
    tiktok_event: str | None
    kind: MappingKind | None
    is_default: bool


class MappingWarningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row may not do what is expected of it; it is in force all the same."""

    sdk_event: str
    tiktok_event: str | None
    code: str
    message: str
    action: str


class MappingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The whole table: shipped rows first, then other SDK events, then custom ones.

    `warnings` has those of the rows that were set now; when nothing was set, those of all rows.
    """

    items: list[MappingItemAnswer]
    warnings: list[MappingWarningAnswer]
    next_cursor: None = None


@route("GET", PATH, role=Role.VIEWER, tag=ApiTag.TIKTOK, answer=ConnectionAnswer)
def get_connection(request: ApiRequest, app_id: PathId) -> ConnectionAnswer:
    """Show where the connection stands and what needs a person."""
    return connection_answer(services_of(request).connections.overview(AppId(app_id)))


@route("DELETE", PATH, role=Role.EDITOR, tag=ApiTag.TIKTOK, answer=DisconnectedAnswer)
def disconnect(request: ApiRequest, app_id: PathId) -> DisconnectedAnswer:
    """Disconnect: tokens are revoked and erased, history and mapping stay."""
    return disconnected_answer(services_of(request).connections.disconnect(AppId(app_id)))


@route("POST", f"{PATH}/authorize", role=Role.EDITOR, tag=ApiTag.TIKTOK, answer=AuthorizeAnswer)
def authorize(request: ApiRequest, app_id: PathId) -> AuthorizeAnswer:
    """Begin to connect: TikTok's page where a person approves."""
    connections = services_of(request).connections
    return AuthorizeAnswer(
        authorize_url=connections.authorize(AppId(app_id), started_by=request.user.id)
    )


@route("GET", f"{PATH}/advertisers", role=Role.EDITOR, tag=ApiTag.TIKTOK, answer=AdvertisersAnswer)
def list_advertisers(request: ApiRequest, app_id: PathId) -> AdvertisersAnswer:
    """Load accounts: the authorised advertisers, asked of TikTok now."""
    found = services_of(request).connections.advertisers(AppId(app_id))
    return AdvertisersAnswer(items=[advertiser_answer(one) for one in found])


@route(
    "PUT",
    f"{PATH}/advertiser",
    role=Role.EDITOR,
    tag=ApiTag.TIKTOK,
    body=AdvertiserBody,
    answer=ConnectionAnswer,
)
def choose_advertiser(request: ApiRequest, app_id: PathId, body: RawBody) -> ConnectionAnswer:
    """Choose the ad account whose campaigns and metrics are imported."""
    wanted = read_body(request, body, AdvertiserBody)
    connections = services_of(request).connections
    return connection_answer(connections.choose_advertiser(AppId(app_id), wanted.advertiser_id))


@route("GET", f"{PATH}/pixels", role=Role.EDITOR, tag=ApiTag.TIKTOK, answer=PixelsAnswer)
def list_pixels(request: ApiRequest, app_id: PathId) -> PixelsAnswer:
    """Load the pixels of the chosen advertiser, asked of TikTok now."""
    return pixels_answer(services_of(request).connections.pixels(AppId(app_id)))


@route(
    "PUT",
    f"{PATH}/events-api",
    role=Role.EDITOR,
    tag=ApiTag.TIKTOK,
    body=EventsApiBody,
    answer=SavedCredentialAnswer,
)
def save_events_api(request: ApiRequest, app_id: PathId, body: RawBody) -> SavedCredentialAnswer:
    """Save the Pixel ID and the Events API access token, and ask TikTok about them at once.

    They are saved whatever `check` says. `valid`, `not_checkable`: waiting events go out from now
    on. `token_rejected`, `wrong_pixel`: events wait until a good pair is saved.
    """
    wanted = read_body(request, body, EventsApiBody)
    saved = services_of(request).connections.save_events_api(
        AppId(app_id),
        pixel_id=wanted.pixel_id,
        access_token=wanted.access_token,
        test_event_code=wanted.test_event_code,
    )
    return saved_credential_answer(saved)


@route("GET", f"{PATH}/mapping", role=Role.VIEWER, tag=ApiTag.TIKTOK, answer=MappingAnswer)
def get_mapping(request: ApiRequest, app_id: PathId) -> MappingAnswer:
    """Show what each in-app event fires as."""
    return mapping_answer(services_of(request).mapping.rows(AppId(app_id)))


@route(
    "PUT",
    f"{PATH}/mapping",
    role=Role.EDITOR,
    tag=ApiTag.TIKTOK,
    body=MappingBody,
    answer=MappingAnswer,
)
def set_mapping(request: ApiRequest, app_id: PathId, body: RawBody) -> MappingAnswer:
    """Set the rows that are named, all or none of them; others stay."""
    wanted = read_body(request, body, MappingBody)
    rows = [WantedRow(item.sdk_event, item.tiktok_event) for item in wanted.items]
    table = services_of(request).mapping.set_rows(AppId(app_id), rows)
    return mapping_answer(table, about=rows)


@route(
    "DELETE",
    f"{PATH}/mapping/{{sdk_event:path}}",
    role=Role.EDITOR,
    tag=ApiTag.TIKTOK,
    answer=MappingItemAnswer,
)
def reset_mapping(request: ApiRequest, app_id: PathId, sdk_event: PathId) -> MappingItemAnswer:
    """Return a row to its shipped default."""
    # A custom event's name can hold a slash, so this parameter is the rest of the path.
    event = sdk_event.removeprefix("/")
    return mapping_item_answer(services_of(request).mapping.reset(AppId(app_id), event))


def connection_answer(overview: ConnectionOverview) -> ConnectionAnswer:
    """An overview as it is answered."""
    connection = overview.connection
    advertiser = connection.advertiser
    return ConnectionAnswer(
        status=connection.status,
        advertiser=None if advertiser is None else advertiser_answer(advertiser),
        pixel_id=connection.pixel_id,
        events_api=EventsApiAnswer(
            state=connection.events_api,
            last_error=connection.events_error,
            check=connection.events_check,
            test_event_code=connection.test_event_code,
        ),
        oauth=OAuthAnswer(
            state=connection.oauth,
            last_error=connection.oauth_error,
            connected_at=connection.connected_at,
        ),
        last_sync_at=connection.last_sync_at,
        counts=DeliveryCountsAnswer(
            **{status.value: amount for status, amount in overview.counts.items()},
            open=overview.waiting,
        ),
        problems=[
            ProblemAnswer(code=problem.code, message=problem.message, action=problem.action)
            for problem in overview.problems
        ],
    )


def disconnected_answer(left: Disconnected) -> DisconnectedAnswer:
    """What disconnecting left, as it is answered."""
    present = connection_answer(left.overview)
    problem = left.revocation_problem
    return DisconnectedAnswer(
        **msgspec.structs.asdict(present),
        revocation=RevocationAnswer(done=problem is None, message=problem),
    )


def saved_credential_answer(saved: SavedCredential) -> SavedCredentialAnswer:
    """What saving brought, as it is answered."""
    return SavedCredentialAnswer(
        **msgspec.structs.asdict(connection_answer(saved.overview)),
        check=saved.checked.check,
        check_message=saved.checked.message,
    )


def pixels_answer(pixels: Sequence[Pixel]) -> PixelsAnswer:
    """Pixels, as they are answered."""
    return PixelsAnswer(
        items=[
            PixelAnswer(pixel_id=pixel.code, name=pixel.name, is_owned=pixel.is_owned)
            for pixel in pixels
        ]
    )


def advertiser_answer(advertiser: Advertiser) -> AdvertiserAnswer:
    """An ad account, as it is answered."""
    return AdvertiserAnswer(
        id=advertiser.id,
        name=advertiser.name,
        currency=advertiser.currency,
        time_zone=advertiser.time_zone,
    )


def mapping_answer(
    rows: Sequence[MappingRow], *, about: Sequence[WantedRow] | None = None
) -> MappingAnswer:
    """The whole mapping, as it is answered; ``about`` are the rows to warn of, None for all."""
    named = None if about is None else {require_sdk_event(row.sdk_event) for row in about}
    return MappingAnswer(
        items=[mapping_item_answer(row) for row in rows],
        warnings=[
            _warning_answer(row, warning)
            for row in rows
            if named is None or row.sdk_event in named
            for warning in row.warnings
        ],
    )


def mapping_item_answer(row: MappingRow) -> MappingItemAnswer:
    """One row of the mapping, as it is answered."""
    return MappingItemAnswer(
        sdk_event=row.sdk_event,
        tiktok_event=row.network_event,
        kind=row.kind,
        is_default=row.is_default,
    )


def _warning_answer(row: MappingRow, warning: MappingWarning) -> MappingWarningAnswer:
    return MappingWarningAnswer(
        sdk_event=row.sdk_event,
        tiktok_event=row.network_event,
        code=warning.code,
        message=warning.message,
        action=warning.action,
    )


HANDLERS = (
    get_connection,
    disconnect,
    authorize,
    list_advertisers,
    choose_advertiser,
    list_pixels,
    save_events_api,
    get_mapping,
    set_mapping,
    reset_mapping,
)
