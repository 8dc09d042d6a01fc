"""What goes wrong on the way, and what TikTok does meanwhile: at set places of the play."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from appsprint.entrypoints.demo.funnel import OWN_MAPPING
from appsprint.entrypoints.demo.incidents import Operator
from appsprint.entrypoints.demo.sandbox_world import API, restate
from appsprint.entrypoints.demo.traffic import Action
from appsprint.entrypoints.demo.wire import Wire
from appsprint.entrypoints.demo.world import REJECTED_EVENT, World

# Waiting for TikTok takes a moment of simulated time, so it happens where nobody does anything.
QUIET = timedelta(minutes=6)
_EVENTS = "/event/track/"
_Fault = Mapping[str, object]
# There until somebody mends it: TikTok takes every event but this one.
_REJECTION: _Fault = {
    "kind": "bad_event",
    "endpoint": _EVENTS,
    "event": OWN_MAPPING[f"custom:{REJECTED_EVENT}"],
}
_RATE_LIMIT: Sequence[_Fault] = (
    {"kind": "rate_limit", "endpoint": _EVENTS, "times": 2},
    {"kind": "pixel_rate_limit", "endpoint": _EVENTS, "times": 1},
)
# The first call is taken although its answer gets lost, so the same events come again.
_OUTAGE: Sequence[_Fault] = (
    {"kind": "accept_then_reset", "endpoint": _EVENTS, "times": 1},
    {"kind": "server_error", "endpoint": _EVENTS, "times": 2, "status": 502},
    {"kind": "reset", "endpoint": _EVENTS, "times": 1},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One thing that happens just before the action at ``index``."""

    index: int
    title: str
    play: Callable[[], None]


class Story:
    """The scenes of one demonstration.

    Args:
        sandbox: The way to the sandbox's control API.
        operator: Mends what needs a person.
        settle: Waits until no delivery is open.
        sync: Imports campaigns and costs of every app.
    """

    def __init__(
        self,
        world: World,
        sandbox: Wire,
        operator: Operator,
        *,
        settle: Callable[[], None],
        sync: Callable[[], None],
    ) -> None:
        self._world = world
        self._sandbox = sandbox
        self._operator = operator
        self._settle = settle
        self._sync = sync

    def begin(self) -> None:
        """TikTok rejects one kind of event from the start."""
        self._add([_REJECTION])

    def end(self) -> None:
        """TikTok would take everything now, so that a redrive can be tried."""
        self._sandbox.ask("DELETE", f"{API}/faults")

    def scenes(self, actions: Sequence[Action]) -> list[Scene]:
        """When each happens, in order; trouble is over at the next quiet moment."""
        operator = self._operator
        played = [
            (0.34, "TikTok rejects the iOS app's Events API token", operator.token_is_rejected),
            (0.60, "pasting a new token", operator.paste_a_new_token),
            (0.68, "importing costs; afterwards TikTok restates a day", self._import_and_restate),
            (0.74, "the Android app loses its ad account at TikTok", operator.advertiser_is_lost),
            (0.80, "connecting the Android app again", operator.reconnect),
        ]
        scenes = [
            *self._trouble(actions, 0.20, "TikTok limits the rate of calls", _RATE_LIMIT),
            *self._trouble(actions, 0.27, "TikTok is out of order", _OUTAGE),
            *(
                Scene(index=_quiet_index(actions, share), title=title, play=play)
                for share, title, play in played
            ),
        ]
        return sorted(scenes, key=lambda scene: scene.index)

    def _trouble(
        self, actions: Sequence[Action], share: float, title: str, faults: Sequence[_Fault]
    ) -> list[Scene]:
        """Faults from one moment on; some actions later everything waits for them to pass."""
        first = _quiet_index(actions, share)
        last = _quiet_index(actions, share + 0.03)
        return [
            Scene(index=first, title=title, play=lambda: self._add(faults)),
            Scene(index=last, title="waiting until every event is through", play=self._recover),
        ]

    def _recover(self) -> None:
        self._settle()
        # What trouble is left would last into a part of the story where it does not belong.
        self._sandbox.ask("DELETE", f"{API}/faults")
        self._add([_REJECTION])

    def _import_and_restate(self) -> None:
        self._sync()
        restate(self._sandbox, self._world)

    def _add(self, faults: Sequence[_Fault]) -> None:
        self._sandbox.ask("POST", f"{API}/faults", list(faults))


def _quiet_index(actions: Sequence[Action], share: float) -> int:
    """The first action after ``share`` of all that comes after a pause; else the last."""
    first = max(1, int(len(actions) * share))
    pairs = zip(actions[first - 1 :], actions[first:], strict=False)
    for offset, (before, after) in enumerate(pairs):
        if after.at - before.at >= QUIET:
            return first + offset
    return len(actions) - 1
