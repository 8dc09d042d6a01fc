"""The connection between one app and one ad network, and the state it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


class ConnectionStatus(StrEnum):
    """The one word that the contract gives for a connection."""

    NOT_CONNECTED = "not_connected"
    CHOOSE_ADVERTISER = "choose_advertiser"
    NEEDS_EVENTS_API = "needs_events_api"
    ACTIVE = "active"
    TOKEN_REJECTED = "token_rejected"
    RECONNECT_NEEDED = "reconnect_needed"


class OAuthState(StrEnum):
    """Whether the network still lets us read the advertiser's account."""

    NONE = "none"
    GRANTED = "granted"
    LOST = "lost"


class EventsApiState(StrEnum):
    """Whether events can be sent: the pixel and its token."""

    MISSING = "missing"
    READY = "ready"
    REJECTED = "rejected"


class CredentialCheck(StrEnum):
    """What the network says of a pixel and its token when they are saved.

    ``NOT_CHECKABLE``: it gave no answer that tells; the first event will.
    """

    VALID = "valid"
    WRONG_PIXEL = "wrong_pixel"
    TOKEN_REJECTED = "token_rejected"
    NOT_CHECKABLE = "not_checkable"

    @property
    def is_refusal(self) -> bool:
        """Whether events sent with the credential would certainly be refused."""
        return self in (CredentialCheck.WRONG_PIXEL, CredentialCheck.TOKEN_REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """An ad account.

    Attributes:
        time_zone: IANA name (TikTok's ``display_timezone``); days of reports are its days.
        currency: ISO 4217; all its spend is in it.
    """

    id: str
    name: str
    currency: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Pixel:
    """A web event source of an ad account, by the **code** that events are sent with.

    Attributes:
        is_owned: False when another account shares it; None when the network does not say.
    """

    code: str
    name: str
    is_owned: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One app's connection to one network; secrets are sealed texts, never plain.

    ``connection_states`` has the functions that change it. A row is kept after disconnecting, so
    that history, mapping and what is pending survive.

    Attributes:
        oauth_token: Sealed access token; None when there is none.
        events_token: Sealed Events API token; None when there is none.
        events_check: What the network said when pixel and token were saved; None when it refused
            them later, or was never asked.
        pixel_id: The pixel **code** that events go to.
    """

    app_id: AppId
    network: AdNetwork
    oauth: OAuthState = OAuthState.NONE
    oauth_token: str | None = None
    oauth_error: str | None = None
    advertiser: Advertiser | None = None
    events_api: EventsApiState = EventsApiState.MISSING
    events_token: str | None = None
    events_error: str | None = None
    events_check: CredentialCheck | None = None
    pixel_id: str | None = None
    test_event_code: str | None = None
    connected_at: datetime | None = None
    last_sync_at: datetime | None = None
    last_sync_error: str | None = None

    @property
    def status(self) -> ConnectionStatus:
        """The state as one word; trouble that stops work comes before what is left to set up."""
        if self.events_api is EventsApiState.REJECTED:
            return ConnectionStatus.TOKEN_REJECTED
        if self.oauth is OAuthState.NONE:
            return ConnectionStatus.NOT_CONNECTED
        if self.oauth is OAuthState.LOST:
            return ConnectionStatus.RECONNECT_NEEDED
        if self.advertiser is None:
            return ConnectionStatus.CHOOSE_ADVERTISER
        if self.events_api is EventsApiState.MISSING:
            return ConnectionStatus.NEEDS_EVENTS_API
        return ConnectionStatus.ACTIVE

    @property
    def can_send(self) -> bool:
        """Whether events may go out now; a lost OAuth grant does not stop a good token."""
        return self.events_api is EventsApiState.READY and self.pixel_id is not None

    @property
    def can_import(self) -> bool:
        """Whether campaigns and costs can be read now."""
        return self.oauth is OAuthState.GRANTED and self.advertiser is not None
