"""Who manages the whole server; it must never be nobody."""

from __future__ import annotations

from appsprint.domain.access import Principal
from appsprint.errors import Conflict
from appsprint.ports.store import UnitOfWork


def owners(uow: UnitOfWork) -> list[Principal]:
    """The tokens and the members that are owners of everything and still work."""
    tokens = [token for token in uow.access.tokens() if token.revoked_at is None]
    members = [member for member in uow.members.all() if member.can_sign_in]
    return [one for one in (*tokens, *members) if one.is_full_owner]


def require_another_owner(uow: UnitOfWork, leaving: Principal, *, code: str, what: str) -> None:
    """Refuse to let the last one go.

    Args:
        leaving: Who is about to be an owner no longer.
        code: Of the conflict.
        what: What it is called in the message: a token, a member.

    Raises:
        Conflict: It is the last owner.
    """
    if [owner.id for owner in owners(uow)] == [leaving.id]:
        raise Conflict(
            f"this is the last owner {what}: nobody could manage the server any more; make "
            "another owner first",
            code=code,
        )
