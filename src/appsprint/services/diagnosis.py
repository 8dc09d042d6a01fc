"""The rules behind the diagnostics: facts in, one finding per item of the list out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.app import Platform
from appsprint.domain.connection import Connection, EventsApiState, OAuthState
from appsprint.domain.delivery import DeadReason, DeliveryStatus
from appsprint.domain.vbo import ValueBasedOptimization
from appsprint.services.troubleshooting import ACTIONS, TroubleCode

# Fewer clicks without an install are chance.
_MANY_CLICKS = 100
# An import may fail and be repeated before anybody needs to look.
_LATE_IMPORTS = 3
_LATEST_WITHOUT_SCHEDULE = timedelta(days=1)
_OBJECTIVES_WITHOUT_EVENTS = frozenset(
    {"TRAFFIC", "REACH", "VIDEO_VIEWS", "ENGAGEMENT", "BRAND_CONSIDERATION"}
)

Evidence = Mapping[str, object]


class DiagnosisState(StrEnum):
    """How an item stands; ``UNKNOWN`` is honest: nothing that the server sees can tell."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One item of the troubleshooting list.

    Attributes:
        action: The next step; None when there is nothing to do.
        evidence: What the state rests on: numbers, ids and instants, never a secret.
    """

    code: TroubleCode
    state: DiagnosisState
    message: str
    action: str | None
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What the app's newest ad links brought together; ``usable`` ones are not archived."""

    usable: int
    clicks: int
    installs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the server knows of one app and one network at one instant.

    Attributes:
        skipped_reasons, dead_reasons: Of the newest deliveries, how often each.
        newest_sent_pixel: Where the latest accepted event went; None before the first.
        has_sent_for_long: Whether events were accepted long enough ago to show at TikTok.
        credited_installs: The campaign id of each of the newest credited installs.
        mapped_events: The network's events that something fires as.
        objectives: Of the imported campaigns.
        sync_minutes: Between imports; 0 when they only run by hand.
    """

    now: datetime
    platform: Platform
    connection: Connection
    counts: Mapping[DeliveryStatus, int]
    skipped_reasons: Mapping[str, int]
    dead_reasons: Mapping[str, int]
    newest_sent_pixel: str | None
    has_sent_for_long: bool
    links: LinkFacts
    credited_installs: Sequence[str | None]
    mapped_events: frozenset[str]
    objectives: frozenset[str]
    vbo: ValueBasedOptimization
    sync_minutes: int


def diagnose(facts: Facts) -> Sequence[Diagnosis]:
    """One finding for each item, in the order of ``TroubleCode``."""
    return [
        _oauth_connection(facts),
        _events_api_token(facts),
        _pixel_token_pair(facts),
        _ad_link_mismatch(facts),
        _os_targeting(facts),
        _web_context(facts),
        _events_not_sent(facts),
        _first_events_wait(facts),
        _objective_rejected(facts),
        _numbers_differ(facts),
        _value_based_optimization(facts),
        _sync_freshness(facts),
    ]


def _oauth_connection(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.OAUTH_CONNECTION, facts.connection
    evidence: Evidence = {
        "oauth": connection.oauth,
        "last_error": connection.oauth_error,
        "advertiser_id": None if connection.advertiser is None else connection.advertiser.id,
    }
    if connection.oauth is OAuthState.LOST:
        return _failing(code, "TikTok no longer accepts the connection.", evidence)
    if connection.oauth is OAuthState.NONE:
        action = "Click Connect TikTok Ads and approve the request."
        return _warning(code, "TikTok Ads is not connected.", evidence, action)
    if connection.advertiser is None:
        action = "Click Load accounts and pick the advertiser."
        return _warning(code, "No advertiser account is chosen yet.", evidence, action)
    return _ok(code, "TikTok Ads is connected.", evidence)


def _events_api_token(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.EVENTS_API_TOKEN, facts.connection
    evidence: Evidence = {
        "events_api": connection.events_api,
        "last_error": connection.events_error,
        "sent": facts.counts[DeliveryStatus.SENT],
    }
    if connection.events_api is EventsApiState.REJECTED:
        return _failing(code, "TikTok rejected the Events API token.", evidence)
    if connection.events_api is EventsApiState.MISSING:
        action = "Paste the Pixel ID and the Events API access token, then save."
        return _warning(code, "There is no Events API token yet.", evidence, action)
    if facts.newest_sent_pixel is None:
        return _unknown(code, "The token has not been used for an event yet.", evidence)
    return _ok(code, "TikTok accepts events with this token.", evidence)


def _pixel_token_pair(facts: Facts) -> Diagnosis:
    code, pixel_id = TroubleCode.PIXEL_TOKEN_PAIR, facts.connection.pixel_id
    evidence: Evidence = {"pixel_id": pixel_id, "newest_sent_pixel_id": facts.newest_sent_pixel}
    if facts.connection.events_api is EventsApiState.REJECTED:
        return _warning(code, "The token may belong to another pixel.", evidence)
    if pixel_id is not None and pixel_id == facts.newest_sent_pixel:
        return _ok(code, "TikTok accepted events for this pixel with this token.", evidence)
    return _unknown(code, "No event was accepted for this pixel yet.", evidence)


def _ad_link_mismatch(facts: Facts) -> Diagnosis:
    code, links = TroubleCode.AD_LINK_MISMATCH, facts.links
    without_campaign = sum(campaign is None for campaign in facts.credited_installs)
    without_click_id = facts.skipped_reasons.get("missing_ttclid", 0)
    evidence: Evidence = {
        "links": links.usable,
        "clicks": links.clicks,
        "newest_installs": len(facts.credited_installs),
        "installs_without_campaign": without_campaign,
        "events_without_ttclid": without_click_id,
    }
    if links.usable == 0:
        action = "Create an ad link and paste it into the Website URL field of the ad."
        return _warning(code, "There is no ad link yet.", evidence, action)
    if links.clicks == 0:
        return _unknown(code, "No ad link was clicked yet.", evidence)
    if without_campaign or without_click_id:
        message = "Some clicks came without what TikTok's ads add to the link."
        return _warning(code, message, evidence)
    if not facts.credited_installs:
        return _unknown(code, "No install was credited to an ad link yet.", evidence)
    return _ok(code, "Clicks arrive with TikTok's parameters.", evidence)


def _os_targeting(facts: Facts) -> Diagnosis:
    code, links = TroubleCode.OS_TARGETING, facts.links
    evidence: Evidence = {
        "platform": facts.platform,
        "clicks": links.clicks,
        "installs": links.installs,
    }
    if links.installs:
        return _ok(code, "Clicks become installs on the platform of this app.", evidence)
    if links.clicks >= _MANY_CLICKS:
        return _warning(code, f"{links.clicks} clicks brought no install yet.", evidence)
    return _unknown(code, "There are too few clicks to tell.", evidence)


def _web_context(facts: Facts) -> Diagnosis:
    code, skipped = TroubleCode.WEB_CONTEXT, facts.counts[DeliveryStatus.SKIPPED]
    evidence: Evidence = {"skipped": skipped, "newest_reasons": facts.skipped_reasons}
    if skipped:
        return _warning(code, f"{skipped} events lacked TikTok web context.", evidence)
    if facts.counts[DeliveryStatus.SENT]:
        return _ok(code, "Every event had its TikTok web context.", evidence)
    return _unknown(code, "No event has been sent yet.", evidence)


def _events_not_sent(facts: Facts) -> Diagnosis:
    code, counts = TroubleCode.EVENTS_NOT_SENT, facts.counts
    waiting = counts[DeliveryStatus.PENDING] + counts[DeliveryStatus.RETRYING]
    evidence: Evidence = {
        **{status.value: amount for status, amount in counts.items()},
        "newest_dead_reasons": facts.dead_reasons,
        "newest_skipped_reasons": facts.skipped_reasons,
    }
    if waiting and not facts.connection.can_send:
        message = f"{waiting} events wait for a working Events API token."
        return _failing(code, message, evidence, ACTIONS[TroubleCode.EVENTS_API_TOKEN])
    if counts[DeliveryStatus.DEAD]:
        message = f"{counts[DeliveryStatus.DEAD]} events were given up."
        return _failing(code, message, evidence)
    if counts[DeliveryStatus.SKIPPED]:
        message = f"{counts[DeliveryStatus.SKIPPED]} events were not fit to send."
        return _warning(code, message, evidence)
    if counts[DeliveryStatus.SENT]:
        return _ok(code, "Every eligible event was sent or is on its way.", evidence)
    return _unknown(code, "No event was eligible for TikTok yet.", evidence)


def _first_events_wait(facts: Facts) -> Diagnosis:
    code = TroubleCode.FIRST_EVENTS_WAIT
    evidence: Evidence = {"sent": facts.counts[DeliveryStatus.SENT]}
    if facts.has_sent_for_long:
        return _ok(code, "The first events should show in TikTok Events Manager.", evidence)
    if facts.counts[DeliveryStatus.SENT]:
        message = "The first events were sent less than 90 minutes ago."
        return _warning(code, message, evidence)
    return _unknown(code, "No event has been sent yet.", evidence)


def _objective_rejected(facts: Facts) -> Diagnosis:
    code = TroubleCode.OBJECTIVE_REJECTED
    rejected = facts.dead_reasons.get(DeadReason.REJECTED, 0)
    evidence: Evidence = {
        "objectives": sorted(facts.objectives),
        "mapped_events": sorted(facts.mapped_events),
        "newest_rejected": rejected,
    }
    if rejected:
        return _warning(code, f"TikTok refused {rejected} of the newest events.", evidence)
    if facts.objectives and facts.objectives <= _OBJECTIVES_WITHOUT_EVENTS:
        message = "No campaign has an objective that optimizes for web events."
        return _warning(code, message, evidence)
    if "StartTrial" in facts.mapped_events and "WEB_CONVERSIONS" in facts.objectives:
        message = "Trial starts are mapped, and there is a Sales campaign, which may not use them."
        return _warning(code, message, evidence)
    message = "TikTok does not tell whether a campaign's objective uses an event."
    return _unknown(code, message, evidence)


def _numbers_differ(facts: Facts) -> Diagnosis:
    code = TroubleCode.NUMBERS_DIFFER
    evidence: Evidence = {"last_sync_at": facts.connection.last_sync_at}
    if facts.connection.last_sync_at is None:
        return _unknown(code, "TikTok's own numbers were not imported yet.", evidence)
    message = (
        "Installs and revenue follow this server's attribution; TikTok's follow its pixel. They "
        "differ for people without a TikTok click."
    )
    return _ok(code, message, evidence, ACTIONS[code])


def _value_based_optimization(facts: Facts) -> Diagnosis:
    code, best = TroubleCode.VALUE_BASED_OPTIMIZATION, facts.vbo.best_window
    count = 0 if best is None else best.count
    evidence: Evidence = {
        "unique_payment_events_7d": facts.vbo.recent,
        "best_window_count": count,
        "threshold": facts.vbo.threshold,
        "missing": facts.vbo.missing,
    }
    if facts.vbo.is_unlocked:
        return _ok(code, "There were enough payment events within seven days.", evidence)
    if count == 0:
        return _unknown(code, "TikTok has accepted no payment event yet.", evidence)
    message = f"{facts.vbo.missing} more payment events within seven days are missing."
    return _warning(code, message, evidence)


def _sync_freshness(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.SYNC_FRESHNESS, facts.connection
    evidence: Evidence = {
        "last_sync_at": connection.last_sync_at,
        "last_error": connection.last_sync_error,
        "every_minutes": facts.sync_minutes or None,
    }
    if connection.last_sync_error is not None:
        return _failing(code, "The last import of campaigns and costs failed.", evidence)
    if not connection.can_import:
        message = "There is no connected advertiser account to import from."
        return _unknown(code, message, evidence)
    if connection.last_sync_at is None:
        return _warning(code, "Nothing was imported yet.", evidence)
    if facts.now - connection.last_sync_at > _late_after(facts.sync_minutes):
        return _warning(code, "The imported numbers are old.", evidence)
    return _ok(code, "Campaigns and costs are up to date.", evidence)


def _late_after(sync_minutes: int) -> timedelta:
    if sync_minutes == 0:
        return _LATEST_WITHOUT_SCHEDULE
    return timedelta(minutes=sync_minutes * _LATE_IMPORTS)


def _ok(
    code: TroubleCode, message: str, evidence: Evidence, action: str | None = None
) -> Diagnosis:
    return Diagnosis(
        code=code, state=DiagnosisState.OK, message=message, action=action, evidence=evidence
    )


def _unknown(code: TroubleCode, message: str, evidence: Evidence) -> Diagnosis:
    return _found(DiagnosisState.UNKNOWN, code, message, evidence, None)


def _warning(
    code: TroubleCode, message: str, evidence: Evidence, action: str | None = None
) -> Diagnosis:
    return _found(DiagnosisState.WARNING, code, message, evidence, action)


def _failing(
    code: TroubleCode, message: str, evidence: Evidence, action: str | None = None
) -> Diagnosis:
    return _found(DiagnosisState.FAILING, code, message, evidence, action)


def _found(
    state: DiagnosisState,
    code: TroubleCode,
    message: str,
    evidence: Evidence,
    action: str | None,
) -> Diagnosis:
    return Diagnosis(
        code=code,
        state=state,
        message=message,
        action=ACTIONS[code] if action is None else action,
        evidence=evidence,
    )
