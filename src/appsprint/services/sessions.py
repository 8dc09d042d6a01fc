"""Signing in to the dashboard, staying signed in, and signing out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from appsprint.domain.audit import AuditAction
from appsprint.domain.member import Member, Session, SessionLimits
from appsprint.domain.totp import accepted_step
from appsprint.errors import NotAuthenticated
from appsprint.ports.clock import Clock
from appsprint.ports.passwords import Passwords
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import acting_as, actor_of, entry
from appsprint.services.secret_links import MAX_SECRET_LENGTH, hash_secret, new_secret
from appsprint.services.throttle import Throttle

log = structlog.get_logger()

# A write for every page would wear the disk for nothing.
_SEEN_AGAIN_AFTER = timedelta(minutes=1)
MOST_FAILURES_OF_MEMBER = 10
MOST_FAILURES_OF_ADDRESS = 50
MAX_PASSWORD_LENGTH = 256


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member in a browser."""

    member: Member
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a person typed, and where from.

    Attributes:
        code: Of the second factor; empty without one.
        client_address: For the throttle only.
    """

    email: str
    password: str
    code: str = ""
    client_address: str


class SessionService:
    """Sessions live in the store under the hash of their secret, and end on the server."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        passwords: Passwords,
        secrets: SecretBox,
        limits: SessionLimits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._secrets = secrets
        self.limits = limits
        self._of_member = Throttle(clock=clock, most=MOST_FAILURES_OF_MEMBER)
        self._of_address = Throttle(clock=clock, most=MOST_FAILURES_OF_ADDRESS)
        self._unmatched: str | None = None

    def sign_in(self, given: Credentials) -> str:
        """A new session's secret, for the browser's cookie.

        Raises:
            NotAuthenticated: Not this person; the message does not say what was wrong.
            RateLimited: Too many tries failed lately, for this address or from it.
        """
        email = given.email.strip().lower()
        self._of_address.check(given.client_address)
        self._of_member.check(email)
        member = self._store.read(lambda uow: uow.members.by_email(email))
        checked = self._checked(member, given)
        if checked is None:
            self._of_address.note_failure(given.client_address)
            self._of_member.note_failure(email)
            log.warning("sign_in_failed", member_id=None if member is None else member.id)
            raise NotAuthenticated(
                "the e-mail address, the password or the code is not right", code="sign_in_failed"
            )
        self._of_member.forgive(email)
        return self.open(checked)

    def open(self, member: Member) -> str:
        """A new session of somebody who has just proven who they are; its secret."""
        secret, now = new_secret(), self._clock.now()
        session = Session(
            secret_hash=hash_secret(secret), member_id=member.id, created_at=now, last_seen_at=now
        )
        with acting_as(actor_of(member)):
            signed_in = entry(now, AuditAction.SIGNED_IN, subject=member.email)

        def work(uow: UnitOfWork) -> None:
            uow.members.update(member)
            uow.members.add_session(session)
            uow.audit.add(signed_in)

        self._store.write(work)
        log.info("signed_in", member_id=member.id)
        return secret

    def authenticate(self, secret: str) -> SignedIn | None:
        """Whose session this is; None when it never was one, or is over."""
        if not 1 <= len(secret) <= MAX_SECRET_LENGTH:
            return None
        secret_hash, now = hash_secret(secret), self._clock.now()
        found = self._store.read(lambda uow: _find(uow, secret_hash))
        if found is None or found.session.is_over(now, self.limits):
            return None
        if now - found.session.last_seen_at >= _SEEN_AGAIN_AFTER:
            self._store.write(lambda uow: uow.members.note_seen(secret_hash, at=now))
        return found

    def sign_out(self, secret: str) -> None:
        """End a session; one that is over changes nothing."""
        self._store.write(lambda uow: uow.members.end_session(hash_secret(secret)))

    def forget_over(self) -> int:
        """Drop the sessions that are over; how many there were."""
        now = self._clock.now()
        seen, created = now - self.limits.idle, now - self.limits.absolute
        return self._store.write(
            lambda uow: uow.members.forget_sessions_before(seen=seen, created=created)
        )

    def _checked(self, member: Member | None, given: Credentials) -> Member | None:
        """The member, with what signing in changes of it; None when it is not this person."""
        stored = None if member is None else member.password_hash
        password = given.password[:MAX_PASSWORD_LENGTH]
        # Strangers are checked too, so that the time of an answer tells nothing of who is known.
        matches = self._passwords.matches(stored or self._nobodys_hash(), password)
        if member is None or stored is None or not matches:
            return None
        if self._passwords.is_outdated(stored):
            member = replace(member, password_hash=self._passwords.hash(password))
        return self._with_second_factor(member, given.code)

    def _nobodys_hash(self) -> str:
        if self._unmatched is None:
            self._unmatched = self._passwords.hash(new_secret())
        return self._unmatched

    def _with_second_factor(self, member: Member, code: str) -> Member | None:
        if member.sealed_totp is None:
            return member
        secret = bytes.fromhex(self._secrets.open(member.sealed_totp))
        step = accepted_step(secret, code, self._clock.now(), after=member.totp_step)
        return None if step is None else replace(member, totp_step=step)


def _find(uow: UnitOfWork, secret_hash: str) -> SignedIn | None:
    session = uow.members.session(secret_hash)
    member = None if session is None else uow.members.get(session.member_id)
    if session is None or member is None or not member.can_sign_in:
        return None
    return SignedIn(member, session)
