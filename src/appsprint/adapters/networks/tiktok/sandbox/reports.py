"""Basic reports: from report rows and a query to the rows, totals and pages that TikTok answers.

A line per object and, where asked for, per day and country; ordered by id, day and country unless
the query says otherwise. Days are the advertiser's local days and are never converted. With a day
or a country, only lines with delivery exist; without, every object that is shown has one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from appsprint.adapters.networks.tiktok.sandbox.answers import Reply
from appsprint.adapters.networks.tiktok.sandbox.entities import Advertiser, ReportRow
from appsprint.adapters.networks.tiktok.sandbox.lineage import Level, Lineage
from appsprint.adapters.networks.tiktok.sandbox.metrics import (
    NOT_APPLICABLE,
    add_up,
    is_numeric,
    value_of,
    written,
)
from appsprint.adapters.networks.tiktok.sandbox.paging import paged
from appsprint.adapters.networks.tiktok.sandbox.report_filters import (
    is_object_shown,
    is_row_shown,
)
from appsprint.adapters.networks.tiktok.sandbox.report_query import COUNTRY, DAY, ReportQuery
from appsprint.adapters.networks.tiktok.sandbox.world import World

_Key = tuple[str, date, str]  # object id, day, country; date.min and "" where not asked for
_Totals = Mapping[str, Decimal | None]


@dataclass(slots=True)
class _Line:
    """One line of the report and the metrics of the rows that it adds up."""

    lineage: Lineage
    rows: list[_Totals] = field(default_factory=list)

    def totals(self) -> _Totals:
        return add_up(self.rows)


def build_report(world: World, query: ReportQuery, now: datetime) -> Reply:
    """One page of the report; ``now`` decides which versions and days are visible."""
    lines = _selected_and_ordered(_lines_of(world, query, now), query)
    page = paged(lines, page=query.page, page_size=query.page_size)
    listed = [_written_line(key, line, query) for key, line in page.items]
    data: dict[str, object] = {"list": listed, "page_info": page.info}
    if query.with_totals and query.page == 1:
        data["total_metrics"] = _written_totals([line for _, line in lines], query)
    return Reply(data, len(listed))


def without_numbers(reply: Reply) -> Reply:
    """The report as TikTok gives it while it has not worked out its numbers: each is "-"."""
    listed = reply.data.get("list")
    if not isinstance(listed, list):
        return reply
    lines = [
        {**line, "metrics": {name: _unknown(name, text) for name, text in line["metrics"].items()}}
        if isinstance(line, dict) and "metrics" in line
        else line
        for line in listed
    ]
    return Reply({**reply.data, "list": lines}, reply.count)


def _unknown(name: str, text: object) -> object:
    return NOT_APPLICABLE if is_numeric(name) else text


def local_day(advertiser: Advertiser, now: datetime) -> date:
    """Today in the advertiser's display time zone, in which its reports count days."""
    return now.astimezone(ZoneInfo(advertiser.display_timezone)).date()


def _lines_of(world: World, query: ReportQuery, now: datetime) -> dict[_Key, _Line]:
    shown = {
        lineage.id_at(query.level) or "": lineage
        for lineage in world.lineages(query.level, frozenset(query.advertiser_ids))
        if is_object_shown(lineage, query.level, query.filters)
    }
    lines: dict[_Key, _Line] = {}
    if not (query.by_day or query.by_country):
        lines = {(key, date.min, ""): _Line(lineage) for key, lineage in shown.items()}
    for object_id, row in _rows_of(world, query, now):
        if object_id not in shown:
            continue
        day = row.day if query.by_day else date.min
        key = (object_id, day, row.country_code if query.by_country else "")
        if key not in lines:
            lines[key] = _Line(shown[object_id])
        lines[key].rows.append(row.metrics)
    return lines


def _rows_of(world: World, query: ReportQuery, now: datetime) -> Iterator[tuple[str, ReportRow]]:
    """The visible rows within the span, each with the id of the object it belongs to."""
    start, end = query.span or (date.min, date.max)
    for lineage in world.lineages(Level.AD, frozenset(query.advertiser_ids)):
        # A day that has not begun where the advertiser is cannot have numbers yet.
        last = min(end, local_day(lineage.advertiser, now))
        for row in world.visible_rows(lineage.id_at(Level.AD) or "", now):
            if start <= row.day <= last:
                yield lineage.id_at(query.level) or "", row


def _selected_and_ordered(
    lines: Mapping[_Key, _Line], query: ReportQuery
) -> list[tuple[_Key, _Line]]:
    chosen = sorted(lines.items(), key=lambda item: item[0])
    if query.filters:
        chosen = [item for item in chosen if is_row_shown(item[1].totals(), query.filters)]
    if query.order_field is not None:
        name = query.order_field
        chosen.sort(
            key=lambda item: value_of(name, item[1].totals()) or Decimal(0),
            reverse=query.is_descending,
        )
    return chosen


def _written_line(key: _Key, line: _Line, query: ReportQuery) -> dict[str, object]:
    object_id, day, country_code = key
    dimensions = {query.level.id_field: object_id}
    if query.by_day:
        dimensions[DAY] = f"{day} 00:00:00"
    if query.by_country:
        dimensions[COUNTRY] = country_code or NOT_APPLICABLE
    names, totals = line.lineage.names(), line.totals()
    metrics = {name: names.get(name) or _written(name, totals, query) for name in query.metrics}
    if query.is_multi:
        metrics |= {name: names[name] for name in ("currency", "timezone", "advertiser_id")}
    return {"dimensions": dimensions, "metrics": metrics}


def _written_totals(lines: list[_Line], query: ReportQuery) -> dict[str, str]:
    totals = add_up(row for line in lines for row in line.rows)
    return {name: _written(name, totals, query) for name in query.metrics}


def _written(name: str, totals: _Totals, query: ReportQuery) -> str:
    return written(name, value_of(name, totals), whole_money=query.is_multi)
