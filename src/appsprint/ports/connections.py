"""Connections to ad networks, OAuth states and event mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appsprint.domain.connection import Connection
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAuthorization:
    """An authorisation that was begun: who began it, for which app."""

    state_hash: str
    app_id: AppId
    network: AdNetwork
    started_by: str
    created_at: datetime


class ConnectionRepository(Protocol):
    """Control plane."""

    def get(self, app_id: AppId, network: AdNetwork) -> Connection | None:
        """The app's connection; None when there never was one."""
        ...

    def all(self) -> Sequence[Connection]:
        """Every connection of every app that was not deleted."""
        ...

    def save(self, connection: Connection) -> None:
        """Store the connection as it is now."""
        ...

    def begin(self, pending: PendingAuthorization) -> None:
        """Remember an authorisation that was begun."""
        ...

    def finish(self, state_hash: str, *, now: datetime) -> PendingAuthorization | None:
        """Take the authorisation with this state, once; None when unknown, used or too old."""
        ...

    def mapping(self, app_id: AppId, network: AdNetwork) -> Mapping[str, str | None]:
        """The app's own rows: SDK event to the network's event, None where switched off."""
        ...

    def set_mapping(
        self, app_id: AppId, network: AdNetwork, rows: Mapping[str, str | None], *, at: datetime
    ) -> None:
        """Set these rows; others stay."""
        ...

    def reset_mapping(self, app_id: AppId, network: AdNetwork, sdk_event: str) -> bool:
        """Forget the app's own row; False when there was none."""
        ...
