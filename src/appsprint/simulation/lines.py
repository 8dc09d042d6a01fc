"""The requests of a world in the formats of ``appsprint attribution replay``."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from appsprint.domain.app import Platform
from appsprint.simulation.phones import Phone, Place, new_uuid

_APPS = {Platform.IOS: "app_ios", Platform.ANDROID: "app_play"}
_HOSTS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad link and the campaign that it is pasted into."""

    link: str
    campaign_name: str

    @property
    def link_id(self) -> str:
        """The link's id."""
        return f"lnk_{self.link}"

    @property
    def campaign_id(self) -> str:
        """The campaign's id."""
        return f"cmp_{self.link}"


def rfc3339(at: datetime) -> str:
    """An instant with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def click_line(
    click_id: str,
    ad: Ad,
    *,
    platform: Platform,
    at: datetime,
    address: str,
    user_agent: str,
    accept_language: str,
    rng: random.Random,
) -> dict[str, object]:
    """One request to an ad link."""
    ttclid = f"E_C_P_{''.join(rng.choices(_HOSTS, k=12))}"
    return {
        "click_id": click_id,
        "app_id": _APPS[platform],
        "link_id": ad.link_id,
        "campaign_id": ad.campaign_id,
        "campaign_name": ad.campaign_name,
        "occurred_at": rfc3339(at),
        "method": "GET",
        "ip": address,
        "user_agent": user_agent,
        "headers": {"accept-language": accept_language},
        "query": {"utm_source": "tiktok", "utm_campaign": ad.campaign_name},
        "ttclid": ttclid,
    }


def install_line(
    phone: Phone,
    place: Place,
    *,
    opened_at: datetime,
    received_at: datetime,
    address: str,
    is_cellular: bool,
    referrer: str | None,
    play_times: tuple[datetime, datetime] | None,
    rng: random.Random,
) -> dict[str, object]:
    """One registration; ``play_times`` are Play's of the click and of the beginning."""
    is_ios = phone.platform is Platform.IOS
    made = str(new_uuid(rng))
    line: dict[str, object] = {
        "app_id": _APPS[phone.platform],
        "received_at": rfc3339(received_at),
        "ip": address,
        "appsprintId": made.upper() if is_ios else made,
        "deviceModel": phone.model,
        "osVersion": phone.os_version,
        "appVersion": "3.2.1",
        "locale": place.language.replace("-", "_") if is_ios else place.language,
        "timezone": place.time_zone,
        "installTimestamp": rfc3339(opened_at),
        "sdkPlatform": str(phone.platform),
        "sdkWebViewUserAgent": phone.web_view(),
        "connectionType": "cellular" if is_cellular else "wifi",
        "screenWidth": phone.pixels[0],
        "screenHeight": phone.pixels[1],
    }
    if referrer is not None:
        line["installReferrer"] = referrer
    if play_times is not None:
        line["referrerClickTimestamp"] = rfc3339(play_times[0])
        line["referrerInstallBeginTimestamp"] = rfc3339(play_times[1])
    return line


def played_referrer(click_id: str | None, fate: str, rng: random.Random) -> str | None:
    """What Play says: ``kept``, ``organic`` or ``lost``."""
    if fate == "organic":
        return "utm_source=google-play&utm_medium=organic"
    if click_id is None or fate == "lost":
        return rng.choice((None, "(not set)", "utm_source=(not%20set)&utm_medium=(not%20set)"))
    told = f"click_id={click_id}&utm_source=tiktok&utm_medium=paid"
    return quote(told, safe="") if rng.random() < 0.02 else told
