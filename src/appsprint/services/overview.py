"""One app at a glance: its numbers beside those of the time before, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appsprint.domain.app import App
from appsprint.domain.connection import Connection
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What the diagnostics found, when, and of which state of the connection."""

    at: datetime
    connection: Connection
    found: Sequence[Diagnosis]


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
        self._looked: dict[tuple[AppId, AdNetwork], _Look] = {}

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
            attention=attention_of(self.diagnoses(connection.connection)),
        )

    def diagnoses(self, connection: Connection) -> Sequence[Diagnosis]:
        """Of the connection as it is, at most a minute old: they look at a week of events.

        People come back often; an import or a saved token is seen at once.
        """
        key, now = (connection.app_id, connection.network), self._clock.now()
        kept = self._looked.get(key)
        if kept is None or now - kept.at >= _KEPT_FOR or kept.connection != connection:
            kept = _Look(now, connection, self._diagnostics.check(*key))
            self._looked[key] = kept
        return kept.found

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
