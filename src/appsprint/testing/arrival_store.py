"""What every store must tell of what arrives: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId
from appsprint.domain.inapp_event import TEST_EVENT_TYPE, RefusalReason, RefusedEvent
from appsprint.domain.install import Install
from appsprint.ports.arrivals import Arrival, ArrivalMark
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    MILLISECOND,
    NOON,
    make_click,
    make_event,
    make_install,
    put_clicks,
    put_events,
    put_install,
)

OTHER = AppId("app_2")


class ArrivalStoreContract:
    """The rules of ``ports.arrivals.ArrivalRepository``."""

    @pytest.fixture
    def install(self, store: Store) -> Install:
        """An install to hang events on."""
        return put_install(store, make_install())

    def test_an_empty_store_has_a_beginning(self, store: Store) -> None:
        """From which everything can be told later."""
        assert store.read(lambda uow: uow.arrivals.head()) == ArrivalMark(0, 0, 0, 0)
        assert newest(store) == []

    def test_everything_that_arrives_is_told(self, store: Store) -> None:
        """Clicks, installs, events and refusals, the newest first."""
        start = head(store)
        put_clicks(store, make_click(occurred_at=NOON))
        install = put_install(store, make_install(received_at=NOON + MILLISECOND))
        put_events(store, make_event(install, received_at=NOON + 2 * MILLISECOND))
        refused = RefusedEvent(
            id="ref_1",
            app_id=APP_ID,
            received_at=NOON + 3 * MILLISECOND,
            reason=RefusalReason.INVALID_REVENUE,
            event_id="sdk-1",
            excerpt="{}",
        )
        store.write(lambda uow: uow.events.refuse([refused]))

        told = since(store, start)
        assert [one.kind for one in told] == ["refused", "event", "install", "click"]
        assert (told[0].name, told[0].detail) == ("invalid_revenue", "sdk-1")
        assert told[1].install_id == told[2].install_id == install.id
        assert newest(store) == told
        assert since(store, head(store)) == []

    def test_an_event_has_its_name_and_what_came_of_it(
        self, store: Store, install: Install
    ) -> None:
        """As mappings name it, with revenue and the reason for which it goes nowhere."""
        event = make_event(
            install, event_type="custom", event_name="boss", skip_reason="not_mapped"
        )
        put_events(store, event)

        [told] = [one for one in newest(store) if one.kind == "event"]
        assert (told.id, told.name, told.detail) == (event.id, "custom:boss", "not_mapped")
        assert (told.revenue_micros, told.currency) == (event.revenue_micros, event.currency)

    def test_our_own_install_event_did_not_arrive(self, store: Store, install: Install) -> None:
        """The install itself did."""
        put_events(store, make_event(install, event_type="install"))

        assert [one.kind for one in newest(store)] == ["install"]

    def test_tests_are_marked(self, store: Store, install: Install) -> None:
        """Test events, and all that a test key sends."""
        put_events(
            store,
            make_event(install, event_type=TEST_EVENT_TYPE),
            make_event(install, environment=Environment.TEST),
            make_event(install),
        )
        put_install(store, make_install(environment=Environment.TEST))

        assert sorted(one.is_test for one in newest(store)) == [False, False, True, True, True]

    def test_an_app_sees_its_own(self, store: Store, install: Install) -> None:
        """Between two marks those of all apps can be asked for."""
        start = head(store)
        put_events(store, make_event(put_install(store, make_install(app_id=OTHER))))
        mine = make_event(install)
        put_events(store, mine)

        assert [one.id for one in since(store, start, app_id=APP_ID)] == [mine.id]
        assert len(since(store, start)) == 3
        assert {one.app_id for one in newest(store)} == {APP_ID}

    def test_of_very_many_the_newest_are_told(self, store: Store, install: Install) -> None:
        """So that a look costs the same whatever came."""
        start = head(store)
        events = [make_event(install) for _ in range(5)]
        put_events(store, *events)

        assert {one.id for one in since(store, start, limit=2)} == {one.id for one in events[3:]}
        assert len(newest(store, limit=2)) == 3

    def test_a_mark_beyond_the_end_tells_nothing(self, store: Store, install: Install) -> None:
        """As after a restored backup."""
        put_events(store, make_event(install))

        assert since(store, ArrivalMark(9, 9, 9, 9)) == []


def head(store: Store) -> ArrivalMark:
    """Where the order ends."""
    return store.read(lambda uow: uow.arrivals.head())


def since(
    store: Store, mark: ArrivalMark, *, app_id: AppId | None = None, limit: int = 100
) -> Sequence[Arrival]:
    """What came after a mark."""
    until = head(store)
    return store.read(lambda uow: uow.arrivals.between(mark, until, app_id=app_id, limit=limit))


def newest(store: Store, limit: int = 100) -> Sequence[Arrival]:
    """The app's newest."""
    return store.read(lambda uow: uow.arrivals.newest(APP_ID, limit=limit))
