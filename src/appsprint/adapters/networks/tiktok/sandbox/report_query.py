"""The parameters of ``GET /report/integrated/get/`` and the ways in which TikTok refuses them.

Rules follow the reporting reference (developer portal, page 1740302848100353, July 2026). Only
basic auction reports are imitated, by day or over a span; everything else is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from appsprint.adapters.networks.tiktok.sandbox.answers import missing_fields, parameter_error
from appsprint.adapters.networks.tiktok.sandbox.lineage import Level
from appsprint.adapters.networks.tiktok.sandbox.metrics import OFFICIAL_METRICS, is_numeric
from appsprint.adapters.networks.tiktok.sandbox.report_filters import Filter, parse_filters
from appsprint.adapters.networks.tiktok.sandbox.requests import Request

REPORT_TYPES = ("BASIC", "AUDIENCE", "PLAYABLE_MATERIAL", "CATALOG", "BC", "TT_SHOP")
DAY = "stat_time_day"
COUNTRY = "country_code"
MAX_DAYS_BY_DAY = 30
MAX_DAYS = 365
_MAX_ADVERTISERS = 5
_LEVELS: Mapping[str, Level] = {level.data_level: level for level in Level}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """A valid question for a basic report.

    Attributes:
        is_multi: Whether it came as ``advertiser_ids``; the answer then names each advertiser's
            currency and time zone and drops the decimals of amounts.
        span: First and last day, both included, in each advertiser's own time zone; None for the
            whole lifetime.
        order_field: A numeric metric, or None for the order by id, day and country.
    """

    advertiser_ids: tuple[str, ...]
    is_multi: bool
    level: Level
    by_day: bool
    by_country: bool
    metrics: tuple[str, ...]
    span: tuple[date, date] | None
    filters: tuple[Filter, ...]
    order_field: str | None
    is_descending: bool
    page: int
    page_size: int
    with_totals: bool


def requested_advertisers(request: Request) -> tuple[str, ...]:
    """The advertisers that a report asks about; ``advertiser_ids`` beats ``advertiser_id``."""
    several = request.string_list("advertiser_ids")
    if several is None:
        return request.require("advertiser_id")
    if not 1 <= len(several) <= _MAX_ADVERTISERS:
        raise parameter_error(f"advertiser_ids: Length must be between 1 and {_MAX_ADVERTISERS}.")
    return tuple(dict.fromkeys(several))


def parse_report_query(request: Request) -> ReportQuery:
    """The query, once every rule holds; the first broken one raises an ``ApiError``."""
    level = _level_of(request)
    by_day, by_country = _dimensions_of(request, level)
    metrics = _metrics_of(request)
    span = _span_of(request, by_day=by_day, by_country=by_country)
    request.flag("multi_adv_report_in_utc_time")
    return ReportQuery(
        advertiser_ids=requested_advertisers(request),
        is_multi="advertiser_ids" in request.query,
        level=level,
        by_day=by_day,
        by_country=by_country,
        metrics=metrics,
        span=span,
        filters=parse_filters(request.object_list("filtering"), level),
        order_field=_order_field_of(request),
        is_descending=request.choice("order_type", ("ASC", "DESC"), "DESC") == "DESC",
        page=request.integer("page", default=1, low=1),
        page_size=request.integer("page_size", default=10, low=1, high=1000),
        with_totals=_with_totals(request, by_country=by_country),
    )


def _level_of(request: Request) -> Level:
    request.require("report_type")
    if request.choice("report_type", REPORT_TYPES, "") != "BASIC":
        raise parameter_error("The sandbox answers report_type BASIC only.")
    request.choice("service_type", ("AUCTION",), "AUCTION")
    request.choice("query_mode", ("REGULAR",), "REGULAR")
    (data_level,) = request.require("data_level")
    request.choice("data_level", tuple(_LEVELS), "")
    return _LEVELS[data_level]


def _dimensions_of(request: Request, level: Level) -> tuple[bool, bool]:
    request.require("dimensions")
    dimensions = request.string_list("dimensions") or []
    others = [name for name in dimensions if name != level.id_field]
    if len(dimensions) != len(others) + 1:
        raise parameter_error(
            f"Invalid dimensions: data_level {level.data_level} needs {level.id_field} once."
        )
    if len(set(others)) != len(others) or not set(others) <= {DAY, COUNTRY}:
        raise parameter_error(
            f"Invalid dimensions: beside {level.id_field} only {DAY} and {COUNTRY} are allowed, "
            f"got {others}."
        )
    return DAY in others, COUNTRY in others


def _metrics_of(request: Request) -> tuple[str, ...]:
    metrics = request.string_list("metrics") or ["spend", "impressions"]
    if unknown := [name for name in metrics if name not in OFFICIAL_METRICS]:
        raise parameter_error(f"Invalid metric fields: {unknown}")
    return tuple(dict.fromkeys(metrics))


def _span_of(request: Request, *, by_day: bool, by_country: bool) -> tuple[date, date] | None:
    if request.flag("query_lifetime"):
        if by_day or by_country:
            raise parameter_error("query_lifetime does not go with a time or country dimension.")
        return None
    if absent := [name for name in ("start_date", "end_date") if not request.query.get(name)]:
        raise missing_fields(*absent)
    start, end = _date_of(request, "start_date"), _date_of(request, "end_date")
    if start > end:
        raise parameter_error("start_date must not be later than end_date.")
    days = (end - start).days + 1
    if by_day and days > MAX_DAYS_BY_DAY:
        raise parameter_error(f"max time span is {MAX_DAYS_BY_DAY} days when use {DAY}")
    if days > MAX_DAYS:
        raise parameter_error(f"max time span must be less than {MAX_DAYS} days")
    return start, end


def _date_of(request: Request, name: str) -> date:
    text = request.query[name]
    try:
        value = date.fromisoformat(text)
    except ValueError:
        value = None
    # fromisoformat() also reads "20260901" and week dates, which TikTok does not.
    if value is None or value.isoformat() != text:
        raise parameter_error(f"Invalid value for {name}: must be YYYY-MM-DD.")
    return value


def _order_field_of(request: Request) -> str | None:
    name = request.query.get("order_field") or None
    if name is not None and not is_numeric(name):
        raise parameter_error(f"Invalid value for order_field: {name} is not a numeric metric.")
    return name


def _with_totals(request: Request, *, by_country: bool) -> bool:
    wanted = request.flag("enable_total_metrics")
    if wanted and by_country:
        raise parameter_error("enable_total_metrics needs a single ID dimension.")
    return wanted
