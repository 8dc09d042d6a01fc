"""Tries quality rules out on stored installs: what they would have found, and cost whom.

The rules look at each install as they would have when it arrived. Two things are not known as of
then: a link's clicks and installs of all time are today's, and of the times from click to install
only those since the first install of the test are counted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appsprint.domain.decision import Verdict
from appsprint.domain.ids import AppId, InstallId, LinkId
from appsprint.domain.quality import Finding, judge, refusing, withholding
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules, RuleSetting
from appsprint.domain.shared_network import SharedNetworks
from appsprint.ports.installs import AttributedInstall
from appsprint.ports.quality import PastInstall
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.quality_facts import FactFinder, Suspicion, injected_after

PAGE_SIZE = 500
MAX_EXAMPLES = 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedInstalls:
    """What rules would have done to some installs.

    Attributes:
        installs: How many were judged.
        found: By rule; an install that several rules find counts for each.
        tagged: With one finding or more.
        withheld: Whose events would not have gone out.
        refused: Which would have lost their click.
    """

    installs: int
    found: Mapping[QualityRule, int]
    tagged: int
    withheld: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedCampaign:
    """One campaign's installs; ``is_organic`` are those without a click."""

    campaign_id: str | None
    campaign_name: str | None
    is_organic: bool
    tried: TriedInstalls


@dataclass(frozen=True, slots=True)
class TriedExample:
    """One install that would have been found, and by what."""

    install_id: InstallId
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The outcome: campaigns with the most findings first, and the latest examples first.

    Attributes:
        since, until: Arrivals from and up to; ``until`` is that of the last install judged.
        is_complete: False when there were more installs than were to be judged.
    """

    since: datetime
    until: datetime
    is_complete: bool
    totals: TriedInstalls
    campaigns: Sequence[TriedCampaign]
    examples: Sequence[TriedExample]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestSpan:
    """Which installs are judged: the first ``max_installs`` that arrived in the time."""

    since: datetime
    until: datetime
    max_installs: int

    def holds(self, received_at: datetime) -> bool:
        """Whether an install of then is judged, whenever its id was made."""
        return self.since <= received_at < self.until


def run_backtest(
    store: Store,
    app_id: AppId,
    rules: QualityRules,
    span: BacktestSpan,
    *,
    data_centres: SharedNetworks,
    on_progress: Progress = lambda done, total: None,
) -> Backtest:
    """Judge stored live installs by ``rules``; changes nothing.

    Each page is read in a snapshot of its own, and memory does not grow with their number.

    Args:
        on_progress: Told how many seconds of the time were judged, and how many there are.
    """
    trial = _Trial(rules, data_centres)
    total = round((span.until - span.since).total_seconds())
    for page in _pages(store, app_id, span, trial):
        if page:
            done = page[-1].found.install.received_at - span.since
            on_progress(min(round(done.total_seconds()), total), total)
    on_progress(total, total)
    return trial.outcome(span)


def _pages(
    store: Store, app_id: AppId, span: BacktestSpan, trial: _Trial
) -> Iterator[Sequence[PastInstall]]:
    after: InstallId | None = None
    while not trial.is_full(span):
        page = store.read(lambda uow, after=after: trial.judge_page(uow, app_id, span, after))  # type: ignore[misc]
        yield page
        if len(page) < PAGE_SIZE:
            return
        after = page[-1].found.install.id


class _Tally:
    def __init__(self) -> None:
        self.installs = self.tagged = self.withheld = self.refused = 0
        self.found: Counter[QualityRule] = Counter()

    def add(self, findings: Sequence[Finding], *, has_click: bool) -> None:
        self.installs += 1
        self.tagged += bool(findings)
        self.found.update(one.rule for one in findings)
        is_refused = has_click and refusing(findings) is not None
        self.refused += is_refused
        self.withheld += has_click and not is_refused and withholding(findings) is not None

    def result(self) -> TriedInstalls:
        return TriedInstalls(
            installs=self.installs,
            found={rule: self.found[rule] for rule in QualityRule if self.found[rule]},
            tagged=self.tagged,
            withheld=self.withheld,
            refused=self.refused,
        )


_Campaign = tuple[bool, str | None, str | None]


class _Trial:
    """Judges installs in the order of their arrival and keeps count."""

    def __init__(self, rules: QualityRules, data_centres: SharedNetworks) -> None:
        self._rules = rules
        self._data_centres = data_centres
        # Looking them up for every install would read a link's newest installs each time.
        delays_off = RuleSetting(Consequence.OFF, rules.setting(QualityRule.ODD_DELAYS).thresholds)
        self._looked_up = rules.changed({QualityRule.ODD_DELAYS: delays_off})
        self._latest = rules.threshold(QualityRule.ODD_DELAYS, "installs")
        self._soon = timedelta(minutes=rules.threshold(QualityRule.ODD_DELAYS, "minutes"))
        self._was_soon: defaultdict[LinkId, deque[bool]] = defaultdict(self._new_memory)
        self._campaigns: defaultdict[_Campaign, _Tally] = defaultdict(_Tally)
        self._names: dict[_Campaign, str | None] = {}
        self._examples: deque[TriedExample] = deque(maxlen=MAX_EXAMPLES)
        self._totals = _Tally()
        self._last_at: datetime | None = None

    def is_full(self, span: BacktestSpan) -> bool:
        return self._totals.installs >= span.max_installs

    def judge_page(
        self, uow: UnitOfWork, app_id: AppId, span: BacktestSpan, after: InstallId | None
    ) -> Sequence[PastInstall]:
        page = uow.quality.past_installs(app_id, since=span.since, after=after, limit=PAGE_SIZE)
        finder = FactFinder(uow, self._looked_up, self._data_centres)
        for one in page:
            if span.holds(one.found.install.received_at) and not self.is_full(span):
                self._judge(finder, one)
        return page

    def outcome(self, span: BacktestSpan) -> Backtest:
        is_full = self.is_full(span)
        campaigns = [
            TriedCampaign(
                campaign_id=campaign_id,
                campaign_name=self._names[key],
                is_organic=is_organic,
                tried=tally.result(),
            )
            for key, tally in self._campaigns.items()
            for is_organic, campaign_id, _ in [key]
        ]
        return Backtest(
            since=span.since,
            until=(self._last_at or span.until) if is_full else span.until,
            is_complete=not is_full,
            totals=self._totals.result(),
            campaigns=sorted(campaigns, key=_most_findings),
            examples=tuple(reversed(self._examples)),
        )

    def _judge(self, finder: FactFinder, one: PastInstall) -> None:
        install, click = one.found.install, one.click
        suspicion = Suspicion(
            install=install, click=click, injected_after=_stored_injection(one.found)
        )
        facts = finder.facts(suspicion)
        if click is not None:
            memory = self._was_soon[click.link_id]
            facts = replace(facts, soon_and_late=(sum(memory), len(memory) - sum(memory)))
            memory.append(install.installed_at - click.occurred_at <= self._soon)
        self._count(one, judge(facts, self._rules))
        self._last_at = install.received_at

    def _count(self, one: PastInstall, findings: Sequence[Finding]) -> None:
        judged_by = one.judged_by
        has_click = judged_by is not None
        campaign_id = None if judged_by is None else judged_by.campaign_id
        name = None if judged_by is None else judged_by.campaign_name
        key = (not has_click, campaign_id, name if campaign_id is None else None)
        self._names[key] = name or self._names.get(key)
        self._campaigns[key].add(findings, has_click=has_click)
        self._totals.add(findings, has_click=has_click)
        if findings:
            self._examples.append(TriedExample(one.found.install.id, findings))

    def _new_memory(self) -> deque[bool]:
        return deque(maxlen=self._latest)


def _most_findings(campaign: TriedCampaign) -> tuple[int, int, int]:
    tried = campaign.tried
    return -tried.refused - tried.withheld, -tried.tagged, -tried.installs


def _stored_injection(found: AttributedInstall) -> timedelta | None:
    """As ``quality_screen`` reads it of a decision that was just made."""
    if found.install.install_referrer is None:
        return None
    candidates = json.loads(found.attribution.explanation).get("candidates", ())
    for one in candidates:
        if one["verdict"] == Verdict.AFTER_INSTALL_BEGAN:
            return injected_after(datetime.fromisoformat(one["occurred_at"]), found.install)
    return None
