"""An app with a connected network, an ad link, and devices: what the SDK's intake works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from appsprint.domain.app import App, Environment
from appsprint.domain.click import Click
from appsprint.domain.delivery import Delivery
from appsprint.domain.ids import ClickId, IdPrefix, InstallId
from appsprint.domain.inapp_event import RefusalReason
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork, Link
from appsprint.errors import InstallNotFound
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.ports.events import EventFilter, EventWithOutcome
from appsprint.services.events import EventBatch, EventOutcome, ReadEvent, UnreadEvent
from appsprint.services.installs import InstallStory, RegisteredInstall
from appsprint.services.late_facts import LateFacts
from appsprint.services.ledger import LedgerResult
from appsprint.services.links import NewLink
from appsprint.testing.builders import (
    HOME,
    HOUR,
    make_click,
    make_connection,
    make_install,
    new_id,
    put_clicks,
)
from tests.support.control_plane import NOON, ControlPlane

EVERYTHING = 10_000


class IntakeScene:
    """One connected app over a control plane.

    Args:
        plane: Services over an empty store.
        is_connected: Whether the app has an ad network.
        platform: Of the app.
    """

    def __init__(
        self, plane: ControlPlane, *, is_connected: bool = True, platform: str = "ios"
    ) -> None:
        self.plane = plane
        self.services = plane.services
        self.store = plane.store
        self.app: App = plane.make_app(platform).app
        if is_connected:
            self.connect()
        self.link: Link = self.services.links.create(
            self.app.id,
            NewLink(network="tiktok", name="Spring link", destination_url=self.app.store_url),
        )

    def connect(self) -> None:
        """Connect the network."""
        connection = make_connection(app_id=self.app.id)
        self.store.write(lambda uow: uow.connections.save(connection))
        self.services.directory.refresh()

    def map(self, rows: Mapping[str, str | None]) -> None:
        """Set rows of the mapping: SDK event to the network's event, None to switch it off."""
        self.store.write(
            lambda uow: uow.connections.set_mapping(self.app.id, AdNetwork.TIKTOK, rows, at=NOON)
        )
        self.services.directory.refresh()

    def click(self, **changes: Any) -> Click:
        """A click on the app's link, an hour before noon."""
        click = make_click(
            **{
                "id": ClickId(self.services.ids.new(IdPrefix.CLICK)),
                "app_id": self.app.id,
                "link_id": self.link.id,
                "occurred_at": NOON - HOUR,
                **changes,
            }
        )
        put_clicks(self.store, click)
        return click

    def new_install(self, **changes: Any) -> Install:
        """An install of the app at noon that is not registered yet."""
        install_id = InstallId(self.services.ids.new(IdPrefix.INSTALL))
        return make_install(
            **{
                "id": install_id,
                "appsprint_id": f"device-of-{install_id}",
                "app_id": self.app.id,
                "installed_at": NOON,
                "received_at": NOON,
                **changes,
            }
        )

    def again(self, install: Install, **changes: Any) -> RegisteredInstall:
        """Repeat a registration that tells something else now."""
        return self.register(
            self.new_install(
                appsprint_id=install.appsprint_id, platform=install.platform, **changes
            )
        )

    def story(self, install: Install) -> InstallStory:
        """All that is known of an install."""
        return self.services.installs.story(self.app.id, install.id)

    def versions(self, install: Install) -> list[tuple[str, str]]:
        """Every version of the decision: its cause and its match type, oldest first."""
        decisions = reversed(self.story(install).decisions)
        return [(one.cause.value, one.match_type) for one in decisions]

    def register(self, install: Install, **facts: Any) -> RegisteredInstall:
        """Register an install."""
        return self.store.write(
            lambda uow: self.services.install_intake.register(
                uow, self.app, install, LateFacts(**facts)
            )
        )

    def credited_device(self) -> str:
        """The id of a device whose install a click earned."""
        address = f"203.0.113.{int(new_id(IdPrefix.SEND)[-4:], 16) % 250 + 1}"
        self.click(client_ip=address)
        install = self.new_install(client_ip=address, address_key=address)
        found = self.register(install).found
        assert found.attribution.is_attributed
        return found.install.appsprint_id

    def organic_device(self) -> str:
        """The id of a device whose install no click earned."""
        install = self.new_install(client_ip="10.0.0.1", address_key=None)
        return self.register(install).found.install.appsprint_id

    def record(
        self,
        events: Sequence[ReadEvent],
        unread: Sequence[UnreadEvent] = (),
        *,
        environment: Environment = Environment.LIVE,
        received_at: datetime = NOON,
    ) -> list[EventOutcome]:
        """Record one request's events."""
        batch = EventBatch(
            app=self.app,
            environment=environment,
            received_at=received_at,
            client_ip=HOME,
            events=events,
            unread=unread,
        )
        intake = self.services.event_intake
        [found] = self.store.write(lambda uow: intake.record(uow, [batch]))
        if isinstance(found, InstallNotFound):
            raise found
        return list(found)

    def events(self) -> list[EventWithOutcome]:
        """Every stored event, oldest first."""
        page = self.services.events.page(self.app.id, EventFilter(), after=None, limit=EVERYTHING)
        return list(reversed(page))

    def deliveries(self) -> list[Delivery]:
        """Every delivery, oldest first."""
        page = self.services.deliveries.page(self.app.id, DeliveryFilter(), limit=EVERYTHING)
        return list(reversed(page))

    def ledger(self) -> LedgerResult:
        """The app's ledger."""
        return self.services.ledger.check(self.app.id)


def make_read_event(appsprint_id: str, position: int = 0, **changes: Any) -> ReadEvent:
    """A purchase that passed its checks."""
    event = ReadEvent(
        position=position,
        event_id=new_id(IdPrefix.EVENT),
        appsprint_id=appsprint_id,
        event_type="purchase",
        event_name=None,
        occurred_at=NOON,
        device_timestamp_ms=int(NOON.timestamp() * 1000),
        revenue_micros=9_990_000,
        currency="USD",
        parameters=None,
    )
    return replace(event, **changes)


def make_unread_event(position: int = 0, **changes: Any) -> UnreadEvent:
    """An event that did not pass its checks."""
    event = UnreadEvent(
        position=position,
        reason=RefusalReason.INVALID_REVENUE,
        event_id="sdk-bad",
        excerpt='{"revenue":"lots"}',
    )
    return replace(event, **changes)
