"""The one-time set-up of a new server: whoever has the link becomes its first owner."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from appsprint.domain.audit import AuditAction
from appsprint.domain.member import Member
from appsprint.errors import Conflict, NotFound
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.access import AccessService
from appsprint.services.acting import acting_as, actor_of, entry
from appsprint.services.members import MemberService
from appsprint.services.owners import owners
from appsprint.services.secret_links import new_secret

log = structlog.get_logger()

T = TypeVar("T")


class SetupService:
    """The link's secret is in memory only, so it ends with the process."""

    def __init__(
        self, *, store: Store, clock: Clock, access: AccessService, members: MemberService
    ) -> None:
        self._store = store
        self._clock = clock
        self._access = access
        self._members = members
        self._secret: str | None = None
        self._lock = threading.Lock()

    def is_needed(self) -> bool:
        """Whether nobody can manage this server yet: there is no owner of everything."""
        return self._store.read(lambda uow: not owners(uow))

    def begin(self) -> str:
        """The secret of the one-time link; the same one until it is used."""
        with self._lock:
            if self._secret is None:
                self._secret = new_secret()
            return self._secret

    def is_open(self, secret: str) -> bool:
        """Whether this is the secret that ``begin`` gave and that is not used yet."""
        expected = self._secret
        if expected is None:
            return False
        return secrets.compare_digest(secret.encode("utf-8", "surrogatepass"), expected.encode())

    def make_owner(self, secret: str, *, email: str, password: str) -> Member:
        """The first owner's account.

        Raises:
            NotFound: The link is not valid, or no longer.
            Conflict: There is an owner already.
            InvalidInput: Not an address, or a password that is easily guessed.
        """
        self._require(secret)
        owner = self._members.new_owner(email, password)
        with acting_as(actor_of(owner)):
            told = entry(self._clock.now(), AuditAction.SERVER_SET_UP, subject=owner.email)

        def work(uow: UnitOfWork) -> Member:
            uow.members.add(owner)
            uow.audit.add(told)
            return owner

        return self._finish(secret, work)

    def make_token(self, secret: str) -> str:
        """The first owner's API token instead, shown only now: for servers set up by scripts.

        Raises:
            NotFound: The link is not valid, or no longer.
            Conflict: There is an owner already.
        """
        self._require(secret)
        _, plain = self._finish(secret, self._access.token_creation("First owner", "owner"))
        return plain

    def _require(self, secret: str) -> None:
        if not self.is_open(secret):
            raise NotFound("this setup link is not valid: start the server to get a new one")

    def _finish(self, secret: str, make: Callable[[UnitOfWork], T]) -> T:
        """Make the owner as one unit of work, once; then the link is used up."""

        def work(uow: UnitOfWork) -> T:
            if owners(uow):
                raise Conflict("this server has an owner already", code="already_set_up")
            return make(uow)

        with self._lock:
            self._require(secret)
            made = self._store.write(work)
            self._secret = None
        log.info("setup_finished")
        return made
