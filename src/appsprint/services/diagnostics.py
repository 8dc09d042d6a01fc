"""Diagnostics: the troubleshooting list, each item checked against what the server knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appsprint.config import Settings
from appsprint.domain.app import App
from appsprint.domain.connection import Connection
from appsprint.domain.cost import AdLevel
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import effective_mapping
from appsprint.domain.objective import ObjectiveFit, unmet_optimizations
from appsprint.domain.report_query import ReportQuery
from appsprint.domain.vbo import VBO_EVENT
from appsprint.ports.ad_network import AdNetworkAdapter, EventNames
from appsprint.ports.clock import Clock
from appsprint.ports.diagnostics import Scope
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.diagnosis import diagnose
from appsprint.services.diagnosis_facts import (
    EventFacts,
    Facts,
    ObjectiveFacts,
)
from appsprint.services.findings import Diagnosis
from appsprint.services.link_facts import click_facts, landing_facts, links_of
from appsprint.services.links import LinkService
from appsprint.services.objectives import conflicts_with, describe, imported_objectives
from appsprint.services.reconciliation import ReconciliationService
from appsprint.services.vbo import payment_progress

WINDOW = timedelta(days=7)
# More rows than that are read of no table, so that the answer takes the same time everywhere.
# A click's address has to be taken apart; what became of events is summed by the store.
MAX_CLICKS = 1_000
MAX_EVENTS = 5_000
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class AppDiagnosis:
    """One app's whole list for one network."""

    app: App
    network: AdNetwork
    items: Sequence[Diagnosis]


class DiagnosticsService:
    """Looks at the connection, the campaigns, and the newest clicks and events of a week."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        settings: Settings,
        links: LinkService,
        reconciliation: ReconciliationService,
    ) -> None:
        self._store = store
        self._clock = clock
        self._networks = networks
        self._settings = settings
        self._links = links
        self._reconciliation = reconciliation

    def check(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Sequence[Diagnosis]:
        """One entry for each item of the list, in its order.

        Raises:
            NotFound: There is no such app.
        """
        now = self._clock.now()
        facts = self._store.read(lambda uow: self._facts(uow, app_id, network, now))
        if facts.connection.last_sync_at is not None:
            query = ReportQuery(network=network)
            facts = replace(facts, numbers=self._reconciliation.explain(app_id, query))
        return diagnose(facts)

    def check_all(self) -> Sequence[AppDiagnosis]:
        """The same of every app that is, or was, connected to an ad network, by app and network."""

        def connected(uow: UnitOfWork) -> Sequence[tuple[App, AdNetwork]]:
            apps = {app.id: app for app in uow.apps.all()}
            connections = [one for one in uow.connections.all() if one.app_id in apps]
            return [(apps[one.app_id], one.network) for one in connections]

        return [
            AppDiagnosis(app, network, self.check(app.id, network))
            for app, network in self._store.read(connected)
        ]

    def _facts(self, uow: UnitOfWork, app_id: AppId, network: AdNetwork, now: datetime) -> Facts:
        app = require_app(uow, app_id)
        scope = Scope(app_id, network, now - WINDOW, MAX_EVENTS)
        newest_clicks = replace(scope, max_rows=MAX_CLICKS)
        links = links_of(uow, app_id)
        dialect, names = self._networks[network].links, self._networks[network].event_names
        own = uow.connections.mapping(app_id, network)
        mapped = frozenset(effective_mapping(names.defaults(), own).values())
        return Facts(
            now=now,
            since=scope.since,
            platform=app.platform,
            connection=uow.connections.get(app_id, network)
            or Connection(app_id=app_id, network=network),
            usable_links=sum(link.archived_at is None for link in links.values()),
            clicks=click_facts(
                uow.diagnostics.clicks(newest_clicks), links, dialect, newest_clicks
            ),
            landings=landing_facts(uow, app, network, links, self._links.url_of),
            events=_event_facts(uow, scope, switched_off=_switched_off(own, names)),
            mapped_events=mapped,
            objectives=_objective_facts(uow, scope, mapped, names),
            numbers=None,
            vbo=payment_progress(
                uow, (app_id, network), now=now, threshold=self._settings.tiktok_vbo_threshold
            ),
            sync_minutes=self._settings.tiktok_sync_minutes,
        )


def _event_facts(uow: UnitOfWork, scope: Scope, *, switched_off: frozenset[str]) -> EventFacts:
    sums = uow.diagnostics.deliveries(scope)
    return EventFacts(
        sums=sums,
        is_complete=sum(one.amount for one in sums) < scope.max_rows,
        open_amount=uow.deliveries.open_count(scope.app_id, scope.network),
        unsent=uow.diagnostics.unsent(scope, examples=_EXAMPLES),
        undelivered=uow.diagnostics.undelivered(scope),
        switched_off=switched_off,
    )


def _switched_off(own: Mapping[str, str | None], names: EventNames) -> frozenset[str]:
    return frozenset(event for event in names.defaults() if event in own and not own[event])


def _objective_facts(
    uow: UnitOfWork, scope: Scope, mapped: frozenset[str], names: EventNames
) -> ObjectiveFacts:
    campaigns = imported_objectives(uow, scope.app_id, scope.network)
    conflicts = conflicts_with(mapped, campaigns, names)
    return ObjectiveFacts(
        campaigns=campaigns,
        uses_web_events=any(
            names.objective_fit(VBO_EVENT, one.objective) is not ObjectiveFit.NO_EVENTS
            for one in campaigns
        ),
        conflicts=conflicts,
        sentences=[describe(conflict, names) for conflict in conflicts],
        unmet=unmet_optimizations(
            uow.costs.entities(scope.app_id, scope.network, level=AdLevel.ADGROUP),
            mapped,
            names.awaited_events,
        ),
    )
