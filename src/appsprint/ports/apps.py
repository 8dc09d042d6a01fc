"""Apps and the API keys of their SDKs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.app import ApiKey, App, RevokeMode
from appsprint.domain.ids import AppId, DeviceId, KeyId
from appsprint.domain.test_device import ListedDevice


class AppRepository(Protocol):
    """Control plane: small tables, read whole into memory by the hot routes."""

    def add(self, app: App) -> None:
        """Store a new app."""
        ...

    def get(self, app_id: AppId) -> App | None:
        """The app, None when there is none or it was deleted."""
        ...

    def all(self) -> Sequence[App]:
        """Apps that were not deleted, oldest first."""
        ...

    def ids(self) -> Sequence[AppId]:
        """Every app's id, of deleted ones too, oldest first."""
        ...

    def update(self, app: App) -> None:
        """Replace an app's settings, or mark it deleted."""
        ...

    def add_key(self, key: ApiKey) -> None:
        """Store a new API key; its hash is unique."""
        ...

    def keys(self, app_id: AppId) -> Sequence[ApiKey]:
        """The app's keys, revoked ones included, oldest first."""
        ...

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key of every app, revoked ones and those of deleted apps included."""
        ...

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key with this hash, revoked or not; None if it was never given out."""
        ...

    def revoke_key(self, app_id: AppId, key_id: KeyId, mode: RevokeMode, at: datetime) -> bool:
        """End a key; ending it again changes only the mode. False if the app has no such key."""
        ...

    def add_device(self, device: ListedDevice) -> bool:
        """Store a test device; False, and no change, when its id is on the app's list."""
        ...

    def devices(self, app_id: AppId) -> Sequence[ListedDevice]:
        """The app's test devices, the oldest first."""
        ...

    def all_devices(self) -> Sequence[ListedDevice]:
        """Every test device of every app."""
        ...

    def remove_device(self, app_id: AppId, device_id: DeviceId) -> None:
        """Take a test device from the list; one that is not there changes nothing."""
        ...
