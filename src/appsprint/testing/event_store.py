"""What every store must do with in-app events: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId, EventId
from appsprint.domain.inapp_event import InAppEvent, RefusedEvent
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.ports.events import (
    EventFilter,
    EventWithOutcome,
    NetworkOutcome,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import (
    APP_ID,
    HOUR,
    MILLISECOND,
    NOON,
    make_delivery,
    make_event,
    make_install,
    make_refusal,
    put_deliveries,
    put_events,
    put_install,
)

OTHER = AppId("app_2")
ANYTHING = EventFilter()


class EventStoreContract:
    """The rules of ``ports.events.EventRepository``; ``store`` is a fixture of the subclass."""

    @pytest.fixture
    def install(self, store: Store) -> Install:
        """An install of the first app."""
        return put_install(store, make_install())

    def test_an_event_comes_back_as_it_was_stored(self, store: Store, install: Install) -> None:
        """Every part of it, with an empty list of outcomes while nothing became of it."""
        events = [
            make_event(install),
            make_event(
                install,
                environment=Environment.TEST,
                event_type="custom",
                event_name="level ü \x00 🌸",
                device_timestamp_ms=-5,
                revenue_micros=-9_000_000_000_000_000,
                currency=None,
                parameters=None,
            ),
        ]
        put_events(store, *events)

        assert page_of(store) == [
            EventWithOutcome(event=event, outcomes=()) for event in reversed(events)
        ]

    def test_new_events_are_told_from_repeats(self, store: Store, install: Install) -> None:
        """A repeat of an earlier call's event is left out and changes nothing."""
        stored, new = make_event(install), make_event(install)
        repeat = make_event(install, event_id=stored.event_id, event_type="login")
        assert add(store, [stored]) == {stored.id}

        assert add(store, [repeat, new]) == {new.id}
        assert stored_events(store) == [new, stored]

    def test_the_first_of_equal_events_in_one_call_counts(
        self, store: Store, install: Install
    ) -> None:
        """One request can bring an event twice."""
        first, second = make_event(install), make_event(install)
        second = replace(second, event_id=first.event_id)

        assert add(store, [first, second]) == {first.id}
        assert stored_events(store) == [first]

    def test_repeats_among_very_many_events(self, store: Store, install: Install) -> None:
        """A full batch, every other event of it stored before."""
        events = [make_event(install) for _ in range(500)]
        add(store, events[::2])
        again = [make_event(install, event_id=event.event_id) for event in events[::2]]

        assert add(store, [*again, *events[1::2]]) == {event.id for event in events[1::2]}

    def test_nothing_is_new_of_nothing(self, store: Store) -> None:
        """An empty call is fine."""
        assert add(store, []) == set()

    def test_apps_do_not_share_event_ids(self, store: Store, install: Install) -> None:
        """The same event id in another app is another event."""
        event = make_event(install)
        foreign = make_event(make_install(app_id=OTHER), event_id=event.event_id)

        assert add(store, [event, foreign]) == {event.id, foreign.id}
        assert stored_events(store) == [event]

    def test_refused_events_newest_first(self, store: Store) -> None:
        """Page by page; other apps' are not seen, and a repeat is another refusal."""
        refusals = [make_refusal(event_id=None), make_refusal(), make_refusal()]
        store.write(lambda uow: uow.events.refuse([*refusals, make_refusal(app_id=OTHER)]))

        assert refusals_of(store, after=None, limit=2) == [refusals[2], refusals[1]]
        assert refusals_of(store, after=refusals[1].id, limit=2) == [refusals[0]]

    def test_events_newest_arrival_first(self, store: Store, install: Install) -> None:
        """Page by page, each beginning below the last event of the one before."""
        events = [make_event(install) for _ in range(5)]
        put_events(store, *events)

        pages: list[list[EventId]] = []
        after: EventId | None = None
        while page := [one.event.id for one in page_of(store, after=after, limit=2)]:
            pages.append(page)
            after = page[-1]

        newest_first = [event.id for event in reversed(events)]
        assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]

    @pytest.mark.parametrize(
        "wanted",
        [
            EventFilter(event_type="custom"),
            EventFilter(event_name="boss"),
            EventFilter(event_id="sdk-1"),
            EventFilter(appsprint_id="device-1"),
            EventFilter(since=NOON + MILLISECOND),
            EventFilter(event_type="custom", event_id="sdk-1", since=NOON, until=NOON + HOUR),
        ],
    )
    def test_each_filter_finds_its_event(
        self, store: Store, install: Install, wanted: EventFilter
    ) -> None:
        """The one event that fits, and not the plain one beside it."""
        fitting = make_event(
            put_install(store, make_install(appsprint_id="device-1")),
            event_id="sdk-1",
            event_type="custom",
            event_name="boss",
            received_at=NOON + MILLISECOND,
        )
        put_events(store, fitting, make_event(install))

        assert [one.event for one in page_of(store, wanted)] == [fitting]

    def test_events_of_one_install_before_an_instant(self, store: Store, install: Install) -> None:
        """``until`` is not included."""
        events = [make_event(install), make_event(install, received_at=NOON + HOUR)]
        put_events(store, *events, make_event(put_install(store, make_install())))

        wanted = EventFilter(install_id=install.id, until=NOON + HOUR)
        assert [one.event for one in page_of(store, wanted)] == [events[0]]

    def test_an_event_with_a_skip_reason_was_skipped(self, store: Store, install: Install) -> None:
        """Its outcome names the reason."""
        put_events(store, make_event(install, skip_reason="not_mapped"))

        assert outcomes(store) == [
            NetworkOutcome(network=AdNetwork.TIKTOK, status="skipped", reason="not_mapped")
        ]

    def test_an_event_with_a_delivery_has_its_status(self, store: Store, install: Install) -> None:
        """And its reason."""
        event = make_event(install)
        put_events(store, event)
        delivery = make_delivery(event, status=DeliveryStatus.DEAD, reason="too_old")
        put_deliveries(store, delivery)

        assert outcomes(store) == [
            NetworkOutcome(
                network=AdNetwork.TIKTOK, status="dead", reason="too_old", delivery_id=delivery.id
            )
        ]

    def test_events_that_lack_nothing_but_credit(self, store: Store, install: Install) -> None:
        """Of one install, in the order of their arrival; other reasons are left out."""
        waiting = [make_event(install, skip_reason="not_attributed") for _ in range(2)]
        put_events(
            store,
            *waiting,
            make_event(install),
            make_event(install, skip_reason="not_mapped"),
            make_event(put_install(store, make_install()), skip_reason="not_attributed"),
        )

        assert unattributed(store, install) == waiting

    def test_events_that_got_a_delivery_after_all(self, store: Store, install: Install) -> None:
        """Their skip reason is forgotten, the others' is not."""
        waiting = [make_event(install, skip_reason="not_attributed") for _ in range(3)]
        put_events(store, *waiting)
        got_one = [waiting[0].id, waiting[2].id]
        store.write(lambda uow: uow.events.set_skip_reason(APP_ID, got_one, None))

        assert unattributed(store, install) == [waiting[1]]

    def test_an_event_can_be_skipped_for_another_reason(
        self, store: Store, install: Install
    ) -> None:
        """It waits for credit no longer."""
        event = make_event(install, skip_reason="not_attributed")
        put_events(store, event)
        store.write(lambda uow: uow.events.set_skip_reason(APP_ID, [event.id], "not_mapped"))

        assert unattributed(store, install) == []


def add(store: Store, events: Sequence[InAppEvent]) -> set[EventId]:
    """Store events; those that are new."""
    return store.write(lambda uow: uow.events.add(events))


def page_of(
    store: Store,
    wanted: EventFilter = ANYTHING,
    *,
    after: EventId | None = None,
    limit: int = 50,
) -> list[EventWithOutcome]:
    """One page of the first app's events."""

    def work(uow: UnitOfWork) -> list[EventWithOutcome]:
        return list(uow.events.page(APP_ID, wanted, after=after, limit=limit))

    return store.read(work)


def stored_events(store: Store) -> list[InAppEvent]:
    """The first app's events, newest first."""
    return [one.event for one in page_of(store)]


def outcomes(store: Store) -> list[NetworkOutcome]:
    """What became of the one event there is."""
    [found] = page_of(store)
    return list(found.outcomes)


def refusals_of(store: Store, *, after: str | None, limit: int) -> list[RefusedEvent]:
    """One page of the first app's refused events."""
    return list(store.read(lambda uow: uow.events.refusals(APP_ID, after=after, limit=limit)))


def unattributed(store: Store, install: Install) -> list[InAppEvent]:
    """What waits for an install's credit."""
    return list(store.read(lambda uow: uow.events.unattributed_of(APP_ID, install.id)))
