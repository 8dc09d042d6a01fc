"""Reads campaigns, ad groups, ads and their daily numbers from an ad account.

Facts: ``/campaign/get/`` and its kin list deleted objects only on request; the report does the
same, takes at most 30 days at a time and counts days in the advertiser's own time zone
(developer portal, page 1740302848100353).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import msgspec
import structlog

from appsprint.adapters.networks.tiktok.advertisers import read_advertiser
from appsprint.adapters.networks.tiktok.pacing import PatientApi
from appsprint.domain.connection import Advertiser
from appsprint.domain.cost import (
    UNKNOWN_COUNTRY,
    AdEntity,
    AdLevel,
    CostPart,
    CostRow,
    CountingRules,
)
from appsprint.domain.money import parse_decimal, to_micros
from appsprint.errors import AdNetworkRefused, AdNetworkUnavailable
from appsprint.ports.ad_network import CostQuery

log = structlog.get_logger()

PAGE_SIZE = 1000
MAX_REPORT_DAYS = 30
MAX_NAME_LENGTH = 512
# `conversion` counts the ad group's own optimisation event. `total_complete_payment_rate` is,
# despite its name, the total value of website purchases; `total_purchase_value` is of apps.
METRICS = ("spend", "impressions", "clicks", "conversion", "total_complete_payment_rate")
# Campaigns that no list shows have a name in the report all the same.
_NAME_METRICS: Mapping[CostPart, str] = {CostPart.CAMPAIGN: "campaign_name"}
# No account reaches this; a longer number would not fit the store's 64 bits.
_MAX_NUMBER = 10**12
_COUNTRY_CODE = re.compile("[A-Z]{2}")
_ORIGINS = ("TT_ADS_PLATFORM", "PROMOTE")
# A field that the endpoint does not know, and fields that were switched off (return codes).
_FIELD_REFUSALS = frozenset({40002, 41002})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """How TikTok's API spells one level of an account.

    ``more_fields`` are good to have; without them names and costs are still right.
    """

    path: str
    fields: tuple[str, ...]
    more_fields: tuple[str, ...]
    data_level: str
    id_dimension: str
    status_filter: str


_STATUS_FIELDS = ("operation_status", "secondary_status")
_LEVELS: Mapping[AdLevel, _Level] = {
    AdLevel.CAMPAIGN: _Level(
        path="campaign/get/",
        fields=("campaign_id", "campaign_name", "objective_type", *_STATUS_FIELDS),
        more_fields=(),
        data_level="AUCTION_CAMPAIGN",
        id_dimension="campaign_id",
        status_filter="campaign_status",
    ),
    AdLevel.ADGROUP: _Level(
        path="adgroup/get/",
        fields=("adgroup_id", "adgroup_name", "campaign_id", *_STATUS_FIELDS),
        more_fields=(
            "optimization_event",
            "click_attribution_window",
            "view_attribution_window",
            "engaged_view_attribution_window",
        ),
        data_level="AUCTION_ADGROUP",
        id_dimension="adgroup_id",
        status_filter="adgroup_status",
    ),
    AdLevel.AD: _Level(
        path="ad/get/",
        fields=("ad_id", "ad_name", "adgroup_id", "campaign_id", *_STATUS_FIELDS),
        more_fields=("landing_page_url",),
        data_level="AUCTION_AD",
        id_dimension="ad_id",
        status_filter="ad_status",
    ),
}


class _PageInfo(msgspec.Struct):
    total_page: int = 1


class _Entity(msgspec.Struct):
    campaign_id: str
    campaign_name: str | None = None
    adgroup_id: str | None = None
    adgroup_name: str | None = None
    ad_id: str | None = None
    ad_name: str | None = None
    objective_type: str | None = None
    operation_status: str | None = None
    secondary_status: str | None = None
    landing_page_url: str | None = None
    optimization_event: str | None = None
    click_attribution_window: str | None = None
    view_attribution_window: str | None = None
    engaged_view_attribution_window: str | None = None


class _EntityPage(msgspec.Struct):
    list: tuple[_Entity, ...] = ()
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)


class _ReportRow(msgspec.Struct):
    dimensions: dict[str, str]
    # Documented as texts throughout; a number is read as its text.
    metrics: dict[str, str | int | float | None]


class _ReportPage(msgspec.Struct):
    list: tuple[_ReportRow, ...] = ()
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)


class TikTokCostImporter:
    """The port ``CostImporter`` for TikTok."""

    def __init__(self, api: PatientApi) -> None:
        self._api = api

    def advertiser(self, access_token: str, advertiser_id: str) -> Advertiser:
        return read_advertiser(self._api, access_token, advertiser_id)

    def entities(self, access_token: str, advertiser_id: str) -> Iterator[Sequence[AdEntity]]:
        for level in AdLevel:
            for page in self._level_pages(access_token, advertiser_id, _LEVELS[level]):
                yield [_entity(level, advertiser_id, entity) for entity in page.list]

    def daily_costs(
        self, access_token: str, advertiser_id: str, query: CostQuery
    ) -> Iterator[Sequence[CostRow]]:
        for start_on, end_on in report_windows(query.start_on, query.end_on):
            params = _report_params(advertiser_id, query.part, start_on, end_on)
            for page in self._report_pages(access_token, params):
                yield [_cost_row(query, row) for row in page.list]

    def _level_pages(
        self, access_token: str, advertiser_id: str, spelling: _Level
    ) -> Iterator[_EntityPage]:
        """TikTok refuses a whole call for one field or filter that it does not serve any more."""

        def pages(params: Mapping[str, object]) -> Iterator[_EntityPage]:
            return _all_pages(
                lambda page: self._api.get(
                    spelling.path, _paged(params, page), access_token=access_token, of=_EntityPage
                ),
                lambda page: page.page_info.total_page,
            )

        try:
            yield from pages(_entity_params(advertiser_id, spelling))
        except AdNetworkRefused as exc:
            if exc.network_code not in _FIELD_REFUSALS:
                raise
            log.warning("fields_refused", path=spelling.path, error=exc.message)
            yield from pages(_plain_entity_params(advertiser_id, spelling))

    def _report_pages(
        self, access_token: str, params: Mapping[str, object]
    ) -> Iterator[_ReportPage]:
        def read(page: int) -> _ReportPage:
            return self._api.get(
                "report/integrated/get/",
                _paged(params, page),
                access_token=access_token,
                of=_ReportPage,
            )

        return _all_pages(read, lambda page: page.page_info.total_page)


def report_windows(start_on: date, end_on: date) -> Iterator[tuple[date, date]]:
    """The days from start to end, both included, in stretches of at most 30, oldest first."""
    while start_on <= end_on:
        last_on = min(end_on, start_on + timedelta(days=MAX_REPORT_DAYS - 1))
        yield start_on, last_on
        start_on = last_on + timedelta(days=1)


def _all_pages(read: Callable[[int], T], total_of: Callable[[T], int]) -> Iterator[T]:
    number = 1
    while True:
        page = read(number)
        yield page
        if number >= total_of(page):
            return
        number += 1


def _paged(params: Mapping[str, object], page: int) -> dict[str, object]:
    return {**params, "page": page, "page_size": PAGE_SIZE}


def _entity_params(advertiser_id: str, spelling: _Level) -> dict[str, object]:
    return {
        "advertiser_id": advertiser_id,
        "fields": (*spelling.fields, *spelling.more_fields),
        # By default deleted objects and boosted posts are not listed, and their spend in the
        # report would have no name.
        "filtering": {"primary_status": "STATUS_ALL", "campaign_system_origins": _ORIGINS},
    }


def _plain_entity_params(advertiser_id: str, spelling: _Level) -> dict[str, object]:
    return {
        "advertiser_id": advertiser_id,
        "fields": spelling.fields,
        "filtering": {"primary_status": "STATUS_ALL"},
    }


def _report_params(
    advertiser_id: str, part: CostPart, start_on: date, end_on: date
) -> dict[str, object]:
    spelling = _LEVELS[part.level]
    by_country = ("country_code",) if part is CostPart.COUNTRY else ()
    # Without this filter the past spend of a deleted campaign vanishes from the report.
    # `filter_value` is JSON text within JSON.
    everything = {
        "field_name": spelling.status_filter,
        "filter_type": "IN",
        "filter_value": '["STATUS_ALL"]',
    }
    return {
        "advertiser_id": advertiser_id,
        "service_type": "AUCTION",
        "report_type": "BASIC",
        "data_level": spelling.data_level,
        "dimensions": (spelling.id_dimension, *by_country, "stat_time_day"),
        "metrics": (*METRICS, *filter(None, (_NAME_METRICS.get(part),))),
        "start_date": start_on.isoformat(),
        "end_date": end_on.isoformat(),
        "filtering": (everything,),
    }


def _entity(level: AdLevel, advertiser_id: str, entity: _Entity) -> AdEntity:
    own_id, name = {
        AdLevel.CAMPAIGN: (entity.campaign_id, entity.campaign_name),
        AdLevel.ADGROUP: (entity.adgroup_id, entity.adgroup_name),
        AdLevel.AD: (entity.ad_id, entity.ad_name),
    }[level]
    if not own_id:
        raise AdNetworkUnavailable(f"TikTok listed a {level} without its id")
    status = entity.secondary_status or entity.operation_status
    return AdEntity(
        level=level,
        id=own_id,
        name=(name or own_id)[:MAX_NAME_LENGTH],
        campaign_id=entity.campaign_id,
        adgroup_id=None if level is AdLevel.CAMPAIGN else entity.adgroup_id,
        advertiser_id=advertiser_id,
        objective=entity.objective_type if level is AdLevel.CAMPAIGN else None,
        status=status,
        # AD_STATUS_DELETE, and also AD_STATUS_CAMPAIGN_DELETE and the like.
        is_deleted=status is not None and status.endswith("DELETE"),
        landing_page_url=(entity.landing_page_url or None) if level is AdLevel.AD else None,
        counting=_counting(entity) if level is AdLevel.ADGROUP else None,
    )


def _counting(entity: _Entity) -> CountingRules | None:
    rules = CountingRules(
        event=entity.optimization_event,
        click_window=entity.click_attribution_window,
        view_window=entity.view_attribution_window,
        engaged_view_window=entity.engaged_view_attribution_window,
    )
    return None if rules == CountingRules() else rules


def _cost_row(query: CostQuery, row: _ReportRow) -> CostRow:
    metrics = row.metrics
    level = query.part.level
    entity_id, day_on = _place_of(row, _LEVELS[level].id_dimension)
    return CostRow(
        level=level,
        entity_id=entity_id,
        day_on=day_on,
        as_of=query.as_of,
        spend_micros=_micros(metrics.get("spend")),
        impressions=_count(metrics.get("impressions")),
        clicks=_count(metrics.get("clicks")),
        reported_installs=_count(metrics.get("conversion")),
        reported_revenue_micros=_micros(metrics.get("total_complete_payment_rate")),
        country=_country_of(row) if query.part is CostPart.COUNTRY else None,
        entity_name=_name_of(row, query.part),
    )


def _name_of(row: _ReportRow, part: CostPart) -> str | None:
    name = row.metrics.get(_NAME_METRICS.get(part, ""))
    return name[:MAX_NAME_LENGTH] if isinstance(name, str) and name not in {"", "-"} else None


def _country_of(row: _ReportRow) -> str:
    code = row.dimensions.get("country_code", "").upper()
    return code if _COUNTRY_CODE.fullmatch(code) else UNKNOWN_COUNTRY


def _place_of(row: _ReportRow, id_dimension: str) -> tuple[str, date]:
    """Which entity and which day; TikTok writes the account's local day as ``… 00:00:00``."""
    entity_id, day = row.dimensions.get(id_dimension), row.dimensions.get("stat_time_day", "")
    try:
        day_on = date.fromisoformat(day[:10])
    except ValueError as error:
        raise AdNetworkUnavailable(f"TikTok reported the day {day[:40]!r}") from error
    if not entity_id:
        raise AdNetworkUnavailable(f"TikTok reported a row without {id_dimension}")
    return entity_id, day_on


def _micros(text: str | float | None) -> int | None:
    amount = parse_decimal(str(text))
    return None if amount is None or abs(amount) > _MAX_NUMBER else to_micros(amount)


def _count(text: str | float | None) -> int | None:
    number = parse_decimal(str(text))
    return None if number is None or abs(number) > _MAX_NUMBER else int(number)
