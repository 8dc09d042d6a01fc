"""Reads ad accounts: their names, currencies and the time zones of their days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from appsprint.adapters.networks.tiktok.management import ManagementApi
from appsprint.adapters.networks.tiktok.pacing import PatientApi
from appsprint.domain.connection import Advertiser
from appsprint.domain.money import is_currency_code
from appsprint.errors import ConnectionRevoked

# `/advertiser/info/` takes a list of ids without a documented bound; 100 is known to work.
IDS_PER_CALL = 100
_FIELDS = ("advertiser_id", "name", "currency", "timezone", "display_timezone")


class _Info(msgspec.Struct):
    advertiser_id: str
    name: str | None = None
    currency: str | None = None
    timezone: str | None = None
    display_timezone: str | None = None


class _InfoList(msgspec.Struct):
    list: tuple[_Info, ...] = ()


def read_advertisers(
    api: ManagementApi | PatientApi, access_token: str, advertiser_ids: Sequence[str]
) -> Iterator[Advertiser]:
    """The accounts that TikTok shows of those asked for, up to 100 to a call; raises as the api."""
    for first in range(0, len(advertiser_ids), IDS_PER_CALL):
        params = {
            "advertiser_ids": advertiser_ids[first : first + IDS_PER_CALL],
            "fields": _FIELDS,
        }
        answer = api.get("advertiser/info/", params, access_token=access_token, of=_InfoList)
        yield from map(_advertiser, answer.list)


def read_advertiser(
    api: ManagementApi | PatientApi, access_token: str, advertiser_id: str
) -> Advertiser:
    """One account.

    Raises:
        ConnectionRevoked: TikTok does not show it to this token.
    """
    for advertiser in read_advertisers(api, access_token, [advertiser_id]):
        if advertiser.id == advertiser_id:
            return advertiser
    raise ConnectionRevoked(
        f"TikTok does not show the ad account {advertiser_id} to this connection", network_code=0
    )


def _advertiser(info: _Info) -> Advertiser:
    currency = (info.currency or "").upper()
    return Advertiser(
        id=info.advertiser_id,
        name=info.name or info.advertiser_id,
        currency=currency if is_currency_code(currency) else None,
        time_zone=_known_zone(info.display_timezone) or _known_zone(info.timezone),
    )


def _known_zone(name: str | None) -> str | None:
    """The IANA zone's name when there is such a zone.

    ``timezone`` can be a fixed ``Etc/GMT+8`` (POSIX sign: UTC−8), which IANA knows too.
    """
    if not name:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return name
