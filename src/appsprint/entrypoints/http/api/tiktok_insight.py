"""Routes that look into TikTok's side: imports, value-based optimization, diagnostics."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.vbo import ValueBasedOptimization
from appsprint.entrypoints.http.api.decoding import read_body
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.entrypoints.http.api.tiktok import PATH
from appsprint.services.cost_import import SyncResult
from appsprint.services.findings import Diagnosis, DiagnosisState
from appsprint.services.troubleshooting import TroubleCode


class SyncBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The days to import, both included, in the advertiser's time zone."""

    start: Annotated[date | None, Meta(description="Default: 29 days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None


class SyncAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an import brought; `new_versions` are rows that were new or restated."""

    start: date
    end: date
    entities: int
    rows: int
    new_versions: int
    started_at: UtcTime
    finished_at: UtcTime


class WindowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Seven times 24 hours: `start` included, `end` not; both null without any event."""

    start: UtcTime | None
    end: UtcTime | None
    count: int


class VboAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How far the app is on its way to value-based optimization.

    `missing` payment events within seven days unlock it, from what the last seven days brought.
    """

    unique_payment_events_7d: int
    best_window: WindowAnswer
    threshold: int
    unlocked: bool
    missing: int


class DiagnosisAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the troubleshooting list; `action` is null when there is nothing to do."""

    code: TroubleCode
    state: DiagnosisState
    message: str
    action: str | None
    evidence: dict[str, Any]


class DiagnosticsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The whole troubleshooting list, always in the same order."""

    items: list[DiagnosisAnswer]
    next_cursor: None = None


@route(
    "POST",
    f"{PATH}/sync",
    role=Role.EDITOR,
    tag=ApiTag.TIKTOK,
    body=SyncBody,
    answer=SyncAnswer,
)
def sync(request: ApiRequest, app_id: PathId, body: RawBody) -> SyncAnswer:
    """Import campaigns and daily metrics now; answers when the import is done."""
    wanted = read_body(request, body, SyncBody)
    costs = services_of(request).costs
    result = costs.sync(AppId(app_id), AdNetwork.TIKTOK, wanted.start, wanted.end)
    return sync_answer(result)


@route("GET", f"{PATH}/vbo", role=Role.VIEWER, tag=ApiTag.TIKTOK, answer=VboAnswer)
def get_vbo(request: ApiRequest, app_id: PathId) -> VboAnswer:
    """Show how many payment events TikTok accepted within seven days."""
    return vbo_answer(services_of(request).vbo.progress(AppId(app_id)))


@route("GET", f"{PATH}/diagnostics", role=Role.VIEWER, tag=ApiTag.TIKTOK, answer=DiagnosticsAnswer)
def get_diagnostics(request: ApiRequest, app_id: PathId) -> DiagnosticsAnswer:
    """Check each item of the troubleshooting list against what the server knows."""
    found = services_of(request).diagnostics.check(AppId(app_id))
    return DiagnosticsAnswer(items=[diagnosis_answer(one) for one in found])


def sync_answer(result: SyncResult) -> SyncAnswer:
    """What an import brought, as it is answered."""
    return SyncAnswer(
        start=result.start_on,
        end=result.end_on,
        entities=result.entities,
        rows=result.rows,
        new_versions=result.new_versions,
        started_at=result.started_at,
        finished_at=result.finished_at,
    )


def vbo_answer(progress: ValueBasedOptimization) -> VboAnswer:
    """The progress, as it is answered."""
    best = progress.best_window
    return VboAnswer(
        unique_payment_events_7d=progress.recent,
        best_window=WindowAnswer(
            start=None if best is None else best.start_at,
            end=None if best is None else best.end_at,
            count=0 if best is None else best.count,
        ),
        threshold=progress.threshold,
        unlocked=progress.is_unlocked,
        missing=progress.missing,
    )


def diagnosis_answer(found: Diagnosis) -> DiagnosisAnswer:
    """One item of the troubleshooting list, as it is answered."""
    return DiagnosisAnswer(
        code=found.code,
        state=found.state,
        message=found.message,
        action=found.action,
        evidence=dict(found.evidence),
    )


HANDLERS = (sync, get_vbo, get_diagnostics)
