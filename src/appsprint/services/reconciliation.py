"""Why a report's numbers are not those of the ad network's own pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from appsprint.domain.app import App
from appsprint.domain.belonging import Belongings
from appsprint.domain.connection import Connection
from appsprint.domain.conversion import AmountConverter
from appsprint.domain.cost import AdLevel, CostPart, CountingRules
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import effective_mapping
from appsprint.domain.money import from_micros
from appsprint.domain.reconciliation import (
    AccountCampaign,
    ClockDifference,
    Reconciliation,
    ReconciliationFacts,
)
from appsprint.domain.reconciliation_causes import reconcile
from appsprint.domain.report import (
    AmountKind,
    Breakdown,
    CostSum,
    Report,
    ReportDay,
    local_day,
    local_days,
)
from appsprint.domain.report_query import ReportQuery
from appsprint.domain.report_rows import ReportFrame, build_report
from appsprint.domain.rollup import RollupKind, RollupSums
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock
from appsprint.ports.exchange_rates import ExchangeRates
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.belonging import read_belongings
from appsprint.services.report_facts import read_facts, read_frame
from appsprint.services.reporting_zone import reporting_zone
from appsprint.services.rollup_sums import SumScope, exact_sums

_KINDS = (RollupKind.CLICK_DAY, RollupKind.SDK_EVENT, RollupKind.ORGANIC)


class ReconciliationService:
    """Puts our numbers beside the network's, with the causes that the data show."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        rates: ExchangeRates,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
    ) -> None:
        self._store = store
        self._clock = clock
        self._rates = rates
        self._networks = networks

    def explain(self, app_id: AppId, query: ReportQuery) -> Reconciliation:
        """The report by campaign, whatever breakdown is asked for, and why its numbers differ.

        Raises:
            NotFound: There is no such app.
            InvalidInput: The window cannot be used.
            StoreUnavailable: The store cannot be read now.
        """
        wanted = ReportQuery(network=query.network, start_on=query.start_on, end_on=query.end_on)
        facts = self._store.read(lambda uow: self._load(uow, app_id, wanted))
        return reconcile(facts, self._rates.rate)

    def _load(self, uow: UnitOfWork, app_id: AppId, query: ReportQuery) -> ReconciliationFacts:
        app, network = require_app(uow, app_id), query.network
        connection = uow.connections.get(app_id, network)
        frame = read_frame(uow, app_id, query, now=self._clock.now())
        report = build_report(frame, read_facts(uow, app_id, query, frame), self._rates.rate)
        belongings = read_belongings(uow, app_id, network)
        sums = self._sums(uow, app_id, network, frame)
        return ReconciliationFacts(
            report=report,
            windows=app.windows,
            sums=sums or {},
            has_sums=sums is not None,
            mapped_events=self._mapped_events(uow, app_id, network),
            unsent=uow.reports.unsent(
                app_id, network, since=frame.days[0].start_at, until=frame.days[-1].end_at
            ),
            restated=uow.reports.restated(
                app_id, network, frame.days, left_out=belongings.left_out(AdLevel.CAMPAIGN)
            ),
            counting=_counting(uow, app_id, network),
            listed_campaigns=_listed(uow, app_id, network),
            campaigns=self._campaigns(uow, app_id, network, frame, belongings),
            clocks=_clocks(uow, app, connection, network, report),
            days_not_read=self._days_not_read(uow, connection, frame),
            rates_until=self._rates.newest_on(),
        )

    def _sums(
        self, uow: UnitOfWork, app_id: AppId, network: AdNetwork, frame: ReportFrame
    ) -> RollupSums | None:
        """From the first day of the window to today: its clicks earn installs later."""
        zone = ZoneInfo(frame.time_zone)
        first_on, end_on = frame.days[0].day_on, frame.days[-1].day_on
        last_on = max(end_on, local_day(self._clock.now(), zone))
        scope = SumScope(
            app_id=app_id,
            network=network,
            days=local_days(first_on, last_on, zone),
            time_zone=frame.time_zone,
        )
        return exact_sums(uow, scope, _KINDS)

    def _mapped_events(self, uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> frozenset[str]:
        own = uow.connections.mapping(app_id, network)
        return frozenset(effective_mapping(self._networks[network].event_names.defaults(), own))

    def _campaigns(
        self,
        uow: UnitOfWork,
        app_id: AppId,
        network: AdNetwork,
        frame: ReportFrame,
        belongings: Belongings,
    ) -> Sequence[AccountCampaign]:
        converter = AmountConverter(frame.currency, self._rates.rate)
        spend: dict[str, Decimal] = {}
        for cost in uow.reports.costs(app_id, network, Breakdown.CAMPAIGN, frame.days):
            amount = from_micros(_spend(converter, cost))
            spend[cost.value or ""] = spend.get(cost.value or "", Decimal(0)) + amount
        return [
            AccountCampaign(
                campaign_id=campaign_id,
                belonging=belongings.of(AdLevel.CAMPAIGN, campaign_id),
                spend=amount,
            )
            for campaign_id, amount in spend.items()
        ]

    def _days_not_read(
        self, uow: UnitOfWork, connection: Connection | None, frame: ReportFrame
    ) -> Sequence[date]:
        """Days up to today that no import has read; none where no account was chosen."""
        if connection is None or connection.advertiser is None:
            return ()
        readings = uow.costs.readings(
            connection.app_id,
            connection.network,
            connection.advertiser.id,
            since=frame.days[0].day_on,
        )
        read = readings.get(CostPart.CAMPAIGN, {})
        now = self._clock.now()
        return [day.day_on for day in frame.days if day.start_at <= now and day.day_on not in read]


def _spend(converter: AmountConverter, cost: CostSum) -> int:
    return converter.convert(AmountKind.SPEND, cost.spend_micros, of=cost) or 0


def _counting(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> Sequence[CountingRules]:
    adgroups = uow.costs.entities(app_id, network, level=AdLevel.ADGROUP)
    return [one.counting for one in adgroups if one.counting is not None and not one.is_deleted]


def _listed(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> frozenset[str]:
    campaigns = uow.costs.entities(app_id, network, level=AdLevel.CAMPAIGN)
    return frozenset(campaign.id for campaign in campaigns)


def _clocks(
    uow: UnitOfWork,
    app: App,
    connection: Connection | None,
    network: AdNetwork,
    report: Report,
) -> ClockDifference:
    """Against the app's own zone; against UTC where that is the report's."""
    advertiser = None if connection is None else connection.advertiser
    own = reporting_zone(app, None)
    other = ZoneInfo("UTC") if own.key == report.time_zone else own
    installs = report.totals.attributed_installs
    mine, theirs = (
        local_days(report.start_on, report.end_on, zone)
        for zone in (ZoneInfo(report.time_zone), other)
    )

    def count(stretches: Iterable[ReportDay]) -> int:
        return sum(
            found.installs
            for stretch in stretches
            for found in uow.reports.installs(app.id, network, Breakdown.DAY, [stretch])
        )

    # Only the edges of the two windows differ, so only they are read.
    gained, lost = count(_without(theirs, mine)), count(_without(mine, theirs))
    return ClockDifference(
        is_advertisers=advertiser is not None and advertiser.time_zone == report.time_zone,
        compared_with=other.key,
        installs=installs,
        installs_compared=installs + gained - lost,
    )


def _without(left: Sequence[ReportDay], right: Sequence[ReportDay]) -> Iterator[ReportDay]:
    """The stretches of time of ``left`` that ``right`` has not; both are without gaps."""
    start_at, end_at = left[0].start_at, left[-1].end_at
    before = (start_at, min(end_at, right[0].start_at))
    after = (max(start_at, right[-1].end_at), end_at)
    for begins_at, ends_at in (before, after):
        if begins_at < ends_at:
            yield ReportDay(day_on=left[0].day_on, start_at=begins_at, end_at=ends_at)
