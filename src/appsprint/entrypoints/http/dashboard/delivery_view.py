"""What the address of the deliveries' list says, and deliveries' states in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appsprint.domain.delivery import AttemptOutcome, DeadReason, DeliveryStatus, SkipReason
from appsprint.domain.quality import quality_rule_of
from appsprint.domain.quality_rules import SPECS
from appsprint.entrypoints.http.dashboard.list_view import ListView
from appsprint.errors import InvalidInput
from appsprint.ports.deliveries import DeliveryFilter


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A status as people read it, with the tone of its badge."""

    label: str
    tone: str
    meaning: str


STATUSES: Mapping[DeliveryStatus, StatusWord] = {
    DeliveryStatus.PENDING: StatusWord("Waiting", "info", "Not tried yet."),
    DeliveryStatus.RETRYING: StatusWord(
        "Retrying", "warn", "An attempt failed, or it was redriven; the next one is due."
    ),
    DeliveryStatus.SENT: StatusWord("Sent", "good", "TikTok took it."),
    DeliveryStatus.SKIPPED: StatusWord("Skipped", "quiet", "Never fit to send."),
    DeliveryStatus.DEAD: StatusWord("Dead letter", "bad", "Given up; it can be redriven."),
}


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """Why an event was not sent: in short, in full, and what helps."""

    label: str
    meaning: str
    advice: str


_CONTEXT = "An event without it would be sent with low-quality data, so it is not sent."
REASONS: Mapping[str, ReasonWords] = {
    SkipReason.MISSING_CLICK_ID: ReasonWords(
        "No TikTok click id",
        f"The click carried no ttclid. {_CONTEXT}",
        "Paste the ad link unchanged into the ad's Website URL.",
    ),
    SkipReason.MISSING_CLIENT_IP: ReasonWords(
        "No client IP",
        f"No public address of the device is known. {_CONTEXT}",
        "Let the SDK send from the device, and keep the client's address on its way through "
        "your proxies.",
    ),
    SkipReason.MISSING_USER_AGENT: ReasonWords(
        "No user agent",
        f"Neither the SDK nor the click told the device's user agent. {_CONTEXT}",
        "Let the SDK send from the device.",
    ),
    SkipReason.MISSING_PAGE_URL: ReasonWords(
        "No page URL",
        f"The credited click's address is not known. {_CONTEXT}",
        "Create the ad link before production traffic.",
    ),
    SkipReason.REFUND: ReasonWords(
        "Refund",
        "TikTok has no event that takes revenue back, and would count another purchase.",
        "Nothing to do: reports count the refund.",
    ),
    SkipReason.ERASED: ReasonWords(
        "Erased", "The person's data was erased before it was sent.", "Nothing to do."
    ),
    SkipReason.CREDIT_MOVED: ReasonWords(
        "Credit moved",
        "Stronger evidence gave the install to another network before this was sent.",
        "Nothing to do: the install's page shows each decision.",
    ),
    DeadReason.REJECTED: ReasonWords(
        "Refused by TikTok",
        "TikTok answered that it does not take the event.",
        "Read TikTok's answer, mend the cause in the app or in the event mapping, then redrive.",
    ),
    DeadReason.TOO_OLD: ReasonWords(
        "Too old",
        "TikTok no longer takes events of that age.",
        "Redriving does not help: the event only gets older.",
    ),
    DeadReason.INVALID_EVENT: ReasonWords(
        "Invalid event",
        "The event cannot be put into TikTok's form.",
        "Correct what the app sends with the event, for those to come.",
    ),
    DeadReason.UNSUPPORTED_CURRENCY: ReasonWords(
        "Unsupported currency",
        "TikTok does not know the event's currency.",
        "Send revenue in a currency that TikTok lists.",
    ),
    DeadReason.DEDUPE_HORIZON: ReasonWords(
        "48 hours passed",
        "TikTok may have taken an earlier attempt, and forgets event ids after 48 hours: it "
        "could count the event twice.",
        "Redrive it if a missing event is worse than a doubled one.",
    ),
    DeadReason.RETRIES_EXHAUSTED: ReasonWords(
        "Retries used up",
        "Every attempt failed for a cause that time could have mended.",
        "Redrive once TikTok answers again.",
    ),
}

OUTCOMES: Mapping[AttemptOutcome, tuple[str, str]] = {
    AttemptOutcome.DELIVERED: ("Taken", "good"),
    AttemptOutcome.RETRY: ("To be tried again", "warn"),
    AttemptOutcome.AWAIT_RECONNECT: ("Waits for the connection", "warn"),
    AttemptOutcome.DEAD: ("Given up", "bad"),
}


def reason_label(reason: str | None) -> str:
    """A reason in short; one that has no words yet as it is stored."""
    if reason is None:
        return ""
    if (rule := quality_rule_of(reason)) is not None:
        return f"Quality rule: {SPECS[rule].title}"
    return REASONS[reason].label if reason in REASONS else reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView(ListView):
    """Which deliveries the address asks for."""

    status: str = ""
    reason: str = ""
    sdk_event: str = ""
    tiktok_event: str = ""
    event_id: str = ""
    appsprint_id: str = ""

    def wanted(self, time_zone: str) -> DeliveryFilter:
        """The deliveries that are asked for.

        Raises:
            InvalidInput: A day is not one, or the status is none.
        """
        if self.status and self.status not in set(DeliveryStatus):
            raise InvalidInput("there is no such status", field="status")
        since, until = self.span(time_zone)
        return DeliveryFilter(
            status=DeliveryStatus(self.status) if self.status else None,
            reason=self.reason or None,
            sdk_event=self.sdk_event or None,
            network_event=self.tiktok_event or None,
            event_id=self.event_id or None,
            appsprint_id=self.appsprint_id or None,
            since=since,
            until=until,
        )
