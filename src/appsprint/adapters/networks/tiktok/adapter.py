"""TikTok as the core sees an ad network: the five ports, wired to one pool of connections."""

from __future__ import annotations

from appsprint.adapters.networks.tiktok.connection_flow import TikTokConnectionFlow
from appsprint.adapters.networks.tiktok.cost_importer import TikTokCostImporter
from appsprint.adapters.networks.tiktok.event_names import TikTokEventNames
from appsprint.adapters.networks.tiktok.macros import TikTokLinks
from appsprint.adapters.networks.tiktok.management import ManagementApi
from appsprint.adapters.networks.tiktok.pacing import CallPace, PatientApi
from appsprint.adapters.networks.tiktok.sender import TikTokEventSender
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.networks.tiktok.transport import TikTokTransport
from appsprint.domain.link import AdNetwork


class TikTokAdapter:
    """The port ``AdNetworkAdapter``; one is enough for a process, its parts are thread-safe."""

    def __init__(self, settings: TikTokSettings) -> None:
        self._transport = TikTokTransport(
            api_url=settings.api_url,
            timeout_seconds=settings.timeout_seconds,
            secret=settings.secret,
        )
        api = ManagementApi(self._transport)
        self._links = TikTokLinks()
        self._event_names = TikTokEventNames()
        self._sender = TikTokEventSender(self._transport)
        self._flow = TikTokConnectionFlow(settings, api, self._transport)
        self._costs = TikTokCostImporter(
            PatientApi(
                api,
                CallPace(settings.reads_per_second),
                pauses_seconds=settings.read_pauses_seconds,
            )
        )

    @property
    def network(self) -> AdNetwork:
        return AdNetwork.TIKTOK

    @property
    def links(self) -> TikTokLinks:
        return self._links

    @property
    def event_names(self) -> TikTokEventNames:
        return self._event_names

    @property
    def sender(self) -> TikTokEventSender:
        return self._sender

    @property
    def flow(self) -> TikTokConnectionFlow:
        return self._flow

    @property
    def costs(self) -> TikTokCostImporter:
        return self._costs

    def close(self) -> None:
        """Close the connections; calls under way end with no answer."""
        self._transport.close()
