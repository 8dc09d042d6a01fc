"""What the demonstration advertises: two apps, five campaigns, their ad groups and ads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from appsprint.domain.app import Platform
from appsprint.simulation.phones import (
    AMERICA,
    BELGIUM,
    BRITAIN,
    FRANCE,
    GERMANY,
    Place,
)

ADVERTISER_CURRENCY = "EUR"
ADVERTISER_ZONE = "Europe/Paris"
# Nobody's product: the store ids are made up.
STORE_URLS: Mapping[Platform, str] = {
    Platform.IOS: "https://apps.apple.com/fr/app/morning-miles/id1234567890",
    Platform.ANDROID: "https://play.google.com/store/apps/details?id=com.example.morningmiles",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdAccount:
    """An advertiser at TikTok with its pixel.

    Attributes:
        pixel_code: The Pixel ID that Events Manager shows, and that events name.
        events_token: The pixel's Events API access token.
    """

    advertiser_id: str
    name: str
    pixel_id: str
    pixel_code: str
    events_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoApp:
    """One app, advertised through one ad account."""

    platform: Platform
    name: str
    account: AdAccount

    @property
    def store_url(self) -> str:
        return STORE_URLS[self.platform]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """One ad with everything above it, as TikTok's macros tell it."""

    ad_id: str
    ad_name: str
    adgroup_id: str
    adgroup_name: str
    campaign_id: str
    campaign_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign.

    Attributes:
        link: Which of the app's ad links its ads carry, from 0; None when they lead straight
            to the store, so that we see nothing of their clicks.
        share: Of all visits; the campaign without a link has as many clicks on top.
        places: Where its audience lives, with weights.
        price: Of 1,000 impressions, in the advertiser's currency.
        tap_rate: Clicks by impressions.
        install_rate: Visitors who install.
    """

    campaign_id: str
    name: str
    platform: Platform
    objective: str
    link: int | None
    share: float
    places: Mapping[Place, int]
    price: Decimal
    tap_rate: float
    install_rate: float
    ads: tuple[Ad, ...]


APPS: Mapping[Platform, DemoApp] = {
    Platform.IOS: DemoApp(
        platform=Platform.IOS,
        name="Morning Miles iOS",
        account=AdAccount(
            advertiser_id="7301555500000000011",
            name="Morning Miles iOS (EUR)",
            pixel_id="7310555500000000011",
            pixel_code="D1MORNINGMILES00IOS1",
            events_token="demo-events-token-ios",
        ),
    ),
    Platform.ANDROID: DemoApp(
        platform=Platform.ANDROID,
        name="Morning Miles Android",
        account=AdAccount(
            advertiser_id="7301555500000000022",
            name="Morning Miles Android (EUR)",
            pixel_id="7310555500000000022",
            pixel_code="D1MORNINGMILES00AND1",
            events_token="demo-events-token-android",
        ),
    ),
}

_ADGROUPS = ("Broad 18-44", "Runners")
_VIDEOS = ("Sunrise run 15s", "Coach & friends 9s")


def _ads(number: int, campaign_name: str) -> Iterator[Ad]:
    """Two ad groups with two ads each; the last digits of their ids tell where they belong."""
    for group, adgroup_name in enumerate(_ADGROUPS, start=1):
        for video, ad_name in enumerate(_VIDEOS, start=1):
            yield Ad(
                ad_id=f"1845800000000{number}{group}{video}",
                ad_name=ad_name,
                adgroup_id=f"184570000000{number}{group}00",
                adgroup_name=adgroup_name,
                campaign_id=_campaign_id(number),
                campaign_name=campaign_name,
            )


def _campaign_id(number: int) -> str:
    return f"184560000000{number}000"


def _campaign(
    number: int,
    name: str,
    platform: Platform,
    *,
    link: int | None,
    share: float,
    places: Mapping[Place, int],
    price: str,
    tap_rate: float,
    install_rate: float,
) -> Campaign:
    return Campaign(
        campaign_id=_campaign_id(number),
        name=name,
        platform=platform,
        objective="TRAFFIC" if link is None else "WEB_CONVERSIONS",
        link=link,
        share=share,
        places=places,
        price=Decimal(price),
        tap_rate=tap_rate,
        install_rate=install_rate,
        ads=tuple(_ads(number, name)),
    )


CAMPAIGNS: tuple[Campaign, ...] = (
    _campaign(
        1,
        "iOS FR/BE – Prospecting",
        Platform.IOS,
        link=0,
        share=0.27,
        places={FRANCE: 6, BELGIUM: 2, AMERICA: 2},
        price="5.40",
        tap_rate=0.0108,
        install_rate=0.11,
    ),
    _campaign(
        2,
        "iOS DE – Lookalike 3 %",
        Platform.IOS,
        link=1,
        share=0.22,
        places={GERMANY: 8, BRITAIN: 2},
        price="6.10",
        tap_rate=0.0119,
        install_rate=0.14,
    ),
    _campaign(
        3,
        "iOS Reach (no ad link)",
        Platform.IOS,
        link=None,
        share=0.12,
        places={FRANCE: 1},
        price="2.90",
        tap_rate=0.0074,
        install_rate=0.0,
    ),
    _campaign(
        4,
        "Android FR – Prospecting",
        Platform.ANDROID,
        link=0,
        share=0.31,
        places={FRANCE: 8, BELGIUM: 2},
        price="3.30",
        tap_rate=0.0127,
        install_rate=0.12,
    ),
    _campaign(
        5,
        "Android UK+DE – Été & co",
        Platform.ANDROID,
        link=1,
        share=0.20,
        places={BRITAIN: 5, GERMANY: 3, AMERICA: 2},
        price="3.90",
        tap_rate=0.0113,
        install_rate=0.15,
    ),
)
