"""The sandbox's own API under ``/sandbox/api``: look at what arrived, change what there is.

It needs no token: whoever reaches the sandbox may use it. Its JSON is documented in
``docs/reference/tiktok-sandbox.md``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import TypeVar

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.answers import Answer, ApiError, json_answer
from appsprint.adapters.networks.tiktok.sandbox.entities import ReportRow
from appsprint.adapters.networks.tiktok.sandbox.event_log import EventOutcome, ReceivedEvent
from appsprint.adapters.networks.tiktok.sandbox.event_warnings import EventWarning
from appsprint.adapters.networks.tiktok.sandbox.faults import MAX_FAULTS, Fault
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.world_patch import (
    InconsistentWorld,
    WorldPatch,
    merged,
    restated,
)

CONTROL_PREFIX = "/sandbox/api"
_MAX_LISTED = 100_000
T = TypeVar("T")
ControlHandler = Callable[[Sandbox, Request], Answer]


class MalformedBody(Exception):
    """The body of a control request is not JSON."""


class Restatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST restate``."""

    report_rows: list[ReportRow]


class AdvertiserToLose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST advertisers/lose``."""

    advertiser_id: str


class TokenToRevoke(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``POST tokens/revoke``."""

    access_token: str


def answer_control(sandbox: Sandbox, request: Request) -> Answer:
    """The answer to a request below ``/sandbox/api``, with or without a trailing slash."""
    path = request.path.removeprefix(CONTROL_PREFIX).strip("/")
    handlers = {method: handler for (name, method), handler in _ROUTES.items() if name == path}
    handler = handlers.get(request.method)
    if not handlers:
        return _problem(HTTPStatus.NOT_FOUND, "not_found", f"There is nothing at {path}.")
    if handler is None:
        allowed = ", ".join(sorted(handlers))
        return _problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"Use {allowed}.")
    try:
        return handler(sandbox, request)
    except MalformedBody as error:
        return _problem(HTTPStatus.BAD_REQUEST, "malformed", str(error))
    except (msgspec.ValidationError, InconsistentWorld, ApiError) as error:
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_value", str(error))


def show_state(sandbox: Sandbox, request: Request) -> Answer:
    """What there is and what arrived, in numbers."""
    world, log = sandbox.world, sandbox.events
    return json_answer(
        {
            "now": sandbox.now(),
            "apps": list(world.apps.values()),
            "accounts": list(world.accounts.values()),
            "advertisers": list(world.advertisers.values()),
            "pixels": list(world.pixels.values()),
            "oauth_tokens": list(world.grants.values()),
            "events_tokens": list(world.events_tokens.values()),
            "counts": {
                "campaigns": len(world.campaigns),
                "adgroups": len(world.adgroups),
                "ads": len(world.ads),
                "report_rows": sum(len(rows) for rows in world.report_rows.values()),
            },
            "events": {outcome: log.totals[outcome] for outcome in EventOutcome},
            "events_by_name": event_counts(sandbox),
            "warnings": {name: log.warnings[name] for name in EventWarning if log.warnings[name]},
            "requests": [
                {"path": path, "status": status, "code": code, "count": count}
                for (path, status, code), count in sandbox.requests.by_answer.items()
            ],
            "faults": _faults(sandbox),
        }
    )


def event_counts(sandbox: Sandbox) -> list[dict[str, object]]:
    """The events of each pixel and name by outcome, ordered by pixel and name."""
    counts = sandbox.events.by_event
    names = sorted({(pixel_code, event) for pixel_code, event, _ in counts})
    return [
        {
            "pixel_code": pixel_code,
            "event": event,
            **{outcome: counts[pixel_code, event, outcome] for outcome in EventOutcome},
        }
        for pixel_code, event in names
    ]


def _list_events(sandbox: Sandbox, request: Request) -> Answer:
    limit = request.integer("limit", default=100, low=1, high=_MAX_LISTED)
    lists = {"events": EventOutcome.ACCEPTED}
    if request.flag("duplicates"):
        lists["duplicates"] = EventOutcome.DUPLICATE
    if request.flag("tests"):
        lists["tests"] = EventOutcome.TEST
    listed = {}
    for name, outcome in lists.items():
        events = _in_order(sandbox, request, outcome)
        chosen = islice((event for event in events if _is_asked_for(event, request)), limit)
        listed[name] = [_event_json(event) for event in chosen]
    return json_answer(listed)


def _in_order(sandbox: Sandbox, request: Request, outcome: EventOutcome) -> Iterable[ReceivedEvent]:
    if request.choice("order", ("oldest", "newest"), "oldest") == "newest":
        return sandbox.events.newest_first(outcome)
    return sandbox.events.after(outcome, request.integer("after", default=0, low=0))


def _is_asked_for(event: ReceivedEvent, request: Request) -> bool:
    asked = {
        "pixel": event.pixel_code,
        "event": event.checked.event,
        "event_id": event.checked.event_id,
    }
    return all(request.query.get(name) in (None, "", value) for name, value in asked.items())


def _event_json(event: ReceivedEvent) -> dict[str, object]:
    checked = event.checked
    return {
        "number": event.number,
        "received_at": datetime.fromtimestamp(event.received_at_ms / 1000, UTC),
        "pixel_code": event.pixel_code,
        "event": checked.event,
        "event_id": checked.event_id,
        "event_time": checked.event_time,
        "not_attributable": EventWarning.NOT_ATTRIBUTABLE in checked.warnings,
        "warnings": checked.warnings,
        "test_event_code": event.test_event_code,
        "request_id": event.request_id,
        "payload": msgspec.Raw(checked.payload),
    }


def _list_requests(sandbox: Sandbox, request: Request) -> Answer:
    limit = request.integer("limit", default=100, low=1, high=_MAX_LISTED)
    newest = reversed(sandbox.requests.newest)
    return json_answer({"requests": list(islice(newest, limit))})


def _merge_world(sandbox: Sandbox, request: Request) -> Answer:
    patch = _decoded(request, WorldPatch)
    sandbox.world = merged(sandbox.world, patch)
    counts = {name: len(getattr(patch, name)) for name in patch.__struct_fields__}
    return json_answer({"merged": {name: count for name, count in counts.items() if count}})


def _restate(sandbox: Sandbox, request: Request) -> Answer:
    rows = [
        row
        if row.visible_from is not None
        else msgspec.structs.replace(row, visible_from=sandbox.now())
        for row in _decoded(request, Restatement).report_rows
    ]
    sandbox.world = restated(sandbox.world, rows)
    return json_answer({"restated": len(rows)})


def _add_faults(sandbox: Sandbox, request: Request) -> Answer:
    faults = _decoded(request, list[Fault])
    if len(faults) + len(sandbox.faults.planned) > MAX_FAULTS:
        raise InconsistentWorld(f"at most {MAX_FAULTS} faults; delete the old ones first")
    for fault in faults:
        sandbox.faults.add(fault)
    return json_answer({"faults": _faults(sandbox)}, HTTPStatus.CREATED)


def _list_faults(sandbox: Sandbox, request: Request) -> Answer:
    return json_answer({"faults": _faults(sandbox)})


def _delete_faults(sandbox: Sandbox, request: Request) -> Answer:
    sandbox.faults.clear()
    return json_answer({"faults": []})


def _faults(sandbox: Sandbox) -> list[Mapping[str, object]]:
    return [
        {
            **msgspec.structs.asdict(planned.fault),
            "fired": planned.fired,
            "is_active": planned.is_active,
        }
        for planned in sandbox.faults.planned
    ]


def _revoke_token(sandbox: Sandbox, request: Request) -> Answer:
    token = _decoded(request, TokenToRevoke).access_token
    return json_answer({"revoked": sandbox.world.revoke(token)})


def _lose_advertiser(sandbox: Sandbox, request: Request) -> Answer:
    advertiser_id = _decoded(request, AdvertiserToLose).advertiser_id
    return json_answer({"lost": sandbox.world.take_away(advertiser_id)})


def _reset(sandbox: Sandbox, request: Request) -> Answer:
    sandbox.reset()
    return json_answer({"reset": True})


def _decoded(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.ValidationError:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error


def _problem(status: int, error: str, message: str) -> Answer:
    return json_answer({"error": error, "message": message}, status)


_ROUTES: Mapping[tuple[str, str], ControlHandler] = {
    ("state", "GET"): show_state,
    ("events", "GET"): _list_events,
    ("requests", "GET"): _list_requests,
    ("world", "PUT"): _merge_world,
    ("restate", "POST"): _restate,
    ("faults", "GET"): _list_faults,
    ("faults", "POST"): _add_faults,
    ("faults", "DELETE"): _delete_faults,
    ("tokens/revoke", "POST"): _revoke_token,
    ("advertisers/lose", "POST"): _lose_advertiser,
    ("reset", "POST"): _reset,
}
