"""Who may use the management API: bearer tokens, and the one-time setup of a new server."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence

import structlog

from appsprint.config import Secret
from appsprint.domain.access import ApiToken, Role
from appsprint.domain.ids import AppId, IdPrefix, TokenId
from appsprint.errors import (
    ConfigurationError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.checks import Problems, quoted, require_name
from appsprint.services.creation import Creation
from appsprint.services.idempotency import KEPT_FOR

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
        self._setup_secret: str | None = None
        self._setting_up = threading.Lock()

    def authenticate(self, bearer: str) -> ApiToken:
        """The token that a caller shows.

        Raises:
            NotAuthenticated: It was never given out, or it was revoked.
        """
        if not 1 <= len(bearer) <= MAX_BEARER_LENGTH:
            raise _not_a_token()
        token_hash = _hash(bearer)
        token = self._store.read(lambda uow: uow.access.token_by_hash(token_hash))
        if token is None:
            raise _not_a_token()
        if token.revoked_at is not None:
            raise NotAuthenticated("this API token was revoked: ask an owner for a new one")
        return token

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

    def needs_setup(self) -> bool:
        """Whether nobody can manage this server yet: there is no owner of everything."""
        return self._store.read(lambda uow: not _owners(uow))

    def begin_setup(self) -> str:
        """The secret of the one-time setup link; the same one until it is used."""
        with self._setting_up:
            if self._setup_secret is None:
                self._setup_secret = secrets.token_urlsafe(32)
            return self._setup_secret

    def is_setup_secret(self, secret: str) -> bool:
        """Whether this is the secret that ``begin_setup`` gave and that is not used yet."""
        expected = self._setup_secret
        if expected is None:
            return False
        return secrets.compare_digest(secret.encode(), expected.encode())

    def finish_setup(self, secret: str) -> str:
        """The first owner's token, shown only now.

        Raises:
            NotFound: The link is not valid, or no longer.
            Conflict: There is an owner already.
        """
        with self._setting_up:
            if not self.is_setup_secret(secret):
                raise NotFound("this setup link is not valid: start the server to get a new one")
            plain = _new_secret()
            owner = self._new_token(plain, name="First owner", role=Role.OWNER, app_ids=None)

            def work(uow: UnitOfWork) -> None:
                if _owners(uow):
                    raise Conflict("this server has an owner already", code="already_set_up")
                uow.access.add_token(owner)

            self._store.write(work)
            self._setup_secret = None
        log.info("setup_finished", token_id=owner.id)
        return plain

    def create_token(
        self,
        name: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: ApiToken | None = None,
    ) -> tuple[ApiToken, str]:
        """A new token and its plain text; see ``token_creation``."""
        return self._store.write(self.token_creation(name, role, app_ids, granted_by=granted_by))

    def token_creation(
        self,
        name: str,
        role: str,
        app_ids: Sequence[str] | None = None,
        *,
        granted_by: ApiToken | None = None,
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
        good_role = problems.check(_require_role, role, otherwise=Role.VIEWER)
        limits = None if app_ids is None else tuple(AppId(one) for one in dict.fromkeys(app_ids))
        if limits is not None:
            self._check_apps(limits, granted_by, problems)
        problems.raise_if_any()
        if limits is None and granted_by is not None and granted_by.app_ids is not None:
            raise NotAllowed("your token is limited to some apps: name app_ids among them")
        plain = _new_secret()
        token = self._new_token(plain, name=good_name, role=good_role, app_ids=limits)

        def work(uow: UnitOfWork) -> tuple[ApiToken, str]:
            uow.access.add_token(token)
            return token, plain

        return work

    def list_tokens(self, *, within: ApiToken | None = None) -> Sequence[ApiToken]:
        """All tokens, oldest first, revoked ones included; only those within a token's reach."""
        tokens = self._store.read(lambda uow: uow.access.tokens())
        return [token for token in tokens if within is None or _covers(within, token)]

    def revoke_token(self, token_id: TokenId, *, revoked_by: ApiToken | None = None) -> None:
        """End a token; ending it again changes nothing.

        Raises:
            NotFound: There is no such token within reach.
            Conflict: It is the last owner's: nobody could manage the server any more.
        """
        now = self._clock.now()

        def work(uow: UnitOfWork) -> None:
            token = next((one for one in uow.access.tokens() if one.id == token_id), None)
            if token is None or (revoked_by is not None and not _covers(revoked_by, token)):
                raise NotFound(f"there is no API token {quoted(token_id)}")
            if [owner.id for owner in _owners(uow)] == [token.id]:
                raise Conflict(
                    "this is the last owner token: make another one first",
                    code="last_owner_token",
                )
            uow.access.revoke_token(token_id, at=now)

        self._store.write(work)
        log.info("api_token_revoked", token_id=token_id)

    def forget_old_answers(self) -> int:
        """Drop the answers whose idempotency keys ran out; how many there were."""
        oldest = self._clock.now() - KEPT_FOR
        return self._store.write(lambda uow: uow.access.forget_answers_before(oldest))

    def _check_apps(
        self, app_ids: Sequence[AppId], granted_by: ApiToken | None, problems: Problems
    ) -> None:
        known = {app.id for app in self._store.read(lambda uow: uow.apps.all())}
        if not app_ids:
            problems.add("app_ids", "name at least one app, or leave it out for all apps")
        for app_id in app_ids:
            if app_id not in known or (granted_by is not None and not granted_by.reaches(app_id)):
                problems.add("app_ids", f"there is no app {quoted(app_id)}")

    def _new_token(
        self, plain: str, *, name: str, role: Role, app_ids: tuple[AppId, ...] | None
    ) -> ApiToken:
        return ApiToken(
            id=TokenId(self._ids.new(IdPrefix.TOKEN)),
            name=name,
            token_hash=_hash(plain),
            role=role,
            app_ids=app_ids,
            created_at=self._clock.now(),
        )


def _owners(uow: UnitOfWork) -> Sequence[ApiToken]:
    """The tokens that manage everything and still work."""
    return [
        token
        for token in uow.access.tokens()
        if token.role is Role.OWNER and token.app_ids is None and token.revoked_at is None
    ]


def _covers(wide: ApiToken, narrow: ApiToken) -> bool:
    """Whether everything that ``narrow`` reaches is within the reach of ``wide``."""
    if wide.app_ids is None:
        return True
    return narrow.app_ids is not None and all(wide.reaches(one) for one in narrow.app_ids)


def _require_role(role: str) -> Role:
    if role not in set(Role):
        raise InvalidInput(f"must be one of {', '.join(Role)}", field="role")
    return Role(role)


def _new_secret() -> str:
    return f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}"


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _can_travel(plain: str) -> bool:
    """Whether a text can stand in an ``Authorization`` header."""
    return plain.isascii() and plain.isprintable() and " " not in plain


def _not_a_token() -> NotAuthenticated:
    return NotAuthenticated("this is not a valid API token: check the Authorization header")
