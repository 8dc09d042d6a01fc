"""What a world leaves behind: the requests that a server sees, and the truth beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.app import Platform


class Spot(StrEnum):
    """What kind of network somebody is on."""

    HOME = "home"
    CARRIER = "carrier"
    OFFICE = "office"
    RELAY = "relay"


class Origin(StrEnum):
    """Why an install happened, or who only made it look like that."""

    AD = "ad"
    ORGANIC = "organic"
    INJECTED = "injected"
    REINSTALL = "reinstall"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server gets it: a line of a replay file, and when it arrives (UTC)."""

    arrives_at: datetime
    line: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really led to one install.

    Attributes:
        click_id: The person's last tap before it; None when no ad led to it.
        campaign_id: That tap's campaign.
        spot: Where the install came from.
        delay_seconds: From that tap to the first open, in true time.
    """

    appsprint_id: str
    platform: Platform
    origin: Origin
    spot: Spot
    click_id: str | None = None
    campaign_id: str | None = None
    delay_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that happened: clicks and installs in the order of arrival, and their truth."""

    clicks: tuple[Request, ...]
    installs: tuple[Request, ...]
    truths: tuple[Truth, ...]
