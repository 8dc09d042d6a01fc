"""The running sandbox: the world, what arrived, what goes wrong on purpose, and the time."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from appsprint.adapters.networks.tiktok.sandbox.event_log import DEFAULT_MAX_EVENTS, EventLog
from appsprint.adapters.networks.tiktok.sandbox.faults import FaultPlan
from appsprint.adapters.networks.tiktok.sandbox.world import World

_MAX_REQUESTS = 1000


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One answered API request.

    ``status`` is None when the client got no answer; ``code`` is None when the answer was no JSON
    envelope. ``count`` is the events sent or the rows answered, ``fault`` the injected fault.
    """

    at: datetime
    method: str
    path: str
    status: int | None
    code: int | None
    count: int
    request_id: str
    fault: str | None


class RequestLog:
    """The newest requests and counts of all of them."""

    def __init__(self) -> None:
        self.newest: deque[RequestRecord] = deque(maxlen=_MAX_REQUESTS)
        self.by_answer: Counter[tuple[str, int | None, int | None]] = Counter()

    def add(self, record: RequestRecord) -> None:
        self.newest.append(record)
        self.by_answer[record.path, record.status, record.code] += 1


class Sandbox:
    """All state of one sandbox. Only the server's event loop touches it while that runs."""

    def __init__(
        self,
        world: World,
        *,
        now: Callable[[], datetime] = utc_now,
        max_events: int = DEFAULT_MAX_EVENTS,
    ) -> None:
        self._initial_world = world.copy()
        self._max_events = max_events
        self.now = now
        self.reset()

    def reset(self) -> None:
        """Back to the world it started with, with nothing received and no fault."""
        self.world = self._initial_world.copy()
        self.events = EventLog(self._max_events)
        self.faults = FaultPlan()
        self.requests = RequestLog()
