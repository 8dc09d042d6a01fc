"""Routes of what the ad account holds: campaigns, ad groups, ads, their history and readings."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.belonging import Belonging
from appsprint.domain.cost import AdLevel, CostVersion
from appsprint.domain.ids import AppId
from appsprint.domain.money import from_micros, money_text
from appsprint.entrypoints.http.api.decoding import read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.campaigns import EntityHistory, ListedEntity

PATH = "/apps/{app_id:str}/tiktok/campaigns"
LevelParameter = Annotated[AdLevel, Meta(description="What the id is of.")]


class LevelQuery(msgspec.Struct, frozen=True, kw_only=True):
    """At which level."""

    level: LevelParameter = AdLevel.CAMPAIGN


class CampaignPageQuery(PageQuery, frozen=True, kw_only=True):
    """Which level to list."""

    level: LevelParameter = AdLevel.CAMPAIGN


class ReadingQuery(LevelQuery, frozen=True, kw_only=True):
    """Which day, in the advertiser's time zone."""

    date: date


class CountingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How TikTok counts an ad group's conversions, in its own words."""

    event: str | None
    click_window: str | None
    view_window: str | None
    engaged_view_window: str | None


class CampaignAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign, an ad group or an ad; `belonging` tells whose ad links its ads lead to."""

    id: str
    level: AdLevel
    name: str
    campaign_id: str
    adgroup_id: str | None
    advertiser_id: str | None
    objective: str | None
    status: str | None
    is_deleted: bool
    landing_page_url: str | None
    counting: CountingAnswer | None
    belonging: Belonging


class CampaignVersionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What it was from an instant on; imports tell when that was first seen."""

    valid_from: UtcTime
    name: str
    objective: str | None
    is_deleted: bool
    landing_page_url: str | None


class CampaignDetailAnswer(CampaignAnswer, frozen=True, kw_only=True):
    """One of them with everything that it ever was, the oldest first."""

    versions: list[CampaignVersionAnswer]


class ReadingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What TikTok told of a day at an instant; null is not zero, it was not told."""

    as_of: UtcTime
    is_in_force: bool
    currency: str | None
    spend: str | None
    impressions: int | None
    clicks: int | None
    reported_conversions: int | None
    reported_revenue: str | None


class ReadingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every reading that differed from the one before, the oldest first."""

    items: list[ReadingAnswer]
    next_cursor: None = None


@route(
    "GET",
    PATH,
    role=Role.VIEWER,
    tag=ApiTag.TIKTOK,
    query=CampaignPageQuery,
    answer=Page[CampaignAnswer],
)
def list_campaigns(request: ApiRequest, app_id: PathId) -> Page[CampaignAnswer]:
    """List campaigns, ad groups or ads as the last import saw them, deleted ones included."""
    query = read_query(request, CampaignPageQuery)
    found = services_of(request).campaigns.page(
        AppId(app_id), query.level, after=query.after, limit=query.read
    )
    return page_of(found, query, id_of=lambda one: one.entity.id, render=campaign_answer)


@route(
    "GET",
    f"{PATH}/{{entity_id:str}}",
    role=Role.VIEWER,
    tag=ApiTag.TIKTOK,
    query=LevelQuery,
    answer=CampaignDetailAnswer,
)
def get_campaign(request: ApiRequest, app_id: PathId, entity_id: PathId) -> CampaignDetailAnswer:
    """Show a campaign, an ad group or an ad with its earlier names."""
    query = read_query(request, LevelQuery)
    found = services_of(request).campaigns.history(AppId(app_id), query.level, entity_id)
    return campaign_detail_answer(found)


@route(
    "GET",
    f"{PATH}/{{entity_id:str}}/readings",
    role=Role.VIEWER,
    tag=ApiTag.TIKTOK,
    query=ReadingQuery,
    answer=ReadingsAnswer,
)
def list_readings(request: ApiRequest, app_id: PathId, entity_id: PathId) -> ReadingsAnswer:
    """Show what TikTok told of one day, restatement by restatement."""
    query = read_query(request, ReadingQuery)
    campaigns = services_of(request).campaigns
    found = campaigns.readings(AppId(app_id), query.level, entity_id, query.date)
    return ReadingsAnswer(items=[reading_answer(one) for one in found])


def campaign_answer(listed: ListedEntity) -> CampaignAnswer:
    """A campaign, an ad group or an ad, as it is answered."""
    entity = listed.entity
    rules = entity.counting
    return CampaignAnswer(
        id=entity.id,
        level=entity.level,
        name=entity.name,
        campaign_id=entity.campaign_id,
        adgroup_id=entity.adgroup_id,
        advertiser_id=entity.advertiser_id,
        objective=entity.objective,
        status=entity.status,
        is_deleted=entity.is_deleted,
        landing_page_url=entity.landing_page_url,
        counting=None
        if rules is None
        else CountingAnswer(
            event=rules.event,
            click_window=rules.click_window,
            view_window=rules.view_window,
            engaged_view_window=rules.engaged_view_window,
        ),
        belonging=listed.belonging,
    )


def campaign_detail_answer(found: EntityHistory) -> CampaignDetailAnswer:
    """One of them with its history, as it is answered."""
    return CampaignDetailAnswer(
        **msgspec.structs.asdict(campaign_answer(found.listed)),
        versions=[
            CampaignVersionAnswer(
                valid_from=version.valid_from,
                name=version.name,
                objective=version.objective,
                is_deleted=version.is_deleted,
                landing_page_url=version.landing_page_url,
            )
            for version in found.versions
        ],
    )


def reading_answer(version: CostVersion) -> ReadingAnswer:
    """One reading of a day, as it is answered."""
    row = version.row
    return ReadingAnswer(
        as_of=row.as_of,
        is_in_force=version.is_in_force,
        currency=version.currency,
        spend=_money(row.spend_micros),
        impressions=row.impressions,
        clicks=row.clicks,
        reported_conversions=row.reported_installs,
        reported_revenue=_money(row.reported_revenue_micros),
    )


def _money(micros: int | None) -> str | None:
    return money_text(None if micros is None else from_micros(micros))


HANDLERS = (list_campaigns, get_campaign, list_readings)
