"""What every store must do with the ledger: subclass the suite and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId, IdPrefix, first_id_at
from appsprint.domain.ledger import DayCounts, DayRows, InstallFate
from appsprint.domain.privacy import PersonalData
from appsprint.domain.visit import VisitKind
from appsprint.ports.events import ReceivedCounts
from appsprint.ports.ledger import LedgerWindow, LinkSums
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    NOON,
    make_click,
    make_delivery,
    make_event,
    make_install,
    make_refusal,
    make_visit,
    put_clicks,
    put_deliveries,
    put_events,
    put_install,
)

OTHER = AppId("app_2")
DAY = timedelta(days=1)
TODAY = NOON.date()


class LedgerStoreContract:
    """The rules of ``ports.ledger.LedgerRepository``; ``store`` is a fixture of the subclass."""

    def test_a_day_without_anything(self, store: Store) -> None:
        """It is in neither side."""
        assert counts(store) == {}
        assert rows(store) == {}

    def test_visits_are_counted_by_kind_and_day(self, store: Store) -> None:
        """Another app's are not seen, nor another day's."""
        click = make_click(occurred_at=NOON)
        put_clicks(store, click, make_click(occurred_at=NOON, app_id=OTHER))
        put_clicks(store, make_visit(occurred_at=NOON, kind=VisitKind.PREVIEW))
        put_clicks(store, make_click(occurred_at=NOON - DAY))

        today = {VisitKind.CLICK: 1, VisitKind.PREVIEW: 1}

        assert counts(store)[TODAY] == DayCounts(visits=today)
        assert rows(store)[TODAY] == DayRows(visits=today)
        assert counts(store)[TODAY - DAY].visits == {VisitKind.CLICK: 1}

    def test_a_click_stored_again_is_counted_once(self, store: Store) -> None:
        """As the spool does it."""
        click = make_click(occurred_at=NOON)
        put_clicks(store, click)
        put_clicks(store, click)

        assert counts(store)[TODAY].visits == {VisitKind.CLICK: 1}

    def test_the_same_request_repeats(self, store: Store) -> None:
        """Whole address, network address and browser alike, on one day; else it is another."""
        click = make_click(occurred_at=NOON, page_url="https://go.example/c/a?ttclid=1")
        same: dict[str, Any] = {"page_url": click.page_url, "occurred_at": NOON}
        put_clicks(store, click, make_click(**same), make_click(**same))
        put_clicks(store, make_click(page_url="https://go.example/c/a?ttclid=2", occurred_at=NOON))
        put_clicks(store, make_click(**same, client_ip="203.0.113.99"))
        put_clicks(store, make_click(page_url=click.page_url, occurred_at=NOON + DAY))

        assert rows(store)[TODAY].repeated_clicks == 2
        assert rows(store)[TODAY + DAY].repeated_clicks == 0

    def test_what_retention_deletes_is_counted_as_forgotten(self, store: Store) -> None:
        """By kind, so that each kind balances; a click that earned an install stays."""
        at: dict[str, Any] = {"occurred_at": NOON}
        credited = make_click(**at)
        put_clicks(store, credited, make_click(**at), make_visit(**at, kind=VisitKind.CRAWLER))
        put_install(store, make_install(), credited)
        for kind, prefix in (
            (PersonalData.CLICKS, IdPrefix.CLICK),
            (PersonalData.FILTERED_VISITS, IdPrefix.FILTERED_VISIT),
        ):
            after_all = first_id_at(prefix, NOON + 9_000 * DAY)
            store.write(
                lambda uow, k=kind, before=after_all: uow.privacy.forget_old(  # type: ignore[misc]
                    APP_ID, k, before=before, limit=50
                )
            )

        assert counts(store)[TODAY].forgotten == {VisitKind.CLICK: 1, VisitKind.CRAWLER: 1}
        assert rows(store)[TODAY].visits == {VisitKind.CLICK: 1}

    def test_installs_by_their_fate(self, store: Store) -> None:
        """Of the decision in force, on the day of their arrival."""
        install = put_install(store, make_install(received_at=NOON))
        put_install(store, make_install(received_at=NOON), make_click())

        assert counts(store)[TODAY].installs == rows(store)[TODAY].installs == 2
        assert rows(store)[TODAY].fates == {InstallFate.ORGANIC: 1, InstallFate.ATTRIBUTED: 1}
        store.write(lambda uow: uow.privacy.erase(APP_ID, install.id, named_clicks=()))
        assert rows(store)[TODAY].erased_installs == 1

    def test_received_counts_add_up(self, store: Store) -> None:
        """Each request's are added to the app's of the day, and only to its own."""
        first = ReceivedCounts(received=6, duplicates=1, refused=2, stored=3)
        second = ReceivedCounts(received=1, stored=1)
        for app_id, told in ((APP_ID, first), (APP_ID, second), (OTHER, first)):
            store.write(lambda uow, a=app_id, c=told: uow.events.count(a, c, day_on=TODAY))  # type: ignore[misc]

        assert counts(store) == {
            TODAY: DayCounts(received=7, duplicates=1, refused=2, stored=4),
        }

    def test_events_by_what_became_of_them(self, store: Store) -> None:
        """By the day of the event; deliveries also by the day when they were made."""
        install = put_install(store, make_install(received_at=NOON - DAY))
        sent, dead, own = (make_event(install, received_at=NOON) for _ in range(3))
        own = make_event(install, received_at=NOON, event_type="install")
        unmapped = make_event(install, received_at=NOON, skip_reason="not_mapped")
        both = make_event(install, received_at=NOON, skip_reason="not_mapped")
        alone = make_event(install, received_at=NOON)
        put_events(store, sent, dead, own, unmapped, both, alone)
        put_events(store, make_event(make_install(app_id=OTHER)))
        late = {"created_at": NOON + DAY}
        put_deliveries(
            store,
            make_delivery(sent, status=DeliveryStatus.SENT),
            make_delivery(dead, status=DeliveryStatus.DEAD, **late),
            make_delivery(own),
            make_delivery(both),
        )
        store.write(lambda uow: uow.events.refuse([make_refusal(received_at=NOON)]))

        found = rows(store)

        assert found[TODAY] == DayRows(
            refused=1,
            own_events=1,
            by_status={
                DeliveryStatus.SENT: 1,
                DeliveryStatus.DEAD: 1,
                DeliveryStatus.PENDING: 1,
            },
            by_skip_reason={"not_mapped": 1, None: 1},
            skipped_and_delivered=1,
            deliveries=3,
        )
        assert found[TODAY].stored == 5
        assert (counts(store)[TODAY].deliveries, counts(store)[TODAY + DAY].deliveries) == (3, 1)
        assert found[TODAY + DAY].deliveries == 1

    def test_a_window_is_of_whole_days(self, store: Store) -> None:
        """Both ends included; what is outside is not read."""
        for days in range(5):
            at = NOON + days * DAY
            put_clicks(store, make_click(id=first_id_at(IdPrefix.CLICK, at), occurred_at=at))
        window = LedgerWindow(TODAY + DAY, TODAY + 2 * DAY)

        assert (
            set(counts(store, window))
            == set(rows(store, window))
            == {
                TODAY + DAY,
                TODAY + 2 * DAY,
            }
        )

    def test_the_totals_of_links(self, store: Store) -> None:
        """Clicks as counted by day, installs as decided."""
        click = make_click()
        put_clicks(store, click, make_click())
        put_install(store, make_install(), click)

        assert store.read(lambda uow: uow.ledger.links(APP_ID)) == LinkSums(
            clicks=2, counted_clicks=2, installs=1, credited_installs=1
        )


def counts(store: Store, window: LedgerWindow | None = None) -> dict[date, DayCounts]:
    """What was counted of the first app."""
    return dict(store.read(lambda uow: uow.ledger.counts(APP_ID, window)))


def rows(store: Store, window: LedgerWindow | None = None) -> dict[date, DayRows]:
    """What is there of the first app."""
    return dict(store.read(lambda uow: uow.ledger.rows(APP_ID, window)))
