"""Diagnostics: the troubleshooting list, each item checked against what the server knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from appsprint.config import Settings
from appsprint.domain.connection import Connection
from appsprint.domain.cost import AdLevel
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import effective_mapping
from appsprint.domain.vbo import VBO_EVENT, value_based_optimization
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.ports.installs import InstallFilter
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.connection_health import delivery_counts
from appsprint.services.diagnosis import Diagnosis, Facts, LinkFacts, diagnose

# TikTok shows the first events after 30 to 90 minutes (product page, Troubleshooting).
FIRST_EVENTS_WAIT = timedelta(minutes=90)
# Enough to tell what is usual, few enough to answer at once.
SAMPLE_SIZE = 200
_LINKS_SHOWN = 100


class DiagnosticsService:
    """Looks at the connection, the newest deliveries and installs, and the ad links."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        settings: Settings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._networks = networks
        self._settings = settings

    def check(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Sequence[Diagnosis]:
        """One entry for each item of the list, in its order.

        Raises:
            NotFound: There is no such app.
        """
        now = self._clock.now()
        return diagnose(self._store.read(lambda uow: self._facts(uow, app_id, network, now)))

    def _facts(self, uow: UnitOfWork, app_id: AppId, network: AdNetwork, now: datetime) -> Facts:
        app = require_app(uow, app_id)
        connection = uow.connections.get(app_id, network) or Connection(
            app_id=app_id, network=network
        )
        return Facts(
            now=now,
            platform=app.platform,
            connection=connection,
            counts=delivery_counts(uow, connection),
            skipped_reasons=_reasons(uow, app_id, DeliveryStatus.SKIPPED),
            dead_reasons=_reasons(uow, app_id, DeliveryStatus.DEAD),
            newest_sent_pixel=_newest_sent_pixel(uow, app_id),
            has_sent_for_long=_has_sent_before(uow, app_id, now - FIRST_EVENTS_WAIT),
            links=_link_facts(uow, app_id),
            credited_installs=_campaigns_of_installs(uow, app_id),
            mapped_events=self._mapped_events(uow, app_id, network),
            objectives=_objectives(uow, app_id, network),
            vbo=value_based_optimization(
                uow.deliveries.payments(app_id, network, VBO_EVENT),
                now=now,
                threshold=self._settings.tiktok_vbo_threshold,
            ),
            sync_minutes=self._settings.tiktok_sync_minutes,
        )

    def _mapped_events(self, uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> frozenset[str]:
        own = uow.connections.mapping(app_id, network)
        shipped = self._networks[network].event_names.defaults()
        return frozenset(effective_mapping(shipped, own).values())


def _reasons(uow: UnitOfWork, app_id: AppId, status: DeliveryStatus) -> Mapping[str, int]:
    """Why the newest deliveries of a status ended there, by how often."""
    wanted = DeliveryFilter(status=status)
    page = uow.deliveries.page(app_id, wanted, after=None, limit=SAMPLE_SIZE)
    return dict(Counter(delivery.reason or "unknown" for delivery in page).most_common())


def _newest_sent_pixel(uow: UnitOfWork, app_id: AppId) -> str | None:
    wanted = DeliveryFilter(status=DeliveryStatus.SENT)
    page = uow.deliveries.page(app_id, wanted, after=None, limit=1)
    return page[0].pixel_id if page else None


def _has_sent_before(uow: UnitOfWork, app_id: AppId, instant: datetime) -> bool:
    wanted = DeliveryFilter(status=DeliveryStatus.SENT, until=instant)
    return bool(uow.deliveries.page(app_id, wanted, after=None, limit=1))


def _link_facts(uow: UnitOfWork, app_id: AppId) -> LinkFacts:
    links = uow.links.page(app_id, after=None, limit=_LINKS_SHOWN)
    counts = [uow.links.counts(app_id, link.id) for link in links]
    return LinkFacts(
        usable=sum(link.archived_at is None for link in links),
        clicks=sum(one.clicks for one in counts),
        installs=sum(one.installs for one in counts),
    )


def _campaigns_of_installs(uow: UnitOfWork, app_id: AppId) -> Sequence[str | None]:
    """The campaign ids that the newest credited installs' clicks told; None where none."""
    wanted = InstallFilter(is_attributed=True)
    page = uow.installs.page(app_id, wanted, after=None, limit=SAMPLE_SIZE)
    return [found.attribution.campaign_id for found in page]


def _objectives(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> frozenset[str]:
    return frozenset(
        entity.objective
        for entity in uow.costs.entities(app_id, network, level=AdLevel.CAMPAIGN)
        if entity.objective and not entity.is_deleted
    )
