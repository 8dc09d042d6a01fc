"""One app at a glance: its numbers beside those of the time before, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from appsprint.domain.ids import AppId
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.services.connection_health import ConnectionOverview
from appsprint.services.connections import ConnectionService
from appsprint.services.diagnostics import DiagnosticsService
from appsprint.services.findings import Diagnosis, DiagnosisState
from appsprint.services.reports import ReportService

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
        *,
        reports: ReportService,
        connections: ConnectionService,
        diagnostics: DiagnosticsService,
    ) -> None:
        self._reports = reports
        self._connections = connections
        self._diagnostics = diagnostics

    def show(self, app_id: AppId, query: ReportQuery) -> Overview:
        """The app over the days of ``query``.

        Raises:
            NotFound: There is no such app.
            InvalidInput: The window cannot be used.
        """
        present = self._reports.campaigns(app_id, replace(query, breakdown=Breakdown.CAMPAIGN))
        window = replace(query, start_on=present.start_on, end_on=present.end_on)
        return Overview(
            present=present,
            previous=self._reports.campaigns(app_id, previous_of(window)),
            by_day=self._reports.campaigns(app_id, replace(window, breakdown=Breakdown.DAY)),
            connection=self._connections.overview(app_id, query.network),
            attention=attention_of(self._diagnostics.check(app_id, query.network)),
        )


def previous_of(query: ReportQuery) -> ReportQuery:
    """The same question about as many days directly before; both days of it must be given."""
    assert query.start_on is not None  # noqa: S101 the caller resolved the window
    assert query.end_on is not None  # noqa: S101
    length = query.end_on - query.start_on + timedelta(days=1)
    return replace(query, start_on=query.start_on - length, end_on=query.end_on - length)


def attention_of(diagnoses: Sequence[Diagnosis]) -> Sequence[Diagnosis]:
    """Those that need a person, the gravest first, otherwise in the list's order."""
    found = [one for one in diagnoses if one.state in _NEEDS_A_PERSON]
    return sorted(found, key=lambda one: _NEEDS_A_PERSON[one.state])
