"""Sends the requests in the order of time, moving the clock before each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import assert_never
from urllib.parse import parse_qs, urlsplit

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.clock import SimulatedClock
from appsprint.entrypoints.demo.connecting import ConnectedApp
from appsprint.entrypoints.demo.story import Scene
from appsprint.entrypoints.demo.traffic import Action, LinkVisit, SdkCall, visited
from appsprint.entrypoints.demo.wire import Wire, fail

_REDIRECT = 302
# How many actions have been played.
Count = Callable[[int], None]


class Player:
    """Plays a timeline against one server.

    Phones remember what the store was told of them: the referrer in the address that a person was
    redirected to is the one that Play hands to the app.

    Args:
        tell: Takes the titles of scenes.
    """

    def __init__(
        self,
        server: Wire,
        apps: Mapping[Platform, ConnectedApp],
        clock: SimulatedClock,
        tell: Callable[[str], None],
    ) -> None:
        self._server = server
        self._apps = apps
        self._clock = clock
        self._tell = tell
        self._referrers: dict[int, str] = {}

    def play(self, actions: Sequence[Action], scenes: Sequence[Scene], count: Count) -> None:
        """Every action, each scene before its own.

        Raises:
            DemoFailed: An answer was not the one that the contract promises.
        """
        waiting = list(reversed(scenes))
        for index, action in enumerate(actions):
            while waiting and waiting[-1].index <= index:
                scene = waiting.pop()
                self._tell(f"{self._clock.now():%d %b, %H:%M} UTC: {scene.title}")
                scene.play()
            self._clock.move_to(action.at)
            self._send(action)
            count(index + 1)

    def _send(self, action: Action) -> None:
        match action:
            case LinkVisit():
                self._visit(action)
            case SdkCall():
                self._call(action)
            case _:
                assert_never(action)

    def _visit(self, visit: LinkVisit) -> None:
        target = visited(self._apps[visit.platform].links[visit.link], visit)
        reply = self._server.send(visit.method, target, headers=visit.headers)
        if reply.status != _REDIRECT:
            fail(visit.method, target, reply)
        if visit.person is not None:
            query = parse_qs(urlsplit(reply.headers["location"]).query)
            self._referrers[visit.person] = query.get("referrer", [""])[0]

    def _call(self, call: SdkCall) -> None:
        app = self._apps[call.platform]
        key = app.test_key if call.is_test else app.live_key
        body = call.body
        if body is not None and call.referrer_of is not None:
            body = {**body, "installReferrer": self._referrers[call.referrer_of]}
        headers = {**call.headers, "X-API-Key": key}
        reply = self._server.send(call.method, call.path, headers=headers, body=body)
        if reply.status != call.status:
            fail(call.method, call.path, reply)
