"""The route of raw exports, as CSV, JSON lines or Parquet, streamed."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.response import Stream
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.decoding import Instant, read_query
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.errors import NotFound
from appsprint.services.checks import quoted
from appsprint.services.exports import ExportFormat, ExportKind, ExportQuery, ExportWindow

_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.JSONL: "application/jsonl",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


class ExportParameters(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts and in which form; `start` is included, `end` is not."""

    start: Annotated[Instant | None, Meta(description="Arrived at or after this.")] = None
    end: Annotated[Instant | None, Meta(description="Arrived before this.")] = None
    format: Annotated[ExportFormat, Meta(description="`jsonl` is one JSON object a line.")] = (
        ExportFormat.CSV
    )


@route(
    "GET",
    "/apps/{app_id:str}/export/{kind:str}",
    role=Role.VIEWER,
    tag=ApiTag.EXPORTS,
    query=ExportParameters,
    answer=None,
    texts=tuple(_MEDIA_TYPES.values()),
)
def export(request: ApiRequest, app_id: PathId, kind: PathId) -> Stream:
    """Export `installs`, `events`, `clicks` or `deliveries`, newest first.

    The answer is streamed, so it can be of any length. Nothing that arrives meanwhile is in it.
    """
    query = read_query(request, ExportParameters)
    if kind not in set(ExportKind):
        raise NotFound(f"there is no export {quoted(kind)}; there are {', '.join(ExportKind)}")
    wanted = ExportQuery(
        kind=ExportKind(kind),
        format=query.format,
        window=ExportWindow(
            since=None if query.start is None else query.start.at,
            until=None if query.end is None else query.end.at,
        ),
    )
    name = f"{kind}.{query.format}"
    return Stream(
        services_of(request).exports.content(AppId(app_id), wanted),
        media_type=_MEDIA_TYPES[query.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


HANDLERS = (export,)
