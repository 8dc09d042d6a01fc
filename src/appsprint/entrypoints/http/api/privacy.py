"""The route that erases one person's data."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.privacy import DataSubject
from appsprint.entrypoints.http.api.decoding import read_body
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.privacy import ErasureReceipt


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


class ErasureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt; it names nobody. `erased` is their sum."""

    erased_at: UtcTime
    erased: int
    rows: ErasedRowsAnswer
    dry_run: bool


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
        dry_run=receipt.is_dry_run,
    )


HANDLERS = (erase,)
