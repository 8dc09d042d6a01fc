"""Members, their sessions and their invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.ids import MemberId
from appsprint.domain.member import Invitation, Member, Session


class MemberRepository(Protocol):
    """Who may sign in, and who is signed in."""

    def add(self, member: Member) -> None:
        """Store a member.

        Raises:
            Conflict: Somebody who was not removed has this e-mail address.
        """
        ...

    def update(self, member: Member) -> None:
        """Store a member as it is now; nothing happens when there is none with its id."""
        ...

    def get(self, member_id: MemberId) -> Member | None:
        """The member, removed or not; None if there is none."""
        ...

    def by_email(self, email: str) -> Member | None:
        """The member with this address who was not removed; None if there is none."""
        ...

    def all(self) -> Sequence[Member]:
        """The members who were not removed, oldest first."""
        ...

    def add_session(self, session: Session) -> None:
        """Store a session; its hash is unique."""
        ...

    def session(self, secret_hash: str) -> Session | None:
        """The session with this hash, over or not; None if there is none."""
        ...

    def note_seen(self, secret_hash: str, *, at: datetime) -> None:
        """Remember when a session was last used."""
        ...

    def end_session(self, secret_hash: str) -> None:
        """Forget a session; one that is unknown changes nothing."""
        ...

    def end_sessions_of(self, member_id: MemberId, *, but: str | None = None) -> None:
        """Forget a member's sessions, except the one with the hash ``but``."""
        ...

    def forget_sessions_before(self, *, seen: datetime, created: datetime) -> int:
        """Drop sessions last seen or created at or before these instants; how many there were."""
        ...

    def set_invitation(self, invitation: Invitation) -> None:
        """Store a member's invitation; earlier ones of the same member end."""
        ...

    def invitation(self, secret_hash: str) -> Invitation | None:
        """The invitation with this hash, over or not; None if there is none."""
        ...

    def end_invitations_of(self, member_id: MemberId) -> None:
        """Forget a member's invitations."""
        ...
