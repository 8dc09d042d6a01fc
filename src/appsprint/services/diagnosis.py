"""The rules behind the diagnostics: facts in, one finding per item of the list out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from appsprint.domain.connection import CredentialCheck, EventsApiState, OAuthState
from appsprint.domain.counted import amount_of
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.money import money_text
from appsprint.domain.reconciliation import Reconciliation
from appsprint.services.diagnosis_facts import Facts
from appsprint.services.event_diagnosis import (
    events_not_sent,
    first_events_wait,
    objective_rejected,
    web_context,
)
from appsprint.services.findings import Diagnosis, Evidence, failing, ok, unknown, warning
from appsprint.services.link_diagnosis import ad_link_mismatch, os_targeting
from appsprint.services.troubleshooting import ACTIONS, TroubleCode

# An import may fail and be repeated before anybody needs to look.
_LATE_IMPORTS = 3
_LATEST_WITHOUT_SCHEDULE = timedelta(days=1)
# So many conversions at the network, and none here, are no difference between two ways to count.
_MANY_CONVERSIONS = 10


def diagnose(facts: Facts) -> Sequence[Diagnosis]:
    """One finding for each item, in the order of ``TroubleCode``."""
    return [
        _oauth_connection(facts),
        _events_api_token(facts),
        _pixel_token_pair(facts),
        ad_link_mismatch(facts),
        os_targeting(facts),
        web_context(facts),
        events_not_sent(facts),
        first_events_wait(facts),
        objective_rejected(facts),
        _numbers_differ(facts),
        _value_based_optimization(facts),
        _sync_freshness(facts),
    ]


def _oauth_connection(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.OAUTH_CONNECTION, facts.connection
    evidence: Evidence = {
        "oauth": connection.oauth,
        "last_error": connection.oauth_error,
        "connected_at": connection.connected_at,
        "advertiser_id": None if connection.advertiser is None else connection.advertiser.id,
    }
    if connection.oauth is OAuthState.LOST:
        words = "The connection expired, or the account lost access to the advertiser"
        return failing(code, _with_answer(words, connection.oauth_error), evidence)
    if connection.oauth is OAuthState.NONE:
        action = "Click Connect TikTok Ads and approve the request."
        return warning(code, "TikTok Ads is not connected.", evidence, action)
    if connection.advertiser is None:
        action = "Click Load accounts and pick the advertiser."
        return warning(code, "No advertiser account is chosen yet.", evidence, action)
    return ok(code, "TikTok Ads is connected.", evidence)


def _events_api_token(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.EVENTS_API_TOKEN, facts.connection
    evidence: Evidence = {
        "events_api": connection.events_api,
        "last_error": connection.events_error,
        "sent": facts.events.amount(DeliveryStatus.SENT),
        "waiting": facts.events.open_amount,
    }
    if connection.events_check is CredentialCheck.WRONG_PIXEL:
        return ok(code, "TikTok knows the token; it is not for this pixel.", evidence)
    if connection.events_api is EventsApiState.REJECTED:
        words = f"TikTok rejected the Events API token{_waiting(facts)}"
        return failing(code, _with_answer(words, connection.events_error), evidence)
    if connection.events_api is EventsApiState.MISSING:
        action = "Paste the Pixel ID and the Events API access token, then save."
        return warning(code, "There is no Events API token yet.", evidence, action)
    if _newest_sent(facts) is None:
        if connection.events_check is CredentialCheck.VALID:
            return ok(code, "TikTok knew the token when it was saved.", evidence)
        return unknown(code, "The token has not been used for an event yet.", evidence)
    return ok(code, "TikTok accepts events with this token.", evidence)


def _pixel_token_pair(facts: Facts) -> Diagnosis:
    code, pixel_id, newest = TroubleCode.PIXEL_TOKEN_PAIR, facts.connection.pixel_id, None
    if (found := _newest_sent(facts)) is not None:
        newest = found[1]
    evidence: Evidence = {
        "pixel_id": pixel_id,
        "newest_sent_pixel_id": newest,
        "newest_sent_at": None if found is None else found[0],
        "last_error": facts.connection.events_error,
    }
    check = facts.connection.events_check
    if check is CredentialCheck.WRONG_PIXEL:
        words = f"The token may not send to this pixel{_waiting(facts)}"
        return failing(code, _with_answer(words, evidence["last_error"]), evidence)
    if facts.connection.events_api is EventsApiState.REJECTED and check is None:
        words = _with_answer("The token may belong to another pixel", evidence["last_error"])
        return warning(code, words, evidence)
    if pixel_id is not None and pixel_id == newest:
        return ok(code, "TikTok accepted events for this pixel with this token.", evidence)
    if check is CredentialCheck.VALID:
        return ok(code, "TikTok lets the token send to this pixel.", evidence)
    return unknown(code, "No event was accepted for this pixel yet.", evidence)


def _waiting(facts: Facts) -> str:
    waiting = facts.events.open_amount
    return f"; {amount_of(waiting, 'event waits', 'events wait')}" if waiting else ""


def _with_answer(words: str, answer: object) -> str:
    return f"{words}: {answer}" if answer else f"{words}."


def _newest_sent(facts: Facts) -> tuple[datetime, str | None] | None:
    """When the newest accepted event was sent, and to which pixel."""
    sent = [
        (one.last_sent_at, one.pixel_id)
        for one in facts.events.sums
        if one.last_sent_at is not None
    ]
    return max(sent, key=lambda one: one[0], default=None)


def _numbers_differ(facts: Facts) -> Diagnosis:
    code, numbers = TroubleCode.NUMBERS_DIFFER, facts.numbers
    if numbers is None:
        evidence: Evidence = {"last_sync_at": facts.connection.last_sync_at}
        return unknown(code, "TikTok's own numbers were not imported yet.", evidence)
    report, totals = numbers.report, numbers.report.totals
    evidence = _number_evidence(facts, numbers)
    reported = totals.reported_conversions or 0
    words = (
        f"From {report.start_on} to {report.end_on}: "
        f"{amount_of(totals.attributed_installs, 'install')} by this server's attribution, "
        f"{amount_of(reported, 'conversion')} by TikTok's pixel."
    )
    if totals.attributed_installs == 0 and reported >= _MANY_CONVERSIONS:
        action = "Check that the ads lead to the ad link, and that the SDK reports installs."
        return warning(code, words, evidence, action)
    return ok(code, words, evidence, ACTIONS[code])


def _number_evidence(facts: Facts, numbers: Reconciliation) -> Evidence:
    report, totals = numbers.report, numbers.report.totals
    return {
        "last_sync_at": facts.connection.last_sync_at,
        "start": report.start_on.isoformat(),
        "end": report.end_on.isoformat(),
        "time_zone": report.time_zone,
        "currency": report.currency,
        "attributed_installs": totals.attributed_installs,
        "reported_conversions": totals.reported_conversions,
        "attributed_revenue": money_text(totals.attributed_revenue),
        "reported_revenue": money_text(totals.reported_revenue),
        "causes": [
            {"code": cause.code, "message": cause.message}
            for cause in numbers.causes
            if cause.applies
        ],
    }


def _value_based_optimization(facts: Facts) -> Diagnosis:
    code, best = TroubleCode.VALUE_BASED_OPTIMIZATION, facts.vbo.best_window
    count = 0 if best is None else best.count
    evidence: Evidence = {
        "unique_payment_events_7d": facts.vbo.recent,
        "best_window_count": count,
        "best_window_start": None if best is None else best.start_at,
        "threshold": facts.vbo.threshold,
        "missing": facts.vbo.missing,
    }
    if facts.vbo.is_unlocked:
        return ok(code, "There were enough payment events within seven days.", evidence)
    if count == 0:
        return unknown(code, "TikTok has accepted no payment event yet.", evidence)
    words = (
        f"{amount_of(facts.vbo.recent, 'payment event')} in the last seven days: "
        f"{amount_of(facts.vbo.missing, 'more is', 'more are')} needed for TikTok's "
        f"{facts.vbo.threshold:,}."
    )
    return warning(code, words, evidence)


def _sync_freshness(facts: Facts) -> Diagnosis:
    code, connection = TroubleCode.SYNC_FRESHNESS, facts.connection
    evidence: Evidence = {
        "last_sync_at": connection.last_sync_at,
        "last_error": connection.last_sync_error,
        "every_minutes": facts.sync_minutes or None,
    }
    if connection.last_sync_error is not None:
        words = "The last import of campaigns and costs failed"
        return failing(code, _with_answer(words, connection.last_sync_error), evidence)
    if not connection.can_import:
        words = "There is no connected advertiser account to import from."
        return unknown(code, words, evidence)
    if connection.last_sync_at is None:
        return warning(code, "Nothing was imported yet.", evidence)
    if facts.now - connection.last_sync_at > _late_after(facts.sync_minutes):
        return warning(code, "The imported numbers are old.", evidence)
    return ok(code, "Campaigns and costs are up to date.", evidence)


def _late_after(sync_minutes: int) -> timedelta:
    if sync_minutes == 0:
        return _LATEST_WITHOUT_SCHEDULE
    return timedelta(minutes=sync_minutes * _LATE_IMPORTS)
