"""Scenes are played where nobody does anything, in order, each trouble before its end."""

from __future__ import annotations

from appsprint.entrypoints.demo.incidents import Operator
from appsprint.entrypoints.demo.story import QUIET, Story
from appsprint.entrypoints.demo.traffic import timeline
from appsprint.entrypoints.demo.wire import Wire
from tests.unit.demo.builders import small_world


def test_scenes_happen_in_quiet_moments() -> None:
    """Waiting takes simulated time, which must not push anybody's click past the install."""
    world = small_world()
    actions = timeline(world)
    # Nothing is sent: the scenes are only looked at.
    nowhere = Wire("http://127.0.0.1:1")
    operator = Operator(nowhere, nowhere, {}, settle=lambda: None, window={})
    story = Story(world, nowhere, operator, settle=lambda: None, sync=lambda: None)

    scenes = story.scenes(actions)

    assert [scene.index for scene in scenes] == sorted(scene.index for scene in scenes)
    assert [scene.title.partition(" ")[0] for scene in scenes] == [
        *("TikTok", "waiting", "TikTok", "waiting", "TikTok", "pasting"),
        *("importing", "the", "connecting"),
    ]
    assert all(actions[s.index].at - actions[s.index - 1].at >= QUIET for s in scenes)
