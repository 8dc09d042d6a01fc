"""What the hot routes need of the control plane, kept in memory: keys, links, mappings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from appsprint.domain.app import ApiKey, App
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork, Link
from appsprint.domain.mapping import effective_mapping
from appsprint.domain.test_device import DeviceKey
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.store import Store, UnitOfWork


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """An API key and its app; the app is None once it was deleted."""

    key: ApiKey
    app: App | None


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A link and its app; the app is None once it was deleted."""

    link: Link
    app: App | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRoute:
    """Where an app's events go: one connected network and what it calls them."""

    network: AdNetwork
    mapping: Mapping[str, str]
    pixel_id: str | None


@dataclass(frozen=True, slots=True)
class _Snapshot:
    keys: Mapping[str, KeyHolder] = field(default_factory=dict)
    links: Mapping[str, LinkTarget] = field(default_factory=dict)
    routes: Mapping[AppId, tuple[NetworkRoute, ...]] = field(default_factory=dict)
    devices: Mapping[AppId, frozenset[DeviceKey]] = field(default_factory=dict)


class Directory:
    """A read model of the small tables; whoever changes them calls ``refresh``.

    Look-ups of what is ``known`` never touch the store; ``key`` and ``link`` look there when
    they miss. A network counts as connected from the
    first connection on, and stays so after disconnecting: what happens meanwhile is kept
    pending and goes out when the account is connected again.
    """

    def __init__(self, store: Store, networks: Mapping[AdNetwork, AdNetworkAdapter]) -> None:
        self._store = store
        self._networks = networks
        self._snapshot = _Snapshot()
        self._refreshing = threading.Lock()

    def refresh(self) -> None:
        """Read everything again; the change that was just committed is in it."""
        with self._refreshing:
            self._snapshot = self._store.read(self._load)

    def known_key(self, key_hash: str) -> KeyHolder | None:
        """The holder of an API key if it is in memory."""
        return self._snapshot.keys.get(key_hash)

    def known_link(self, slug: str) -> LinkTarget | None:
        """The link with this slug if it is in memory."""
        return self._snapshot.links.get(slug)

    def key(self, key_hash: str) -> KeyHolder | None:
        """The holder of an API key, revoked keys included; None if it was never given out.

        Raises:
            StoreUnavailable: It is not in memory and the store cannot be asked.
        """
        found = self.known_key(key_hash)
        if found is None and self._store.read(lambda uow: uow.apps.key_by_hash(key_hash)):
            # Another process just made it. Unknown would switch the SDK off for good.
            self.refresh()
            found = self.known_key(key_hash)
        return found

    def link(self, slug: str) -> LinkTarget | None:
        """The link with this slug, archived ones included.

        Raises:
            StoreUnavailable: It is not in memory and the store cannot be asked.
        """
        found = self.known_link(slug)
        if found is None and self._store.read(lambda uow: uow.links.by_slug(slug)):
            self.refresh()
            found = self.known_link(slug)
        return found

    def routes(self, app_id: AppId) -> tuple[NetworkRoute, ...]:
        """The networks that an app's events may go to."""
        return self._snapshot.routes.get(app_id, ())

    def test_devices(self, app_id: AppId) -> frozenset[DeviceKey]:
        """The ids of an app's test devices."""
        return self._snapshot.devices.get(app_id, frozenset())

    def _load(self, uow: UnitOfWork) -> _Snapshot:
        apps = {app.id: app for app in uow.apps.all()}
        return _Snapshot(
            keys={
                key.key_hash: KeyHolder(key, apps.get(key.app_id)) for key in uow.apps.all_keys()
            },
            links={link.slug: LinkTarget(link, apps.get(link.app_id)) for link in uow.links.all()},
            routes=self._load_routes(uow),
            devices=_load_devices(uow),
        )

    def _load_routes(self, uow: UnitOfWork) -> Mapping[AppId, tuple[NetworkRoute, ...]]:
        routes: dict[AppId, tuple[NetworkRoute, ...]] = {}
        for connection in uow.connections.all():
            defaults = self._networks[connection.network].event_names.defaults()
            own = uow.connections.mapping(connection.app_id, connection.network)
            route = NetworkRoute(
                network=connection.network,
                mapping=effective_mapping(defaults, own),
                pixel_id=connection.pixel_id,
            )
            routes[connection.app_id] = (*routes.get(connection.app_id, ()), route)
        return routes


def _load_devices(uow: UnitOfWork) -> Mapping[AppId, frozenset[DeviceKey]]:
    found: dict[AppId, set[DeviceKey]] = {}
    for device in uow.apps.all_devices():
        found.setdefault(device.app_id, set()).add(device.key)
    return {app_id: frozenset(keys) for app_id, keys in found.items()}
