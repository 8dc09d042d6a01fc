"""Which events arrived, and which of them TikTok would drop as duplicates.

Events API against Events API, TikTok drops a later event with the same pixel, name and id within
48 hours of the first (help centre, "Event deduplication", May 2025). The clock is the receiving
one: TikTok does not say which, and an ``event_time`` could be made up.
"""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import islice

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.event_warnings import EventWarning
from appsprint.adapters.networks.tiktok.sandbox.validation import CheckedEvent, TrackRequest

DEDUPE_SECONDS = 48 * 3600
DEFAULT_MAX_EVENTS = 1_000_000


class EventOutcome(StrEnum):
    """What became of an event that the API accepted."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    TEST = "test"


class ReceivedEvent(msgspec.Struct, frozen=True, gc=False):
    """One event as it was received; ``number`` counts those with the same outcome from 1."""

    number: int
    received_at_ms: int
    pixel_code: str
    test_event_code: str | None
    request_id: str
    checked: CheckedEvent


class EventLog:
    """The received events, by outcome, and the ids that would make the next one a duplicate.

    Of each outcome it keeps the newest ``max_events``; the counts are never forgotten.
    """

    def __init__(self, max_events: int = DEFAULT_MAX_EVENTS) -> None:
        self._kept: dict[EventOutcome, deque[ReceivedEvent]] = {
            outcome: deque(maxlen=max_events) for outcome in EventOutcome
        }
        # In order of first arrival, so that the oldest are forgotten from the front.
        self._first_seen: dict[tuple[str, str, str], float] = {}
        self.totals: Counter[EventOutcome] = Counter()
        self.by_event: Counter[tuple[str, str, EventOutcome]] = Counter()
        self.warnings: Counter[EventWarning] = Counter()

    def record(self, request: TrackRequest, *, request_id: str, now: datetime) -> None:
        """Take the events of one accepted request, in their order."""
        self._forget_ids_before(now.timestamp() - DEDUPE_SECONDS)
        for event in request.events:
            outcome = self._outcome_of(event, request, now.timestamp())
            self.totals[outcome] += 1
            self.by_event[request.pixel_code, event.event, outcome] += 1
            self.warnings.update(event.warnings)
            self._kept[outcome].append(
                ReceivedEvent(
                    self.totals[outcome],
                    int(now.timestamp() * 1000),
                    request.pixel_code,
                    request.test_event_code,
                    request_id,
                    event,
                )
            )

    def after(self, outcome: EventOutcome, number: int) -> Iterable[ReceivedEvent]:
        """The kept events numbered above ``number``, oldest first."""
        kept = self._kept[outcome]
        oldest = self.totals[outcome] - len(kept) + 1
        return islice(kept, max(0, number + 1 - oldest), None)

    def newest_first(self, outcome: EventOutcome) -> Iterable[ReceivedEvent]:
        return reversed(self._kept[outcome])

    def _outcome_of(
        self, event: CheckedEvent, request: TrackRequest, now_seconds: float
    ) -> EventOutcome:
        if request.test_event_code is not None:
            return EventOutcome.TEST
        if event.event_id is None:
            return EventOutcome.ACCEPTED
        key = (request.pixel_code, event.event, event.event_id)
        if key in self._first_seen:
            return EventOutcome.DUPLICATE
        self._first_seen[key] = now_seconds
        return EventOutcome.ACCEPTED

    def _forget_ids_before(self, instant: float) -> None:
        expired = []
        for key, seen_at in self._first_seen.items():
            if seen_at >= instant:
                break
            expired.append(key)
        for key in expired:
            del self._first_seen[key]
