"""Finds the causes of differences between our numbers and the ad network's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from appsprint.domain.belonging import Belonging
from appsprint.domain.conversion import AmountConverter, RateOf
from appsprint.domain.counted import amount_of
from appsprint.domain.metrics import ZERO
from appsprint.domain.money import from_micros
from appsprint.domain.reconciliation import (
    Cause,
    CauseCode,
    ClockDifference,
    Figure,
    Reconciliation,
    ReconciliationFacts,
)
from appsprint.domain.report import AmountKind, CostSum, RevenueSum
from appsprint.domain.rollup import RollupKey, RollupKind, RollupSum

_Pair = tuple[RollupKey, RollupSum]
# TikTok's default: 7 days after a click, 1 day after a view (help centre, "Attribution settings at
# the ad group level").
_NETWORK_CLICK_DAYS = 7


def reconcile(facts: ReconciliationFacts, rate_of: RateOf) -> Reconciliation:
    """Every cause in its order, those that the window does not show included."""
    finder = _Finder(facts, rate_of)
    return Reconciliation(facts.report, finder.causes(), facts.has_sums)


class _Finder:
    """Finds the causes; amounts are converted at the rate of their day, as in the report."""

    def __init__(self, facts: ReconciliationFacts, rate_of: RateOf) -> None:
        self._facts = facts
        self._report = facts.report
        self._rate_of = rate_of

    def causes(self) -> tuple[Cause, ...]:
        return (
            self._no_network_click(),
            self._click_day(),
            self._attribution_window(),
            self._counted_event(),
            self._events_not_sent(),
            self._unknown_campaigns(),
            self._restated(),
            self._time_zone(),
            self._currency(),
            self._import_gaps(),
            self._other_apps(),
        )

    def _no_network_click(self) -> Cause:
        by_reason: dict[str, int] = defaultdict(int)
        for key, found in self._within(RollupKind.ORGANIC):
            by_reason[key.value or ""] += found.installs
        organic = sum(by_reason.values())
        return Cause(
            code=CauseCode.NO_NETWORK_CLICK,
            applies=organic > 0,
            message=(
                f"{amount_of(organic, 'install')} had no fitting click on an ad link and no "
                "credit here. The network may have seen some of these people view or click an ad."
            ),
            figures={
                "installs": organic,
                "by_reason": [
                    {"reason": reason, "installs": number}
                    for reason, number in sorted(by_reason.items(), key=lambda item: -item[1])
                ],
            },
        )

    def _click_day(self) -> Cause:
        here = self._within(RollupKind.CLICK_DAY)
        there = [
            (key, found)
            for key, found in self._of_kind(RollupKind.CLICK_DAY)
            if self._is_within(key.value)
        ]
        installs, by_click = _installs(here), _installs(there)
        earlier = _installs(pair for pair in here if not self._is_within(pair[0].value))
        later = _installs(pair for pair in there if not self._is_within(pair[0].day_on))
        revenue, revenue_by_click = self._revenue(here), self._revenue(there)
        return Cause(
            code=CauseCode.CLICK_DAY,
            applies=bool(earlier or later or revenue != revenue_by_click),
            message=(
                "An install counts here on its own day and revenue on its event's day; the "
                "network counts both on the day of the click or view. "
                f"{amount_of(earlier, 'install')} of these days had the click before them, and "
                f"clicks of these days led to {amount_of(later, 'install')} after them."
            ),
            figures={
                "installs_by_install_day": installs,
                "installs_by_click_day": by_click,
                "installs_clicked_before": earlier,
                "installs_after_the_window": later,
                "revenue_by_event_day": revenue,
                "revenue_by_click_day": revenue_by_click,
            },
        )

    def _attribution_window(self) -> Cause:
        ages = self._installs_by_age()
        late = sum(number for age, number in ages.items() if age > _NETWORK_CLICK_DAYS)
        rules = Counter(
            (rule.click_window, rule.view_window, rule.engaged_view_window)
            for rule in self._facts.counting
        )
        sees_views = any(view not in {None, "OFF"} for _, view, _ in rules)
        windows = self._facts.windows
        hours = windows.click.total_seconds() / 3600
        return Cause(
            code=CauseCode.ATTRIBUTION_WINDOW,
            applies=late > 0 or sees_views,
            message=(
                f"A click counts here for {hours:g} hours and a view never does; each ad group "
                f"has its own windows at the network.{_came_late(late)}"
            ),
            figures={
                "click_lookback_hours": round(hours),
                "probabilistic_lookback_hours": round(windows.probabilistic.total_seconds() / 3600),
                "installs_by_days_after_click": [
                    {"days": age, "installs": number} for age, number in sorted(ages.items())
                ],
                "network_windows": [
                    {
                        "click_window": click,
                        "view_window": view,
                        "engaged_view_window": engaged,
                        "adgroups": number,
                    }
                    for (click, view, engaged), number in rules.items()
                ],
            },
        )

    def _counted_event(self) -> Cause:
        events = Counter(rule.event for rule in self._facts.counting)
        known = {event: number for event, number in events.items() if event is not None}
        return Cause(
            code=CauseCode.COUNTED_EVENT,
            applies=bool(known),
            message=(
                "The network's conversions are the event that each ad group optimizes for, "
                "which need not be the install."
            ),
            figures={
                "events": [{"event": event, "adgroups": number} for event, number in known.items()]
            },
        )

    def _events_not_sent(self) -> Cause:
        unmapped = [
            (key, found)
            for key, found in self._within(RollupKind.SDK_EVENT)
            if key.value not in self._facts.mapped_events
        ]
        by_name: dict[str, list[_Pair]] = defaultdict(list)
        for key, found in unmapped:
            by_name[key.value or ""].append((key, found))
        unsent = sum(one.events for one in self._facts.unsent)
        blank = sum(found.events for _, found in unmapped)
        return Cause(
            code=CauseCode.EVENTS_NOT_SENT,
            applies=bool(unmapped) or unsent > 0,
            message=f"{_missing(unsent, blank)}: it cannot report what it was not sent.",
            figures={
                "not_sent": [
                    {"status": one.status, "reason": one.reason, "events": one.events}
                    for one in self._facts.unsent
                ],
                "not_mapped": [
                    {
                        "sdk_event": name,
                        "events": sum(found.events for _, found in pairs),
                        "revenue": self._revenue(pairs),
                    }
                    for name, pairs in sorted(by_name.items())
                ],
            },
        )

    def _unknown_campaigns(self) -> Cause:
        ids = {row.identity["campaign_id"]: row.metrics for row in self._report.items}
        missing = ids.get(None)
        unlisted = [
            metrics
            for campaign_id, metrics in ids.items()
            if campaign_id is not None
            and campaign_id not in self._facts.listed_campaigns
            and metrics.reported_conversions is None
        ]
        without = 0 if missing is None else missing.attributed_installs
        return Cause(
            code=CauseCode.UNKNOWN_CAMPAIGNS,
            applies=missing is not None or bool(unlisted),
            message=(
                f"The clicks of {amount_of(without, 'install')} named no campaign, and the ad "
                f"account lacks {amount_of(len(unlisted), 'campaign')} that clicks named. They "
                "stand in the report with no numbers of the network's beside them."
            ),
            figures={
                "installs_without_campaign": without,
                "revenue_without_campaign": ZERO if missing is None else missing.attributed_revenue,
                "unlisted_campaigns": len(unlisted),
                "installs_of_unlisted_campaigns": sum(one.attributed_installs for one in unlisted),
                "revenue_of_unlisted_campaigns": sum(
                    (one.attributed_revenue for one in unlisted), ZERO
                ),
            },
        )

    def _restated(self) -> Cause:
        restated = self._facts.restated
        first, now = self._cost_figures(restated.first), self._cost_figures(restated.now)
        days = len({cost.day_on for cost in restated.now})
        return Cause(
            code=CauseCode.RESTATED,
            applies=restated.campaign_days > 0,
            message=(
                f"The network changed its numbers of {amount_of(days, 'day')} later than 24 hours "
                "after the end; the report shows the newest. A page that was looked at earlier "
                "shows others."
            ),
            figures={
                "days": days,
                "campaign_days": restated.campaign_days,
                "last_changed_at": max((cost.as_of for cost in restated.now), default=None),
                **{f"{name}_first": value for name, value in first.items()},
                **{f"{name}_now": value for name, value in now.items()},
            },
        )

    def _time_zone(self) -> Cause:
        clocks = self._facts.clocks
        whose = "the advertiser's" if clocks.is_advertisers else "not the advertiser's"
        return Cause(
            code=CauseCode.TIME_ZONE,
            applies=not clocks.is_advertisers or clocks.installs != clocks.installs_compared,
            message=f"Days are those of {self._report.time_zone}, {whose}.{_other_days(clocks)}",
            figures={
                "time_zone": self._report.time_zone,
                "is_advertisers": clocks.is_advertisers,
                "compared_with": clocks.compared_with,
                "installs": clocks.installs,
                "installs_compared": clocks.installs_compared,
            },
        )

    def _currency(self) -> Cause:
        left = self._report.unconverted
        own = {None, self._report.currency, *(one.currency for one in left)}
        foreign: dict[str, list[_Pair]] = defaultdict(list)
        for key, found in self._within(RollupKind.SDK_EVENT):
            if key.currency not in own:
                foreign[key.currency or ""].append((key, found))
        return Cause(
            code=CauseCode.CURRENCY,
            applies=bool(foreign or left),
            message=(
                "Revenue in other currencies is converted with the European Central Bank's rate "
                f"of the event's day, known until {self._facts.rates_until}. The network has rates "
                f"of its own.{_without_rate(len(left))}"
            ),
            figures={
                "rates_until": self._facts.rates_until.isoformat(),
                "converted": [
                    {
                        "currency": currency,
                        "events": sum(found.events for _, found in pairs),
                        "revenue": self._revenue(pairs),
                    }
                    for currency, pairs in sorted(foreign.items())
                ],
                "not_converted": [
                    {
                        "kind": one.kind.value,
                        "currency": one.currency,
                        "amount": one.amount,
                        "events": one.events,
                    }
                    for one in left
                ],
            },
        )

    def _import_gaps(self) -> Cause:
        days = self._facts.days_not_read
        return Cause(
            code=CauseCode.IMPORT_GAPS,
            applies=bool(days),
            message=(
                f"The network's numbers of {amount_of(len(days), 'day')} of the window were never "
                "read completely. Import these days again."
            ),
            figures={
                "last_read_at": self._report.as_of,
                "days_not_read": len(days),
                "first_day": days[0].isoformat() if days else None,
                "last_day": days[-1].isoformat() if days else None,
            },
        )

    def _other_apps(self) -> Cause:
        def spend(belonging: Belonging) -> tuple[int, Decimal]:
            found = [one.spend for one in self._facts.campaigns if one.belonging is belonging]
            return len(found), sum(found, ZERO)

        others, shared = spend(Belonging.OTHERS), spend(Belonging.SHARED)
        return Cause(
            code=CauseCode.OTHER_APPS,
            applies=others[0] > 0 or shared[0] > 0,
            message=(
                f"The ad account has {amount_of(others[0], 'campaign')} with links of another "
                f"app only, counted in that app's report, and {amount_of(shared[0], 'campaign')} "
                "of several apps, counted without the others' ads."
            ),
            figures={
                "left_out_campaigns": others[0],
                "left_out_spend": others[1],
                "shared_campaigns": shared[0],
                "shared_spend": shared[1],
            },
        )

    def _of_kind(self, kind: RollupKind) -> list[_Pair]:
        return [(key, found) for key, found in self._facts.sums.items() if key.kind is kind]

    def _within(self, kind: RollupKind) -> list[_Pair]:
        """The sums whose own day is in the window."""
        return [pair for pair in self._of_kind(kind) if self._is_within(pair[0].day_on)]

    def _is_within(self, day_on: date | str | None) -> bool:
        """Whether a day, or its ISO text, is in the window; False for None."""
        day = day_on.isoformat() if isinstance(day_on, date) else day_on or ""
        return self._report.start_on.isoformat() <= day <= self._report.end_on.isoformat()

    def _revenue(self, pairs: Iterable[_Pair]) -> Decimal:
        converter = AmountConverter(self._report.currency, self._rate_of)
        by_day: dict[tuple[date, str | None], RollupSum] = defaultdict(RollupSum)
        for key, found in pairs:
            by_day[key.day_on, key.currency] = by_day[key.day_on, key.currency].plus(found)
        amounts = (
            converter.convert(
                AmountKind.REVENUE, found.revenue_micros, of=_revenue_sum(day_on, currency, found)
            )
            for (day_on, currency), found in by_day.items()
        )
        return from_micros(sum(amount or 0 for amount in amounts))

    def _cost_figures(self, costs: Sequence[CostSum]) -> Mapping[str, Figure]:
        converter = AmountConverter(self._report.currency, self._rate_of)

        def total(kind: AmountKind, micros: Iterable[tuple[CostSum, int | None]]) -> Decimal:
            amounts = (converter.convert(kind, amount, of=cost) for cost, amount in micros)
            return from_micros(sum(amount or 0 for amount in amounts))

        return {
            "spend": total(AmountKind.SPEND, ((cost, cost.spend_micros) for cost in costs)),
            "conversions": sum(cost.reported_installs or 0 for cost in costs),
            "revenue": total(
                AmountKind.REPORTED_REVENUE,
                ((cost, cost.reported_revenue_micros) for cost in costs),
            ),
        }

    def _installs_by_age(self) -> Mapping[int, int]:
        """The window's installs by whole local days since their click, where that is known."""
        ages: dict[int, int] = defaultdict(int)
        for key, found in self._within(RollupKind.CLICK_DAY):
            if key.value is not None and found.installs:
                ages[(key.day_on - date.fromisoformat(key.value)).days] += found.installs
        return ages


def _other_days(clocks: ClockDifference) -> str:
    if clocks.installs == clocks.installs_compared:
        return ""
    others = amount_of(clocks.installs_compared, "install")
    return (
        f" In days of {clocks.compared_with} the same window has {others} instead of "
        f"{clocks.installs:,}."
    )


def _without_rate(amounts: int) -> str:
    if amounts == 0:
        return ""
    standing = amount_of(amounts, "amount stands", "amounts stand")
    return f" {standing} in no row for want of a rate."


def _came_late(installs: int) -> str:
    if installs == 0:
        return ""
    later = f"came more than {_NETWORK_CLICK_DAYS} days after the click"
    return f" {amount_of(installs, 'install')} {later}."


def _missing(unsent: int, blank: int) -> str:
    """What the network did not get: events that failed, and those the mapping leaves out."""
    parts = [
        f"{amount_of(unsent, 'event')} of the window did not reach the network",
        f"the mapping has no row for {amount_of(blank, 'event')} with revenue",
    ]
    told = [part for part, number in zip(parts, (unsent, blank), strict=True) if number]
    words = " and ".join(told or parts[:1])
    return f"{words[0].upper()}{words[1:]}"


def _installs(pairs: Iterable[_Pair]) -> int:
    return sum(found.installs for _, found in pairs)


def _revenue_sum(day_on: date, currency: str | None, found: RollupSum) -> RevenueSum:
    return RevenueSum(
        value=None,
        day_on=day_on,
        currency=currency,
        revenue_micros=found.revenue_micros,
        events=found.events,
    )
