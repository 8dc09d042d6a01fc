"""Who may do what: roles, and the tokens of the management API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from appsprint.domain.ids import AppId, MemberId, TokenId


class Role(StrEnum):
    """What a member or a token's bearer may do; each includes those after it."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever asks for something: a token's bearer or a signed-in member.

    Attributes:
        app_ids: The apps it is limited to; None for all.
    """

    id: str
    role: Role
    app_ids: tuple[AppId, ...] | None = None

    def has_role(self, needed: Role) -> bool:
        """Whether the role includes ``needed``."""
        return _RANK[self.role] <= _RANK[needed]

    def reaches(self, app_id: AppId) -> bool:
        """Whether the principal may see the app at all."""
        return self.app_ids is None or app_id in self.app_ids

    def covers(self, other: Principal) -> bool:
        """Whether everything that ``other`` reaches is within this one's reach."""
        if self.app_ids is None:
            return True
        return other.app_ids is not None and all(self.reaches(one) for one in other.app_ids)

    @property
    def is_full_owner(self) -> bool:
        """Whether it manages the whole server: an owner of every app."""
        return self.role is Role.OWNER and self.app_ids is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken(Principal):
    """A bearer token; only its hash is kept.

    Attributes:
        member_id: The member it belongs to, who lends it no more than they have themselves; None
            for the operator's own.
    """

    id: TokenId
    name: str
    token_hash: str
    member_id: MemberId | None = None
    created_at: datetime
    revoked_at: datetime | None = None

    def within(self, member: Principal) -> ApiToken:
        """The token with what its member may do now, where that is less."""
        role = self.role if member.has_role(self.role) else member.role
        if self.app_ids is None or member.app_ids is None:
            reach = member.app_ids if self.app_ids is None else self.app_ids
        else:
            reach = tuple(one for one in self.app_ids if member.reaches(one))
        return replace(self, role=role, app_ids=reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What was answered to a creating call, so that its repeat gets the same.

    Attributes:
        request_hash: Of the call's body; another body under the same key is a conflict.
        status: The HTTP status.
        sealed_body: The answer's body, encrypted: it can hold a new API key.
    """

    request_hash: str
    status: int
    sealed_body: str
    created_at: datetime
