"""The rules about events: which were not sent and why, and what campaigns make of those sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from appsprint.domain.counted import amount_of, part_of, were
from appsprint.domain.delivery import DeadReason, DeliveryStatus, NotEligibleReason, SkipReason
from appsprint.ports.diagnostics import UnsentSum
from appsprint.services.diagnosis_facts import EventFacts, Facts
from appsprint.services.findings import Diagnosis, Evidence, failing, ok, unknown, warning
from appsprint.services.troubleshooting import TroubleCode

# TikTok shows the first events after 30 to 90 minutes (product page, Troubleshooting).
FIRST_EVENTS_WAIT = timedelta(minutes=90)
# Above this share of the window's events, what is lost is more than the odd one.
_LARGE_SHARE = 0.05
_MANY_EVENTS = 10
_SHOWN = 10

_CONTEXT_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        SkipReason.MISSING_CLICK_ID: (
            "Paste the ad link unchanged into the Website URL field of the ad: only clicks that "
            "TikTok sends there carry its click id. Create it before production traffic."
        ),
        SkipReason.MISSING_CLIENT_IP: (
            "Let the SDK send from the device itself, not through your backend, and set "
            "APPSPRINT_TRUSTED_PROXIES to the proxies in front of this server."
        ),
        SkipReason.MISSING_USER_AGENT: (
            "Let the SDK send from the device itself: it brings the user agent of the web view."
        ),
        SkipReason.MISSING_PAGE_URL: (
            "Create the ad link before production traffic: these installs were credited without "
            "a stored click."
        ),
    }
)


def web_context(facts: Facts) -> Diagnosis:
    """Whether events had what TikTok needs of the click and the device."""
    code, events = TroubleCode.WEB_CONTEXT, facts.events
    reasons = {
        reason: amount
        for reason, amount in events.reasons(DeliveryStatus.SKIPPED).items()
        if reason in _CONTEXT_ACTIONS
    }
    lacking = sum(reasons.values())
    evidence: Evidence = {
        **_window(facts),
        "events": events.total,
        "skipped": lacking,
        "skipped_reasons": reasons,
        "examples": list(_examples(events.unsent, reasons)),
    }
    if lacking == 0:
        if events.total == 0:
            words = f"No event was meant for TikTok in the last {facts.window_days} days."
            return unknown(code, words, evidence)
        return ok(code, "Every event had its TikTok web context.", evidence)
    words = f"{part_of(lacking, events.total, 'event')} lacked TikTok web context and were skipped."
    action = _CONTEXT_ACTIONS[next(iter(reasons))]
    if lacking >= _MANY_EVENTS and lacking >= events.total:
        return failing(code, words, evidence, action)
    return warning(code, words, evidence, action)


def events_not_sent(facts: Facts) -> Diagnosis:
    """Which events did not go out, by reason, with examples."""
    code, events, evidence = TroubleCode.EVENTS_NOT_SENT, facts.events, _unsent_evidence(facts)
    if events.open_amount and not facts.connection.can_send:
        waiting = amount_of(events.open_amount, "event waits", "events wait")
        words = f"{waiting} for the connection; nothing is lost."
        action = "Mend the connection; what waits then goes out by itself, in order of time."
        return failing(code, words, evidence, action)
    dead = events.amount(DeliveryStatus.DEAD)
    refunds = events.reasons(DeliveryStatus.SKIPPED).get(SkipReason.REFUND, 0)
    skipped = events.amount(DeliveryStatus.SKIPPED) - refunds
    if dead > events.total * _LARGE_SHARE:
        return failing(code, f"{_fate(dead, events.total, 'given up')}.", evidence)
    if dead:
        words = _fate(dead, events.total, "given up")
        words += f", {skipped:,} {were(skipped)} skipped" if skipped else ""
        return warning(code, f"{words}.", evidence)
    if skipped:
        return warning(code, f"{_fate(skipped, events.total, 'skipped')}.", evidence)
    if events.total == 0:
        return unknown(code, _nothing_eligible(facts), evidence)
    return ok(code, "No event that was meant for TikTok was given up or skipped.", evidence)


def _fate(part: int, whole: int, fate: str) -> str:
    return f"{part_of(part, whole, 'event')} {were(part)} {fate}"


def _nothing_eligible(facts: Facts) -> str:
    others = sum(one.amount for one in facts.events.undelivered)
    words = f"No event was meant for TikTok in the last {facts.window_days} days"
    if others == 0:
        return f"{words}."
    return f"{words}: {others:,} {were(others)} not mapped, or of installs without a TikTok click."


def _unsent_evidence(facts: Facts) -> Evidence:
    events = facts.events
    return {
        **_window(facts),
        "events_are_all": events.is_complete,
        **{status.value: events.amount(status) for status in DeliveryStatus},
        "waiting": events.open_amount,
        "skipped_reasons": events.reasons(DeliveryStatus.SKIPPED),
        "dead_reasons": events.reasons(DeliveryStatus.DEAD),
        "examples": list(_examples(events.unsent)),
        "not_mapped": _by_name(events, NotEligibleReason.NOT_MAPPED),
        "not_attributed": sum(_by_name(events, NotEligibleReason.NOT_ATTRIBUTED).values()),
        "switched_off": sorted(events.switched_off),
    }


def _by_name(events: EventFacts, reason: NotEligibleReason) -> Mapping[str, int]:
    found = Counter[str]()
    for one in events.undelivered:
        if one.reason == reason:
            found[one.sdk_event] += one.amount
    return dict(found.most_common(_SHOWN))


def first_events_wait(facts: Facts) -> Diagnosis:
    """Whether TikTok may still be working on the first events of this pixel."""
    code, pixel_id = TroubleCode.FIRST_EVENTS_WAIT, facts.connection.pixel_id
    sent_at = [
        one.first_sent_at
        for one in facts.events.sums
        if one.first_sent_at is not None and one.pixel_id == pixel_id
    ]
    first = min(sent_at, default=None)
    evidence: Evidence = {
        "pixel_id": pixel_id,
        "first_sent_at": first,
        "shows_by": None if first is None else first + FIRST_EVENTS_WAIT,
        "test_event_code": facts.connection.test_event_code,
    }
    if facts.connection.test_event_code is not None:
        words = "Events are sent as tests: Events Manager shows them under Test Events only."
        action = "Save the Pixel ID without a test event code; events are live from then on."
        return warning(code, words, evidence, action)
    if first is None:
        words = f"No event was sent to this pixel in the last {facts.window_days} days."
        return unknown(code, words, evidence)
    if facts.now - first > FIRST_EVENTS_WAIT or not facts.events.is_complete:
        return ok(code, "The first events should show in TikTok Events Manager.", evidence)
    minutes = amount_of((facts.now - first) // timedelta(minutes=1), "minute")
    words = f"The first events were sent {minutes} ago; TikTok shows them after 30 to 90 minutes."
    return warning(code, words, evidence)


def objective_rejected(facts: Facts) -> Diagnosis:
    """Whether campaigns use the mapped events, and whether TikTok refused any."""
    code, objectives = TroubleCode.OBJECTIVE_REJECTED, facts.objectives
    evidence = _objective_evidence(facts)
    if rejected := facts.events.reasons(DeliveryStatus.DEAD).get(DeadReason.REJECTED, 0):
        words = (
            f"Refused by TikTok: {part_of(rejected, facts.events.total, 'event')}, as the "
            "examples tell."
        )
        action = (
            "Read TikTok's words, correct what the app sends or pick another TikTok event in the "
            "mapping, and redrive the dead letters."
        )
        return warning(code, " ".join([words, *objectives.sentences]), evidence, action)
    if not objectives.campaigns:
        return unknown(code, "No campaign was imported, so no objective is known.", evidence)
    if not objectives.uses_web_events:
        words = "No campaign has an objective that optimizes for web events."
        return warning(code, words, evidence)
    if objectives.unmet:
        waiting = ", ".join(" or ".join(one.event_names) for one in objectives.unmet)
        words = f"Ad groups optimize for {waiting}, and no in-app event is mapped to it."
        action = "Map the in-app event to it, or change what the ad groups optimize for."
        return warning(code, words, evidence, action)
    if objectives.sentences:
        return warning(code, " ".join(objectives.sentences), evidence)
    words = "As far as TikTok's lists tell, a campaign optimizes for each mapped event."
    return ok(code, words, evidence)


def _objective_evidence(facts: Facts) -> Evidence:
    objectives = facts.objectives
    return {
        "objectives": [one.objective for one in objectives.campaigns],
        "campaigns_by_objective": {
            one.objective: list(one.campaigns[:_SHOWN]) for one in objectives.campaigns
        },
        "mapped_events": sorted(facts.mapped_events),
        "not_accepted": [one.network_event for one in objectives.conflicts if one.is_certain],
        "doubtful": [one.network_event for one in objectives.conflicts if not one.is_certain],
        "optimized_but_not_mapped": [
            {"tiktok_events": list(one.event_names), "adgroup_ids": list(one.adgroups[:_SHOWN])}
            for one in objectives.unmet
        ],
        "rejected": facts.events.reasons(DeliveryStatus.DEAD).get(DeadReason.REJECTED, 0),
        "rejected_examples": list(_examples(facts.events.unsent, {DeadReason.REJECTED.value: 0})),
    }


def _examples(
    unsent: Sequence[UnsentSum], reasons: Mapping[str, int] | None = None
) -> Iterator[Mapping[str, object]]:
    """Some deliveries of each reason, or of the given ones."""
    for one in unsent:
        if reasons is not None and one.reason not in reasons:
            continue
        for example in one.examples:
            yield {
                "delivery_id": example.delivery_id,
                "event_id": example.event_id,
                "sdk_event": example.sdk_event,
                "tiktok_event": example.network_event,
                "status": one.status,
                "reason": one.reason,
                "created_at": example.created_at,
                "answer": example.answer,
            }


def _window(facts: Facts) -> Evidence:
    return {"window_days": facts.window_days}
