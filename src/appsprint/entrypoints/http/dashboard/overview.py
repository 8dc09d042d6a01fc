"""Overview: what an app cost and earned, whether events arrive, and what needs attention."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from appsprint.domain.access import Role
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.report import Report
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard import formats
from appsprint.entrypoints.http.dashboard.charts import DayChart, Series
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of
from appsprint.services.connection_health import ConnectionOverview

PERIODS = (7, 14, 28, 90)


@page("GET", "/apps/{app_id:str}", role=Role.VIEWER)
def show_overview(request: PageRequest, app_id: PathId) -> PageResponse:
    """The last days, seven unless told otherwise, beside as many before."""
    del app_id
    app, services = app_of(request), services_of(request)
    length = _read_period(request.query_params.get("days"))
    found = services.overview.show(app, days=length)
    return render(
        request,
        "overview.html",
        found=found,
        length=length,
        started=sum(one.is_done for one in services.checklist.of(app.id)),
        periods=PERIODS,
        chart=_chart(found.by_day),
        sent_share=_sent_share(found.connection),
        span=formats.days(found.present.start_on, found.present.end_on),
        span_before=formats.days(found.previous.start_on, found.previous.end_on),
    )


def _read_period(text: str | None) -> int:
    """A length that is offered; anything else means the first."""
    return int(text) if text in {str(days) for days in PERIODS} and text else PERIODS[0]


def _chart(report: Report) -> DayChart:
    metrics = [row.metrics for row in report.items]
    return DayChart(
        [date.fromisoformat(str(row.identity["date"])) for row in report.items],
        [
            Series(name="Spend", currency=report.currency, values=[one.spend for one in metrics]),
            Series(
                name="Revenue", currency=report.currency, values=[one.revenue for one in metrics]
            ),
            Series(name="Installs", currency=None, values=[one.installs for one in metrics]),
        ],
    )


def _sent_share(overview: ConnectionOverview) -> Decimal | None:
    """How many of the deliveries that came to an end were sent; None before the first."""
    counts = overview.counts
    ended = sum(
        counts[one] for one in (DeliveryStatus.SENT, DeliveryStatus.SKIPPED, DeliveryStatus.DEAD)
    )
    return Decimal(counts[DeliveryStatus.SENT]) / ended if ended else None


HANDLERS = (show_overview,)
