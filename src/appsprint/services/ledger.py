"""The ledger: whether everything that arrived is accounted for, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from appsprint.domain.app import App
from appsprint.domain.counted import amount_of
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.ledger import UNTOLD_ON, DayCounts, DayRows, LedgerDay, ReportSums
from appsprint.domain.link import AdNetwork
from appsprint.domain.report import Breakdown, InstallSum, RevenueSum, local_days
from appsprint.domain.report_query import ReportQuery, report_window
from appsprint.domain.rollup import RollupKind, install_sums, revenue_sums
from appsprint.ports.clock import Clock
from appsprint.ports.events import ReceivedCounts
from appsprint.ports.ledger import LedgerWindow, LinkSums
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.reporting_zone import reporting_zone
from appsprint.services.rollup_sums import SumScope, sums_of_kinds

# A look at the last days reads no more rows than this: half a second's work.
RECENT_ROWS = 100_000
RECENT_DAYS = 7

_DAY = timedelta(days=1)
_NETWORK = AdNetwork.TIKTOK
_SumsByDay = Mapping[date, ReportSums]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerResult:
    """The books of one app at one moment.

    Attributes:
        days: Newest first; for a window each of its days, else those on which anything arrived.
            1970-01-01 stands for what came before days were told apart.
        gaps: What does not add up, in words, with its day; empty when all is well.
    """

    app_id: AppId
    days: Sequence[LedgerDay]
    gaps: Sequence[str]

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is missing and nothing is there twice."""
        return not self.gaps

    @property
    def counts(self) -> ReceivedCounts:
        """What was counted of events, all days together."""
        counts = [day.counts for day in self.days]
        return ReceivedCounts(
            received=sum(one.received for one in counts),
            duplicates=sum(one.duplicates for one in counts),
            refused=sum(one.refused for one in counts),
            stored=sum(one.stored for one in counts),
        )

    @property
    def deliveries(self) -> Mapping[DeliveryStatus, int]:
        """Deliveries by status, every status present, all days together."""
        return {
            status: sum(day.rows.by_status.get(status, 0) for day in self.days)
            for status in DeliveryStatus
        }


class LedgerService:
    """Counts again what was counted before."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def check(self, app_id: AppId) -> LedgerResult:
        """The books since the beginning, on one snapshot; reads all that the app has once.

        Whether reports say what the facts say is ``RollupService.differences``'s question then.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> LedgerResult:
            counts = uow.ledger.counts(require_app(uow, app_id).id)
            rows = uow.ledger.rows(app_id)
            days = [
                LedgerDay(
                    day_on=day_on,
                    counts=counts.get(day_on, DayCounts()),
                    rows=rows.get(day_on, DayRows()),
                )
                for day_on in sorted({*counts, *rows}, reverse=True)
            ]
            gaps = (*_gaps_of(days), *_link_gaps(uow.ledger.links(app_id)))
            return LedgerResult(app_id=app_id, days=days, gaps=gaps)

        return self._store.read(work)

    def days(
        self, app_id: AppId, start_on: date | None = None, end_on: date | None = None
    ) -> LedgerResult:
        """The books of some days, both included, UTC's; the last seven where none are given.

        Beside what arrived on a day stands what reports say of it, as the advertiser's day.

        Raises:
            NotFound: There is no such app.
            InvalidInput: The days are in the wrong order, or too many.
        """
        wanted = ReportQuery(start_on=start_on, end_on=end_on)
        first_on, last_on = report_window(wanted, today=self._clock.now().date())
        window = LedgerWindow(first_on, last_on)
        return self._store.read(lambda uow: _read(uow, require_app(uow, app_id), window))

    def recent(self, app_id: AppId) -> LedgerResult:
        """The last days up to today, as many as can be read while somebody waits.

        What a day has is known from its counts alone. No day where today has too much by itself.

        Raises:
            NotFound: There is no such app.
        """
        today = self._clock.now().date()
        week = LedgerWindow(today - (RECENT_DAYS - 1) * _DAY, today)

        def work(uow: UnitOfWork) -> LedgerResult:
            app = require_app(uow, app_id)
            window = _affordable(week, uow.ledger.counts(app_id, week))
            if window is None:
                return LedgerResult(app_id=app_id, days=(), gaps=())
            return _read(uow, app, window)

        return self._store.read(work)


def _affordable(week: LedgerWindow, counts: Mapping[date, DayCounts]) -> LedgerWindow | None:
    """The days from the last one back whose rows can be read while somebody waits."""
    start_on, left = week.end_on, RECENT_ROWS - _amount(counts, week.end_on)
    if left < 0:
        return None
    while start_on > week.start_on:
        left -= _amount(counts, start_on - _DAY)
        if left < 0:
            break
        start_on -= _DAY
    return LedgerWindow(start_on, week.end_on)


def _amount(counts: Mapping[date, DayCounts], day_on: date) -> int:
    return counts[day_on].rows if day_on in counts else 0


def _read(uow: UnitOfWork, app: App, window: LedgerWindow) -> LedgerResult:
    """Each day of a window, with what reports say of it."""
    counts, rows = uow.ledger.counts(app.id, window), uow.ledger.rows(app.id, window)
    in_reports, in_facts = _report_sums(uow, app, window)
    amount = (window.end_on - window.start_on) // _DAY + 1
    days = [
        LedgerDay(
            day_on=day_on,
            counts=counts.get(day_on, DayCounts()),
            rows=rows.get(day_on, DayRows()),
            in_reports=None if in_reports is None else in_reports.get(day_on, ReportSums()),
            in_facts=in_facts.get(day_on, ReportSums()),
        )
        for day_on in (window.end_on - number * _DAY for number in range(amount))
    ]
    return LedgerResult(app_id=app.id, days=days, gaps=_gaps_of(days))


def _report_sums(
    uow: UnitOfWork, app: App, window: LedgerWindow
) -> tuple[_SumsByDay | None, _SumsByDay]:
    """What reports and what facts say of each of the advertiser's days."""
    zone = reporting_zone(app, uow.connections.get(app.id, _NETWORK))
    days = local_days(window.start_on, window.end_on, zone)
    scope = SumScope(app_id=app.id, network=_NETWORK, days=days, time_zone=zone.key)
    ready = sums_of_kinds(uow, scope, [RollupKind.DAY])
    facts = (app.id, _NETWORK, Breakdown.DAY, days)
    return (
        None if ready is None else _by_day(install_sums(ready), revenue_sums(ready)),
        _by_day(uow.reports.installs(*facts), uow.reports.revenue(*facts)),
    )


def _by_day(installs: Iterable[InstallSum], revenue: Iterable[RevenueSum]) -> _SumsByDay:
    """The sums of one breakdown by day, put together."""
    amounts = {one.day_on: one for one in installs}
    money: defaultdict[date, dict[str | None, int]] = defaultdict(dict)
    for one in revenue:
        money[one.day_on][one.currency] = one.revenue_micros
    return {
        day_on: ReportSums(
            installs=amounts[day_on].installs if day_on in amounts else 0,
            reinstalls=amounts[day_on].reinstalls if day_on in amounts else 0,
            revenue_micros=money.get(day_on, {}),
        )
        for day_on in {*amounts, *money}
    }


def _gaps_of(days: Iterable[LedgerDay]) -> tuple[str, ...]:
    return tuple(f"{_name(day.day_on)}: {gap}" for day in days for gap in day.gaps)


def _name(day_on: date) -> str:
    return "Before days were told apart" if day_on == UNTOLD_ON else str(day_on)


def _link_gaps(links: LinkSums) -> Iterator[str]:
    if links.clicks != links.counted_clicks:
        by_day = amount_of(links.counted_clicks, "was", "were")
        yield f"Links say {amount_of(links.clicks, 'click')}, and {by_day} counted by day"
    if links.installs != links.credited_installs:
        yield (
            f"Links say {amount_of(links.installs, 'install')}, and "
            f"{amount_of(links.credited_installs, 'decision')} in force"
        )
