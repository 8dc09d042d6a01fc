"""Event mapping: which in-app event fires as which event of an ad network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appsprint.domain.inapp_event import INSTALL_EVENT_TYPE, SDK_EVENT_TYPES
from appsprint.errors import InvalidInput

MAX_CUSTOM_SDK_EVENT_LENGTH = 255
CUSTOM_SDK_EVENT_PREFIX = "custom:"


class MappingKind(StrEnum):
    """Whether the network knows the event's name by itself."""

    STANDARD = "standard"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingWarning:
    """Why a row may not do what people expect of it; it is allowed all the same."""

    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """One row of the mapping table.

    Attributes:
        network_event: None when the event is not sent.
        kind: None with ``network_event`` None.
        is_default: Whether the row is as the product ships it.
        warnings: Told before the network tells it; empty when nothing is known against the row.
    """

    sdk_event: str
    network_event: str | None
    kind: MappingKind | None
    is_default: bool
    warnings: tuple[MappingWarning, ...] = ()


MAPPABLE_SDK_EVENTS = (
    INSTALL_EVENT_TYPE,
    *(event for event in SDK_EVENT_TYPES if event != "custom"),
)


def require_sdk_event(name: str) -> str:
    """The in-app event's name as mappings use it.

    Raises:
        InvalidInput: Neither one of the SDK's events, nor ``install``, nor ``custom:<eventName>``.
    """
    if name.startswith(CUSTOM_SDK_EVENT_PREFIX):
        custom = name.removeprefix(CUSTOM_SDK_EVENT_PREFIX).strip()
        if custom and len(custom) <= MAX_CUSTOM_SDK_EVENT_LENGTH and custom.isprintable():
            return f"{CUSTOM_SDK_EVENT_PREFIX}{custom}"
        raise InvalidInput(
            "a custom event is named custom:<eventName>, up to 255 printable characters",
            field="sdk_event",
        )
    folded = name.strip().lower().replace("-", "_")
    if folded not in MAPPABLE_SDK_EVENTS:
        raise InvalidInput(
            f"{name[:80]!r} is not an SDK event; use one of {', '.join(MAPPABLE_SDK_EVENTS)} "
            "or custom:<eventName>",
            field="sdk_event",
        )
    return folded


def effective_mapping(
    defaults: Mapping[str, str], overrides: Mapping[str, str | None]
) -> dict[str, str]:
    """What is sent as what: the defaults with the app's rows laid over them, blank rows out."""
    merged: dict[str, str | None] = {**defaults, **overrides}
    return {sdk_event: name for sdk_event, name in merged.items() if name}
