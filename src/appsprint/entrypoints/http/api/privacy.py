"""Routes of privacy: erasing one person's data, and how long an app keeps everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar.params import RawBody
from msgspec import UNSET, Meta, UnsetType

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.privacy import DataSubject, RetainedKind
from appsprint.entrypoints.http.api.decoding import read_body
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.privacy import ErasureReceipt
from appsprint.services.retention import RetentionRow, field_of


class EraseBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of `appsprint_id` and `customer_user_id`."""

    appsprint_id: Annotated[
        str | None, Meta(description="The id that the SDK made on the device.")
    ] = None
    customer_user_id: Annotated[
        str | None, Meta(description="All devices that ever had this customer's id.")
    ] = None
    dry_run: Annotated[bool, Meta(description="Only tell what would be erased.")] = False


class ErasedRowsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows lost what told of the person, by kind."""

    installs: int
    clicks: int
    events: int
    deliveries: int
    identifiers: int
    decisions: int
    refused_events: int


class ExportMadeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An export of raw data that was made."""

    at: UtcTime
    kind: str


class ErasureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt; it names nobody. `erased` is the sum of `rows`.

    `exports` were made since the person came, newest first, and may hold them: the files are yours
    to delete. The audit log says who made them.
    """

    erased_at: UtcTime
    erased: int
    rows: ErasedRowsAnswer
    exports: list[ExportMadeAnswer]
    dry_run: bool


Days = Annotated[
    int | None,
    Meta(
        description="31 to 36500, or 0 for ever; null follows the server.",
        extra_json_schema={"minimum": 0, "maximum": 36_500},
    ),
]


class RetentionBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; what is left out stays."""

    clicks_days: Days | UnsetType = UNSET
    installs_days: Days | UnsetType = UNSET
    events_days: Days | UnsetType = UNSET
    deliveries_days: Days | UnsetType = UNSET


class RetentionRowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How long a kind is kept, in days, 0 for ever: `days` is in force.

    `own_days` is what the app sets, null where the server's `server_days` counts.
    """

    kind: RetainedKind
    days: int
    own_days: int | None
    server_days: int


class RetentionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every kind of data."""

    items: list[RetentionRowAnswer]
    next_cursor: None = None


@route(
    "GET",
    "/apps/{app_id:str}/retention",
    role=Role.VIEWER,
    tag=ApiTag.PRIVACY,
    answer=RetentionAnswer,
)
def get_retention(request: ApiRequest, app_id: PathId) -> RetentionAnswer:
    """Show how long an app keeps what tells of a person."""
    return retention_answer(services_of(request).retention.rows(AppId(app_id)))


@route(
    "PATCH",
    "/apps/{app_id:str}/retention",
    role=Role.OWNER,
    tag=ApiTag.PRIVACY,
    body=RetentionBody,
    answer=RetentionAnswer,
)
def change_retention(request: ApiRequest, app_id: PathId, body: RawBody) -> RetentionAnswer:
    """Set how long an app keeps what tells of a person, instead of the server's settings.

    What is older is forgotten within the hour and does not come back.
    """
    wanted = read_body(request, body, RetentionBody)
    given = {kind: getattr(wanted, field_of(kind)) for kind in RetainedKind}
    days = {kind: value for kind, value in given.items() if value is not UNSET}
    return retention_answer(services_of(request).retention.change(AppId(app_id), days))


@route(
    "POST",
    "/apps/{app_id:str}/erase",
    role=Role.OWNER,
    tag=ApiTag.PRIVACY,
    body=EraseBody,
    answer=ErasureAnswer,
)
def erase(request: ApiRequest, app_id: PathId, body: RawBody) -> ErasureAnswer:
    """Erase a device's or a customer's data everywhere; nothing found is no error.

    Reports keep their sums. What was not sent to TikTok yet never is; what was sent is TikTok's to
    erase. A device that goes on using the app registers as a new install.
    """
    wanted = read_body(request, body, EraseBody)
    subject = DataSubject(
        appsprint_id=wanted.appsprint_id, customer_user_id=wanted.customer_user_id
    )
    receipt = services_of(request).privacy.erase(AppId(app_id), subject, is_dry_run=wanted.dry_run)
    return erasure_answer(receipt)


def erasure_answer(receipt: ErasureReceipt) -> ErasureAnswer:
    """The receipt as the API tells it."""
    rows = msgspec.convert(receipt.rows, ErasedRowsAnswer, from_attributes=True)
    return ErasureAnswer(
        erased_at=receipt.at,
        erased=sum(msgspec.structs.astuple(rows)),
        rows=rows,
        exports=[ExportMadeAnswer(at=one.at, kind=one.kind) for one in receipt.exports],
        dry_run=receipt.is_dry_run,
    )


def retention_answer(rows: Sequence[RetentionRow]) -> RetentionAnswer:
    """The table as the API tells it."""
    return RetentionAnswer(
        items=[
            RetentionRowAnswer(
                kind=row.kind, days=row.days, own_days=row.own_days, server_days=row.server_days
            )
            for row in rows
        ]
    )


HANDLERS = (erase, get_retention, change_retention)
