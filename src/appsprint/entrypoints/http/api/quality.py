"""Routes of quality rules: settings, a trial on stored installs, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.quality_rules import (
    SPECS,
    Consequence,
    QualityRule,
    QualityRules,
    default_setting,
)
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.quality import (
    DEFAULT_BACKTEST_DAYS,
    CampaignQuality,
    QualitySummary,
    WantedRule,
)
from appsprint.services.quality_backtest import Backtest, TriedCampaign, TriedInstalls

PATH = "/apps/{app_id:str}/quality-rules"


class WantedRuleBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change of a rule; what is left out stays."""

    rule: Annotated[str, Meta(extra_json_schema={"enum": list(QualityRule)})]
    consequence: Annotated[str, Meta(extra_json_schema={"enum": list(Consequence)})] | None = None
    thresholds: dict[str, int] = msgspec.field(default_factory=dict)


class QualityRulesBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The rules to change; others stay."""

    items: list[WantedRuleBody]


class BacktestBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to try out: the rules in force with these changes."""

    items: list[WantedRuleBody] = msgspec.field(default_factory=list)
    days: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 90})] = (
        DEFAULT_BACKTEST_DAYS
    )


class ThresholdAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of a rule: what it counts, and what may be set."""

    name: str
    words: str
    default: int
    least: int
    most: int


class QualityRuleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is in force."""

    rule: QualityRule
    title: str
    finds: str
    consequence: Consequence
    thresholds: Mapping[str, int]
    is_default: bool
    default_consequence: Consequence
    allowed_thresholds: list[ThresholdAnswer]


class QualityRulesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule, in a set order."""

    items: list[QualityRuleAnswer]


class TriedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What rules would have done to some installs; one can count for several rules."""

    installs: int
    tagged: int
    no_postback: int
    no_credit: int
    found: Annotated[Mapping[str, int], Meta(description="Installs by rule.")]


class TriedCampaignAnswer(TriedAnswer, frozen=True, kw_only=True):
    """One campaign, or the installs without a click."""

    campaign_id: str | None
    campaign_name: str | None
    is_organic: bool


class ExampleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One install that would have been found."""

    install_id: str
    found: Annotated[Mapping[str, str], Meta(description="Rule to what was seen.")]


class BacktestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A trial on stored live installs; campaigns with the most findings first."""

    since: UtcTime
    until: UtcTime
    is_complete: Annotated[
        bool, Meta(description="False when there were more installs than one call judges.")
    ]
    totals: TriedAnswer
    items: list[TriedCampaignAnswer]
    examples: list[ExampleAnswer]


class QualityReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which days; both are included and are the advertiser's."""

    network: AdNetwork = AdNetwork.TIKTOK
    start: Annotated[date | None, Meta(description="Default: six days before `end`.")] = None
    end: Annotated[date | None, Meta(description="Default: today.")] = None


class CampaignQualityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found about one campaign's installs."""

    campaign_id: str | None
    campaign_name: str | None
    installs: Annotated[int, Meta(description="Credited to it, reinstalls included.")]
    tagged: Annotated[int, Meta(description="Of those, with a finding or more.")]
    found: Annotated[Mapping[str, int], Meta(description="By rule, refused ones included.")]
    rejected: Annotated[Mapping[str, int], Meta(description="Credit that a rule took away.")]


class QualityReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the quality rules found, by campaign; by the day of the install."""

    items: list[CampaignQualityAnswer]
    organic: Annotated[Mapping[str, int], Meta(description="Installs without a click, by rule.")]
    since: UtcTime
    until: UtcTime
    time_zone: str


@route("GET", PATH, role=Role.VIEWER, tag=ApiTag.APPS, answer=QualityRulesAnswer)
def list_quality_rules(request: ApiRequest, app_id: PathId) -> QualityRulesAnswer:
    """Show the app's quality rules, with what can be set."""
    return rules_answer(services_of(request).quality.rules(AppId(app_id)))


@route(
    "PUT",
    PATH,
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=QualityRulesBody,
    answer=QualityRulesAnswer,
)
def set_quality_rules(request: ApiRequest, app_id: PathId, body: RawBody) -> QualityRulesAnswer:
    """Change some quality rules, for installs from now on.

    Rules that are not named stay as they are.
    """
    wanted = read_body(request, body, QualityRulesBody)
    return rules_answer(services_of(request).quality.set(AppId(app_id), _wanted(wanted.items)))


@route(
    "POST",
    f"{PATH}/backtest",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=BacktestBody,
    answer=BacktestAnswer,
    status=200,
)
def try_quality_rules(request: ApiRequest, app_id: PathId, body: RawBody) -> BacktestAnswer:
    """Try quality rules out on the installs of the last days; nothing is changed."""
    wanted = read_body(request, body, BacktestBody)
    quality = services_of(request).quality
    return backtest_answer(quality.backtest(AppId(app_id), _wanted(wanted.items), days=wanted.days))


@route(
    "GET",
    "/apps/{app_id:str}/reports/quality",
    role=Role.VIEWER,
    tag=ApiTag.REPORTS,
    query=QualityReportQuery,
    answer=QualityReportAnswer,
)
def quality_report(request: ApiRequest, app_id: PathId) -> QualityReportAnswer:
    """Tell what the quality rules found about each campaign's installs."""
    asked = read_query(request, QualityReportQuery)
    query = ReportQuery(network=asked.network, start_on=asked.start, end_on=asked.end)
    return summary_answer(services_of(request).quality.summary(AppId(app_id), query))


def rules_answer(rules: QualityRules) -> QualityRulesAnswer:
    """All rules as they are answered, over HTTP and on the command line."""
    return QualityRulesAnswer(items=[_rule_answer(rules, rule) for rule in QualityRule])


def backtest_answer(found: Backtest) -> BacktestAnswer:
    """A trial as it is answered."""
    return BacktestAnswer(
        since=found.since,
        until=found.until,
        is_complete=found.is_complete,
        totals=_tried(found.totals),
        items=[_campaign(one) for one in found.campaigns],
        examples=[
            ExampleAnswer(
                install_id=one.install_id,
                found={finding.rule.value: finding.words for finding in one.findings},
            )
            for one in found.examples
        ],
    )


def summary_answer(found: QualitySummary) -> QualityReportAnswer:
    """What was found by campaign, as it is answered."""
    return QualityReportAnswer(
        items=[_quality(one) for one in found.campaigns],
        organic=_by_rule(found.organic),
        since=found.since,
        until=found.until,
        time_zone=found.time_zone,
    )


def _rule_answer(rules: QualityRules, rule: QualityRule) -> QualityRuleAnswer:
    spec, setting = SPECS[rule], rules.setting(rule)
    return QualityRuleAnswer(
        rule=rule,
        title=spec.title,
        finds=spec.finds,
        consequence=setting.consequence,
        thresholds=setting.thresholds,
        is_default=setting == default_setting(rule),
        default_consequence=spec.default,
        allowed_thresholds=[
            ThresholdAnswer(
                name=one.name,
                words=one.words,
                default=one.default,
                least=one.allowed[0],
                most=one.allowed[-1],
            )
            for one in spec.thresholds
        ],
    )


def _wanted(items: Sequence[WantedRuleBody]) -> list[WantedRule]:
    return [
        WantedRule(rule=one.rule, consequence=one.consequence, thresholds=one.thresholds)
        for one in items
    ]


def _tried(found: TriedInstalls) -> TriedAnswer:
    return TriedAnswer(
        installs=found.installs,
        tagged=found.tagged,
        no_postback=found.withheld,
        no_credit=found.refused,
        found=_by_rule(found.found),
    )


def _campaign(one: TriedCampaign) -> TriedCampaignAnswer:
    return TriedCampaignAnswer(
        campaign_id=one.campaign_id,
        campaign_name=one.campaign_name,
        is_organic=one.is_organic,
        **msgspec.structs.asdict(_tried(one.tried)),
    )


def _quality(one: CampaignQuality) -> CampaignQualityAnswer:
    return CampaignQualityAnswer(
        campaign_id=one.campaign_id,
        campaign_name=one.campaign_name,
        installs=one.installs,
        tagged=one.tagged,
        found=_by_rule(one.found),
        rejected=_by_rule(one.rejected),
    )


def _by_rule(counts: Mapping[QualityRule, int]) -> dict[str, int]:
    return {rule.value: number for rule, number in counts.items()}


HANDLERS = (list_quality_rules, set_quality_rules, try_quality_rules, quality_report)
