"""Who is making the change under way, so that the audit log can say it.

An entry point says who acts, once for each request or command; services read it where they make
an audit entry, before they hand work to the store's writer, whose thread acts for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from appsprint.domain.access import ApiToken
from appsprint.domain.audit import SYSTEM, Actor, ActorKind, AuditAction, AuditEntry
from appsprint.domain.ids import AppId, MemberId
from appsprint.domain.member import Member
from appsprint.ports.store import UnitOfWork

_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def act_as(actor: Actor) -> None:
    """From now on, in this context (a request's task, a command), ``actor`` makes the changes."""
    _actor.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Within the block, ``actor`` makes the changes."""
    before = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(before)


def current_actor() -> Actor:
    """Who makes changes now; the server itself unless somebody said otherwise."""
    return _actor.get()


def actor_of(principal: ApiToken | Member) -> Actor:
    """A token's bearer or a member as the log names them."""
    if isinstance(principal, Member):
        return Actor(kind=ActorKind.MEMBER, id=principal.id, name=principal.email)
    return Actor(kind=ActorKind.TOKEN, id=principal.id, name=principal.name)


def actor_with_id(uow: UnitOfWork, principal_id: str) -> Actor:
    """The token's bearer or the member with this id; the server itself where there is none."""
    member = uow.members.get(MemberId(principal_id))
    token = next((one for one in uow.access.tokens() if one.id == principal_id), None)
    found = member or token
    return SYSTEM if found is None else actor_of(found)


def entry(
    at: datetime,
    action: AuditAction,
    *,
    app_id: AppId | None = None,
    subject: str | None = None,
    **details: object,
) -> AuditEntry:
    """An entry of the audit log, by whoever acts now; details that are None are left out."""
    told = {name: str(value) for name, value in details.items() if value is not None}
    return AuditEntry(
        at=at,
        actor=current_actor(),
        action=action,
        app_id=app_id,
        subject=subject,
        details=told,
    )


def differences(before: object, after: object, *names: str) -> dict[str, str]:
    """The attributes in ``names`` that changed, each as ``old → new``."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return {name: f"{_shown(old)} → {_shown(new)}" for name, old, new in pairs if old != new}


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
