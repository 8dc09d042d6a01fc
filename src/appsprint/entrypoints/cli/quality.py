"""``appsprint quality``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from appsprint.domain.counted import amount_of
from appsprint.domain.link import AdNetwork
from appsprint.domain.quality_rules import Consequence, QualityRule
from appsprint.domain.report_query import ReportQuery
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_json, print_table, table_of, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.quality import (
    QualityRulesAnswer,
    backtest_answer,
    rules_answer,
    summary_answer,
)
from appsprint.errors import InvalidInput
from appsprint.services.quality import DEFAULT_BACKTEST_DAYS, WantedRule
from appsprint.services.quality_backtest import TriedCampaign

app = new_noun()

ORGANIC = "(organic)"
UNKNOWN = "(unknown campaign)"
RuleArgument = Annotated[QualityRule, typer.Argument(help="The rule's code.")]
ThresholdOption = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=NUMBER", help="A limit of the rule; can be repeated."),
]


@app.callback()
def quality() -> None:
    """Quality rules: which installs look made up, and what becomes of them."""


@app.command("list")
def list_rules(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """Show every rule with its consequence and its limits."""
    with open_services() as services:
        rules = services.quality.rules(chosen_app(services, app_id))
    _print_rules(rules_answer(rules), as_json=json)


@app.command("set")
def set_rule(
    rule: RuleArgument,
    consequence: Annotated[
        Consequence | None, typer.Argument(help="Left out, it stays as it is.")
    ] = None,
    *,
    limit: ThresholdOption = None,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Change a rule, for installs from now on."""
    wanted = WantedRule(rule=rule, consequence=consequence, thresholds=_limits(limit or ()))
    with open_services() as services:
        rules = services.quality.set(chosen_app(services, app_id), [wanted])
    _print_rules(rules_answer(rules), as_json=json)


@app.command()
def backtest(
    rule: Annotated[
        QualityRule | None, typer.Argument(help="A rule to change for the trial only.")
    ] = None,
    consequence: Annotated[
        Consequence | None, typer.Argument(help="What it would do; left out, as it does now.")
    ] = None,
    *,
    limit: ThresholdOption = None,
    days: Annotated[
        int, typer.Option(help="How many days of installs, 1 to 90.")
    ] = DEFAULT_BACKTEST_DAYS,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Tell what the rules would have found in stored installs; changes nothing."""
    wanted = _trial(rule, consequence, limit)
    with open_services() as services, progress_bar("Judging installs") as show:
        found = services.quality.backtest(
            chosen_app(services, app_id),
            wanted,
            days=days,
            max_installs=sys.maxsize,
            on_progress=lambda done, total: show("Judging installs", done, total),
        )
    if json:
        print_json(backtest_answer(found))
        return
    totals = found.totals
    tell(
        f"{amount_of(totals.installs, 'install')} since {found.since:%Y-%m-%d %H:%M} UTC: "
        f"{totals.tagged} would be tagged, {totals.withheld} kept from the networks, "
        f"{totals.refused} without credit"
    )
    columns = ("campaign", "installs", "tagged", "no_postback", "no_credit", "found")
    print_table(table_of([_tried_row(one) for one in found.campaigns], columns))


@app.command()
def summary(
    *,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    network: Annotated[AdNetwork, typer.Option(help="Whose campaigns.")] = AdNetwork.TIKTOK,
    json: JsonOption = False,
) -> None:
    """Tell what was found by campaign; days are the advertiser's, by default the last seven."""
    query = ReportQuery(network=network, start_on=start, end_on=end)
    with open_services() as services:
        found = services.quality.summary(chosen_app(services, app_id), query)
    if json:
        print_json(summary_answer(found))
        return
    rows: list[dict[str, object]] = [
        {
            "campaign": one.campaign_name or one.campaign_id or UNKNOWN,
            "installs": one.installs,
            "tagged": one.tagged,
            "found": _by_rule(one.found),
            "rejected": _by_rule(one.rejected),
        }
        for one in found.campaigns
    ]
    if found.organic:
        rows.append({"campaign": ORGANIC, "found": _by_rule(found.organic)})
    print_table(table_of(rows, ("campaign", "installs", "tagged", "found", "rejected")))


def _trial(
    rule: QualityRule | None, consequence: Consequence | None, limits: Sequence[str] | None
) -> list[WantedRule]:
    if rule is None:
        if limits:
            raise InvalidInput("name the rule whose limit it is", field="limit")
        return []
    return [WantedRule(rule=rule, consequence=consequence, thresholds=_limits(limits or ()))]


def _limits(told: Sequence[str]) -> Mapping[str, int]:
    limits = {}
    for text in told:
        name, _, number = text.partition("=")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise InvalidInput(f"{text!r} is not NAME=NUMBER", field="limit")
        limits[name] = int(number)
    return limits


def _print_rules(answer: QualityRulesAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    rows = [
        {"rule": one.rule, "consequence": one.consequence, "limits": _by_rule(one.thresholds)}
        for one in answer.items
    ]
    print_table(table_of(rows, ("rule", "consequence", "limits")))


def _tried_row(one: TriedCampaign) -> dict[str, object]:
    name = one.campaign_name or one.campaign_id or UNKNOWN
    return {
        "campaign": ORGANIC if one.is_organic else name,
        "installs": one.tried.installs,
        "tagged": one.tried.tagged,
        "no_postback": one.tried.withheld,
        "no_credit": one.tried.refused,
        "found": _by_rule(one.tried.found),
    }


def _by_rule(counts: Mapping[str, int] | Mapping[QualityRule, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
