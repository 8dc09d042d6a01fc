"""Judges an install by its app's quality rules when it is decided, and marks the decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from appsprint.domain.attribution_words import say_refusal, say_verdict
from appsprint.domain.decision import Decision, MatchType, Verdict
from appsprint.domain.install import Install
from appsprint.domain.quality import Finding, judge, quality_reason, refusing, withholding
from appsprint.domain.shared_network import SharedNetworks
from appsprint.ports.installs import Attribution
from appsprint.ports.quality import JudgedClick
from appsprint.ports.store import UnitOfWork
from appsprint.services.quality_facts import FactFinder, Suspicion, injected_after


def screen(
    uow: UnitOfWork,
    install: Install,
    decision: Decision,
    credited: Attribution,
    *,
    data_centres: SharedNetworks,
) -> Attribution:
    """What to store of a decision after the app's quality rules, whose findings are kept.

    Test installs are not judged.

    Args:
        uow: Of the decision.
        install: With all that it told.
        decision: What the rule of credit says.
        credited: The row made of it.
        data_centres: Networks that a rule finds.
    """
    findings = () if credited.is_test else _judge(uow, install, decision, data_centres)
    if findings or credited.version > 1:
        judged_by = judged_click(credited)
        uow.quality.note(install.app_id, install.id, findings, judged_by=judged_by)
    return marked(credited, findings) if findings else credited


def marked(credited: Attribution, findings: Sequence[Finding]) -> Attribution:
    """The row with what was found; without its click when a rule refuses it."""
    refused, withheld = refusing(findings), withholding(findings)
    tagged = replace(
        credited,
        tags=tuple(one.rule for one in findings),
        withheld_for=None if withheld is None else withheld.rule,
        explanation=_explained(credited, findings),
    )
    return tagged if refused is None or not credited.is_attributed else _refused(tagged, refused)


def judged_click(credited: Attribution) -> JudgedClick | None:
    """What a row credits, None when it credits nothing."""
    if not credited.is_attributed:
        return None
    return JudgedClick(credited.click_id, credited.campaign_id, credited.campaign_name)


def _judge(
    uow: UnitOfWork, install: Install, decision: Decision, data_centres: SharedNetworks
) -> Sequence[Finding]:
    rules = uow.quality.rules(install.app_id)
    suspicion = Suspicion(
        install=install, click=decision.click, injected_after=_injected_after(install, decision)
    )
    return judge(FactFinder(uow, rules, data_centres).facts(suspicion), rules)


def _injected_after(install: Install, decision: Decision) -> timedelta | None:
    """Of the click that the rule of credit ruled out for it; the install's referrer names one."""
    clicks = (
        one.click for one in decision.candidates if one.verdict is Verdict.AFTER_INSTALL_BEGAN
    )
    click = next(clicks, None)
    return None if click is None else injected_after(click.occurred_at, install)


def _refused(credited: Attribution, finding: Finding) -> Attribution:
    return replace(
        credited,
        match_type=MatchType.ORGANIC,
        confidence=0.0,
        reason=quality_reason(finding.rule),
        click_id=None,
        link_id=None,
        network=None,
        campaign_id=None,
        campaign_name=None,
        adgroup_id=None,
        adgroup_name=None,
        ad_id=None,
        ad_name=None,
        network_click_id=None,
        rejected_for=finding.rule,
    )


def _explained(credited: Attribution, findings: Sequence[Finding]) -> str:
    """The explanation with what was found, and with the refusal in place of the credit."""
    told: dict[str, Any] = json.loads(credited.explanation)
    told["quality"] = [
        {"rule": one.rule, "consequence": one.consequence, "words": one.words} for one in findings
    ]
    refused = refusing(findings)
    if refused is not None and credited.is_attributed:
        told["reason"] = quality_reason(refused.rule)
        told["words"] = say_refusal(refused)
        verdict = {"verdict": Verdict.REFUSED, "verdict_words": say_verdict(Verdict.REFUSED)}
        told["candidates"] = [
            {**one, **verdict} if one["verdict"] == Verdict.WON else one
            for one in told["candidates"]
        ]
    return json.dumps(told)
