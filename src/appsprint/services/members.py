"""Members: the first owner, invitations, roles, passwords and second factors."""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from appsprint.domain.access import Principal, Role
from appsprint.domain.audit import AuditAction, AuditEntry
from appsprint.domain.ids import AppId, IdPrefix, MemberId
from appsprint.domain.member import Invitation, Member, read_email
from appsprint.domain.totp import SECRET_BYTES, accepted_step
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.passwords import Passwords
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.access import read_reach, require_role
from appsprint.services.acting import acting_as, actor_of, differences, entry
from appsprint.services.checks import Problems, quoted
from appsprint.services.creation import Creation
from appsprint.services.owners import require_another_owner
from appsprint.services.secret_links import MAX_SECRET_LENGTH, hash_secret, new_secret
from appsprint.services.sessions import MAX_PASSWORD_LENGTH

log = structlog.get_logger()

MIN_PASSWORD_LENGTH = 10
_KNOWN_WORDS = ("appsprint", "app sprint attribution", "attribution", "tiktok")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanges:
    """What to change of a member; None keeps it.

    Attributes:
        all_apps: Lifts a limit to some apps; then ``app_ids`` does not count.
    """

    role: str | None = None
    app_ids: Sequence[str] | None = None
    all_apps: bool = False

    @property
    def keeps_reach(self) -> bool:
        """Whether the member goes on reaching the same apps."""
        return self.app_ids is None and not self.all_apps


class MemberService:
    """People and what they may do; nobody can pass on more than their own reach."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        passwords: Passwords,
        secrets: SecretBox,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._passwords = passwords
        self._secrets = secrets

    def list(self, *, within: Principal | None = None) -> Sequence[Member]:
        """The members, oldest first; only those within somebody's reach."""
        members = self._store.read(lambda uow: uow.members.all())
        return [member for member in members if within is None or within.covers(member)]

    def get(self, member_id: MemberId, *, within: Principal | None = None) -> Member:
        """A member.

        Raises:
            NotFound: There is no such member within reach.
        """
        return self._store.read(lambda uow: _require_member(uow, member_id, within))

    def new_owner(self, email: str, password: str) -> Member:
        """The first owner, checked and not stored yet.

        Raises:
            InvalidInput: Every value that is not allowed.
        """
        problems = Problems()
        address = problems.check(read_email, email, otherwise="")
        problems.check(partial(self._require_password, address), password, otherwise="")
        problems.raise_if_any()
        owner = self._new_member(address, Role.OWNER, None)
        return replace(owner, password_hash=self._passwords.hash(password))

    def invite(
        self,
        email: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: Principal | None = None,
    ) -> tuple[Member, str]:
        """A new member and the secret of their link; see ``invitation``."""
        return self._store.write(self.invitation(email, role, app_ids, granted_by=granted_by))

    def invitation(
        self,
        email: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: Principal | None = None,
    ) -> Creation[tuple[Member, str]]:
        """The unit of work that stores a new member without a password.

        It gives the member and the secret of the link with which they choose one.

        Args:
            app_ids: The apps they are limited to; None for all.
            granted_by: Who asks; None is the operator on the machine itself.

        Raises:
            InvalidInput: Not an address, no such role, no such app.
            NotAllowed: They would reach further than ``granted_by``.
            Conflict: ``member_exists``; when it is run.
        """
        problems = Problems()
        address = problems.check(read_email, email, otherwise="")
        good_role = problems.check(require_role, role, otherwise=Role.VIEWER)
        limits = read_reach(self._store, app_ids, granted_by, problems)
        member = self._new_member(address, good_role, limits)
        secret, invitation = self._new_invitation(member.id)
        told = entry(member.created_at, AuditAction.MEMBER_INVITED, subject=address, role=good_role)

        def work(uow: UnitOfWork) -> tuple[Member, str]:
            uow.members.add(member)
            uow.members.set_invitation(invitation)
            uow.audit.add(told)
            return member, secret

        return work

    def invite_again(
        self, member_id: MemberId, *, granted_by: Principal | None = None
    ) -> tuple[Member, str]:
        """A member and the secret of their new link; see ``new_invitation``."""
        return self._store.write(self.new_invitation(member_id, granted_by=granted_by))

    def new_invitation(
        self, member_id: MemberId, *, granted_by: Principal | None = None
    ) -> Creation[tuple[Member, str]]:
        """The unit of work that stores a new link for choosing a password; earlier ones end.

        Raises:
            NotFound: There is no such member within reach; when it is run.
        """
        secret, invitation = self._new_invitation(member_id)
        told = entry(self._clock.now(), AuditAction.MEMBER_INVITED, again="yes")

        def work(uow: UnitOfWork) -> tuple[Member, str]:
            member = _require_member(uow, member_id, granted_by)
            uow.members.set_invitation(invitation)
            uow.audit.add(replace(told, subject=member.email))
            return member, secret

        return work

    def change(
        self,
        member_id: MemberId,
        changes: MemberChanges,
        *,
        granted_by: Principal | None = None,
    ) -> Member:
        """Give a member another role or reach; in force with their next click.

        Raises:
            NotFound: There is no such member within reach.
            InvalidInput: No such role, no such app.
            NotAllowed: They would reach further than ``granted_by``.
            Conflict: ``last_owner``.
        """
        problems = Problems()
        role: Role | None = problems.check(require_role, changes.role, otherwise=None)
        limits = self._wanted_reach(changes, granted_by, problems)
        told = entry(self._clock.now(), AuditAction.MEMBER_UPDATED)

        def work(uow: UnitOfWork) -> Member:
            member = _require_member(uow, member_id, granted_by)
            reach = member.app_ids if changes.keeps_reach else limits
            changed = replace(member, role=role or member.role, app_ids=reach)
            if not changed.is_full_owner:
                require_another_owner(uow, member, code="last_owner", what="member")
            uow.members.update(changed)
            details = differences(member, changed, "role", "app_ids")
            if details:
                uow.audit.add(replace(told, subject=member.email, details=details))
            return changed

        return self._store.write(work)

    def remove(self, member_id: MemberId, *, removed_by: Principal | None = None) -> None:
        """Take a member out; their sessions and API tokens end at once.

        Raises:
            NotFound: There is no such member within reach.
            Conflict: ``last_owner``.
        """
        now = self._clock.now()
        told = entry(now, AuditAction.MEMBER_REMOVED)

        def work(uow: UnitOfWork) -> None:
            member = _require_member(uow, member_id, removed_by)
            require_another_owner(uow, member, code="last_owner", what="member")
            uow.members.update(replace(member, removed_at=now))
            uow.members.end_sessions_of(member_id)
            uow.members.end_invitations_of(member_id)
            for token in uow.access.tokens():
                if token.member_id == member_id:
                    uow.access.revoke_token(token.id, at=now)
            uow.audit.add(replace(told, subject=member.email))

        self._store.write(work)
        log.info("member_removed", member_id=member_id)

    def invited(self, secret: str) -> Member:
        """Whom an invitation is for.

        Raises:
            NotFound: It is not valid, or no longer.
        """
        return self._store.read(lambda uow: self._invited(uow, secret))

    def accept(self, secret: str, password: str) -> Member:
        """Choose a password by invitation; sessions from before end.

        Raises:
            NotFound: The invitation is not valid, or no longer.
            InvalidInput: The password is too easily guessed.
        """
        member = self.invited(secret)
        self._require_password(member.email, password)
        hashed = self._passwords.hash(password)
        with acting_as(actor_of(member)):
            told = entry(self._clock.now(), AuditAction.PASSWORD_CHOSEN, subject=member.email)

        def work(uow: UnitOfWork) -> Member:
            # Whoever can use the link owns the mailbox, so a lost second factor ends with it.
            changed = replace(self._invited(uow, secret), password_hash=hashed, sealed_totp=None)
            uow.members.end_invitations_of(changed.id)
            uow.members.end_sessions_of(changed.id)
            uow.members.update(changed)
            uow.audit.add(told)
            return changed

        return self._store.write(work)

    def change_password(
        self, member: Member, *, present: str, wanted: str, session_hash: str
    ) -> None:
        """Choose another password; every other browser is signed out.

        Raises:
            InvalidInput: ``present`` is not right, or ``wanted`` is easily guessed.
        """
        self._require_present_password(member, present)
        self._require_password(member.email, wanted)
        hashed = self._passwords.hash(wanted)
        told = entry(self._clock.now(), AuditAction.PASSWORD_CHOSEN, subject=member.email)

        def work(uow: UnitOfWork) -> None:
            found = _require_member(uow, member.id, None)
            uow.members.update(replace(found, password_hash=hashed))
            uow.members.end_sessions_of(member.id, but=session_hash)
            uow.audit.add(told)

        self._store.write(work)

    def new_totp_secret(self) -> bytes:
        """A secret to show to an authenticator app; nothing is stored yet."""
        return random_secrets.token_bytes(SECRET_BYTES)

    def turn_totp_on(self, member: Member, *, secret: bytes, code: str) -> None:
        """Ask for a second factor from now on; ``code`` proves that the app has the secret.

        Raises:
            InvalidInput: The code is not right.
        """
        now = self._clock.now()
        step = accepted_step(secret, code, now, after=0)
        if step is None or len(secret) != SECRET_BYTES:
            raise InvalidInput(
                "is not right: type the six digits that the app shows now", field="code"
            )
        sealed = self._secrets.seal(secret.hex())
        told = entry(now, AuditAction.SECOND_FACTOR_ON, subject=member.email)
        self._set_totp(member, told, sealed_totp=sealed, totp_step=step)

    def turn_totp_off(self, member: Member, *, password: str) -> None:
        """Ask for the password only.

        Raises:
            InvalidInput: The password is not right.
        """
        self._require_present_password(member, password)
        told = entry(self._clock.now(), AuditAction.SECOND_FACTOR_OFF, subject=member.email)
        self._set_totp(member, told, sealed_totp=None, totp_step=0)

    def _set_totp(
        self, member: Member, told: AuditEntry, *, sealed_totp: str | None, totp_step: int
    ) -> None:
        def work(uow: UnitOfWork) -> None:
            found = _require_member(uow, member.id, None)
            uow.members.update(replace(found, sealed_totp=sealed_totp, totp_step=totp_step))
            uow.audit.add(told)

        self._store.write(work)

    def _wanted_reach(
        self, changes: MemberChanges, granted_by: Principal | None, problems: Problems
    ) -> tuple[AppId, ...] | None:
        """The apps to reach from now on, None for all; raises what ``problems`` holds, too."""
        if changes.keeps_reach:
            problems.raise_if_any()
            return None
        wanted = None if changes.all_apps else changes.app_ids
        return read_reach(self._store, wanted, granted_by, problems)

    def _invited(self, uow: UnitOfWork, secret: str) -> Member:
        good = 1 <= len(secret) <= MAX_SECRET_LENGTH
        found = uow.members.invitation(hash_secret(secret)) if good else None
        member = None if found is None else uow.members.get(found.member_id)
        if (
            found is None
            or member is None
            or member.removed_at is not None
            or found.is_over(self._clock.now())
        ):
            raise NotFound(
                "this invitation is not valid, or it was used or replaced: ask an owner for a "
                "new link"
            )
        return member

    def _new_member(self, email: str, role: Role, app_ids: tuple[AppId, ...] | None) -> Member:
        return Member(
            id=MemberId(self._ids.new(IdPrefix.MEMBER)),
            email=email,
            role=role,
            app_ids=app_ids,
            created_at=self._clock.now(),
        )

    def _new_invitation(self, member_id: MemberId) -> tuple[str, Invitation]:
        secret = new_secret()
        return secret, Invitation(
            secret_hash=hash_secret(secret), member_id=member_id, created_at=self._clock.now()
        )

    def _require_password(self, email: str, password: str) -> str:
        if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
            raise InvalidInput(
                f"must be {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters long",
                field="password",
            )
        about = (*_KNOWN_WORDS, email, *email.replace("@", ".").split("."))
        if weakness := self._passwords.weakness(password, about=about):
            raise InvalidInput(f"is easily guessed. {weakness}", field="password")
        return password

    def _require_present_password(self, member: Member, typed: str) -> None:
        stored = member.password_hash or ""
        if not self._passwords.matches(stored, typed[:MAX_PASSWORD_LENGTH]):
            raise InvalidInput("is not right", field="present_password")


def _require_member(uow: UnitOfWork, member_id: MemberId, within: Principal | None) -> Member:
    member = uow.members.get(member_id)
    if member is None or member.removed_at is not None:
        raise NotFound(f"there is no member {quoted(member_id)}")
    if within is not None and not within.covers(member):
        raise NotFound(f"there is no member {quoted(member_id)}")
    return member
