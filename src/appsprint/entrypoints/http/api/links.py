"""Routes of ad links."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import RawBody
from msgspec import UNSET, Meta, UnsetType

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork, Link
from appsprint.entrypoints.http.api.creating import created
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import Name, UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.ports.links import LinkCounts
from appsprint.services.catalog import Services
from appsprint.services.links import (
    FOLLOW_APP,
    CountedLink,
    LinkChanges,
    LinkService,
    NewLink,
    WindowChange,
)

Destination = Annotated[
    str,
    Meta(
        description="The store page of this very app.",
        examples=["https://apps.apple.com/us/app/example/id1234567890"],
        extra_json_schema={"maxLength": 2048},
    ),
]
CampaignName = Annotated[
    str,
    Meta(
        description="Stands in where a click brings no campaign name of its own.",
        extra_json_schema={"maxLength": 200},
    ),
]


ClickHours = Annotated[
    int,
    Meta(
        description="How old a click of this link may be; null follows the app.",
        extra_json_schema={"minimum": 1, "maximum": 720},
    ),
]
ProbabilisticHours = Annotated[
    int,
    Meta(
        description="The same for matches by address and device; null follows the app.",
        extra_json_schema={"minimum": 1, "maximum": 168},
    ),
]


class NewLinkBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What an ad link is made of."""

    network: Annotated[str, Meta(extra_json_schema={"enum": list(AdNetwork)})]
    name: Name
    destination_url: Destination
    campaign_name: CampaignName | None = None
    click_lookback_hours: ClickHours | None = None
    probabilistic_lookback_hours: ProbabilisticHours | None = None


class LinkChangesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; what is left out stays, null removes a campaign name or a window."""

    name: Name | UnsetType = UNSET
    destination_url: Destination | UnsetType = UNSET
    campaign_name: CampaignName | UnsetType | None = UNSET
    click_lookback_hours: ClickHours | UnsetType | None = UNSET
    probabilistic_lookback_hours: ProbabilisticHours | UnsetType | None = UNSET


class LinkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An ad link; `url` is what to paste into the ad's Website URL field, unchanged."""

    id: str
    slug: str
    url: str
    destination_url: str
    network: AdNetwork
    name: str
    campaign_name: str | None
    click_lookback_hours: int | None
    probabilistic_lookback_hours: int | None
    created_at: UtcTime
    archived_at: UtcTime | None
    clicks: int
    installs: int


@route(
    "POST",
    "/apps/{app_id:str}/links",
    role=Role.EDITOR,
    tag=ApiTag.LINKS,
    body=NewLinkBody,
    answer=LinkAnswer,
    status=201,
)
def create_link(request: ApiRequest, app_id: PathId, body: RawBody) -> Response[bytes]:
    """Create an ad link."""
    wanted = read_body(request, body, NewLinkBody)
    new = NewLink(
        network=wanted.network,
        name=wanted.name,
        destination_url=wanted.destination_url,
        campaign_name=wanted.campaign_name,
        click_lookback_hours=wanted.click_lookback_hours,
        probabilistic_lookback_hours=wanted.probabilistic_lookback_hours,
    )
    links = services_of(request).links
    return created(
        request,
        body,
        partial(links.creation, AppId(app_id), new),
        lambda link: link_answer(links, link, LinkCounts(clicks=0, installs=0)),
    )


@route(
    "GET",
    "/apps/{app_id:str}/links",
    role=Role.VIEWER,
    tag=ApiTag.LINKS,
    query=PageQuery,
    answer=Page[LinkAnswer],
)
def list_links(request: ApiRequest, app_id: PathId) -> Page[LinkAnswer]:
    """List an app's ad links, newest first, archived ones included."""
    return links_page(services_of(request), AppId(app_id), read_query(request, PageQuery))


def links_page(services: Services, app_id: AppId, query: PageQuery) -> Page[LinkAnswer]:
    """Links as they are answered, over HTTP and on the command line."""
    links = services.links
    after = None if query.after is None else LinkId(query.after)
    found = links.page(app_id, after=after, limit=query.read)
    return page_of(
        found, query, id_of=lambda one: one.link.id, render=partial(counted_link_answer, links)
    )


@route(
    "GET",
    "/apps/{app_id:str}/links/{link_id:str}",
    role=Role.VIEWER,
    tag=ApiTag.LINKS,
    answer=LinkAnswer,
)
def get_link(request: ApiRequest, app_id: PathId, link_id: PathId) -> LinkAnswer:
    """Show an ad link."""
    links = services_of(request).links
    return counted_link_answer(links, links.get(AppId(app_id), LinkId(link_id)))


@route(
    "PATCH",
    "/apps/{app_id:str}/links/{link_id:str}",
    role=Role.EDITOR,
    tag=ApiTag.LINKS,
    body=LinkChangesBody,
    answer=LinkAnswer,
)
def update_link(request: ApiRequest, app_id: PathId, link_id: PathId, body: RawBody) -> LinkAnswer:
    """Change an ad link; its address stays."""
    wanted = read_body(request, body, LinkChangesBody)
    # For the service, an empty name removes and None leaves as it is.
    campaign_name = "" if wanted.campaign_name is None else _given(wanted.campaign_name)
    changes = LinkChanges(
        name=_given(wanted.name),
        destination_url=_given(wanted.destination_url),
        campaign_name=campaign_name,
        click_lookback_hours=_window(wanted.click_lookback_hours),
        probabilistic_lookback_hours=_window(wanted.probabilistic_lookback_hours),
    )
    links = services_of(request).links
    return counted_link_answer(links, links.update(AppId(app_id), LinkId(link_id), changes))


@route(
    "DELETE",
    "/apps/{app_id:str}/links/{link_id:str}",
    role=Role.EDITOR,
    tag=ApiTag.LINKS,
    answer=LinkAnswer,
)
def archive_link(request: ApiRequest, app_id: PathId, link_id: PathId) -> LinkAnswer:
    """Archive an ad link: it still redirects, and its clicks earn no credit any more."""
    links = services_of(request).links
    return counted_link_answer(links, links.archive(AppId(app_id), LinkId(link_id)))


def _given(value: str | UnsetType) -> str | None:
    return None if isinstance(value, UnsetType) else value


def _window(hours: int | UnsetType | None) -> WindowChange:
    if hours is None:
        return FOLLOW_APP
    return None if isinstance(hours, UnsetType) else hours


def counted_link_answer(links: LinkService, found: CountedLink) -> LinkAnswer:
    """An ad link with its counts, as it is answered."""
    return link_answer(links, found.link, found.counts)


def link_answer(links: LinkService, link: Link, counts: LinkCounts) -> LinkAnswer:
    """An ad link, as it is answered."""
    return LinkAnswer(
        id=link.id,
        slug=link.slug,
        url=links.url_of(link),
        destination_url=link.destination_url,
        network=link.network,
        name=link.name,
        campaign_name=link.campaign_name,
        click_lookback_hours=link.click_lookback_hours,
        probabilistic_lookback_hours=link.probabilistic_lookback_hours,
        created_at=link.created_at,
        archived_at=link.archived_at,
        clicks=counts.clicks,
        installs=counts.installs,
    )


HANDLERS = (create_link, list_links, get_link, update_link, archive_link)
