"""What exists in the sandbox's world: people, developer apps, advertisers, pixels, ads, costs.

Structs rather than dataclasses, because these are also the JSON of the control API: unknown and
mistyped fields are refused with their path. All are immutable; the world replaces them.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec


class Entity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable thing of the world, known by one of its fields."""


class DeveloperApp(Entity, frozen=True, kw_only=True):
    """An app registered in TikTok's developer portal.

    An empty ``redirect_uris`` lets any http or https address receive the authorisation; otherwise
    it must be one of them, character for character.
    """

    app_id: str
    secret: str
    name: str = "Sandbox app"
    redirect_uris: list[str] = []


class Account(Entity, frozen=True, kw_only=True):
    """A person with a TikTok For Business account, who may approve or deny an app.

    ``withheld_scopes`` are the permissions that the person leaves out when approving.
    """

    account_id: str
    name: str
    advertiser_ids: list[str]
    withheld_scopes: list[int] = []


class Advertiser(Entity, frozen=True, kw_only=True):
    """An ad account. ``timezone`` is TikTok's POSIX form, ``display_timezone`` an IANA zone."""

    advertiser_id: str
    name: str
    currency: str
    timezone: str
    display_timezone: str
    status: str = "STATUS_ENABLE"
    country: str = "US"
    company: str = ""
    create_time: int = 1_700_000_000
    extra: dict[str, object] = {}


class Pixel(Entity, frozen=True, kw_only=True):
    """A web data source. Events name it by its code, the Marketing API by its id."""

    pixel_id: str
    pixel_code: str
    pixel_name: str
    advertiser_id: str
    create_time: str = "2026-01-05 10:00:00"


class Grant(Entity, frozen=True, kw_only=True):
    """An access token from OAuth and the advertisers that the person approved.

    With an ``account_id`` the token reaches only what that account still reaches. ``scopes`` are
    the permissions granted; None is all.
    """

    access_token: str
    app_id: str
    advertiser_ids: list[str]
    account_id: str | None = None
    scopes: list[int] | None = None


class EventsToken(Entity, frozen=True, kw_only=True):
    """An Events API token from Events Manager: it may write to these pixels, and nothing else."""

    access_token: str
    pixel_codes: list[str]


class AdObject(Entity, frozen=True, kw_only=True):
    """What campaigns, ad groups and ads share. Times are ``YYYY-MM-DD HH:MM:SS`` in UTC.

    ``extra`` holds any other official field of the row, as TikTok would answer it.
    """

    operation_status: Literal["ENABLE", "DISABLE"] = "ENABLE"
    is_deleted: bool = False
    create_time: str = "2026-01-10 09:00:00"
    modify_time: str = "2026-01-10 09:00:00"
    extra: dict[str, object] = {}


class Campaign(AdObject, frozen=True, kw_only=True):
    campaign_id: str
    advertiser_id: str
    campaign_name: str
    objective_type: str = "WEB_CONVERSIONS"


class AdGroup(AdObject, frozen=True, kw_only=True):
    adgroup_id: str
    campaign_id: str
    adgroup_name: str


class Ad(AdObject, frozen=True, kw_only=True):
    ad_id: str
    adgroup_id: str
    ad_name: str


class ReportRow(Entity, frozen=True, kw_only=True):
    """One version of what one ad did on one day, in one country where that is known.

    Attributes:
        day: The day in the advertiser's display time zone.
        country_code: ISO 3166 alpha-2; "" for a row that knows no country.
        metrics: Additive metrics by TikTok's name. None stands for "not applicable".
        visible_from: The instant (UTC) from which reports show this version; None for always. The
            visible version with the latest instant wins, among equals the one added last.
    """

    ad_id: str
    day: date
    metrics: dict[str, Decimal | None]
    country_code: str = ""
    visible_from: datetime | None = None

    def __post_init__(self) -> None:
        if self.visible_from is not None and self.visible_from.tzinfo is None:
            raise ValueError("visible_from needs a time zone")
