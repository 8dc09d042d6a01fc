"""Apple's AdServices, and the queue of tokens that Apple still has to be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appsprint.domain.apple_ads import AppleAnswer, AppleLookup
from appsprint.domain.ids import AppId, InstallId


class AdServices(Protocol):
    """Asks Apple. Safe to call from any thread."""

    def resolve(self, token: str) -> AppleAnswer:
        """What Apple says of the install that a token belongs to. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class DueLookup:
    """A look-up whose turn it is, with the install's latest token."""

    lookup: AppleLookup
    token: str


class AppleLookupRepository(Protocol):
    """Event plane: one row for each install with a token; it survives restarts."""

    def begin(self, app_id: AppId, install_id: InstallId, *, at: datetime) -> None:
        """Ask about the install's latest token, due at ``at``, unless Apple has claimed it.

        Anything else that became of an earlier token is asked about anew.
        """
        ...

    def due(self, *, now: datetime, limit: int) -> Sequence[DueLookup]:
        """What is due at ``now`` in all apps, the longest due first, at most ``limit``."""
        ...

    def settle(self, before: AppleLookup, after: AppleLookup) -> bool:
        """Replace ``before``; False, and no change, when it is not any more what is stored."""
        ...

    def get(self, app_id: AppId, install_id: InstallId) -> AppleLookup | None:
        """How it stands for an install; None when it never told a token."""
        ...
