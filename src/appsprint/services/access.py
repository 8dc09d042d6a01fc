"""Who may use the management API: bearer tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from appsprint.config import Secret
from appsprint.domain.access import ApiToken, Principal, Role
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId, IdPrefix, MemberId, TokenId
from appsprint.domain.member import Member
from appsprint.errors import (
    ConfigurationError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.checks import Problems, quoted, require_name
from appsprint.services.creation import Creation
from appsprint.services.idempotency import KEPT_FOR
from appsprint.services.owners import lent, require_another_owner
from appsprint.services.secret_links import hash_secret, new_secret

log = structlog.get_logger()

TOKEN_PREFIX = "ast_"
MIN_ADMIN_TOKEN_LENGTH = 16
MAX_BEARER_LENGTH = 512


class AccessService:
    """Tokens are shown once, when they are made; only their SHA-256 is kept.

    They are random and long, so a slow password hash would add nothing but waiting.
    """

    def __init__(self, *, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def authenticate(self, bearer: str) -> ApiToken:
        """The token that a caller shows.

        Raises:
            NotAuthenticated: It was never given out, or it was revoked.

        Returns:
            The token with no more than the member it belongs to has now.
        """
        if not 1 <= len(bearer) <= MAX_BEARER_LENGTH:
            raise _not_a_token()
        token_hash = hash_secret(bearer)
        token, lent = self._store.read(lambda uow: _with_lent(uow, token_hash))
        if token is None:
            raise _not_a_token()
        if token.revoked_at is not None or lent is None:
            raise NotAuthenticated("this API token was revoked: ask an owner for a new one")
        return lent

    def seed_owner(self, token: Secret) -> None:
        """Make the operator's own token an owner's; doing so again changes nothing.

        A seeded token that was revoked stays revoked.

        Raises:
            ConfigurationError: It is too short or too long to be a token.
        """
        plain = token.reveal()
        if not MIN_ADMIN_TOKEN_LENGTH <= len(plain) <= MAX_BEARER_LENGTH or not _can_travel(plain):
            raise ConfigurationError(
                f"APPSPRINT_ADMIN_TOKEN must be {MIN_ADMIN_TOKEN_LENGTH} to {MAX_BEARER_LENGTH} "
                "letters, digits and signs without spaces"
            )
        seeded = self._new_token(plain, name="APPSPRINT_ADMIN_TOKEN", role=Role.OWNER, app_ids=None)

        def work(uow: UnitOfWork) -> None:
            if uow.access.token_by_hash(seeded.token_hash) is None:
                uow.access.add_token(seeded)

        self._store.write(work)

    def create_token(
        self,
        name: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: Principal | None = None,
    ) -> tuple[ApiToken, str]:
        """A new token and its plain text; see ``token_creation``."""
        return self._store.write(self.token_creation(name, role, app_ids, granted_by=granted_by))

    def token_creation(
        self,
        name: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: Principal | None = None,
    ) -> Creation[tuple[ApiToken, str]]:
        """The unit of work that stores a new token and gives it with its plain text.

        Args:
            app_ids: The apps it is limited to; None for all.
            granted_by: Who asks; it can pass on no more than its own reach. None is the
                operator on the machine itself.

        Raises:
            InvalidInput: A bad name, no such role, no such app.
            NotAllowed: The new token would reach further than ``granted_by``.
        """
        problems = Problems()
        good_name = problems.check(require_name, name, otherwise="")
        good_role = problems.check(require_role, role, otherwise=Role.VIEWER)
        limits = read_reach(self._store, app_ids, granted_by, problems)
        plain = new_secret(TOKEN_PREFIX)
        token = replace(
            self._new_token(plain, name=good_name, role=good_role, app_ids=limits),
            member_id=_member_behind(granted_by),
        )
        told = entry(token.created_at, AuditAction.TOKEN_CREATED, subject=good_name, role=good_role)

        def work(uow: UnitOfWork) -> tuple[ApiToken, str]:
            uow.access.add_token(token)
            uow.audit.add(told)
            return token, plain

        return work

    def list_tokens(self, *, within: Principal | None = None) -> Sequence[ApiToken]:
        """All tokens, oldest first, revoked ones included; only those within a token's reach."""
        tokens = self._store.read(lambda uow: uow.access.tokens())
        return [token for token in tokens if within is None or within.covers(token)]

    def revoke_token(self, token_id: TokenId, *, revoked_by: Principal | None = None) -> None:
        """End a token; ending it again changes nothing.

        Raises:
            NotFound: There is no such token within reach.
            Conflict: It is the last owner's: nobody could manage the server any more.
        """
        now = self._clock.now()
        told = entry(now, AuditAction.TOKEN_REVOKED)

        def work(uow: UnitOfWork) -> None:
            token = next((one for one in uow.access.tokens() if one.id == token_id), None)
            if token is None or (revoked_by is not None and not revoked_by.covers(token)):
                raise NotFound(f"there is no API token {quoted(token_id)}")
            require_another_owner(uow, token, code="last_owner_token", what="token")
            uow.access.revoke_token(token_id, at=now)
            if token.revoked_at is None:
                uow.audit.add(replace(told, subject=token.name))

        self._store.write(work)
        log.info("api_token_revoked", token_id=token_id)

    def forget_old_answers(self) -> int:
        """Drop the answers whose idempotency keys ran out; how many there were."""
        oldest = self._clock.now() - KEPT_FOR
        return self._store.write(lambda uow: uow.access.forget_answers_before(oldest))

    def _new_token(
        self, plain: str, *, name: str, role: Role, app_ids: tuple[AppId, ...] | None
    ) -> ApiToken:
        return ApiToken(
            id=TokenId(self._ids.new(IdPrefix.TOKEN)),
            name=name,
            token_hash=hash_secret(plain),
            role=role,
            app_ids=app_ids,
            created_at=self._clock.now(),
        )


def _with_lent(uow: UnitOfWork, token_hash: str) -> tuple[ApiToken | None, ApiToken | None]:
    token = uow.access.token_by_hash(token_hash)
    return token, None if token is None else lent(uow, token)


def _member_behind(principal: Principal | None) -> MemberId | None:
    """Whose a token made by ``principal`` is: a member's own, or that of a token's member."""
    if isinstance(principal, Member):
        return principal.id
    return principal.member_id if isinstance(principal, ApiToken) else None


def read_reach(
    store: Store,
    app_ids: Sequence[str] | None,
    granted_by: Principal | None,
    problems: Problems,
) -> tuple[AppId, ...] | None:
    """The apps that somebody shall reach; None for all. Raises what ``problems`` holds, too.

    Raises:
        InvalidInput: No app, or one that does not exist for ``granted_by``.
        NotAllowed: All apps, and ``granted_by`` does not reach all.
    """
    if app_ids is None:
        problems.raise_if_any()
        if granted_by is not None and granted_by.app_ids is not None:
            raise NotAllowed("you reach some apps only: name app_ids among them")
        return None
    wanted = tuple(AppId(one) for one in dict.fromkeys(app_ids))
    known = {app.id for app in store.read(lambda uow: uow.apps.all())}
    if not wanted:
        problems.add("app_ids", "name at least one app, or leave it out for all apps")
    for app_id in wanted:
        if app_id not in known or (granted_by is not None and not granted_by.reaches(app_id)):
            problems.add("app_ids", f"there is no app {quoted(app_id)}")
    problems.raise_if_any()
    return wanted


def require_role(role: str) -> Role:
    """The role of this name.

    Raises:
        InvalidInput: There is none.
    """
    if role not in set(Role):
        raise InvalidInput(f"must be one of {', '.join(Role)}", field="role")
    return Role(role)


def _can_travel(plain: str) -> bool:
    """Whether a text can stand in an ``Authorization`` header."""
    return plain.isascii() and plain.isprintable() and " " not in plain


def _not_a_token() -> NotAuthenticated:
    return NotAuthenticated("this is not a valid API token: check the Authorization header")
