"""Connections to ad networks, OAuth states and event mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.authorization import Authorization
from appsprint.domain.connection import Connection
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


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

    def begin(self, authorization: Authorization) -> None:
        """Remember an authorisation that was begun."""
        ...

    def authorization(self, state_hash: str) -> Authorization | None:
        """The authorisation with this state, finished or not; None when it is not known."""
        ...

    def finish(self, state_hash: str, *, at: datetime) -> None:
        """Use the state up; the first time stays. Without effect when it is not known."""
        ...

    def forget_authorizations_before(self, instant: datetime) -> int:
        """Drop what was begun before ``instant``; how many there were."""
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
