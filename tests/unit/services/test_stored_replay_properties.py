"""Whatever happened: the same rules change nothing, and applying is exact and repeatable."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.ports.installs import InstallFilter
from appsprint.services.apps import AppChanges
from appsprint.services.stored_replay import WantedReplay
from tests.support.control_plane import NOON, build_control_plane
from tests.support.intake import IntakeScene

MINUTE = timedelta(minutes=1)
# Minutes before noon and a household: of a click, or of an install.
happenings = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2_000), st.integers(1, 3)), min_size=1, max_size=14
)
changes = st.builds(
    AppChanges,
    probabilistic_lookback_hours=st.sampled_from([1, 4, 24, 168]),
    min_confidence_percent=st.sampled_from([50, 75, 95]),
    probabilistic_matching=st.booleans(),
)


@settings(max_examples=8, deadline=None)
@given(happenings, changes)
def test_applying_is_exact_and_repeatable(
    history: list[tuple[bool, int, int]], wanted: AppChanges
) -> None:
    """Nothing changes by the same rules; a second apply finds nothing; one click, one install."""
    with tempfile.TemporaryDirectory() as folder:
        plane = build_control_plane(Path(folder))
        try:
            check(IntakeScene(plane), history, wanted)
        finally:
            plane.store.close()


def check(scene: IntakeScene, history: list[tuple[bool, int, int]], wanted: AppChanges) -> None:
    """Live the history, then change the past."""
    for is_click, before, home in sorted(history, key=lambda one: (-one[1], not one[0])):
        address = f"203.0.113.{home}"
        at = NOON - before * MINUTE
        if is_click:
            scene.click(client_ip=address, address_key=address, occurred_at=at)
        else:
            scene.register(
                scene.new_install(
                    client_ip=address, address_key=address, installed_at=at, received_at=at
                )
            )
    scene.plane.clock.advance(MINUTE)
    replay, start = scene.services.stored_replay, (NOON - timedelta(days=2)).date()

    same = WantedReplay(app_id=scene.app.id, start_on=start)
    assert replay.compare(same).changed == 0

    other = WantedReplay(app_id=scene.app.id, start_on=start, changes=wanted)
    foreseen = replay.compare(other)
    applied = replay.apply(other)
    assert (applied.written, applied.campaigns) == (foreseen.changed, foreseen.campaigns)
    assert replay.apply(other).written == 0

    found = scene.services.installs.page(scene.app.id, InstallFilter(), after=None, limit=99)
    clicks = Counter(one.attribution.click_id for one in found if one.attribution.is_attributed)
    assert not clicks or max(clicks.values()) == 1
    assert scene.services.rollups.differences(scene.app.id) == 0
    assert scene.services.ledger.check(scene.app.id).is_balanced
