"""The imitated endpoints: which path and method is which handler, and how each is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appsprint.adapters.networks.tiktok.sandbox import oauth, structure
from appsprint.adapters.networks.tiktok.sandbox.answers import (
    Answer,
    ApiError,
    Code,
    Reply,
    envelope,
    gateway_error,
)
from appsprint.adapters.networks.tiktok.sandbox.faults import Fault, FaultKind, refusal_of
from appsprint.adapters.networks.tiktok.sandbox.permissions import (
    Scope,
    require_advertisers,
    require_grant,
    require_scope,
    require_token,
)
from appsprint.adapters.networks.tiktok.sandbox.report_query import (
    parse_report_query,
    requested_advertisers,
)
from appsprint.adapters.networks.tiktok.sandbox.reports import build_report, without_numbers
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.validation import check_track_request

API_PREFIX = "/open_api/v1.3"
Handler = Callable[[Sandbox, Request], Reply]


@dataclass(frozen=True, slots=True)
class Processed:
    """An answer with what the request log says about it."""

    answer: Answer
    code: int | None
    count: int


def event_track(sandbox: Sandbox, request: Request) -> Reply:
    """``POST /event/track/``: all events of the request are taken, or none."""
    token = require_token(sandbox.world, request)
    now = sandbox.now()
    checked = check_track_request(
        request.body,
        may_write=lambda pixel_code: sandbox.world.may_write(token, pixel_code),
        now_seconds=now.timestamp(),
    )
    sandbox.events.record(checked, request_id=request.request_id, now=now)
    return Reply({}, len(checked.events))


def integrated_report(sandbox: Sandbox, request: Request) -> Reply:
    """``GET /report/integrated/get/``: one page of a basic report."""
    grant = require_grant(sandbox.world, request)
    require_scope(grant, Scope.REPORT, request)
    require_advertisers(sandbox.world, grant, requested_advertisers(request))
    return build_report(sandbox.world, parse_report_query(request), sandbox.now())


# The trailing slash is part of the path: TikTok answers 404 without it.
ROUTES: Mapping[str, tuple[str, Handler]] = {
    "/oauth2/access_token/": ("POST", oauth.access_token),
    "/oauth2/advertiser/get/": ("GET", oauth.advertiser_get),
    "/oauth2/revoke_token/": ("POST", oauth.revoke_token),
    "/advertiser/info/": ("GET", structure.advertiser_info),
    "/campaign/get/": ("GET", structure.campaign_get),
    "/adgroup/get/": ("GET", structure.adgroup_get),
    "/ad/get/": ("GET", structure.ad_get),
    "/pixel/list/": ("GET", structure.pixel_list),
    "/report/integrated/get/": ("GET", integrated_report),
    "/event/track/": ("POST", event_track),
}


def process(sandbox: Sandbox, request: Request, handler: Handler, fault: Fault | None) -> Processed:
    """Handle a request, or refuse it as the injected fault says."""
    if fault is not None and fault.kind is FaultKind.SERVER_ERROR:
        return Processed(gateway_error(fault.status), None, 0)
    try:
        if fault is not None and (refusal := refusal_of(fault, request)) is not None:
            raise refusal
        reply = handler(sandbox, request)
        if fault is not None and fault.kind is FaultKind.NO_NUMBERS:
            reply = without_numbers(reply)
    except ApiError as error:
        answer = envelope(error.code, error.message, request_id=request.request_id)
        return Processed(answer, error.code, error.count)
    if fault is not None and fault.kind is FaultKind.PARTIAL:
        code, message = Code.PARTIAL_SUCCESS, fault.message or "Partially successful."
    else:
        code, message = Code.OK, "OK"
    answer = envelope(code, message, request_id=request.request_id, data=reply.data)
    return Processed(answer, code, reply.count)
