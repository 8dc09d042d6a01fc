"""One app at a glance: its numbers beside those of the time before, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from appsprint.domain.app import App
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery, first_of
from appsprint.ports.clock import Clock
from appsprint.services.connection_health import ConnectionOverview
from appsprint.services.connections import ConnectionService
from appsprint.services.diagnostics import DiagnosticsService
from appsprint.services.findings import Diagnosis, DiagnosisState
from appsprint.services.reporting_zone import reporting_zone
from appsprint.services.reports import ReportService
from appsprint.services.troubleshooting import TroubleCode

_KEPT_FOR = timedelta(minutes=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
_NEEDS_A_PERSON = {DiagnosisState.FAILING: 0, DiagnosisState.WARNING: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An app over some days.

    Attributes:
        present: By campaign, so its totals are those of the campaign report.
        previous: Over as many days directly before.
        by_day: The same days, one row for each.
        attention: Diagnoses that need a person, the gravest first.
    """

    present: Report
    previous: Report
    by_day: Report
    connection: ConnectionOverview
    attention: Sequence[Diagnosis]


class OverviewService:
    """Puts together what other services know."""

    def __init__(
        self,
        clock: Clock,
        reports: ReportService,
        connections: ConnectionService,
        diagnostics: DiagnosticsService,
    ) -> None:
        self._clock = clock
        self._reports = reports
        self._connections = connections
        self._diagnostics = diagnostics
        self._looked: dict[tuple[AppId, AdNetwork], tuple[datetime, Sequence[Diagnosis]]] = {}

    def show(self, app: App, *, days: int, network: AdNetwork = AdNetwork.TIKTOK) -> Overview:
        """The app over its last days, today included.

        Raises:
            NotFound: There is no such app any more.
            InvalidInput: So many days cannot be reported.
        """
        connection = self._connections.overview(app.id, network)
        zone = reporting_zone(app, connection.connection)
        today = self._clock.now().astimezone(zone).date()
        window = ReportQuery(network=network, start_on=first_of(days, today), end_on=today)
        compared = self._reports.compared(app.id, window)
        return Overview(
            present=compared.report,
            previous=compared.previous,
            by_day=self._reports.campaigns(app.id, replace(window, breakdown=Breakdown.DAY)),
            connection=connection,
            attention=attention_of(self.diagnoses(app.id, network)),
        )

    def diagnoses(
        self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK
    ) -> Sequence[Diagnosis]:
        """At most a minute old: they look at a week of events, and people come back often."""
        now = self._clock.now()
        looked_at, found = self._looked.get((app_id, network), (_NEVER, ()))
        if now - looked_at >= _KEPT_FOR:
            found = self._diagnostics.check(app_id, network)
            self._looked[app_id, network] = (now, found)
        return found

    def look_again(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> None:
        """Somebody has just changed something that diagnoses are about."""
        self._looked.pop((app_id, network), None)


def attention_of(diagnoses: Sequence[Diagnosis]) -> Sequence[Diagnosis]:
    """Those that need a person, the gravest first, otherwise in the list's order.

    Events that were all skipped for want of web context are told once, with that reason.
    """
    found = [one for one in diagnoses if one.state in _NEEDS_A_PERSON]
    by_code = {one.code: one.evidence for one in found}
    lacking, unsent = (
        by_code.get(code, {}).get("skipped_reasons")
        for code in (TroubleCode.WEB_CONTEXT, TroubleCode.EVENTS_NOT_SENT)
    )
    has_dead = by_code.get(TroubleCode.EVENTS_NOT_SENT, {}).get("dead")
    if lacking and lacking == unsent and not has_dead:
        found = [one for one in found if one.code is not TroubleCode.EVENTS_NOT_SENT]
    return sorted(found, key=lambda one: _NEEDS_A_PERSON[one.state])
