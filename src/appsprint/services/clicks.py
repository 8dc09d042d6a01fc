"""Makes a click of a request to an ad link, and tells where the person goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appsprint.domain.address import address_key
from appsprint.domain.app import App, Platform
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.ids import ClickId, IdPrefix
from appsprint.domain.link import AdNetwork, Link, play_store_url
from appsprint.domain.query import parse_query, query_of
from appsprint.domain.visit import VisitKind, classify_visit
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import IdSource
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Completion, Store

MAX_USER_AGENT_LENGTH = 1024
MAX_HEADER_LENGTH = 512
MAX_PAGE_URL_LENGTH = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request to an ad link as the edge saw it.

    Attributes:
        path_and_query: As received, without decoding.
        headers: Names in lower case.
        client_ip: After trusted proxies, in its normal text form.
    """

    method: str
    path_and_query: str
    headers: Mapping[str, str]
    client_ip: str
    received_at: datetime


class ClickIntake:
    """Reads visits. Storing is the caller's part, because it decides how long a person waits."""

    def __init__(
        self,
        *,
        ids: IdSource,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        tracking_url: str,
    ) -> None:
        self._ids = ids
        self._networks = networks
        self._tracking_url = tracking_url

    def read(self, link: Link, visit: Visit) -> Click | FilteredVisit:
        """The click, or the visit that no person made. Never raises, whatever was sent."""
        user_agent = visit.headers.get("user-agent", "")[:MAX_USER_AGENT_LENGTH]
        kind = classify_visit(method=visit.method, headers=visit.headers, user_agent=user_agent)
        if kind is not VisitKind.CLICK:
            return self._filtered(link, visit, kind, user_agent)
        return self._click(link, visit, user_agent)

    def _filtered(
        self, link: Link, visit: Visit, kind: VisitKind, user_agent: str
    ) -> FilteredVisit:
        return FilteredVisit(
            id=self._ids.new(IdPrefix.FILTERED_VISIT),
            app_id=link.app_id,
            link_id=link.id,
            kind=kind,
            occurred_at=visit.received_at,
            client_ip=visit.client_ip,
            user_agent=user_agent,
        )

    def _click(self, link: Link, visit: Visit, user_agent: str) -> Click:
        return Click(
            id=ClickId(self._ids.new(IdPrefix.CLICK)),
            app_id=link.app_id,
            link_id=link.id,
            network=link.network,
            occurred_at=visit.received_at,
            client_ip=visit.client_ip,
            address_key=address_key(visit.client_ip),
            user_agent=user_agent,
            accept_language=_bounded(visit.headers.get("accept-language")),
            advertising_id=self._advertising_id(link, visit),
            http_referrer=_bounded(visit.headers.get("referer")),
            page_url=_bounded_url(f"{self._tracking_url}{visit.path_and_query}"),
            earns_credit=link.archived_at is None,
        )

    def _advertising_id(self, link: Link, visit: Visit) -> str | None:
        """The one thing that look-ups need at once; hardly any link carries it."""
        links = self._networks[link.network].links
        if not links.may_carry_advertising_id(visit.path_and_query):
            return None
        return links.read_click(parse_query(query_of(visit.path_and_query))).advertising_id


def _bounded_url(url: str) -> str:
    """The address, cut between two parameters when it is too long: half an id names nothing."""
    if len(url) <= MAX_PAGE_URL_LENGTH:
        return url
    return url[:MAX_PAGE_URL_LENGTH].rpartition("&")[0] or url[:MAX_PAGE_URL_LENGTH]


def _bounded(value: str | None) -> str | None:
    return value[:MAX_HEADER_LENGTH] if value else None


def store_page_for(link: Link, app: App | None, visit: Click | FilteredVisit) -> str:
    """Where the person goes: the store page, on Android with our click in Play's referrer."""
    is_android = app is not None and app.platform is Platform.ANDROID
    if is_android and isinstance(visit, Click) and visit.earns_credit:
        return play_store_url(link.destination_url, click_id=visit.id, network=link.network)
    return link.destination_url


class SpoolReplay:
    """Brings spooled clicks into the store once it can take them.

    Args:
        store: Takes them.
        spool: Where they wait.
        reconsider: Told of the clicks once they are stored: installs that they led to may have
            been decided without them.
    """

    def __init__(
        self,
        *,
        store: Store,
        spool: ClickSpool,
        reconsider: Callable[[Sequence[Click]], object] = lambda clicks: None,
    ) -> None:
        self._store = store
        self._spool = spool
        self._reconsider = reconsider

    def replay(self) -> int:
        """Store what was spooled; how many there were. Storing one again changes nothing.

        Raises:
            StoreUnavailable: The store still cannot take them; they stay in the spool.
        """
        if self._spool.is_empty():
            return 0
        clicks = self._spool.take()
        sink = _FirstError()
        for click in clicks:
            self._store.enqueue_click(click, sink, None)
        # One writer in order: when this returns, the clicks before it are settled.
        self._store.write(lambda uow: None)
        if sink.error is not None:
            raise sink.error
        self._reconsider([click for click in clicks if isinstance(click, Click)])
        self._spool.drop_taken()
        return len(clicks)


class _FirstError:
    """Remembers the first failure among completions."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def deliver(self, completions: Sequence[Completion]) -> None:
        for _, _, error in completions:
            self.error = self.error or error
