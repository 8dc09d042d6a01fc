"""Members: the people who sign in to the dashboard, and their sessions and invitations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.access import Principal
from appsprint.domain.ids import MemberId
from appsprint.errors import InvalidInput

# An address is proven by the link that reaches it; this only catches slips of the hand.
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", re.ASCII)
MAX_EMAIL_LENGTH = 254
INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Principal):
    """A person of the team.

    Attributes:
        email: As ``read_email`` gives it; unique among members who were not removed.
        password_hash: None until the person has chosen a password.
        sealed_totp: The secret of the second factor, encrypted; None while it is off.
        totp_step: The last step of time whose code was used, so that none works twice.
        removed_at: From then on the member cannot sign in; what they did stays in the audit log.
    """

    id: MemberId
    email: str
    password_hash: str | None = None
    sealed_totp: str | None = None
    totp_step: int = 0
    created_at: datetime
    removed_at: datetime | None = None

    @property
    def can_sign_in(self) -> bool:
        """Whether the person has a password and was not removed."""
        return self.password_hash is not None and self.removed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a session may last: without being used, and altogether."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser; only the hash of its secret is kept."""

    secret_hash: str
    member_id: MemberId
    created_at: datetime
    last_seen_at: datetime

    def is_over(self, now: datetime, limits: SessionLimits) -> bool:
        """Whether it may not be used any more at ``now``; at the limit itself it is over."""
        return now - self.last_seen_at >= limits.idle or now - self.created_at >= limits.absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link with which a member chooses a password, once; only the hash of its secret is kept."""

    secret_hash: str
    member_id: MemberId
    created_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it was not used in time."""
        return now - self.created_at >= INVITATION_LASTS


def read_email(typed: str) -> str:
    """The address in the one form it is compared in: without spaces around it, in lower case.

    Raises:
        InvalidInput: It does not look like an address.
    """
    email = typed.strip().lower()
    if len(email) > MAX_EMAIL_LENGTH or _EMAIL.fullmatch(email) is None:
        raise InvalidInput("must be an e-mail address such as ann@example.com", field="email")
    return email
