"""Received events: which are duplicates, which are kept, and what is counted."""

from datetime import datetime, timedelta

import pytest

from appsprint.adapters.networks.tiktok.sandbox.event_log import EventLog, EventOutcome
from appsprint.adapters.networks.tiktok.sandbox.validation import TrackRequest, check_track_request
from tests.unit.tiktok_sandbox.builders import (
    NOW,
    NOW_SECONDS,
    OTHER_PIXEL,
    PIXEL,
    make_body,
    make_event,
)


def request_of(*event_ids: str | None, event: str = "Purchase", pixel: str = PIXEL) -> TrackRequest:
    """A checked request with one event for each id."""
    events = [make_event(event=event, event_id=event_id) for event_id in event_ids]
    body = make_body(*events, event_source_id=pixel)
    return check_track_request(body, may_write=lambda code: True, now_seconds=NOW_SECONDS)


def record(log: EventLog, request: TrackRequest, now: datetime = NOW) -> None:
    """Record a request under some id."""
    log.record(request, request_id="r", now=now)


def counts(log: EventLog) -> tuple[int, int, int]:
    """Accepted, duplicate and test events."""
    accepted, duplicate, test = (log.totals[outcome] for outcome in EventOutcome)
    return accepted, duplicate, test


@pytest.mark.parametrize(
    ("later", "is_duplicate"),
    [
        pytest.param(timedelta(0), True, id="at once"),
        pytest.param(timedelta(hours=48), True, id="last instant of the horizon"),
        pytest.param(timedelta(hours=48, microseconds=1), False, id="just beyond it"),
    ],
)
def test_the_same_event_is_dropped_for_48_hours(later: timedelta, *, is_duplicate: bool) -> None:
    """TikTok counts from the first arrival and includes the last instant."""
    log = EventLog()

    record(log, request_of("e1"))
    record(log, request_of("e1"), NOW + later)

    assert counts(log) == ((1, 1, 0) if is_duplicate else (2, 0, 0))


def test_the_horizon_counts_from_the_first_arrival_not_from_the_last() -> None:
    """A duplicate does not prolong the time in which the next one is dropped."""
    log = EventLog()

    record(log, request_of("e1"))
    record(log, request_of("e1"), NOW + timedelta(hours=40))
    record(log, request_of("e1"), NOW + timedelta(hours=49))

    assert counts(log) == (2, 1, 0)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(request_of("e2"), id="another id"),
        pytest.param(request_of("e1", event="Subscribe"), id="another name"),
        pytest.param(request_of("e1", pixel=OTHER_PIXEL), id="another pixel"),
        pytest.param(request_of(None), id="no id"),
    ],
)
def test_events_that_differ_in_pixel_name_or_id_are_both_kept(other: TrackRequest) -> None:
    """The key of a duplicate is pixel, event name and event id together."""
    log = EventLog()

    record(log, request_of("e1"))
    record(log, other)

    assert counts(log) == (2, 0, 0)


def test_a_repeat_within_one_request_is_dropped() -> None:
    """The first of two equal events in a batch is kept."""
    log = EventLog()

    record(log, request_of("e1", "e1"))

    assert counts(log) == (1, 1, 0)


def test_events_without_an_id_are_never_duplicates() -> None:
    """Without an id on both sides there is nothing to compare, so both count."""
    log = EventLog()

    record(log, request_of(None, None))

    assert counts(log) == (2, 0, 0)


def test_test_events_stand_apart() -> None:
    """An event with a test code is no live traffic: it neither counts nor makes duplicates."""
    log = EventLog()
    body = make_body(make_event(event_id="e1"), test_event_code="TEST1")
    tested = check_track_request(body, may_write=lambda code: True, now_seconds=NOW_SECONDS)

    record(log, tested)
    record(log, request_of("e1"))

    assert counts(log) == (1, 0, 1)


def test_old_events_are_forgotten_but_stay_counted() -> None:
    """The cap bounds the memory; the numbers go on."""
    log = EventLog(max_events=2)

    record(log, request_of("e1", "e2", "e3"))

    kept = [event.checked.event_id for event in log.after(EventOutcome.ACCEPTED, 0)]
    assert kept == ["e2", "e3"]
    assert counts(log) == (3, 0, 0)


def test_reading_on_from_a_number_misses_nothing() -> None:
    """Each event has a number; reading after the last one seen gives exactly the rest."""
    log = EventLog(max_events=3)
    record(log, request_of("e1", "e2", "e3", "e4"))

    numbers = [event.number for event in log.after(EventOutcome.ACCEPTED, 0)]
    rest = [event.checked.event_id for event in log.after(EventOutcome.ACCEPTED, 3)]

    assert numbers == [2, 3, 4]
    assert rest == ["e4"]
    assert list(log.after(EventOutcome.ACCEPTED, 4)) == []


def test_counts_tell_pixels_names_and_outcomes_apart() -> None:
    """The inspection page shows where events went."""
    log = EventLog()

    record(log, request_of("e1", "e1"))

    assert log.by_event == {
        (PIXEL, "Purchase", EventOutcome.ACCEPTED): 1,
        (PIXEL, "Purchase", EventOutcome.DUPLICATE): 1,
    }
