"""Creating calls that can be repeated: the same key and body bring the same answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from appsprint.domain.access import KeptAnswer
from appsprint.errors import Conflict, InvalidInput
from appsprint.ports.clock import Clock
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.creation import Creation
from appsprint.services.directory import Directory

KEPT_FOR = timedelta(hours=24)
MAX_KEY_LENGTH = 255
KEY_HEADER = "Idempotency-Key"
_CREATED = 201

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatingCall:
    """One request that creates something.

    Attributes:
        scope: Who called what: keys of other callers and routes never meet.
        key: The caller's ``Idempotency-Key``; None when the call must not be recognised.
        body: What was asked for; the same request always in the same bytes.
    """

    scope: str
    key: str | None
    body: bytes


class IdempotencyService:
    """Keeps answers for 24 hours, sealed, because they can hold a new API key."""

    def __init__(
        self, *, store: Store, clock: Clock, secrets: SecretBox, directory: Directory
    ) -> None:
        self._store = store
        self._clock = clock
        self._secrets = secrets
        self._directory = directory

    def answer(
        self,
        call: CreatingCall,
        prepare: Callable[[], Creation[T]],
        render: Callable[[T], str],
    ) -> str:
        """The body to answer with: of the call that created, or of its repeat.

        What is created and the answer are committed together, and the key is looked up again
        within that commit: two calls at the same instant, or a crash at any step, still create
        once. A call that fails keeps nothing, so it can be corrected under the same key.

        Args:
            call: The request.
            prepare: Checks the request and returns what creates; not called for a repeat.
            render: The answer's body for what was created.

        Raises:
            InvalidInput: The key is not 1 to 255 printable characters.
            Conflict: The key came with another body before (``idempotency_key_reused``).
        """
        key = None if call.key is None else _require_key(call.key)
        if key is not None:
            kept = self._store.read(lambda uow: self._kept(uow, call, key))
            if kept is not None:
                return kept
        create = prepare()

        def work(uow: UnitOfWork) -> str:
            if key is None:
                return render(create(uow))
            kept = self._kept(uow, call, key)
            return self._create_and_keep(uow, call, key, create, render) if kept is None else kept

        body = self._store.write(work)
        self._directory.refresh()
        return body

    def _kept(self, uow: UnitOfWork, call: CreatingCall, key: str) -> str | None:
        found = uow.access.kept_answer(call.scope, key)
        if found is None or found.created_at <= self._clock.now() - KEPT_FOR:
            return None
        if found.request_hash != _hash(call.body):
            raise Conflict(
                f"this {KEY_HEADER} came with another body before: use a new key for a new request",
                code="idempotency_key_reused",
            )
        return self._secrets.open(found.sealed_body)

    def _create_and_keep(
        self,
        uow: UnitOfWork,
        call: CreatingCall,
        key: str,
        create: Creation[T],
        render: Callable[[T], str],
    ) -> str:
        now = self._clock.now()
        body = render(create(uow))
        answer = KeptAnswer(
            request_hash=_hash(call.body),
            status=_CREATED,
            sealed_body=self._secrets.seal(body),
            created_at=now,
        )
        # One that ran out holds its key until it is gone.
        uow.access.forget_answers_before(now - KEPT_FOR + timedelta(milliseconds=1))
        uow.access.keep_answer(call.scope, key, answer)
        return body


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _require_key(key: str) -> str:
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            f"must be 1 to {MAX_KEY_LENGTH} printable ASCII characters", field=KEY_HEADER
        )
    return key
