"""The route that tries other rules on an app's own past."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar.params import RawBody
from msgspec import UNSET, Meta, UnsetType

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.decoding import read_body
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.ports.installs import Attribution
from appsprint.ports.rehearsal import CampaignCredit, ChangedCredit
from appsprint.services.apps import AppChanges
from appsprint.services.stored_replay import ReplayOutcome, WantedReplay

# A request is answered within seconds; `appsprint attribution replay` takes any number.
MAX_INSTALLS = 20_000
MAX_CHANGES = 1_000


class RulesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The app's rules that are to be others; what is left out stays."""

    click_lookback_hours: int | UnsetType = UNSET
    probabilistic_lookback_hours: int | UnsetType = UNSET
    min_confidence_percent: int | UnsetType = UNSET
    probabilistic_matching: bool | UnsetType = UNSET
    reattribution_days: int | UnsetType = UNSET


class ReplayBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which days to decide again, UTC, both included, and by which rules."""

    start: date
    end: Annotated[date | None, Meta(description="Default: until now.")] = None
    rules: RulesBody = msgspec.field(default_factory=RulesBody)
    apply: Annotated[
        bool,
        Meta(description="Give the rules to the app and to its past; otherwise only tell."),
    ] = False


class CreditAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who has, or would have, the credit."""

    version: int
    is_attributed: bool
    match_type: str
    confidence: float
    reason: str
    click_id: str | None
    link_id: str | None
    campaign_id: str | None
    campaign_name: str | None
    is_reinstall: bool


class ChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An install with its stored decision and the one by the rules that were tried."""

    install_id: str
    appsprint_id: str
    received_at: UtcTime
    before: CreditAnswer
    after: CreditAnswer


class CampaignAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """New live installs of a campaign; organic ones have `is_organic`."""

    campaign_id: str | None
    campaign_name: str | None
    is_organic: bool
    installs_before: int
    installs_after: int


class ReplayResultAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules would change, or changed.

    `kept` installs keep their credit, as what decided it was erased or forbidden; `written` is null
    unless the answers were applied. `changes` are the first 1,000 of `changed`.
    """

    start: UtcTime
    end: UtcTime
    rules: dict[str, bool | int]
    installs: int
    kept: int
    changed: int
    written: int | None
    campaigns: list[CampaignAnswer]
    changes: list[ChangeAnswer]


@route(
    "POST",
    "/apps/{app_id:str}/attribution/replay",
    role=Role.EDITOR,
    tag=ApiTag.INSTALLS,
    body=ReplayBody,
    answer=ReplayResultAnswer,
    status=200,
)
def replay_past(request: ApiRequest, app_id: PathId, body: RawBody) -> ReplayResultAnswer:
    """Decide stored installs again under other rules, as each would have been decided then.

    At most 20,000 installs; the command line takes any number.
    """
    wanted = read_body(request, body, ReplayBody)
    replay = services_of(request).stored_replay
    work = replay.apply if wanted.apply else replay.compare
    changes: list[ChangeAnswer] = []

    def keep(change: ChangedCredit) -> None:
        if len(changes) < MAX_CHANGES:
            changes.append(change_answer(change))

    given = {
        name: value
        for name, value in msgspec.structs.asdict(wanted.rules).items()
        if value is not UNSET
    }
    outcome = work(
        WantedReplay(
            app_id=AppId(app_id),
            start_on=wanted.start,
            end_on=wanted.end,
            changes=AppChanges(**given),
            max_installs=MAX_INSTALLS,
        ),
        on_change=keep,
    )
    return result_answer(outcome, changes)


def result_answer(outcome: ReplayOutcome, changes: list[ChangeAnswer]) -> ReplayResultAnswer:
    """The outcome, as it is answered."""
    return ReplayResultAnswer(
        start=outcome.since,
        end=outcome.until,
        rules=dict(outcome.rules),
        installs=outcome.installs,
        kept=outcome.kept,
        changed=outcome.changed,
        written=outcome.written,
        campaigns=[campaign_answer(one) for one in outcome.campaigns],
        changes=changes,
    )


def campaign_answer(credit: CampaignCredit) -> CampaignAnswer:
    """A campaign's sums, as they are answered."""
    return CampaignAnswer(
        campaign_id=credit.campaign_id,
        campaign_name=credit.campaign_name,
        is_organic=credit.is_organic,
        installs_before=credit.before,
        installs_after=credit.after,
    )


def change_answer(change: ChangedCredit) -> ChangeAnswer:
    """A changed install, as it is answered."""
    return ChangeAnswer(
        install_id=change.before.install_id,
        appsprint_id=change.appsprint_id,
        received_at=change.received_at,
        before=_credit(change.before),
        after=_credit(change.after),
    )


def _credit(attribution: Attribution) -> CreditAnswer:
    return CreditAnswer(
        version=attribution.version,
        is_attributed=attribution.is_attributed,
        match_type=attribution.match_type,
        confidence=attribution.confidence,
        reason=attribution.reason,
        click_id=attribution.click_id,
        link_id=attribution.link_id,
        campaign_id=attribution.campaign_id,
        campaign_name=attribution.campaign_name,
        is_reinstall=attribution.is_reinstall,
    )


HANDLERS = (replay_past,)
