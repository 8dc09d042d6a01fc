"""Ad links: our tracking address for one destination in one ad network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from appsprint.domain.app import LookbackWindows
from appsprint.domain.ids import AppId, ClickId, LinkId


class AdNetwork(StrEnum):
    """The ad networks that the product serves."""

    TIKTOK = "tiktok"


class SelfAttributingNetwork(StrEnum):
    """Ad networks that say themselves which installs are theirs; nothing else of theirs is here."""

    APPLE_ADS = "apple_ads"


# Who can earn an install.
CreditedNetwork = AdNetwork | SelfAttributingNetwork


def credited_network(name: str) -> CreditedNetwork:
    """The network of a stored name.

    Raises:
        ValueError: There is none.
    """
    is_apples = name == SelfAttributingNetwork.APPLE_ADS
    return SelfAttributingNetwork(name) if is_apples else AdNetwork(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWindows:
    """Lookback windows that one link has instead of its app's, in hours; None follows the app."""

    click_hours: int | None = None
    probabilistic_hours: int | None = None

    def over(self, windows: LookbackWindows) -> LookbackWindows:
        """The app's windows where the link says nothing."""
        return LookbackWindows(
            click=_hours(self.click_hours, windows.click),
            probabilistic=_hours(self.probabilistic_hours, windows.probabilistic),
        )


def _hours(hours: int | None, otherwise: timedelta) -> timedelta:
    return otherwise if hours is None else timedelta(hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tracking link.

    Attributes:
        slug: The part after ``/c/``; unique on the server, letters and digits.
        campaign_name: Stands in where a click brings no campaign name of its own.
        click_lookback_hours: How old its clicks may be; None follows the app.
        probabilistic_lookback_hours: The same for matches by address and device.
        archived_at: An archived link still redirects; its clicks earn no credit.
    """

    id: LinkId
    app_id: AppId
    slug: str
    network: AdNetwork
    name: str
    destination_url: str
    campaign_name: str | None = None
    click_lookback_hours: int | None = None
    probabilistic_lookback_hours: int | None = None
    created_at: datetime
    archived_at: datetime | None = None

    @property
    def windows(self) -> LinkWindows:
        """What the link says of lookback windows."""
        return LinkWindows(
            click_hours=self.click_lookback_hours,
            probabilistic_hours=self.probabilistic_lookback_hours,
        )


def play_store_url(destination_url: str, *, click_id: ClickId, network: AdNetwork) -> str:
    """The Play Store page with the install referrer that names our click.

    Play hands the ``referrer`` parameter to the installed app unchanged (Google, "Play Install
    Referrer Library", 2024), so the app's first request tells which click it came from. A
    referrer that the destination already has is replaced: Play passes on only one.
    """
    before, after = _around_click_id(destination_url, network)
    return f"{before}{click_id}{after}"


@lru_cache(maxsize=4096)
def _around_click_id(destination_url: str, network: AdNetwork) -> tuple[str, str]:
    """What stands before and after the click's id in a link's store address; it never varies."""
    parts = urlsplit(destination_url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "referrer"]
    query = "".join(f"{pair}&" for pair in [urlencode(kept)] if pair)
    before = urlunsplit(parts._replace(query=f"{query}referrer=click_id%3D", fragment=""))
    return before, quote(f"&utm_source={network}&utm_medium=paid", safe="")
