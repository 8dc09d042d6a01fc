"""In-app events: what an app reports after its install, checked one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId, EventId, InstallId

TEST_EVENT_TYPE = "__test"
INSTALL_EVENT_TYPE = "install"

SDK_EVENT_TYPES = (
    "session_start",
    "login",
    "sign_up",
    "register",
    "purchase",
    "subscribe",
    "start_trial",
    "add_payment_info",
    "add_to_cart",
    "add_to_wishlist",
    "initiate_checkout",
    "view_content",
    "view_item",
    "search",
    "share",
    "tutorial_complete",
    "achieve_level",
    "level_start",
    "level_complete",
    "custom",
)
_KNOWN_TYPES = frozenset((*SDK_EVENT_TYPES, TEST_EVENT_TYPE))


class RefusalReason(StrEnum):
    """Why one event of a batch was not stored; the closed list that operators see."""

    NOT_AN_OBJECT = "not_an_object"
    TOO_LARGE = "too_large"
    INVALID_EVENT_ID = "invalid_event_id"
    INVALID_INSTALL_ID = "invalid_appsprint_id"
    INVALID_EVENT_TYPE = "invalid_event_type"
    INVALID_EVENT_NAME = "invalid_event_name"
    INVALID_REVENUE = "invalid_revenue"
    INVALID_CURRENCY = "invalid_currency"
    INVALID_TIMESTAMP = "invalid_timestamp"
    INVALID_PARAMETERS = "invalid_parameters"
    INSTALL_NOT_FOUND = "install_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class InAppEvent:
    """One stored in-app event: a fact, written once.

    Attributes:
        id: Ours; what ad networks see as the event's id, stable for ever.
        event_id: The SDK's; unique within the app, repeats are duplicates.
        occurred_at: The device's time, corrected only where it cannot be true.
        device_timestamp_ms: The device's time as it came, Unix milliseconds.
        revenue_micros: Millionths of ``currency``; negative for a refund, None without revenue.
        parameters: The developer's map as JSON text.
        client_ip: Where the request that brought the event came from.
        limits_data_use: The person refused the use of their data for ads, or the developer said
            so for this event; False when they agreed, None when the event says nothing.
        skip_reason: Why the connected network gets no delivery; None when it gets one or when
            no network is connected.
    """

    id: EventId
    app_id: AppId
    event_id: str
    install_id: InstallId
    appsprint_id: str
    environment: Environment
    event_type: str
    event_name: str | None
    occurred_at: datetime
    device_timestamp_ms: int
    received_at: datetime
    revenue_micros: int | None
    currency: str | None
    parameters: str | None
    client_ip: str
    skip_reason: str | None = None
    limits_data_use: bool | None = None

    @property
    def sdk_event(self) -> str:
        """The name that mappings use: the type, or ``custom:<eventName>``."""
        return sdk_event_name(self.event_type, self.event_name)

    @property
    def is_test(self) -> bool:
        """Whether the event is kept out of every count and never sent on."""
        return self.event_type == TEST_EVENT_TYPE or self.environment is Environment.TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedEvent:
    """One event that was not stored, with its reason and the start of its text.

    Attributes:
        appsprint_id: The device that it names, known or not; None when that cannot be read.
    """

    id: str
    app_id: AppId
    received_at: datetime
    reason: RefusalReason
    event_id: str | None
    appsprint_id: str | None = None
    excerpt: str


def sdk_event_name(event_type: str, event_name: str | None) -> str:
    """``purchase`` for a standard type, ``custom:<eventName>`` for a named custom event."""
    return f"custom:{event_name}" if event_type == "custom" and event_name else event_type


def fold_event_type(value: str) -> str | None:
    """The event type in its one spelling, or None when it is not one of the protocol's.

    Case and ``-`` fold to lower case and ``_`` (SDK wire protocol §4).
    """
    folded = value.strip().lower().replace("-", "_")
    return folded if folded in _KNOWN_TYPES else None


# Before this the device's clock was never set, or the number is in seconds.
EARLIEST_BELIEVED_AT = datetime(2020, 1, 1, tzinfo=UTC)
_EARLIEST_BELIEVED_MS = int(EARLIEST_BELIEVED_AT.timestamp() * 1000)


def occurred_at_ms(device_timestamp_ms: int, *, received_at_ms: int) -> int:
    """When an event happened, in Unix milliseconds: the device's time where it can be true.

    A time after the arrival becomes the arrival; a time from before 2020 comes from a clock
    that was never set and becomes the arrival too. Everything between is kept, so events that
    waited on the device keep their own day.
    """
    if _EARLIEST_BELIEVED_MS <= device_timestamp_ms <= received_at_ms:
        return device_timestamp_ms
    return received_at_ms
