"""Who manages the whole server; it must never be nobody."""

from __future__ import annotations

from appsprint.domain.access import ApiToken, Principal
from appsprint.errors import Conflict
from appsprint.ports.store import UnitOfWork


def owners(uow: UnitOfWork) -> list[Principal]:
    """The tokens and the members that are owners of everything and still work."""
    present = (token for token in uow.access.tokens() if token.revoked_at is None)
    tokens = [token for token in (lent(uow, one) for one in present) if token is not None]
    members = [member for member in uow.members.all() if member.can_sign_in]
    return [one for one in (*tokens, *members) if one.is_full_owner]


def lent(uow: UnitOfWork, token: ApiToken) -> ApiToken | None:
    """A token with what its member may do now; None when that member was removed."""
    if token.member_id is None:
        return token
    member = uow.members.get(token.member_id)
    if member is None or member.removed_at is not None:
        return None
    return token.within(member)


def require_another_owner(uow: UnitOfWork, leaving: Principal, *, code: str, what: str) -> None:
    """Refuse to let the last one go.

    Args:
        leaving: Who is about to be an owner no longer.
        code: Of the conflict.
        what: What it is called in the message: a token, a member.

    Raises:
        Conflict: It is the last owner.
    """
    present = owners(uow)
    others = [one for one in present if one.id != leaving.id and not _belongs_to(one, leaving)]
    if not others and any(one.id == leaving.id for one in present):
        raise Conflict(
            f"this is the last owner {what}: nobody could manage the server any more; make "
            "another owner first",
            code=code,
        )


def _belongs_to(owner: Principal, leaving: Principal) -> bool:
    return isinstance(owner, ApiToken) and owner.member_id == leaving.id
