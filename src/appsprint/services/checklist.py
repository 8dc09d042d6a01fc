"""What a new app needs until its first event is at the ad network; it fills itself in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appsprint.domain.audit import AuditAction
from appsprint.domain.connection import EventsApiState, OAuthState
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.ports.clock import Clock
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.ports.events import EventFilter
from appsprint.ports.installs import InstallFilter
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app


class ChecklistItem(StrEnum):
    """In the order in which they are usually done."""

    KEY_COPIED = "key_copied"
    FIRST_INSTALL = "first_install"
    FIRST_EVENT = "first_event"
    TIKTOK_CONNECTED = "tiktok_connected"
    PIXEL_SAVED = "pixel_saved"
    LINK_CREATED = "link_created"
    FIRST_DELIVERY = "first_delivery"


_SENT = DeliveryFilter(status=DeliveryStatus.SENT)


@dataclass(frozen=True, slots=True)
class Checked:
    """One item and whether it is done."""

    item: ChecklistItem
    is_done: bool


class ChecklistService:
    """Looks at what there is; only that somebody copied the key has to be told to it."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Sequence[Checked]:
        """Every item in order.

        Raises:
            NotFound: There is no such app.
        """
        done = self._store.read(lambda uow: _done(uow, app_id, network))
        return [Checked(item, item in done) for item in ChecklistItem]

    def note_key_copied(self, app_id: AppId) -> None:
        """Somebody has taken an API key along.

        Raises:
            NotFound: There is no such app.
        """
        told = entry(self._clock.now(), AuditAction.KEY_COPIED, app_id=app_id)

        def work(uow: UnitOfWork) -> None:
            require_app(uow, app_id)
            if not uow.audit.knows(app_id, AuditAction.KEY_COPIED):
                uow.audit.add(told)

        self._store.write(work)


def _done(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> frozenset[ChecklistItem]:
    require_app(uow, app_id)
    connection = uow.connections.get(app_id, network)
    has_install = bool(uow.installs.page(app_id, InstallFilter(), after=None, limit=1))
    found = {
        # An install came with the key, so somebody must have copied it.
        ChecklistItem.KEY_COPIED: has_install or uow.audit.knows(app_id, AuditAction.KEY_COPIED),
        ChecklistItem.FIRST_INSTALL: has_install,
        ChecklistItem.FIRST_EVENT: bool(
            uow.events.page(app_id, EventFilter(), after=None, limit=1)
        ),
        ChecklistItem.TIKTOK_CONNECTED: connection is not None
        and connection.oauth is OAuthState.GRANTED
        and connection.advertiser is not None,
        ChecklistItem.PIXEL_SAVED: connection is not None
        and connection.events_api is not EventsApiState.MISSING,
        ChecklistItem.LINK_CREATED: bool(uow.links.page(app_id, after=None, limit=1)),
        ChecklistItem.FIRST_DELIVERY: bool(uow.deliveries.page(app_id, _SENT, after=None, limit=1)),
    }
    return frozenset(item for item, is_done in found.items() if is_done)
