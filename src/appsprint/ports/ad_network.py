"""What the core asks of an ad network; everything that knows one network is behind these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from appsprint.domain.connection import Advertiser, Pixel
from appsprint.domain.connection_states import CheckedCredential
from appsprint.domain.cost import AdEntity, CostPart, CostRow
from appsprint.domain.delivery import DeadReason, DeliverableEvent, NetworkAnswer, Verdict
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import MappingKind
from appsprint.domain.objective import ObjectiveFit


class LinkDialect(Protocol):
    """How the network's ads fill in a link, and what its clicks bring back."""

    def link_parameters(self) -> Sequence[tuple[str, str]]:
        """The query of an ad link in order, the network's macros as values, under 15 pairs."""
        ...

    def may_carry_advertising_id(self, query: str) -> bool:
        """Whether a raw query is worth reading for one; cheap, for the hot route."""
        ...

    def read_click(self, query: Mapping[str, str]) -> ClickParameters:
        """What the query of a visited link says; unexpanded macros are missing. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickParameters:
    """What a visited ad link told of its ad; every text bounded, None where missing."""

    network_click_id: str | None
    campaign_id: str | None
    campaign_name: str | None
    adgroup_id: str | None
    adgroup_name: str | None
    ad_id: str | None
    ad_name: str | None
    placement: str | None
    advertising_id: str | None
    utm: Mapping[str, str]


class EventNames(Protocol):
    """The network's names for events."""

    def defaults(self) -> Mapping[str, str]:
        """The shipped mapping: SDK event to the network's event."""
        ...

    def standard_names(self) -> Sequence[str]:
        """The network's standard web events, for choosing from."""
        ...

    def require_name(self, name: str) -> str:
        """A standard or custom event name, as it will be sent.

        Raises:
            InvalidInput: Not a valid custom name, or a legacy or reserved one (the message
                names the one to use instead).
        """
        ...

    def kind_of(self, name: str) -> MappingKind:
        """Whether ``name`` is one of the standard names."""
        ...

    def objective_fit(self, name: str, objective: str) -> ObjectiveFit:
        """Whether campaigns with an objective optimize for the event ``name``."""
        ...

    def awaited_events(self, code: str) -> frozenset[str]:
        """The names of the event that an ad group with this code optimizes for.

        Any one of them will do. Empty where the code is not known to mean a web event.
        """
        ...

    def objective_name(self, objective: str) -> str:
        """What people read for an objective's code."""
        ...


@dataclass(frozen=True, slots=True)
class SendResult:
    """How one call ended: what came back, and what it means for every event in it."""

    answer: NetworkAnswer
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsCredential:
    """Where events go and the right to send them there, in plain text; never logged."""

    pixel_id: str
    access_token: str
    test_event_code: str | None = None


class EventSender(Protocol):
    """Sends events to the network; makes no decision about trying again."""

    def max_batch(self) -> int:
        """How many events one call may carry."""
        ...

    def refuse_locally(self, event: DeliverableEvent, *, now: datetime) -> DeadReason | None:
        """Why the network would never take this event; None when it is fit to send."""
        ...

    def payload(self, event: DeliverableEvent) -> bytes:
        """The event as it is put into a call: one JSON object, the same bytes every time."""
        ...

    def send(self, credential: EventsCredential, payloads: Sequence[bytes]) -> SendResult:
        """Send one batch of at most ``max_batch()`` payloads in one call.

        Every failure of transport or network is a result, never an exception.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What the network gave for an authorisation code; ``access_token`` is plain, never logged."""

    access_token: str
    advertiser_ids: tuple[str, ...]


class ConnectionFlow(Protocol):
    """The network's authorisation of an advertiser.

    Methods that call the network raise ``AdNetworkRefused`` for its errors,
    ``ConnectionRevoked`` where the grant is gone, and ``AdNetworkUnavailable`` when it gives no
    usable answer.
    """

    def is_configured(self) -> bool:
        """Whether the operator registered a developer app with the network."""
        ...

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        """The page where the person approves; ``state`` comes back to ``redirect_uri``."""
        ...

    def exchange(self, auth_code: str) -> Grant:
        """Trade a single-use authorisation code for a grant."""
        ...

    def advertisers(self, access_token: str) -> Sequence[Advertiser]:
        """The ad accounts that the grant reaches, currency and time zone included where told."""
        ...

    def reach(self, access_token: str) -> frozenset[str]:
        """The ids of the ad accounts that the grant reaches now: the cheapest call there is."""
        ...

    def pixels(self, access_token: str, advertiser_id: str) -> Sequence[Pixel]:
        """The web event sources of an ad account, the newest first."""
        ...

    def check_credential(self, credential: EventsCredential) -> CheckedCredential:
        """Whether events could be sent with a credential; no event is made. Never raises."""
        ...

    def revoke(self, access_token: str) -> None:
        """End the grant at the network; one that has ended already is no error."""
        ...


class CostImporter(Protocol):
    """Reads campaigns and daily numbers; raises as ``ConnectionFlow`` does."""

    def advertiser(self, access_token: str, advertiser_id: str) -> Advertiser:
        """The account with its currency and display time zone as they are now."""
        ...

    def entities(self, access_token: str, advertiser_id: str) -> Iterator[Sequence[AdEntity]]:
        """Campaigns, then ad groups, then ads, deleted ones included, a page at a time."""
        ...

    def daily_costs(
        self, access_token: str, advertiser_id: str, query: CostQuery
    ) -> Iterator[Sequence[CostRow]]:
        """Daily rows of one part, a page at a time; days without delivery have no row."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CostQuery:
    """Which daily rows to read: both days included, in the advertiser's time zone.

    Attributes:
        as_of: The instant to stamp on the rows.
    """

    part: CostPart
    start_on: date
    end_on: date
    as_of: datetime


class AdNetworkAdapter(Protocol):
    """One ad network as the core sees it: five small ports under one name."""

    @property
    def network(self) -> AdNetwork:
        """Which network this is."""
        ...

    @property
    def links(self) -> LinkDialect:
        """Link macros and click parameters."""
        ...

    @property
    def event_names(self) -> EventNames:
        """Event names and the default mapping."""
        ...

    @property
    def sender(self) -> EventSender:
        """The sender of events."""
        ...

    @property
    def flow(self) -> ConnectionFlow:
        """The authorisation flow."""
        ...

    @property
    def costs(self) -> CostImporter:
        """The importer of campaigns and costs."""
        ...
