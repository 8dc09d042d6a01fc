"""The routes of campaign reports and of what explains them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from litestar import MediaType, Response
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.metrics import FigureSource
from appsprint.domain.reconciliation import CauseCode
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.http.api.decoding import read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.reconciliation_document import reconciliation_document
from appsprint.services.report_document import compared_document, report_document, to_csv

Money = Annotated[str | None, Meta(description="A decimal number in the report's currency.")]
CellAnswer = int | str | bool | None
Ratio = Annotated[str | None, Meta(description="A decimal number; null where it cannot be known.")]


class ReportFormat(StrEnum):
    """What a report is written in."""

    JSON = "json"
    CSV = "csv"


class Comparison(StrEnum):
    """What a report is compared with."""

    PREVIOUS = "previous"


class CampaignReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which report; both days are included and are the advertiser's."""

    network: AdNetwork = AdNetwork.TIKTOK
    start: Annotated[date | None, Meta(description="Default: six days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None
    breakdown: Breakdown = Breakdown.CAMPAIGN
    format: ReportFormat = ReportFormat.JSON
    compare: Annotated[
        Comparison | None,
        Meta(description="`previous` adds as many days just before; JSON only."),
    ] = None
    exclude_tagged: Annotated[
        bool,
        Meta(description="Leave out installs that a quality rule tagged, and their revenue."),
    ] = False


class MetricsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one row or of the totals; `ctr` and `cti` are fractions."""

    spend: Money
    installs: int
    cpi: Money
    ipm: Ratio
    impressions: int | None
    cpm: Money
    clicks: int | None
    cpc: Money
    ctr: Ratio
    cti: Ratio
    roas: Ratio
    revenue: Money
    currency: str
    attributed_installs: int
    reported_conversions: int | None
    attributed_revenue: Money
    reported_revenue: Money
    installs_source: FigureSource
    revenue_source: FigureSource
    reinstalls: int


class ReportRowAnswer(MetricsAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """One row; it has the identity of the breakdown that was asked for, and no other."""

    campaign_id: str | None = None
    campaign_name: str | None = None
    date: str | None = None
    adgroup_id: str | None = None
    adgroup_name: str | None = None
    ad_id: str | None = None
    ad_name: str | None = None
    country: str | None = None
    link_id: str | None = None
    link_name: str | None = None


class UnconvertedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that is in no row, as there is no exchange rate for its currency."""

    kind: str
    currency: str | None
    amount: str
    events: int | None


class PreviousAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The same report on as many days just before; rows are found by their identity."""

    items: list[ReportRowAnswer]
    totals: MetricsAnswer
    start: date
    end: date
    unconverted: list[UnconvertedAnswer]


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A campaign report; `totals` are sums of what the rows show."""

    items: list[ReportRowAnswer]
    totals: MetricsAnswer
    currency: str
    time_zone: str
    start: date
    end: date
    as_of: UtcTime | None
    unconverted: list[UnconvertedAnswer]
    previous: PreviousAnswer | None = None


@route(
    "GET",
    "/apps/{app_id:str}/reports/campaigns",
    role=Role.VIEWER,
    tag=ApiTag.REPORTS,
    query=CampaignReportQuery,
    answer=ReportAnswer,
    texts=("text/csv",),
)
def campaign_report(request: ApiRequest, app_id: PathId) -> Response[bytes]:
    """Report what each campaign cost and earned.

    CSV has a header and one line per item, and no line of totals.
    """
    asked = read_query(request, CampaignReportQuery)
    query = ReportQuery(
        network=asked.network,
        start_on=asked.start,
        end_on=asked.end,
        breakdown=asked.breakdown,
        exclude_tagged=asked.exclude_tagged,
    )
    reports = services_of(request).reports
    if asked.format is ReportFormat.CSV:
        return _as_csv(reports.campaigns(AppId(app_id), query))
    if asked.compare is Comparison.PREVIOUS:
        return _as_json(compared_document(reports.compared(AppId(app_id), query)))
    return _as_json(report_document(reports.campaigns(AppId(app_id), query)))


def _as_csv(report: Report) -> Response[bytes]:
    name = f"campaigns-{report.breakdown}-{report.start_on}-{report.end_on}.csv"
    return Response(
        to_csv(report).encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _as_json(document: dict[str, object]) -> Response[bytes]:
    return Response(msgspec.json.encode(document), media_type=MediaType.JSON)


class ReconciliationQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which days; both are included and are the advertiser's."""

    network: AdNetwork = AdNetwork.TIKTOK
    start: Annotated[date | None, Meta(description="Default: six days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None


class DifferencesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Our numbers, the network's, and ours less the network's."""

    attributed_installs: int
    reported_conversions: int | None
    installs_difference: int | None
    installs_source: FigureSource
    attributed_revenue: Money
    reported_revenue: Money
    revenue_difference: Money
    revenue_source: FigureSource


class CampaignDifferencesAnswer(DifferencesAnswer, frozen=True, kw_only=True):
    """One campaign."""

    campaign_id: str | None
    campaign_name: str


class CauseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why numbers differ; `applies` says whether the window shows it."""

    code: CauseCode
    applies: bool
    message: str
    figures: dict[str, CellAnswer | list[dict[str, CellAnswer]]]


class ReconciliationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Differences by campaign and every cause, each with what our data show of it."""

    items: list[CampaignDifferencesAnswer]
    totals: DifferencesAnswer
    causes: list[CauseAnswer]
    is_complete: Annotated[bool, Meta(description="False while older facts are being summed.")]
    currency: str
    time_zone: str
    start: date
    end: date
    as_of: UtcTime | None


@route(
    "GET",
    "/apps/{app_id:str}/reports/campaigns/reconciliation",
    role=Role.VIEWER,
    tag=ApiTag.REPORTS,
    query=ReconciliationQuery,
    answer=ReconciliationAnswer,
)
def reconciliation(request: ApiRequest, app_id: PathId) -> Response[bytes]:
    """Explain why our numbers and the network's differ."""
    asked = read_query(request, ReconciliationQuery)
    query = ReportQuery(network=asked.network, start_on=asked.start, end_on=asked.end)
    found = services_of(request).reconciliation.explain(AppId(app_id), query)
    return _as_json(reconciliation_document(found))


HANDLERS = (campaign_report, reconciliation)
