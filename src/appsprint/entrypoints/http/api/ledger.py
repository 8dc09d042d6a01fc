"""The route of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.ledger import InstallFate, LedgerDay, ReportSums
from appsprint.domain.visit import VisitKind
from appsprint.entrypoints.http.api.decoding import read_query
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.ledger import LedgerResult


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which days; both are included and are UTC's."""

    start: Annotated[date | None, Meta(description="Default: six days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None


class LedgerVisitsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Requests to ad links: `counted` on arrival = everything beside it.

    `duplicates` repeat an earlier click of the day: the same whole address, network address and
    browser. `forgotten` are deleted by retention, of whatever kind.
    """

    counted: int
    people: int
    duplicates: int
    head: int
    prefetch: int
    preview: int
    crawler: int
    forgotten: int


class LedgerInstallsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Installs: `counted` on arrival = attributed + organic + reinstalls + rejected + test.

    `erased` are among them, without their person.
    """

    counted: int
    attributed: int
    organic: int
    reinstalls: int
    rejected: int
    test: int
    erased: int


class LedgerEventsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Events as apps sent them: `received` = stored + duplicates + refused."""

    received: int
    stored: int
    duplicates: int
    refused: int


class LedgerOutcomesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Stored events, and the `install_events` that we make = all the others together.

    The deliveries by status; events without one by reason in `not_eligible`; those that came while
    no network was connected in `no_network`.
    """

    install_events: int
    pending: int
    retrying: int
    sent: int
    skipped: int
    dead: int
    not_eligible: dict[str, int]
    no_network: int


class LedgerReportsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What reports say of the advertiser's day, and what the facts say; null while not ready."""

    installs: int | None
    reinstalls: int | None
    facts_installs: int
    facts_reinstalls: int
    revenue_agrees: bool | None


class LedgerDayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One day's books; `gaps` says what does not add up."""

    date: date
    is_balanced: bool
    gaps: list[str]
    visits: LedgerVisitsAnswer
    installs: LedgerInstallsAnswer
    events: LedgerEventsAnswer
    outcomes: LedgerOutcomesAnswer
    reports: LedgerReportsAnswer


class LedgerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The books of some days, newest first."""

    app_id: str
    is_balanced: bool
    gaps: list[str]
    items: list[LedgerDayAnswer]
    next_cursor: None = None


@route(
    "GET",
    "/apps/{app_id:str}/ledger",
    role=Role.VIEWER,
    tag=ApiTag.REPORTS,
    query=LedgerQuery,
    answer=LedgerAnswer,
)
def get_ledger(request: ApiRequest, app_id: PathId) -> LedgerAnswer:
    """Check that everything that arrived is accounted for, from click to report.

    What was counted on arrival is compared with what the tables hold; a `gap` is a row that went
    missing, is there twice, or was changed. Reads every row of the days.
    """
    wanted = read_query(request, LedgerQuery)
    ledger = services_of(request).ledger
    return ledger_answer(ledger.days(AppId(app_id), wanted.start, wanted.end))


def ledger_answer(result: LedgerResult) -> LedgerAnswer:
    """The books as the API tells them."""
    return LedgerAnswer(
        app_id=result.app_id,
        is_balanced=result.is_balanced,
        gaps=list(result.gaps),
        items=[_day(day) for day in result.days],
    )


def _day(day: LedgerDay) -> LedgerDayAnswer:
    counts = day.counts
    return LedgerDayAnswer(
        date=day.day_on,
        is_balanced=not day.gaps,
        gaps=list(day.gaps),
        visits=_visits(day),
        installs=_installs(day),
        events=LedgerEventsAnswer(
            received=counts.received,
            stored=counts.stored,
            duplicates=counts.duplicates,
            refused=counts.refused,
        ),
        outcomes=_outcomes(day),
        reports=_reports(day.in_reports, day.in_facts),
    )


def _visits(day: LedgerDay) -> LedgerVisitsAnswer:
    kinds = day.rows.visits
    return LedgerVisitsAnswer(
        counted=sum(day.counts.visits.values()),
        people=day.people,
        duplicates=day.rows.repeated_clicks,
        head=kinds.get(VisitKind.HEAD, 0),
        prefetch=kinds.get(VisitKind.PREFETCH, 0),
        preview=kinds.get(VisitKind.PREVIEW, 0),
        crawler=kinds.get(VisitKind.CRAWLER, 0),
        forgotten=sum(day.counts.forgotten.values()),
    )


def _installs(day: LedgerDay) -> LedgerInstallsAnswer:
    fates = day.rows.fates
    return LedgerInstallsAnswer(
        counted=day.counts.installs,
        attributed=fates.get(InstallFate.ATTRIBUTED, 0),
        organic=fates.get(InstallFate.ORGANIC, 0),
        reinstalls=fates.get(InstallFate.REINSTALL, 0),
        rejected=fates.get(InstallFate.REJECTED, 0),
        test=fates.get(InstallFate.TEST, 0),
        erased=day.rows.erased_installs,
    )


def _outcomes(day: LedgerDay) -> LedgerOutcomesAnswer:
    by_status, by_reason = day.rows.by_status, day.rows.by_skip_reason
    return LedgerOutcomesAnswer(
        install_events=day.rows.own_events,
        pending=by_status.get(DeliveryStatus.PENDING, 0),
        retrying=by_status.get(DeliveryStatus.RETRYING, 0),
        sent=by_status.get(DeliveryStatus.SENT, 0),
        skipped=by_status.get(DeliveryStatus.SKIPPED, 0),
        dead=by_status.get(DeliveryStatus.DEAD, 0),
        not_eligible={reason: amount for reason, amount in by_reason.items() if reason},
        no_network=by_reason.get(None, 0),
    )


def _reports(told: ReportSums | None, facts: ReportSums) -> LedgerReportsAnswer:
    return LedgerReportsAnswer(
        installs=None if told is None else told.installs,
        reinstalls=None if told is None else told.reinstalls,
        facts_installs=facts.installs,
        facts_reinstalls=facts.reinstalls,
        revenue_agrees=None if told is None else told.revenue_micros == facts.revenue_micros,
    )


HANDLERS = (get_ledger,)
