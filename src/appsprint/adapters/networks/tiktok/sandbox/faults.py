"""Faults on purpose: what to do wrong, where, how often, and which request it hits.

A fault answers before the request is looked at, except the ``accept_then_…`` kinds and
``partial`` and ``no_numbers``, which let it through first. Of several that fit, the one added first
acts.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError, Code
from appsprint.adapters.networks.tiktok.sandbox.requests import Request, json_or_none

MAX_FAULTS = 1000
MAX_WAIT_SECONDS = 60
_GATEWAY_STATUSES = (500, 502, 503, 504)


class FaultKind(StrEnum):
    """What goes wrong."""

    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"
    MINUTE_LIMIT = "minute_limit"
    PIXEL_RATE_LIMIT = "pixel_rate_limit"
    ADVERTISER_RATE_LIMIT = "advertiser_rate_limit"
    BAD_TOKEN = "bad_token"
    NO_PERMISSION = "no_permission"
    BUSINESS_ERROR = "business_error"
    BAD_EVENT = "bad_event"
    PARTIAL = "partial"
    NO_NUMBERS = "no_numbers"
    SERVER_ERROR = "server_error"
    SLOW = "slow"
    HANG = "hang"
    RESET = "reset"
    ACCEPT_THEN_HANG = "accept_then_hang"
    ACCEPT_THEN_RESET = "accept_then_reset"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault to inject; also its JSON in the control API.

    Attributes:
        endpoint: The beginning of the path after ``/open_api/v1.3``; "" is every endpoint.
        times: How often it acts; None until it is removed.
        probability: Of a request that fits, drawn from a generator with ``seed``.
        status: The gateway's status of ``server_error``.
        code: TikTok's code of ``business_error``.
        message: Replaces the usual message of the kinds that answer with a code.
        delay_ms: How long ``slow`` waits.
        per_second: How many requests to one endpoint ``quota`` lets through in any second.
        event_id: ``bad_event`` hits requests that hold an event with this id …
        event: … and this name; one of the two is enough.
        has_events: True hits only requests that hold events, False only those that hold none,
            as a check of a credential does; None hits both.
    """

    kind: FaultKind
    endpoint: str = ""
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    status: int = 502
    code: int | None = None
    message: str | None = None
    delay_ms: int = 1000
    per_second: int = 10
    event_id: str | None = None
    event: str | None = None
    has_events: bool | None = None

    def __post_init__(self) -> None:
        if self.endpoint and not self.endpoint.startswith("/"):
            raise ValueError("endpoint must begin with a slash, such as /event/track/")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or null")
        if not 0 < self.probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")
        if not 0 <= self.delay_ms <= MAX_WAIT_SECONDS * 1000:
            raise ValueError(f"delay_ms must be between 0 and {MAX_WAIT_SECONDS * 1000}")
        if self.per_second < 1:
            raise ValueError("per_second must be at least 1")
        if self.status not in _GATEWAY_STATUSES:
            raise ValueError(f"status must be one of {list(_GATEWAY_STATUSES)}")
        if self.kind is FaultKind.BUSINESS_ERROR and not self.code:
            raise ValueError("a business_error needs a code other than 0")
        if self.kind is FaultKind.BAD_EVENT and self.event_id is None and self.event is None:
            raise ValueError("a bad_event needs an event_id or an event")


@dataclass(slots=True)
class PlannedFault:
    """A fault in the plan, and how often it has acted so far."""

    fault: Fault
    fired: int = 0
    generator: random.Random = field(default_factory=random.Random)
    let_through: dict[str, deque[float]] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.fault.times is None or self.fired < self.fault.times

    def exceeds_quota(self, endpoint: str, now: float) -> bool:
        """Whether a request is one too many in the last second; it counts when it is not."""
        empty: deque[float] = deque(maxlen=self.fault.per_second)
        latest = self.let_through.setdefault(endpoint, empty)
        if len(latest) == self.fault.per_second and now - latest[0] < 1:
            return True
        latest.append(now)
        return False


class FaultPlan:
    """The faults in the order in which they were added. Spent ones stay listed until cleared.

    Args:
        clock: Real seconds that only go forward, also where the sandbox plays another time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.planned: list[PlannedFault] = []
        self._clock = clock

    def add(self, fault: Fault) -> None:
        # Not a secret: the same seed must make the same faults.
        generator = random.Random(fault.seed)  # noqa: S311
        self.planned.append(PlannedFault(fault, generator=generator))

    def clear(self) -> None:
        self.planned.clear()

    def draw(self, endpoint: str, request: Request) -> Fault | None:
        """The fault that hits this request, counted as having acted; None for none."""
        for planned in self.planned:
            if planned.is_active and self._hits(planned, endpoint, request):
                planned.fired += 1
                return planned.fault
        return None

    def _hits(self, planned: PlannedFault, endpoint: str, request: Request) -> bool:
        fault = planned.fault
        if not endpoint.startswith(fault.endpoint):
            return False
        if fault.kind is FaultKind.BAD_EVENT and bad_event_index(fault, request) is None:
            return False
        if fault.has_events is not None and bool(_events_of(request)) is not fault.has_events:
            return False
        if fault.kind is FaultKind.QUOTA and not planned.exceeds_quota(endpoint, self._clock()):
            return False
        return planned.generator.random() < fault.probability


def bad_event_index(fault: Fault, request: Request) -> int | None:
    """The place in ``data`` of the first event that a ``bad_event`` is about; None for none."""
    for index, event in enumerate(_events_of(request)):
        if not isinstance(event, dict):
            continue
        has_id = fault.event_id is None or event.get("event_id") == fault.event_id
        if has_id and (fault.event is None or event.get("event") == fault.event):
            return index
    return None


def refusal_of(fault: Fault, request: Request) -> ApiError | None:
    """The business error that this fault answers with; None for the other kinds."""
    refusal = _REFUSALS.get(fault.kind)
    if refusal is None:
        return None
    code, message = refusal
    subject: dict[str, object] = {
        "advertiser_id": request.query.get("advertiser_id") or "0",
        "per_second": fault.per_second,
        "one_more": fault.per_second + 1,
    }
    return ApiError(
        fault.code or code,
        fault.message or message.format(**subject, **_track_subject(fault, request)),
        count=len(_events_of(request)),
    )


def _track_subject(fault: Fault, request: Request) -> dict[str, object]:
    body = json_or_none(request.body)
    pixel_code = body.get("event_source_id") if isinstance(body, dict) else None
    subject = f"pixel code: {pixel_code}" if pixel_code else None
    advertiser = f"advertiser: {request.query.get('advertiser_id') or '0'}"
    index = bad_event_index(fault, request) if fault.kind is FaultKind.BAD_EVENT else 0
    return {"subject": subject or advertiser, "index": index}


def _events_of(request: Request) -> list[object]:
    body = json_or_none(request.body)
    data = body.get("data") if isinstance(body, dict) else None
    return data if isinstance(data, list) else []


_REFUSALS: Mapping[FaultKind, tuple[int, str]] = {
    FaultKind.RATE_LIMIT: (
        Code.RATE_LIMITED,
        "Too many requests. Please retry in some time.",
    ),
    FaultKind.QUOTA: (
        Code.RATE_LIMITED,
        "App reaches the QPS limit {per_second}, current QPS is {one_more}.",
    ),
    FaultKind.MINUTE_LIMIT: (
        Code.RATE_LIMITED,
        "App reaches the QPM limit 600, current QPM is 601.",
    ),
    FaultKind.PIXEL_RATE_LIMIT: (
        Code.PIXEL_RATE_LIMITED,
        "The request QPS is limited by pixel_code's value.",
    ),
    FaultKind.ADVERTISER_RATE_LIMIT: (
        Code.ADVERTISER_RATE_LIMITED,
        "Advertiser ({advertiser_id})'s QPS (11) reaches QPS limit 10 for current path, "
        "request is temporarily restricted.",
    ),
    FaultKind.BAD_TOKEN: (
        Code.TOKEN_REJECTED,
        "Access token is incorrect or has been revoked.",
    ),
    FaultKind.NO_PERMISSION: (Code.NO_PERMISSION, "No permission to operate {subject}"),
    FaultKind.BUSINESS_ERROR: (Code.PARAMETER_ERROR, "An injected error."),
    FaultKind.BAD_EVENT: (
        Code.PARAMETER_ERROR,
        "Invalid value for data.{index}: refused by an injected fault.",
    ),
}
