"""Campaign reports."""

from __future__ import annotations

from dataclasses import dataclass

from appsprint.domain.ids import AppId
from appsprint.domain.report import Report
from appsprint.domain.report_query import ReportQuery, previous_window
from appsprint.domain.report_rows import ReportFacts, ReportFrame, build_report
from appsprint.ports.clock import Clock
from appsprint.ports.exchange_rates import ExchangeRates
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.report_facts import read_facts, read_frame


@dataclass(frozen=True, slots=True)
class ComparedReport:
    """A report beside the one of as many days just before."""

    report: Report
    previous: Report


class ReportService:
    """What each campaign cost and earned."""

    def __init__(self, *, store: Store, clock: Clock, rates: ExchangeRates) -> None:
        self._store = store
        self._clock = clock
        self._rates = rates

    def campaigns(self, app_id: AppId, query: ReportQuery) -> Report:
        """The report as of one moment: everything in it is read from one snapshot.

        Raises:
            NotFound: There is no such app.
            InvalidInput: The window cannot be used.
            StoreUnavailable: The store cannot be read now.
        """
        frame, facts = self._store.read(lambda uow: self._load(uow, app_id, query))
        return build_report(frame, facts, self._rates.rate)

    def compared(self, app_id: AppId, query: ReportQuery) -> ComparedReport:
        """The report and the one of the period before it, both as of the same moment.

        Raises:
            As ``campaigns``; ``InvalidInput`` also where the period before is beyond calendars.
        """

        def load(uow: UnitOfWork) -> tuple[tuple[ReportFrame, ReportFacts], ...]:
            found = self._load(uow, app_id, query)
            days = found[0].days
            before = previous_window(query, days[0].day_on, days[-1].day_on)
            return found, self._load(uow, app_id, before)

        report, previous = (
            build_report(frame, facts, self._rates.rate) for frame, facts in self._store.read(load)
        )
        return ComparedReport(report, previous)

    def _load(
        self, uow: UnitOfWork, app_id: AppId, query: ReportQuery
    ) -> tuple[ReportFrame, ReportFacts]:
        frame = read_frame(uow, app_id, query, now=self._clock.now())
        return frame, read_facts(uow, app_id, query, frame)
