"""Counts the facts about ad links: what clicks brought, and where the imported ads lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from appsprint.domain.app import App
from appsprint.domain.belonging import landing_slug
from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.device import OperatingSystem, parse_browser
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork, Link
from appsprint.domain.pasted_link import (
    LandingDefect,
    VisitDefect,
    is_store_page_of,
    landing_defect,
    visit_defects,
)
from appsprint.domain.query import parse_query, query_of
from appsprint.ports.ad_network import LinkDialect
from appsprint.ports.diagnostics import Scope, SeenClick
from appsprint.ports.store import UnitOfWork
from appsprint.services.diagnosis_facts import (
    ClickFacts,
    DefectiveClick,
    DefectiveLanding,
    LandingFacts,
    LinkClicks,
)

Links = Mapping[LinkId, Link]
_EXAMPLES = 3
_MAX_LINKS = 1_000


def links_of(uow: UnitOfWork, app_id: AppId) -> Links:
    """The app's newest ad links by id, archived ones included."""
    return {link.id: link for link in uow.links.page(app_id, after=None, limit=_MAX_LINKS)}


def click_facts(
    clicks: Sequence[SeenClick], links: Links, dialect: LinkDialect, scope: Scope
) -> ClickFacts:
    """Count clicks by system and by what they lack."""
    systems, defects, examples = Counter[OperatingSystem](), Counter[VisitDefect](), []
    all_of, defective_of = Counter[LinkId](), Counter[LinkId]()
    for click in clicks:
        systems[parse_browser(click.user_agent).os or OperatingSystem.OTHER] += 1
        all_of[click.link_id] += 1
        if found := _defects_of(click, dialect):
            defects.update(found)
            defective_of[click.link_id] += 1
            examples.append(DefectiveClick(click=click, defects=found))
    return ClickFacts(
        amount=len(clicks),
        is_complete=len(clicks) < scope.max_rows,
        by_os=systems,
        defective=len(examples),
        by_defect=defects,
        by_link={
            link_id: LinkClicks(
                name=links[link_id].name if link_id in links else "",
                clicks=all_of[link_id],
                defective=amount,
            )
            for link_id, amount in defective_of.most_common()
        },
        examples=examples[:_EXAMPLES],
    )


def _defects_of(click: SeenClick, dialect: LinkDialect) -> frozenset[VisitDefect]:
    query = parse_query(query_of(click.page_url))
    has_click_id = dialect.read_click(query).network_click_id is not None
    return visit_defects(query, dialect.link_parameters(), has_click_id=has_click_id)


def landing_facts(
    uow: UnitOfWork, app: App, network: AdNetwork, links: Links, url_of: Callable[[Link], str]
) -> LandingFacts:
    """Whether the ads that lead to this app lead to one of its ad links as it was generated.

    An account has other ads too: those that lead elsewhere are not this app's.
    """
    by_slug = {link.slug: link for link in links.values()}
    exact, defective = 0, []
    for ad in uow.costs.entities(app.id, network, level=AdLevel.AD):
        if ad.is_deleted or not ad.landing_page_url:
            continue
        link = by_slug.get(landing_slug(ad.landing_page_url) or "")
        if link is None:
            if is_store_page_of(ad.landing_page_url, app.store_id):
                defective.append(_defective(ad, ad.landing_page_url, LandingDefect.STORE_PAGE))
        elif defect := _link_defect(ad.landing_page_url, link, url_of):
            defective.append(_defective(ad, ad.landing_page_url, defect))
        else:
            exact += 1
    return LandingFacts(exact=exact, defective=sorted(defective, key=attrgetter("ad_id")))


def _link_defect(
    landing_page_url: str, link: Link, url_of: Callable[[Link], str]
) -> LandingDefect | None:
    if link.archived_at is not None:
        return LandingDefect.ARCHIVED_LINK
    return landing_defect(landing_page_url, url_of(link))


def _defective(ad: AdEntity, landing_page_url: str, defect: LandingDefect) -> DefectiveLanding:
    return DefectiveLanding(
        ad_id=ad.id, ad_name=ad.name, landing_page_url=landing_page_url, defect=defect
    )
