"""Routes of installs and in-app events: what came, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.app import Environment, Platform
from appsprint.domain.apple_ads import AppleLookup, LookupState, NoClaim
from appsprint.domain.ids import AppId, EventId, InstallId, LinkId
from appsprint.domain.inapp_event import RefusalReason, RefusedEvent
from appsprint.domain.install import TestReason
from appsprint.domain.link import AdNetwork
from appsprint.domain.money import from_micros, money_text
from appsprint.domain.quality_rules import QualityRule
from appsprint.domain.revision import DecisionCause
from appsprint.entrypoints.http.api.decoding import Instant, read_query
from appsprint.entrypoints.http.api.fields import UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.ports.events import EventFilter, EventWithOutcome
from appsprint.ports.installs import AttributedInstall, Attribution, InstallFilter
from appsprint.services.catalog import Services
from appsprint.services.installs import InstallStory

PATH = "/apps/{app_id:str}"


class InstallQuery(PageQuery, frozen=True, kw_only=True):
    """Which installs to list; everything that is given has to fit."""

    is_attributed: bool | None = None
    is_reinstall: bool | None = None
    campaign_id: str | None = None
    link_id: str | None = None
    match_type: str | None = None
    tag: Annotated[QualityRule | None, Meta(description="Found by this quality rule.")] = None
    appsprint_id: str | None = None
    customer_user_id: str | None = None
    start: Annotated[Instant | None, Meta(description="Received at or after this.")] = None
    end: Annotated[Instant | None, Meta(description="Received before this.")] = None


class EventQuery(PageQuery, frozen=True, kw_only=True):
    """Which events to list; everything that is given has to fit."""

    event_type: str | None = None
    event_name: str | None = None
    event_id: Annotated[str | None, Meta(description="The SDK's id of the event.")] = None
    appsprint_id: str | None = None
    install_id: str | None = None
    start: Annotated[Instant | None, Meta(description="Received at or after this.")] = None
    end: Annotated[Instant | None, Meta(description="Received before this.")] = None


class InstallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An install with the decision in force.

    A reinstall names the person's install before it where that is known.
    """

    id: str
    appsprint_id: str
    platform: Platform
    environment: Environment
    installed_at: UtcTime
    received_at: UtcTime
    is_attributed: bool
    match_type: str
    confidence: float
    network: Annotated[str | None, Meta(description="`tiktok` or `apple_ads`.")]
    click_id: str | None
    link_id: str | None
    campaign_id: str | None
    campaign_name: str | None
    is_reinstall: bool
    earlier_install_id: str | None
    tags: Annotated[list[str], Meta(description="Quality rules that found something.")]
    rejected_for: Annotated[
        str | None, Meta(description="The quality rule that took the credit away.")
    ]
    withheld_for: Annotated[
        str | None, Meta(description="The quality rule that keeps its events from networks.")
    ]


class DecisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the decision on an install."""

    version: int
    decided_at: UtcTime
    rule_version: int
    match_type: str
    confidence: float
    reason: str
    cause: Annotated[DecisionCause, Meta(description="What made this version.")]
    network: Annotated[str | None, Meta(description="`tiktok` or `apple_ads`.")]
    click_id: str | None
    is_reinstall: bool


class AppleLookupAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What Apple was asked about an install's latest AdServices token, and what it said."""

    state: LookupState
    attempts: int
    noted_at: UtcTime
    next_attempt_at: UtcTime | None
    answered_at: UtcTime | None
    reason: Annotated[
        NoClaim | None, Meta(description="Why it was given up, or why the last attempt failed.")
    ]
    claim: Annotated[
        Mapping[str, str] | None, Meta(description="Apple's record, by Apple's names.")
    ]


class InstallDetailAnswer(InstallAnswer, frozen=True, kw_only=True):
    """One install; `explanation` holds the candidate clicks and why each won or lost."""

    reason: str
    test_reason: TestReason | None
    country: str | None
    device_model: str | None
    os_version: str | None
    locale: str | None
    explanation: msgspec.Raw
    decisions: list[DecisionAnswer]
    apple_lookup: AppleLookupAnswer | None


class OutcomeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event at one network: a delivery's status, or `skipped` and why."""

    network: AdNetwork
    status: str
    reason: str | None


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A stored event; `event_id` is the SDK's."""

    id: str
    event_id: str
    event_type: str
    event_name: str | None
    environment: Environment
    appsprint_id: str
    install_id: str
    occurred_at: UtcTime
    received_at: UtcTime
    revenue: Annotated[str | None, Meta(description="A decimal number.")]
    currency: str | None
    parameters: msgspec.Raw | None
    outcomes: list[OutcomeAnswer]


class RefusedEventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was not stored, with the start of its text."""

    id: str
    event_id: str | None
    received_at: UtcTime
    reason: RefusalReason
    excerpt: str


@route(
    "GET",
    f"{PATH}/installs",
    role=Role.VIEWER,
    tag=ApiTag.INSTALLS,
    query=InstallQuery,
    answer=Page[InstallAnswer],
)
def list_installs(request: ApiRequest, app_id: PathId) -> Page[InstallAnswer]:
    """List installs, newest arrival first."""
    return installs_page(services_of(request), AppId(app_id), read_query(request, InstallQuery))


@route(
    "GET",
    f"{PATH}/installs/{{install_id:str}}",
    role=Role.VIEWER,
    tag=ApiTag.INSTALLS,
    answer=InstallDetailAnswer,
)
def get_install(request: ApiRequest, app_id: PathId, install_id: PathId) -> InstallDetailAnswer:
    """Show an install with the clicks that were considered for it."""
    story = services_of(request).installs.story(AppId(app_id), InstallId(install_id))
    return install_detail_answer(story)


@route(
    "GET",
    f"{PATH}/events",
    role=Role.VIEWER,
    tag=ApiTag.INSTALLS,
    query=EventQuery,
    answer=Page[EventAnswer],
)
def list_events(request: ApiRequest, app_id: PathId) -> Page[EventAnswer]:
    """List stored events with their outcome per network, newest arrival first."""
    return events_page(services_of(request), AppId(app_id), read_query(request, EventQuery))


@route(
    "GET",
    f"{PATH}/refused-events",
    role=Role.VIEWER,
    tag=ApiTag.INSTALLS,
    query=PageQuery,
    answer=Page[RefusedEventAnswer],
)
def list_refused_events(request: ApiRequest, app_id: PathId) -> Page[RefusedEventAnswer]:
    """List events that were received and not stored, newest first."""
    return refusals_page(services_of(request), AppId(app_id), read_query(request, PageQuery))


def installs_page(services: Services, app_id: AppId, query: InstallQuery) -> Page[InstallAnswer]:
    """Installs as they are answered, over HTTP and on the command line."""
    wanted = InstallFilter(
        is_attributed=query.is_attributed,
        is_reinstall=query.is_reinstall,
        campaign_id=query.campaign_id,
        link_id=None if query.link_id is None else LinkId(query.link_id),
        match_type=query.match_type,
        tag=query.tag,
        appsprint_id=query.appsprint_id,
        customer_user_id=query.customer_user_id,
        since=None if query.start is None else query.start.at,
        until=None if query.end is None else query.end.at,
    )
    after = None if query.after is None else InstallId(query.after)
    found = services.installs.page(app_id, wanted, after=after, limit=query.read)
    return page_of(found, query, id_of=lambda one: one.install.id, render=install_answer)


def events_page(services: Services, app_id: AppId, query: EventQuery) -> Page[EventAnswer]:
    """Stored events as they are answered, over HTTP and on the command line."""
    wanted = EventFilter(
        event_type=query.event_type,
        event_name=query.event_name,
        event_id=query.event_id,
        appsprint_id=query.appsprint_id,
        install_id=None if query.install_id is None else InstallId(query.install_id),
        since=None if query.start is None else query.start.at,
        until=None if query.end is None else query.end.at,
    )
    after = None if query.after is None else EventId(query.after)
    found = services.events.page(app_id, wanted, after=after, limit=query.read)
    return page_of(found, query, id_of=lambda one: one.event.id, render=event_answer)


def refusals_page(services: Services, app_id: AppId, query: PageQuery) -> Page[RefusedEventAnswer]:
    """Refused events as they are answered, over HTTP and on the command line."""
    found = services.events.refusals(app_id, after=query.after, limit=query.read)
    return page_of(found, query, id_of=lambda one: one.id, render=refused_answer)


def install_answer(found: AttributedInstall) -> InstallAnswer:
    """An install with the decision in force, as it is answered."""
    install, decision = found.install, found.attribution
    return InstallAnswer(
        id=install.id,
        appsprint_id=install.appsprint_id,
        platform=install.platform,
        environment=install.environment,
        installed_at=install.installed_at,
        received_at=install.received_at,
        is_attributed=decision.is_attributed,
        match_type=decision.match_type,
        confidence=decision.confidence,
        network=decision.network,
        click_id=decision.click_id,
        link_id=decision.link_id,
        campaign_id=decision.campaign_id,
        campaign_name=decision.campaign_name,
        is_reinstall=decision.is_reinstall,
        earlier_install_id=decision.earlier_install_id,
        tags=list(decision.tags),
        rejected_for=decision.rejected_for,
        withheld_for=decision.withheld_for,
    )


def install_detail_answer(story: InstallStory) -> InstallDetailAnswer:
    """An install with its explanation, as it is answered."""
    found, lookup = story.found, story.apple_lookup
    install = found.install
    return InstallDetailAnswer(
        **msgspec.structs.asdict(install_answer(found)),
        reason=found.attribution.reason,
        test_reason=install.test_reason,
        country=install.country,
        device_model=install.device_model,
        os_version=install.os_version,
        locale=install.locale,
        explanation=_raw(found.attribution.explanation),
        decisions=[_decision_answer(decision) for decision in story.decisions],
        apple_lookup=None if lookup is None else _lookup_answer(lookup),
    )


def _lookup_answer(lookup: AppleLookup) -> AppleLookupAnswer:
    return AppleLookupAnswer(
        state=lookup.state,
        attempts=lookup.attempts,
        noted_at=lookup.noted_at,
        next_attempt_at=lookup.next_attempt_at,
        answered_at=lookup.answered_at,
        reason=lookup.reason,
        claim=None if lookup.claim is None else lookup.claim.fields,
    )


def _decision_answer(decision: Attribution) -> DecisionAnswer:
    return DecisionAnswer(
        version=decision.version,
        decided_at=decision.decided_at,
        rule_version=decision.rule_version,
        match_type=decision.match_type,
        confidence=decision.confidence,
        reason=decision.reason,
        cause=decision.cause,
        network=decision.network,
        click_id=decision.click_id,
        is_reinstall=decision.is_reinstall,
    )


def event_answer(found: EventWithOutcome) -> EventAnswer:
    """A stored event with its outcomes, as it is answered."""
    event = found.event
    micros = event.revenue_micros
    return EventAnswer(
        id=event.id,
        event_id=event.event_id,
        event_type=event.event_type,
        event_name=event.event_name,
        environment=event.environment,
        appsprint_id=event.appsprint_id,
        install_id=event.install_id,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        revenue=money_text(None if micros is None else from_micros(micros)),
        currency=event.currency,
        parameters=None if event.parameters is None else _raw(event.parameters),
        outcomes=[
            OutcomeAnswer(network=one.network, status=one.status, reason=one.reason)
            for one in found.outcomes
        ],
    )


def refused_answer(refused: RefusedEvent) -> RefusedEventAnswer:
    """An event that was not stored, as it is answered."""
    return RefusedEventAnswer(
        id=refused.id,
        event_id=refused.event_id,
        received_at=refused.received_at,
        reason=refused.reason,
        excerpt=refused.excerpt,
    )


def _raw(stored_json: str) -> msgspec.Raw:
    return msgspec.Raw(stored_json.encode())


HANDLERS = (list_installs, get_install, list_events, list_refused_events)
