"""Finds the clicks that could have earned an install and stores the decision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from appsprint.domain.app import App, Environment, Platform
from appsprint.domain.apple_ads import AppleClaim
from appsprint.domain.attribution import RULE_VERSION, attribute_install, earliest_time
from appsprint.domain.attribution_words import say_factor, say_missing, say_reason, say_verdict
from appsprint.domain.click import Click
from appsprint.domain.decision import (
    AttributionRules,
    Candidate,
    Decision,
    InstallEvidence,
    MatchType,
)
from appsprint.domain.device import describe_install_device, parse_web_view
from appsprint.domain.ids import AppId, ClickId
from appsprint.domain.install import CLOCK_SKEW_ALLOWANCE, Install
from appsprint.domain.likelihood import LEARNED_FOR, MAX_ADDRESS_CLICKS, Surroundings
from appsprint.domain.link import AdNetwork, SelfAttributingNetwork
from appsprint.domain.missing_evidence import missing_evidence
from appsprint.domain.query import parse_query, query_of
from appsprint.domain.referrer import parse_play_referrer
from appsprint.domain.revision import Credit, DecisionCause, LateFact, may_replace
from appsprint.domain.self_check import check_without_referrer
from appsprint.domain.shared_network import SharedNetworks
from appsprint.ports.ad_network import AdNetworkAdapter, ClickParameters
from appsprint.ports.installs import Attribution
from appsprint.ports.store import UnitOfWork
from appsprint.services.install_body import read_body
from appsprint.services.quality_screen import screen
from appsprint.services.reinstalls import marked, reinstall_of

Networks = Mapping[AdNetwork, AdNetworkAdapter]
NO_SHARED_NETWORKS = SharedNetworks()

# One advertising id can have very many clicks; the latest ones decide.
MAX_CANDIDATES = 200
MAX_EXPLAINED = 50


class ClickSource(Protocol):
    """Where clicks are looked up; ``ports.clicks.ClickRepository`` says what each call promises."""

    def get(self, app_id: AppId, click_id: ClickId) -> Click | None: ...

    def by_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[Click]: ...

    def by_advertising_id(
        self, app_id: AppId, advertising_id: str, *, since: datetime, limit: int
    ) -> Sequence[Click]: ...


def decide_install(
    uow: UnitOfWork,
    networks: Networks,
    app: App,
    install: Install,
    *,
    now: datetime,
    shared: SharedNetworks = NO_SHARED_NETWORKS,
    data_centres: SharedNetworks = NO_SHARED_NETWORKS,
    revision: Revision | None = None,
) -> Attribution:
    """Decide who earned ``install`` from what the store knows, and store the decision.

    A revision that may not replace the decision in force changes nothing.

    Args:
        networks: Read what the credited click's link told of the ad.
        uow: The unit of work; reading and writing in one keeps one click to one install.
        app: The install's app, for its windows and switches.
        install: Already stored; for a revision with what became known later.
        now: When the decision is made.
        shared: Networks whose addresses never match.
        data_centres: Networks that a quality rule finds.
        revision: Why the install is decided again; None for its first decision.

    Returns:
        The decision in force from now on.
    """
    rules = rules_of(uow, app)
    claim = None if revision is None else revision.claim
    evidence = replace(evidence_of(install, shared), is_claimed_by_apple=claim is not None)
    clicks = {click.id: click for click in find_clicks(uow.clicks, evidence, rules)}
    is_test = install.environment is Environment.TEST
    earned = uow.clicks.credited_among(app.id, clicks, is_test=is_test)
    if revision is not None and revision.in_force.click_id is not None:
        earned.discard(revision.in_force.click_id)
    surroundings = _surroundings(uow, app, evidence, clicks.values())
    decision = attribute_install(
        evidence, clicks.values(), rules, credited=earned, surroundings=surroundings
    )
    if revision is not None and not _may_replace(uow, revision, decision):
        return _kept(uow, app, install, revision, now=now)
    if revision is None and decision.lesson.device_hours and not is_test:
        uow.installs.learn(app.id, decision.lesson, at=install.received_at)
    if revision is None and install.environment is Environment.LIVE:
        check = check_without_referrer(
            decision, evidence, clicks.values(), rules, credited=earned, surroundings=surroundings
        )
        if check is not None:
            uow.self_checks.add(app.id, install.id, check, at=install.received_at)
    made = _attribution(uow, networks, install, decision, evidence=evidence, now=now)
    if revision is not None:
        made = _version_of(revision, made)
    screened = screen(uow, install, decision, made, data_centres=data_centres)
    attribution = marked(screened, reinstall_of(uow, app, install))
    uow.installs.decide(attribution)
    return attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Why an install is decided again.

    Attributes:
        in_force: The decision that may be replaced.
        fact: What became known.
        claim: What Apple says of the install; None when it claims nothing.
    """

    in_force: Attribution
    fact: LateFact
    claim: AppleClaim | None = None


def _kept(
    uow: UnitOfWork, app: App, install: Install, revision: Revision, *, now: datetime
) -> Attribution:
    """Credit as before; an advertising id can still show that the person had the app."""
    kept, cause = revision.in_force, revision.fact.cause
    if kept.is_reinstall or cause is not DecisionCause.ADVERTISING_ID:
        return kept
    reinstall = reinstall_of(uow, app, install)
    if reinstall is None:
        return kept
    again = replace(kept, version=kept.version + 1, decided_at=now, cause=cause)
    attribution = marked(again, reinstall)
    uow.installs.decide(attribution)
    return attribution


def _may_replace(uow: UnitOfWork, revision: Revision, decision: Decision) -> bool:
    old = revision.in_force
    old_click = None if old.click_id is None else uow.clicks.get(old.app_id, old.click_id)
    new_click = decision.click
    return may_replace(
        Credit(
            match_type=MatchType(old.match_type),
            click_id=old.click_id,
            clicked_at=None if old_click is None else old_click.occurred_at,
        ),
        Credit(
            match_type=decision.match_type,
            click_id=None if new_click is None else new_click.id,
            clicked_at=None if new_click is None else new_click.occurred_at,
        ),
        revision.fact,
    )


def _version_of(revision: Revision, attribution: Attribution) -> Attribution:
    """The next version of the decision, with what Apple told of its ad where it earned credit."""
    version = replace(attribution, version=revision.in_force.version + 1, cause=revision.fact.cause)
    claim = revision.claim
    if claim is None or attribution.match_type != MatchType.APPLE_ADS:
        return version
    return replace(
        version,
        network=SelfAttributingNetwork.APPLE_ADS,
        campaign_id=claim.campaign_id,
        adgroup_id=claim.fields.get("adGroupId"),
        ad_id=claim.fields.get("adId"),
    )


def rules_of(uow: UnitOfWork, app: App) -> AttributionRules:
    """The app's choices, and those of its links."""
    return AttributionRules(
        windows=app.windows,
        probabilistic=app.probabilistic_matching,
        min_confidence=app.min_confidence_percent / 100,
        link_windows=uow.links.windows(app.id),
    )


def _surroundings(
    uow: UnitOfWork, app: App, evidence: InstallEvidence, clicks: Iterable[Click]
) -> Surroundings:
    """What traffic has taught until the install arrived; a few look-ups by key."""
    if evidence.address_key is None:
        return Surroundings()
    until = evidence.received_at
    observed = min(max(until - app.created_at, timedelta(0)), LEARNED_FOR)
    return Surroundings(
        other_installs=uow.installs.count_unearned(
            app.id,
            evidence.address_key,
            since=until - LEARNED_FOR,
            until=until,
            limit=MAX_ADDRESS_CLICKS,
        ),
        observed_hours=observed.total_seconds() / 3600,
        unrelated=uow.installs.unrelated(app.id),
        links=uow.clicks.link_histories(app.id, {click.link_id for click in clicks}),
    )


def evidence_of(install: Install, shared: SharedNetworks = NO_SHARED_NETWORKS) -> InstallEvidence:
    """What an install brings to the rule; an address of a shared network counts as none."""
    is_shared = install.address_key is not None and shared.holds(install.client_ip)
    told = read_body(install.body)
    referrer = parse_play_referrer(install.install_referrer)
    given = install.given_click_id
    if install.platform is not Platform.ANDROID:
        # Only Play vouches for a referrer; elsewhere it is a click id that the app passed on.
        given = given or referrer.click_id
        referrer = parse_play_referrer(None)
    return InstallEvidence(
        app_id=install.app_id,
        platform=install.platform,
        installed_at=install.installed_at,
        received_at=install.received_at,
        address_key=None if is_shared else install.address_key,
        is_shared_network=is_shared,
        device=describe_install_device(
            platform=install.platform,
            os_version=install.os_version,
            device_model=install.device_model,
            web_view_user_agent=install.user_agent,
        ),
        web_view=parse_web_view(install.user_agent or ""),
        language=install.locale,
        preferred_language=told.preferred_language,
        is_cellular=told.is_cellular,
        play_click_at=told.play_click_at,
        play_began_at=told.play_began_at,
        referrer=referrer,
        given_click_id=given,
        advertising_id=install.advertising_id,
    )


def dated_by_named_clicks(clicks: ClickSource, install: Install) -> Install:
    """The install, no earlier than a click that it names: a phone's clock can lag by days."""
    if install.received_at - install.installed_at <= CLOCK_SKEW_ALLOWANCE:
        return install
    evidence = evidence_of(install)
    at = earliest_time(evidence, _named_clicks(clicks, evidence))
    return replace(install, installed_at=at)


def _named_clicks(clicks: ClickSource, evidence: InstallEvidence) -> Iterable[Click]:
    for click_id in (evidence.referrer.click_id, evidence.given_click_id):
        if click_id and (click := clicks.get(evidence.app_id, ClickId(click_id))):
            yield click


def find_clicks(
    clicks: ClickSource, evidence: InstallEvidence, rules: AttributionRules
) -> Iterable[Click]:
    """Every click that some evidence may tie to the install; one can come more than once."""
    yield from _named_clicks(clicks, evidence)
    if evidence.advertising_id:
        yield from clicks.by_advertising_id(
            evidence.app_id,
            evidence.advertising_id,
            since=evidence.installed_at - rules.widest.click,
            limit=MAX_CANDIDATES,
        )
    if evidence.address_key and rules.probabilistic:
        yield from clicks.by_address(
            evidence.app_id,
            evidence.address_key,
            since=evidence.installed_at - max(rules.widest.probabilistic, LEARNED_FOR),
            until=evidence.received_at,
            limit=MAX_ADDRESS_CLICKS,
        )


def _attribution(
    uow: UnitOfWork,
    networks: Networks,
    install: Install,
    decision: Decision,
    *,
    evidence: InstallEvidence,
    now: datetime,
) -> Attribution:
    organic = Attribution(
        app_id=install.app_id,
        install_id=install.id,
        version=1,
        decided_at=now,
        rule_version=RULE_VERSION,
        match_type=decision.match_type,
        confidence=decision.confidence,
        reason=decision.reason,
        explanation=explain(evidence, decision),
        is_test=install.environment is Environment.TEST,
    )
    if decision.click is None:
        return organic
    return _credited_to(decision.click, read_link(networks, decision.click), organic, uow)


def _credited_to(
    click: Click, told: ClickParameters, organic: Attribution, uow: UnitOfWork
) -> Attribution:
    return replace(
        organic,
        click_id=click.id,
        link_id=click.link_id,
        network=click.network,
        campaign_id=told.campaign_id,
        campaign_name=told.campaign_name or _campaign_name_of_link(uow, click),
        adgroup_id=told.adgroup_id,
        adgroup_name=told.adgroup_name,
        ad_id=told.ad_id,
        ad_name=told.ad_name,
        network_click_id=told.network_click_id,
    )


def read_link(networks: Networks, click: Click) -> ClickParameters:
    """What the visited link of a click tells of its ad."""
    return networks[click.network].links.read_click(parse_query(query_of(click.page_url)))


def _campaign_name_of_link(uow: UnitOfWork, click: Click) -> str | None:
    link = uow.links.get(click.app_id, click.link_id)
    return None if link is None else link.campaign_name


def explain(evidence: InstallEvidence, decision: Decision) -> str:
    """The decision's explanation as JSON text: the candidates, who won, why the others lost."""
    return json.dumps(
        {
            "rule_version": RULE_VERSION,
            "reason": decision.reason,
            "words": say_reason(
                decision.reason, None if decision.click is None else decision.candidates[0]
            ),
            "install_referrer": evidence.referrer.kind,
            "missing_evidence": [
                {"name": one, "words": say_missing(one)}
                for one in missing_evidence(evidence, decision)
            ],
            "candidates_considered": len(decision.candidates),
            "candidates": [_explained(one) for one in decision.candidates[:MAX_EXPLAINED]],
        }
    )


def _explained(candidate: Candidate) -> dict[str, object]:
    return {
        "click_id": candidate.click.id,
        "link_id": candidate.click.link_id,
        "occurred_at": candidate.click.occurred_at.isoformat().replace("+00:00", "Z"),
        "age_seconds": round(candidate.age_seconds, 3),
        "window_hours": candidate.window.length.total_seconds() / 3600,
        "window_set_by": "link" if candidate.window.is_of_link else "app",
        "match_type": candidate.match_type,
        "agreement": list(candidate.agreement),
        "verdict": candidate.verdict,
        "verdict_words": say_verdict(candidate.verdict),
        "probability": None if candidate.probability is None else round(candidate.probability, 4),
        "evidence": [
            {"name": one.name, "weight": round(one.ratio, 4), "words": say_factor(one)}
            for one in candidate.factors
        ],
    }
