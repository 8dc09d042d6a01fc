"""One performance: connect, play, wait until all is delivered, import, and look at the result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from appsprint.domain.app import Platform
from appsprint.domain.ids import AppId
from appsprint.entrypoints.demo.ads import APPS, CAMPAIGNS
from appsprint.entrypoints.demo.comparison import funnel_differences, report_differences
from appsprint.entrypoints.demo.connecting import ConnectedApp, connect
from appsprint.entrypoints.demo.console import Talk
from appsprint.entrypoints.demo.expected import expected_report
from appsprint.entrypoints.demo.farm import FARM_PLATFORM, trial_chapter
from appsprint.entrypoints.demo.funnel import expected_funnel
from appsprint.entrypoints.demo.incidents import Operator, restated_chapter, unsent_chapters
from appsprint.entrypoints.demo.outcome import Outcome, app_outcome, count_visits, outcome
from appsprint.entrypoints.demo.player import Player
from appsprint.entrypoints.demo.rates import ReferenceRates
from appsprint.entrypoints.demo.sandbox_world import furnish
from appsprint.entrypoints.demo.stage import Stage
from appsprint.entrypoints.demo.story import QUIET, Story
from appsprint.entrypoints.demo.traffic import Action, timeline
from appsprint.entrypoints.demo.wire import DemoFailed
from appsprint.entrypoints.demo.world import World

SETTLE_SECONDS = 45.0
_POLL_SECONDS = 0.05
# While the play waits, simulated time goes on so that retries come due: fast at first, then as
# slowly as real time, so that all waiting fits into a quiet moment of the story.
_STEP, _SLOW_STEP = timedelta(seconds=1), timedelta(seconds=_POLL_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out, and what is wrong with it; ``differences`` are empty when all is right.

    Attributes:
        chapters: What went wrong on the way and how it was mended, a sentence or two each.
    """

    outcome: Outcome
    chapters: Sequence[str]
    differences: Sequence[str]


class Performance:
    """Plays one world on one stage."""

    def __init__(self, world: World, stage: Stage, talk: Talk) -> None:
        self._world = world
        self._stage = stage
        self._talk = talk
        self._apps: dict[Platform, ConnectedApp] = {}
        self._operator = Operator(
            stage.api, stage.control, self._apps, settle=self.settle, window=self._window
        )

    def run(self) -> Result:
        """Everything, in order.

        Raises:
            DemoFailed: Something did not work.
        """
        stage, talk = self._stage, self._talk
        furnish(stage.control, self._world)
        for platform, app in APPS.items():
            self._apps[platform] = connect(stage.api, stage.control, app, talk.say)
        actions = timeline(self._world)
        visits_before = count_visits(stage.api)
        self._play(actions)
        talk.say("waiting until every event is delivered")
        stage.clock.release()
        self.settle()
        talk.say("importing campaigns and costs")
        self._sync()
        found = self._look(count_visits(stage.api) - visits_before)
        return Result(
            outcome=found,
            chapters=tuple(self._chapters()),
            differences=tuple(self._differences(found, actions)),
        )

    def settle(self) -> None:
        """Wait until no delivery is open any more; simulated time creeps on meanwhile.

        Raises:
            DemoFailed: It took too long.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        crept = timedelta(0)
        while waiting := self._open_deliveries():
            if time.monotonic() > deadline:
                raise DemoFailed(
                    f"{waiting} deliveries are still open after {SETTLE_SECONDS:g} seconds; "
                    f"{self._stage.sandbox_url}/sandbox/ shows what TikTok got"
                )
            step = _STEP if crept < QUIET / 2 else _SLOW_STEP
            self._stage.clock.advance(step)
            crept += step
            time.sleep(_POLL_SECONDS)

    def _play(self, actions: Sequence[Action]) -> None:
        stage = self._stage
        story = Story(
            self._world, stage.control, self._operator, settle=self.settle, sync=self._sync
        )
        player = Player(stage.phones, self._apps, stage.clock, self._talk.say)
        days = self._world.plan.days
        story.begin()
        self._talk.say(f"playing {days} days of clicks, installs and events on a simulated clock")
        with self._talk.counting("requests", len(actions)) as count:
            player.play(actions, story.scenes(actions), count)
        self.settle()
        stage.clock.move_to(self._world.plan.end_at)
        story.end()

    def _open_deliveries(self) -> int:
        paths = [f"{app.path}/tiktok" for app in self._apps.values()]
        return sum(self._stage.api.ask("GET", path)["counts"]["open"] for path in paths)

    def _sync(self) -> None:
        for app in self._apps.values():
            self._stage.api.ask("POST", f"{app.path}/tiktok/sync", self._window)

    def _chapters(self) -> Iterator[str]:
        """What the play told, as the management API tells it now."""
        api, told = self._stage.api, self._world.first_told
        campaign = next(one for one in CAMPAIGNS if one.campaign_id == told.campaign_id)
        restated = self._apps[campaign.platform]
        yield from self._operator.chapters
        yield restated_chapter(api, restated, told.ad_id, told.day_on.isoformat())
        yield from unsent_chapters(api, self._apps)
        yield trial_chapter(api, self._apps[FARM_PLATFORM], self._world)

    def _look(self, visits: int) -> Outcome:
        ledger = self._stage.process.services.ledger
        apps = [
            app_outcome(self._stage.api, app, ledger.check(AppId(app.app_id)), self._days)
            for app in self._apps.values()
        ]
        return outcome(apps, self._stage.control, visits)

    def _differences(self, found: Outcome, actions: Sequence[Action]) -> Iterator[str]:
        rates = ReferenceRates()
        for app in found.apps:
            platform, name = app.connected.app.platform, app.connected.app.name
            truth = expected_report(self._world, platform, rates.rate)
            yield from report_differences(name, truth, app.report)
        ios, android = (expected_funnel(self._world, actions, one) for one in Platform)
        yield from funnel_differences(ios + android, found)

    @property
    def _window(self) -> Mapping[str, str]:
        first_on, last_on = self._days
        return {"start": first_on.isoformat(), "end": last_on.isoformat()}

    @property
    def _days(self) -> tuple[date, date]:
        dates = self._world.plan.dates
        return dates[0], dates[-1]
