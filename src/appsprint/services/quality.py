"""Quality rules of apps: their settings, a trial on stored installs, and what they found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId
from appsprint.domain.quality_rules import (
    SPECS,
    Consequence,
    QualityRule,
    QualityRules,
    RuleSetting,
)
from appsprint.domain.report import Breakdown, InstallSum
from appsprint.domain.report_query import ReportQuery
from appsprint.ports.clock import Clock
from appsprint.ports.network_list import NetworkList
from appsprint.ports.quality import FoundInstalls
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.checks import Problems, quoted, require_within
from appsprint.services.quality_backtest import Backtest, BacktestSpan, Progress, run_backtest
from appsprint.services.report_facts import read_frame
from appsprint.services.rollup_sums import SumScope, attributed_sums

BACKTEST_DAYS = range(1, 91)
DEFAULT_BACKTEST_DAYS = 7
# What a person waits for in a browser; the command line takes any number.
MAX_INSTALLS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRule:
    """What to change of a rule, as typed; None and thresholds left out stay as they are."""

    rule: str
    consequence: str | None = None
    thresholds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignQuality:
    """What the rules found about one campaign's installs within some days.

    Attributes:
        campaign_id, campaign_name: None where the clicks did not tell.
        installs: Credited to it, reinstalls included.
        tagged: Of those, with one finding or more.
        found: Installs by rule, refused ones included; one can count for several rules.
        rejected: Installs that the rule refused to the campaign.
    """

    campaign_id: str | None
    campaign_name: str | None
    installs: int
    tagged: int
    found: Mapping[QualityRule, int]
    rejected: Mapping[QualityRule, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySummary:
    """One entry per campaign, those with the most findings first; days are local ones.

    Attributes:
        organic: Installs without a click by rule.
        since, until: The instants that the days begin and end at.
    """

    campaigns: Sequence[CampaignQuality]
    organic: Mapping[QualityRule, int]
    since: datetime
    until: datetime
    time_zone: str


class QualityService:
    """Settings are in force for the next install at once; decided ones stay as they are.

    Args:
        data_centres: Networks that a rule finds.
    """

    def __init__(self, *, store: Store, clock: Clock, data_centres: NetworkList) -> None:
        self._store = store
        self._clock = clock
        self._data_centres = data_centres

    def rules(self, app_id: AppId) -> QualityRules:
        """The app's rules.

        Raises:
            NotFound: There is no such app.
        """
        return self._store.read(lambda uow: _rules(uow, app_id))

    def set(self, app_id: AppId, wanted: Sequence[WantedRule]) -> QualityRules:
        """Set what is named of some rules, leave the rest, and return all of them.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Everything that is not allowed, as ``items[<number>].<field>``; nothing
                was changed.
        """
        now = self._clock.now()
        told = entry(now, AuditAction.QUALITY_RULES_SET, app_id=app_id)

        def work(uow: UnitOfWork) -> QualityRules:
            present = _rules(uow, app_id)
            changed = _changed(present, wanted)
            if details := _differences(present, changed):
                uow.quality.save_rules(app_id, changed, at=now)
                uow.audit.add(replace(told, details=details))
            return changed

        return self._store.write(work)

    def backtest(
        self,
        app_id: AppId,
        wanted: Sequence[WantedRule] = (),
        *,
        days: int = DEFAULT_BACKTEST_DAYS,
        max_installs: int = MAX_INSTALLS_AT_ONCE,
        on_progress: Progress = lambda done, total: None,
    ) -> Backtest:
        """What the app's rules with these changes would have found; stores nothing.

        Raises:
            NotFound: There is no such app.
            InvalidInput: As ``set``, and for a number of days that is not allowed.
        """
        require_within("days", BACKTEST_DAYS, "days", days)
        rules = _changed(self.rules(app_id), wanted)
        now = self._clock.now()
        span = BacktestSpan(since=now - timedelta(days=days), until=now, max_installs=max_installs)
        return run_backtest(
            self._store,
            app_id,
            rules,
            span,
            data_centres=self._data_centres.networks(),
            on_progress=on_progress,
        )

    def summary(self, app_id: AppId, query: ReportQuery) -> QualitySummary:
        """What was found, by campaign, on the days of a report.

        Raises:
            NotFound: There is no such app.
            InvalidInput: The window cannot be used.
        """
        return self._store.read(lambda uow: self._summary(uow, app_id, query))

    def _summary(self, uow: UnitOfWork, app_id: AppId, query: ReportQuery) -> QualitySummary:
        frame = read_frame(uow, app_id, query, now=self._clock.now())
        scope = SumScope(
            app_id=app_id, network=query.network, days=frame.days, time_zone=frame.time_zone
        )
        since, until = frame.days[0].start_at, frame.days[-1].end_at
        everything, untagged = (
            attributed_sums(uow, one, Breakdown.CAMPAIGN, currency=frame.currency)[0]
            for one in (scope, replace(scope, exclude_tagged=True))
        )
        found = uow.quality.found_installs(app_id, since=since, until=until)
        return QualitySummary(
            campaigns=_by_campaign(
                everything, untagged, [one for one in found if not one.is_organic]
            ),
            organic=_by_rule(one for one in found if one.is_organic),
            since=since,
            until=until,
            time_zone=frame.time_zone,
        )


def _rules(uow: UnitOfWork, app_id: AppId) -> QualityRules:
    require_app(uow, app_id)
    return uow.quality.rules(app_id)


def _changed(present: QualityRules, wanted: Iterable[WantedRule]) -> QualityRules:
    problems, settings = Problems(), dict[QualityRule, RuleSetting]()
    for number, one in enumerate(wanted):
        at = f"items[{number}]"
        if one.rule not in set(QualityRule):
            problems.add(f"{at}.rule", f"must be one of {', '.join(QualityRule)}")
            continue
        rule = QualityRule(one.rule)
        before = settings.get(rule) or present.setting(rule)
        settings[rule] = RuleSetting(
            _consequence(problems, at, one.consequence, before.consequence),
            {**before.thresholds, **_thresholds(problems, at, rule, one.thresholds)},
        )
    problems.raise_if_any()
    return present.changed(settings)


def _consequence(
    problems: Problems, at: str, wanted: str | None, present: Consequence
) -> Consequence:
    if wanted is None:
        return present
    if wanted not in set(Consequence):
        problems.add(f"{at}.consequence", f"must be one of {', '.join(Consequence)}")
        return present
    return Consequence(wanted)


def _thresholds(
    problems: Problems, at: str, rule: QualityRule, wanted: Mapping[str, int]
) -> Mapping[str, int]:
    known = {one.name: one for one in SPECS[rule].thresholds}
    for name, value in wanted.items():
        path = f"{at}.thresholds.{name[:80]}"
        if name not in known:
            problems.add(path, f"{quoted(rule.value)} takes {', '.join(known) or 'no thresholds'}")
            continue
        allowed = known[name].allowed
        if value not in allowed:
            problems.add(path, f"must be {allowed[0]} to {allowed[-1]}")
    return wanted


def _differences(before: QualityRules, after: QualityRules) -> Mapping[str, str]:
    return {
        rule: f"{_said(before.setting(rule))} → {_said(after.setting(rule))}"
        for rule in QualityRule
        if before.setting(rule) != after.setting(rule)
    }


def _said(setting: RuleSetting) -> str:
    limits = ", ".join(f"{name} {value}" for name, value in setting.thresholds.items())
    return f"{setting.consequence} ({limits})" if limits else setting.consequence


def _by_campaign(
    everything: Iterable[InstallSum],
    untagged: Iterable[InstallSum],
    found: Sequence[FoundInstalls],
) -> Sequence[CampaignQuality]:
    sums = list(everything)
    installs, clean = _installs(sums), _installs(untagged)
    names = {one.value: one.name for one in sums} | {
        one.campaign_id: one.campaign_name for one in found if one.campaign_name
    }
    by_campaign = defaultdict(list)
    for one in found:
        by_campaign[one.campaign_id].append(one)
    campaigns = [
        CampaignQuality(
            campaign_id=campaign_id,
            campaign_name=names.get(campaign_id),
            installs=installs[campaign_id],
            tagged=installs[campaign_id] - clean[campaign_id],
            found=_by_rule(by_campaign[campaign_id]),
            rejected=_by_rule(
                one for one in by_campaign[campaign_id] if one.consequence is Consequence.NO_CREDIT
            ),
        )
        for campaign_id in {**installs, **by_campaign}
    ]
    return sorted(campaigns, key=lambda one: (-sum(one.found.values()), -one.installs))


def _installs(sums: Iterable[InstallSum]) -> Counter[str | None]:
    counted: Counter[str | None] = Counter()
    for one in sums:
        counted[one.value] += one.installs + one.reinstalls
    return counted


def _by_rule(found: Iterable[FoundInstalls]) -> Mapping[QualityRule, int]:
    counted: Counter[QualityRule] = Counter()
    for one in found:
        counted[one.rule] += one.installs
    return {rule: counted[rule] for rule in QualityRule if counted[rule]}
