"""Reads what a report is computed from, on one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from appsprint.domain.app import App
from appsprint.domain.connection import Connection
from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, CostSum, InstallSum, RevenueSum, local_days
from appsprint.domain.report_query import ReportQuery, report_window
from appsprint.domain.report_rows import ReportFacts, ReportFrame
from appsprint.domain.shared_costs import taken_out
from appsprint.ports.store import UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.belonging import read_belongings
from appsprint.services.reporting_zone import reporting_zone
from appsprint.services.rollup_sums import SumScope, attributed_sums


def read_frame(uow: UnitOfWork, app_id: AppId, query: ReportQuery, *, now: datetime) -> ReportFrame:
    """The days, the currency and the zone that the question means at ``now``.

    Raises:
        NotFound: There is no such app.
        InvalidInput: The window cannot be used.
    """
    app = require_app(uow, app_id)
    connection = uow.connections.get(app_id, query.network)
    zone = reporting_zone(app, connection)
    start_on, end_on = report_window(query, today=now.astimezone(zone).date())
    return ReportFrame(
        breakdown=query.breakdown,
        days=local_days(start_on, end_on, zone),
        currency=_currency(uow, app, query.network, connection),
        time_zone=zone.key,
    )


def read_facts(
    uow: UnitOfWork, app_id: AppId, query: ReportQuery, frame: ReportFrame
) -> ReportFacts:
    """Everything that the rows of ``frame`` are made of."""
    by, network = frame.breakdown, query.network
    scope = SumScope(
        app_id=app_id,
        network=network,
        days=frame.days,
        time_zone=frame.time_zone,
        exclude_tagged=query.exclude_tagged,
    )
    installs, revenue = attributed_sums(uow, scope, by, currency=frame.currency)
    whole = replace(scope, exclude_tagged=False)
    own = attributed_sums(uow, whole, by, currency=frame.currency) if scope != whole else ()
    connection = uow.connections.get(app_id, network)
    return ReportFacts(
        installs=installs,
        revenue=revenue,
        before_leaving=[one for sums in own for one in sums],
        costs=_costs(uow, app_id, network, frame),
        entities=_entities(uow, app_id, network, by),
        link_names=_link_names(uow, app_id, (*installs, *revenue)) if by is Breakdown.LINK else {},
        synced_at=None if connection is None else connection.last_sync_at,
    )


def _currency(uow: UnitOfWork, app: App, network: AdNetwork, connection: Connection | None) -> str:
    """The advertiser's; the latest import's once there is no advertiser any more; the app's."""
    advertiser = None if connection is None else connection.advertiser
    if advertiser is not None and advertiser.currency is not None:
        return advertiser.currency
    return uow.costs.latest_currency(app.id, network) or app.currency


_LEVELS = {level.value: level for level in AdLevel}
_SPLIT_BY_AD = frozenset({Breakdown.CAMPAIGN, Breakdown.DAY, Breakdown.ADGROUP})


def _entities(
    uow: UnitOfWork, app_id: AppId, network: AdNetwork, by: Breakdown
) -> Sequence[AdEntity]:
    level = _LEVELS.get(by.value)
    return () if level is None else uow.costs.entities(app_id, network, level=level)


def _costs(
    uow: UnitOfWork, app_id: AppId, network: AdNetwork, frame: ReportFrame
) -> Sequence[CostSum]:
    """The network's numbers without what belongs to other apps of the same account.

    Their own reports have it. A campaign of several apps counts what is left when the others' ads
    are taken out; by country it counts whole, as ads are not read by country.
    """
    by, days = frame.breakdown, frame.days
    belongings = read_belongings(uow, app_id, network)
    level = _LEVELS.get(by.value, AdLevel.CAMPAIGN)
    folding = None if by is Breakdown.DAY else frame.currency
    costs = uow.reports.costs(
        app_id, network, by, days, left_out=belongings.left_out(level), folding=folding
    )
    foreign = belongings.foreign_ads(level)
    if not foreign or by not in _SPLIT_BY_AD:
        return costs
    above = dict.fromkeys(foreign) if by is Breakdown.DAY else foreign
    ads = uow.reports.costs(app_id, network, Breakdown.AD, days, folding=folding)
    return [*costs, *taken_out(ads, above)]


def _link_names(
    uow: UnitOfWork, app_id: AppId, sums: Iterable[InstallSum | RevenueSum]
) -> Mapping[str, str]:
    """The names of the links in ``sums``, archived ones included."""
    ids = {found.value for found in sums if found.value is not None}
    links = (uow.links.get(app_id, LinkId(link_id)) for link_id in ids)
    return {link.id: link.name for link in links if link is not None}
