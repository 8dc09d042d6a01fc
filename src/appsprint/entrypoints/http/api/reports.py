"""The route of campaign reports, as JSON and as CSV."""

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
from appsprint.domain.report import Breakdown
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.http.api.decoding import read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.report_document import report_document, to_csv

Money = Annotated[str | None, Meta(description="A decimal number in the report's currency.")]
Ratio = Annotated[str | None, Meta(description="A decimal number; null where it cannot be known.")]


class ReportFormat(StrEnum):
    """What a report is written in."""

    JSON = "json"
    CSV = "csv"


class CampaignReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which report; both days are included and are the advertiser's."""

    network: AdNetwork = AdNetwork.TIKTOK
    start: Annotated[date | None, Meta(description="Default: six days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None
    breakdown: Breakdown = Breakdown.CAMPAIGN
    format: ReportFormat = ReportFormat.JSON


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


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign report; `totals` are sums of what the rows show."""

    items: list[ReportRowAnswer]
    totals: MetricsAnswer
    currency: str
    time_zone: str
    start: date
    end: date
    as_of: UtcTime | None
    unconverted: list[UnconvertedAnswer]


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
    query = read_query(request, CampaignReportQuery)
    report = services_of(request).reports.campaigns(
        AppId(app_id),
        ReportQuery(
            network=query.network,
            start_on=query.start,
            end_on=query.end,
            breakdown=query.breakdown,
        ),
    )
    if query.format is ReportFormat.CSV:
        name = f"campaigns-{report.breakdown}-{report.start_on}-{report.end_on}.csv"
        return Response(
            to_csv(report).encode(),
            media_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return Response(msgspec.json.encode(report_document(report)), media_type=MediaType.JSON)


HANDLERS = (campaign_report,)
