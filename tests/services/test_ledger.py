"""The ledger balances, notices whatever is changed behind its back, and says so in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId, IdPrefix
from appsprint.domain.ledger import InstallFate
from appsprint.domain.visit import VisitKind
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.events import ReceivedCounts
from appsprint.services import ledger as ledger_module
from appsprint.testing.builders import make_visit, put_clicks
from tests.support.control_plane import NOON, build_control_plane
from tests.support.intake import IntakeScene, make_read_event, make_unread_event

TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[IntakeScene]:
    """A day with one of everything, and its reports summed."""
    told = IntakeScene(build_control_plane(tmp_path))
    crawler = make_visit(
        id=told.services.ids.new(IdPrefix.FILTERED_VISIT),
        app_id=told.app.id,
        link_id=told.link.id,
        kind=VisitKind.CRAWLER,
        occurred_at=NOON,
    )
    put_clicks(told.store, crawler)
    credited, organic = told.credited_device(), told.organic_device()
    event = make_read_event(credited)
    told.record([event, replace(event, position=1)], [make_unread_event(2)])
    told.record([make_read_event(organic), make_read_event(credited, 1, event_type="login")])
    while told.services.rollups.advance():
        pass
    yield told
    told.store.close()


def tamper(scene: IntakeScene, tmp_path: Path, change: str) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(tmp_path / "appsprint.db")) as connection, connection:
        assert connection.execute(change).rowcount == 1


def test_a_balanced_day(scene: IntakeScene) -> None:
    """Every equation holds, each with its parts."""
    today = scene.services.ledger.days(scene.app.id).days[0]

    assert (today.day_on, today.gaps) == (TODAY, [])
    assert today.counts.visits == {VisitKind.CLICK: 1, VisitKind.CRAWLER: 1}
    assert today.people == 1
    assert today.rows.fates == {InstallFate.ATTRIBUTED: 1, InstallFate.ORGANIC: 1}
    counts = today.counts
    assert (counts.received, counts.stored, counts.duplicates, counts.refused) == (5, 3, 1, 1)
    assert today.rows.by_status == {DeliveryStatus.PENDING: 1}
    assert today.rows.by_skip_reason == {"not_mapped": 1, "not_attributed": 1}
    assert today.in_reports == today.in_facts
    assert today.in_facts.installs == 1
    assert scene.ledger().is_balanced


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ("DELETE FROM clicks", "1 click was counted and 0 are there (0 forgotten)"),
        (
            "DELETE FROM filtered_visits",
            "1 visit of the kind crawler was counted and 0 are there (0 forgotten)",
        ),
        (
            "UPDATE day_counts SET amount = 4 WHERE kind = 'install'",
            "4 installs were counted and 2 are there",
        ),
        (
            "UPDATE attributions SET is_in_force = 0 WHERE match_type = 'organic'",
            "2 installs are there and 1 is decided "
            "(1 attributed, 0 organic, 0 rejected, 0 reinstall, 0 test)",
        ),
        (
            "UPDATE received_counts SET received = received + 1",
            "6 events were received and 5 are accounted for (1 duplicate, 1 refused, 3 stored)",
        ),
        (
            "DELETE FROM events WHERE event_type = 'login'",
            "3 events were counted as stored and 2 are there",
        ),
        ("DELETE FROM refused_events", "1 event was counted as refused and 0 are there"),
        ("DELETE FROM deliveries", "1 delivery was made and 0 are there"),
        (
            "UPDATE events SET skip_reason = 'not_mapped' WHERE skip_reason IS NULL",
            "1 event is skipped and delivered all the same",
        ),
        (
            "UPDATE rollup_sums SET installs = 7 WHERE kind = 'day' AND installs > 0",
            "reports say 7 installs and the facts 1",
        ),
        (
            "UPDATE rollup_sums SET revenue_units = 0 WHERE kind = 'day' AND events > 0",
            "reports say another revenue than the facts",
        ),
        (
            "UPDATE rollup_sums SET reinstalls = 3 WHERE kind = 'day' AND installs > 0",
            "reports say 3 reinstalls and the facts 0",
        ),
    ],
)
def test_each_change_is_noticed(scene: IntakeScene, tmp_path: Path, change: str, gap: str) -> None:
    """A row that is gone, one that is changed, a count that is wrong: the day and the gap."""
    tamper(scene, tmp_path, change)

    result = scene.services.ledger.days(scene.app.id)

    assert f"{TODAY}: {gap}" in result.gaps
    assert [day.day_on for day in result.days if day.gaps] == [TODAY]
    assert not result.is_balanced


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ("UPDATE link_totals SET clicks = 5", "Links say 5 clicks, and 1 was counted by day"),
        (
            "UPDATE link_totals SET installs = 5",
            "Links say 5 installs, and 1 decision in force",
        ),
        (
            "INSERT INTO day_counts VALUES ((SELECT app_id FROM apps), 0, 'install', 1)",
            "Before days were told apart: 1 install was counted and 0 are there",
        ),
    ],
)
def test_the_whole_is_checked_as_well(
    scene: IntakeScene, tmp_path: Path, change: str, gap: str
) -> None:
    """What links show, and what has no day."""
    tamper(scene, tmp_path, change)

    assert scene.ledger().gaps == (gap,)


def test_days_are_answered_newest_first(scene: IntakeScene) -> None:
    """By default the last seven; an empty day balances."""
    by_default = scene.services.ledger.days(scene.app.id)
    one = scene.services.ledger.days(scene.app.id, TODAY - DAY, TODAY - DAY)

    assert [day.day_on for day in by_default.days] == [TODAY - n * DAY for n in range(7)]
    assert [day.day_on for day in one.days] == [TODAY - DAY]
    assert one.is_balanced


def test_a_look_reads_only_what_it_can_afford(
    scene: IntakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From today back until a day would be too much; none where today is."""
    app_id = scene.app.id
    assert len(scene.services.ledger.recent(app_id).days) == 7

    monkeypatch.setattr(ledger_module, "RECENT_ROWS", 5)
    counts = ReceivedCounts(received=10, stored=10)
    busy_on = TODAY - 2 * DAY
    scene.store.write(lambda uow: uow.events.count(app_id, counts, day_on=busy_on))

    assert scene.services.ledger.recent(app_id).days == ()
    monkeypatch.setattr(ledger_module, "RECENT_ROWS", 12)
    assert [day.day_on for day in scene.services.ledger.recent(app_id).days] == [TODAY, TODAY - DAY]


def test_unusable_questions(scene: IntakeScene) -> None:
    """An app that is not there, and days in the wrong order."""
    ledger = scene.services.ledger
    with pytest.raises(NotFound):
        ledger.check(AppId("app_nope"))
    with pytest.raises(NotFound):
        ledger.days(AppId("app_nope"))
    with pytest.raises(InvalidInput):
        ledger.days(scene.app.id, TODAY, TODAY - DAY)
