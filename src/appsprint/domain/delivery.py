"""Deliveries: one event on its way to one ad network, and how each attempt can end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.ids import AppId, DeliveryId, EventId, InstallId
from appsprint.domain.link import AdNetwork


class DeliveryStatus(StrEnum):
    """Where a delivery stands.

    ``PENDING`` was never tried, ``RETRYING`` waits for its next attempt, ``SENT`` was accepted,
    ``SKIPPED`` was never fit to send, ``DEAD`` was given up and can be redriven.
    """

    PENDING = "pending"
    RETRYING = "retrying"
    SENT = "sent"
    SKIPPED = "skipped"
    DEAD = "dead"


OPEN_STATUSES = (DeliveryStatus.PENDING, DeliveryStatus.RETRYING)


class NotEligibleReason(StrEnum):
    """Why a stored event gets no delivery at all; ``REINSTALL`` is an install that is not new."""

    NOT_MAPPED = "not_mapped"
    NOT_ATTRIBUTED = "not_attributed"
    TEST_EVENT = "test_event"
    REINSTALL = "reinstall"


class SkipReason(StrEnum):
    """Why an eligible event is not sent.

    Four times because it lacks the ad network's web context; a refund because the network has
    no event that takes revenue back, and would count another purchase; because the person's data
    was erased first; or because credit went over to another network before it was sent.
    """

    MISSING_CLICK_ID = "missing_ttclid"
    MISSING_CLIENT_IP = "missing_client_ip"
    MISSING_USER_AGENT = "missing_user_agent"
    MISSING_PAGE_URL = "missing_page_url"
    REFUND = "refund"
    ERASED = "erased"
    CREDIT_MOVED = "credit_moved"


class DeadReason(StrEnum):
    """Why a delivery was given up."""

    REJECTED = "rejected_by_network"
    TOO_OLD = "too_old"
    INVALID_EVENT = "invalid_event"
    UNSUPPORTED_CURRENCY = "unsupported_currency"
    DEDUPE_HORIZON = "dedupe_horizon_passed"
    RETRIES_EXHAUSTED = "retries_exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one network.

    Attributes:
        event_id: The SDK's id of the event (the install's id for the install event).
        event_row_id: Our id of the event.
        network_event_id: What the network sees and dedupes by; never changes.
        pixel_id: The web event source it went or will go to; None until it is known.
        test_event_code: What the last attempt carried to make the network take the event as a
            test, which counts for nothing there; None when it was a live one.
        attempts: How many attempts ended so far.
        maybe_accepted_at: The first attempt whose outcome is unknown: the network may have
            taken the event, so its dedupe horizon runs from here. None while there is none.
        next_attempt_at: None when nothing is due any more.
    """

    id: DeliveryId
    app_id: AppId
    network: AdNetwork
    event_id: str
    event_row_id: EventId
    install_id: InstallId
    appsprint_id: str
    sdk_event: str
    network_event: str
    network_event_id: str
    pixel_id: str | None = None
    test_event_code: str | None = None
    status: DeliveryStatus = DeliveryStatus.PENDING
    reason: str | None = None
    attempts: int = 0
    maybe_accepted_at: datetime | None = None
    created_at: datetime
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebContext:
    """What an ad network must know of the click and the device to accept a web event.

    Attributes:
        client_ips: Where the event, the install and the click came from, in that order.
        user_agents: The web view's, then the click's browser.
    """

    network_click_id: str | None
    page_url: str | None
    client_ips: tuple[str, ...]
    user_agents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableEvent:
    """Everything that the network's payload is made of, for one delivery.

    Attributes:
        occurred_at: UTC; corrected device time.
        client_ip, user_agent, network_click_id, page_url: The checked web context.
        parameters: The developer's map as JSON text.
        customer_user_id: As the app gave it, not hashed.
        limits_data_use: The network is to use the event in a limited way only.
    """

    delivery_id: DeliveryId
    network_event: str
    network_event_id: str
    sdk_event: str
    occurred_at: datetime
    client_ip: str | None
    user_agent: str
    network_click_id: str
    page_url: str
    revenue_micros: int | None
    currency: str | None
    parameters: str | None
    customer_user_id: str | None
    locale: str | None
    limits_data_use: bool = False


class AttemptOutcome(StrEnum):
    """How one attempt ended, as the log shows it."""

    DELIVERED = "delivered"
    RETRY = "retry"
    AWAIT_RECONNECT = "await_reconnect"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAnswer:
    """What one call to the network brought; the same for every event of the call.

    Attributes:
        http_status: None when no answer came.
        code: TikTok's ``code``; None when the body was not TikTok's.
        message: TikTok's words, or the transport's failure.
    """

    http_status: int | None
    code: int | None
    message: str
    request_id: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """The network said that it took the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """The attempt failed in a way that time can mend.

    Attributes:
        maybe_accepted: True when the network may have taken the event all the same
            (no answer, or a gateway's error): from then on its dedupe horizon counts.
        at_least_seconds: The network asked for this pause; 0 when it did not.
        is_limited: Too many calls: the whole connection has to make fewer of them.
    """

    maybe_accepted: bool
    at_least_seconds: int = 0
    is_limited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitReconnect:
    """The credential or the right is gone: keep everything, pause the connection."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The network will never take it.

    Attributes:
        splittable: True when one bad event can have failed the others of its call.
        suspect: The place in the call, from 0, of the event that the network named; None when
            it named none.
    """

    reason: DeadReason
    splittable: bool
    suspect: int | None = None


Verdict = Delivered | TryAgain | AwaitReconnect | GiveUp
