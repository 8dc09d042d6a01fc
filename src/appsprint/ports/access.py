"""API tokens, the one-time setup, and answers kept under idempotency keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.access import ApiToken, KeptAnswer
from appsprint.domain.ids import TokenId


class AccessRepository(Protocol):
    """Who may call the management API, and what was already answered."""

    def add_token(self, token: ApiToken) -> None:
        """Store a token; its hash is unique."""
        ...

    def token_by_hash(self, token_hash: str) -> ApiToken | None:
        """The token with this hash, revoked ones included; None if there is none."""
        ...

    def tokens(self) -> Sequence[ApiToken]:
        """All tokens, oldest first."""
        ...

    def revoke_token(self, token_id: TokenId, *, at: datetime) -> bool:
        """End a token; False if there is none with this id."""
        ...

    def kept_answer(self, scope: str, key: str) -> KeptAnswer | None:
        """The answer kept under an idempotency key within ``scope``; None when there is none."""
        ...

    def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Keep an answer; a second one under the same key is ignored."""
        ...

    def forget_answers_before(self, instant: datetime) -> int:
        """Drop answers kept before ``instant``; how many there were."""
        ...
