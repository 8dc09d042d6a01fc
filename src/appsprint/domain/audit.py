"""The audit log: every change with who made it and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from appsprint.domain.ids import AppId


class ActorKind(StrEnum):
    """What somebody acts through."""

    MEMBER = "member"
    TOKEN = "token"
    COMMAND_LINE = "command_line"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who makes a change.

    Attributes:
        id: A member's or a token's id; None for the operator's command line and for the server.
        name: What people know them by at the time: an e-mail address, a token's name.
    """

    kind: ActorKind
    id: str | None = None
    name: str


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="the server")


class AuditAction(StrEnum):
    """What was done, as ``<noun>.<past tense>``."""

    APP_CREATED = "app.created"
    APP_UPDATED = "app.updated"
    APP_DELETED = "app.deleted"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_COPIED = "key.copied"
    TEST_DEVICE_ADDED = "test_device.added"
    TEST_DEVICE_REMOVED = "test_device.removed"
    LINK_CREATED = "link.created"
    LINK_UPDATED = "link.updated"
    LINK_ARCHIVED = "link.archived"
    TIKTOK_CONNECTED = "tiktok.connected"
    TIKTOK_DISCONNECTED = "tiktok.disconnected"
    ADVERTISER_CHOSEN = "tiktok.advertiser_chosen"
    EVENTS_API_SAVED = "tiktok.events_api_saved"
    MAPPING_SET = "mapping.set"
    MAPPING_RESET = "mapping.reset"
    QUALITY_RULES_SET = "quality_rules.set"
    ATTRIBUTION_REPLAYED = "attribution.replayed"
    DELIVERIES_REDRIVEN = "deliveries.redriven"
    RETENTION_CHANGED = "app.retention_changed"
    DATA_EXPORTED = "data.exported"
    PERSON_ERASED = "person.erased"
    TOKEN_CREATED = "token.created"
    TOKEN_REVOKED = "token.revoked"
    SERVER_SET_UP = "server.set_up"
    MEMBER_INVITED = "member.invited"
    MEMBER_UPDATED = "member.updated"
    MEMBER_REMOVED = "member.removed"
    PASSWORD_CHOSEN = "member.password_chosen"
    SECOND_FACTOR_ON = "member.second_factor_on"
    SECOND_FACTOR_OFF = "member.second_factor_off"
    SIGNED_IN = "member.signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change.

    Attributes:
        app_id: The app it belongs to; None for what concerns the whole server.
        subject: What was changed, as people know it: a name, an address, an id.
        details: What is worth telling besides, by name; never a secret.
    """

    at: datetime
    actor: Actor
    action: AuditAction
    app_id: AppId | None = None
    subject: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredAuditEntry:
    """An entry with its number; numbers grow with time."""

    number: int
    entry: AuditEntry
