"""The people of the demonstration: what each of them did, when and where. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import Ad, Campaign
from appsprint.simulation.phones import Phone, Place


class Journey(StrEnum):
    """How a person came to the app, or did not.

    ``LOOKALIKES`` installs from a carrier's address behind which phones of the same kind clicked
    too. ``NO_CLICK_ID`` clicked a link without TikTok's click id, ``UNEXPANDED`` one whose macros
    TikTok left standing. ``HIDDEN_ADDRESS`` is inside a company, seen with a private address.
    """

    LOOKED_ONLY = "looked_only"
    INSTALLED = "installed"
    CLICKED_TWICE = "clicked_twice"
    REFERRER_LOST = "referrer_lost"
    TOO_LATE = "too_late"
    LOOKALIKES = "lookalikes"
    NO_CLICK_ID = "no_click_id"
    HIDDEN_ADDRESS = "hidden_address"
    UNEXPANDED = "unexpanded"
    ORGANIC = "organic"


class Dialect(StrEnum):
    """Which generation of the SDK the app was built with (SDK wire protocol §7)."""

    CURRENT = "current"
    LATER = "later"
    OLDEST = "oldest"


class Referrer(StrEnum):
    """What Play says of an install: our click, nothing useful, its own search; iOS has none."""

    CLICK = "click"
    LOST = "lost"
    SEARCH = "search"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdClick:
    """One tap on an ad that led to an ad link.

    Attributes:
        address: Where the request came from.
        household: What two requests of one home share: the address, or the IPv6 network. None
            for an address that is not public.
        ttclid: TikTok's click id; None when the link came without.
        is_expanded: Whether TikTok replaced the link's macros.
        has_prefetch: TikTok fetched the link before the person tapped.
    """

    at: datetime
    campaign: Campaign
    ad: Ad
    browser: str
    address: str
    household: str | None
    ttclid: str | None
    is_expanded: bool = True
    has_prefetch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInstall:
    """One first open of the app.

    Attributes:
        opened_at: By the device's clock, which may be ahead.
        sent_at: When the registration reaches the server.
        advertising_id: GAID; None where the person declined, and on iOS.
        vendor_id: IDFV; None on Android.
        idfa: Allowed a little later, on iOS; None where it was not.
        is_repeated: The SDK registers the same install once more.
    """

    appsprint_id: str
    opened_at: datetime
    sent_at: datetime
    address: str
    household: str | None
    referrer: Referrer
    advertising_id: str | None = None
    vendor_id: str | None = None
    idfa: str | None = None
    is_repeated: bool = False

    @property
    def installed_at(self) -> datetime:
        """The device's time, with the arrival as its upper bound (SDK wire protocol §2)."""
        return min(self.opened_at, self.sent_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppEvent:
    """One in-app event as the app reports it.

    Attributes:
        device_at: By the device's clock.
        revenue: Negative for a refund.
    """

    event_id: str
    event_type: str
    event_name: str | None = None
    device_at: datetime
    revenue: Decimal | None = None
    currency: str | None = None
    parameters: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class BrokenEvent:
    """An event that no server should store: a good one with some fields spoilt."""

    event: AppEvent
    spoilt: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One use of the app: its events, sent together.

    Attributes:
        broken: They travel in the same batch, behind the good ones.
        is_repeated: The SDK did not see the answer and sends the batch again.
    """

    sent_at: datetime
    address: str
    events: tuple[AppEvent, ...]
    broken: tuple[BrokenEvent, ...] = ()
    is_repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person with one phone.

    Attributes:
        number: Unique in the world.
        clicks: In order of time.
        install: None for those who only looked.
        customer_id: Known after signing up.
    """

    number: int
    platform: Platform
    journey: Journey
    phone: Phone
    place: Place
    dialect: Dialect
    clicks: tuple[AdClick, ...] = ()
    install: AppInstall | None = None
    sessions: tuple[Session, ...] = ()
    customer_id: str | None = None

    @property
    def is_emulated(self) -> bool:
        """Whether the phone is one of a farm's emulators."""
        is_of_farm = self.number % _FARM_HAS_ONE_IN == 0
        return self.platform is Platform.ANDROID and bool(self.clicks) and is_of_farm


# Of the Android phones that tapped an ad.
_FARM_HAS_ONE_IN = 12
