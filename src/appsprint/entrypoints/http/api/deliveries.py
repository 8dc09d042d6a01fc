"""Routes of deliveries: where each event on its way to TikTok stands, and redriving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.delivery import AttemptOutcome, Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.http.api.decoding import Instant, read_body, read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.ports.deliveries import AttemptRecord, DeadLetters, DeliveryDetail, DeliveryFilter
from appsprint.services.catalog import Services

PATH = "/apps/{app_id:str}/deliveries"


CreatedFrom = Annotated[Instant | None, Meta(description="Created at or after this.")]
CreatedBefore = Annotated[Instant | None, Meta(description="Created before this.")]
SdkEventId = Annotated[str | None, Meta(description="The SDK's id of the event.")]


class DeliveryQuery(PageQuery, frozen=True, kw_only=True):
    """Which deliveries to list; everything that is given has to fit."""

    status: DeliveryStatus | None = None
    reason: str | None = None
    sdk_event: str | None = None
    tiktok_event: str | None = None
    event_id: SdkEventId = None
    appsprint_id: str | None = None
    start: CreatedFrom = None
    end: CreatedBefore = None


class DeliveryFilterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters, as in the list; an empty filter means all of them."""

    status: DeliveryStatus | None = None
    reason: str | None = None
    sdk_event: str | None = None
    tiktok_event: str | None = None
    event_id: SdkEventId = None
    appsprint_id: str | None = None
    start: CreatedFrom = None
    end: CreatedBefore = None


class RedriveBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of `ids` and `filter`."""

    ids: Annotated[list[str] | None, Meta(description="At most 1,000 deliveries.")] = None
    filter: DeliveryFilterBody | None = None
    dry_run: Annotated[bool, Meta(description="Only count what would be redriven.")] = False


class RedriveAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many dead letters went back to the queue, or would have in a dry run.

    `past_dedupe_horizon` and `warning` are there when TikTok may have taken some of them more
    than 48 hours ago: it would count those a second time.
    """

    redriven: int | None = None
    would_redrive: int | None = None
    past_dedupe_horizon: int = 0
    warning: str | None = None


class DeliveryAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on its way to TikTok; `network_event_id` is what TikTok sees and dedupes by.

    `test_event_code` is there only when the last attempt was a test: TikTok shows the event in its
    Test Events tab and counts it nowhere.
    """

    id: str
    network: AdNetwork
    event_id: str
    install_id: str
    appsprint_id: str
    sdk_event: str
    tiktok_event: str
    network_event_id: str
    pixel_id: str | None
    status: DeliveryStatus
    reason: str | None
    created_at: UtcTime
    next_attempt_at: UtcTime | None
    sent_at: UtcTime | None
    test_event_code: str | None = None


class AttemptAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt and what TikTok answered; nulls where no answer came.

    `test_event_code` is there only when it was a test.
    """

    at: UtcTime
    outcome: AttemptOutcome
    http_status: int | None
    code: int | None
    message: str
    request_id: str | None
    duration_ms: int
    test_event_code: str | None = None


class DeliveryDetailAnswer(DeliveryAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """One delivery with the payload last sent, null before the first, and every attempt."""

    payload: msgspec.Raw | None
    attempts: list[AttemptAnswer]


@route(
    "GET",
    PATH,
    role=Role.VIEWER,
    tag=ApiTag.DELIVERIES,
    query=DeliveryQuery,
    answer=Page[DeliveryAnswer],
)
def list_deliveries(request: ApiRequest, app_id: PathId) -> Page[DeliveryAnswer]:
    """List deliveries, newest first."""
    return deliveries_page(services_of(request), AppId(app_id), read_query(request, DeliveryQuery))


@route(
    "GET",
    f"{PATH}/{{delivery_id:str}}",
    role=Role.VIEWER,
    tag=ApiTag.DELIVERIES,
    answer=DeliveryDetailAnswer,
)
def get_delivery(request: ApiRequest, app_id: PathId, delivery_id: PathId) -> DeliveryDetailAnswer:
    """Show a delivery with its payload and each attempt."""
    found = services_of(request).deliveries.get(AppId(app_id), DeliveryId(delivery_id))
    return delivery_detail_answer(found)


@route(
    "POST",
    f"{PATH}/redrive",
    role=Role.EDITOR,
    tag=ApiTag.DELIVERIES,
    body=RedriveBody,
    answer=RedriveAnswer,
)
def redrive(request: ApiRequest, app_id: PathId, body: RawBody) -> RedriveAnswer:
    """Put dead letters back into the queue, with the same event ids.

    Deliveries in another state are left alone, so repeating the call is safe.
    """
    wanted = read_body(request, body, RedriveBody)
    found = services_of(request).deliveries.redrive(
        AppId(app_id),
        ids=_ids(wanted.ids),
        wanted=None if wanted.filter is None else delivery_filter(wanted.filter),
        dry_run=wanted.dry_run,
    )
    return redrive_answer(found, is_dry_run=wanted.dry_run)


def redrive_answer(found: DeadLetters, *, is_dry_run: bool) -> RedriveAnswer:
    """What was redriven or would be, as it is answered."""
    warning = None
    if found.doubtful:
        warning = (
            f"{found.doubtful} of these may have been accepted by TikTok more than 48 hours ago, "
            "which is longer than it remembers event ids: it may count them twice"
        )
    return RedriveAnswer(
        redriven=None if is_dry_run else found.amount,
        would_redrive=found.amount if is_dry_run else None,
        past_dedupe_horizon=found.doubtful,
        warning=warning,
    )


def _ids(given: Sequence[str] | None) -> Sequence[DeliveryId] | None:
    return None if given is None else [DeliveryId(one) for one in given]


def deliveries_page(
    services: Services, app_id: AppId, query: DeliveryQuery
) -> Page[DeliveryAnswer]:
    """Deliveries as they are answered, over HTTP and on the command line."""
    after = None if query.after is None else DeliveryId(query.after)
    found = services.deliveries.page(app_id, delivery_filter(query), after=after, limit=query.read)
    return page_of(found, query, id_of=lambda one: one.id, render=delivery_answer)


def delivery_filter(wanted: DeliveryQuery | DeliveryFilterBody) -> DeliveryFilter:
    """What is asked for, as the service takes it."""
    return DeliveryFilter(
        status=wanted.status,
        reason=wanted.reason,
        sdk_event=wanted.sdk_event,
        network_event=wanted.tiktok_event,
        event_id=wanted.event_id,
        appsprint_id=wanted.appsprint_id,
        since=None if wanted.start is None else wanted.start.at,
        until=None if wanted.end is None else wanted.end.at,
    )


def delivery_answer(delivery: Delivery) -> DeliveryAnswer:
    """A delivery, as it is answered."""
    return DeliveryAnswer(
        id=delivery.id,
        network=delivery.network,
        event_id=delivery.event_id,
        install_id=delivery.install_id,
        appsprint_id=delivery.appsprint_id,
        sdk_event=delivery.sdk_event,
        tiktok_event=delivery.network_event,
        network_event_id=delivery.network_event_id,
        pixel_id=delivery.pixel_id,
        test_event_code=delivery.test_event_code,
        status=delivery.status,
        reason=delivery.reason,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at,
        sent_at=delivery.sent_at,
    )


def delivery_detail_answer(found: DeliveryDetail) -> DeliveryDetailAnswer:
    """A delivery with payload and attempts, as it is answered."""
    payload = found.payload
    return DeliveryDetailAnswer(
        **msgspec.structs.asdict(delivery_answer(found.delivery)),
        payload=None if payload is None else msgspec.Raw(payload),
        attempts=[attempt_answer(attempt) for attempt in found.attempts],
    )


def attempt_answer(attempt: AttemptRecord) -> AttemptAnswer:
    """One attempt, as it is answered."""
    answer = attempt.answer
    return AttemptAnswer(
        at=attempt.at,
        outcome=attempt.outcome,
        http_status=answer.http_status,
        code=answer.code,
        message=answer.message,
        request_id=answer.request_id,
        duration_ms=answer.duration_ms,
        test_event_code=attempt.test_event_code,
    )


HANDLERS = (list_deliveries, get_delivery, redrive)
