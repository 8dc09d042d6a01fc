"""What every store must do when deliveries are looked at, counted and redriven."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import DeliveryId
from appsprint.domain.install import Install
from appsprint.ports.deliveries import DeadLetters, DeliveryFilter
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    HOUR,
    MILLISECOND,
    NOON,
    make_click,
    make_delivery,
    make_event,
    make_install,
    put_clicks,
    put_deliveries,
    put_events,
    put_install,
)
from appsprint.testing.delivery_steps import (
    DAY,
    OTHER,
    TIKTOK,
    claim,
    claim_all,
    dead_delivery_beside_a_plain_one,
    dead_letters,
    detail,
    ids_of,
    payments_of,
    queue,
    redrive,
    send_all,
    sent,
    settle,
    status,
)

MINUTE = HOUR / 60


class DeliveryLogContract:
    """The rules of ``ports.deliveries.DeliveryRepository`` for looking; ``store`` is a fixture."""

    @pytest.fixture
    def install(self, store: Store) -> Install:
        """An install that a click on TikTok earned."""
        click = make_click()
        put_clicks(store, click)
        return put_install(store, make_install(), click)

    # Looking

    def test_deliveries_newest_first(self, store: Store, install: Install) -> None:
        """Page by page, each beginning below the last delivery of the one before."""
        made = [queue(store, install).id for _ in range(5)]
        queue(store, put_install(store, make_install(app_id=OTHER)))

        assert ids_of(store, limit=2) == [made[4], made[3]]
        assert ids_of(store, after=made[3], limit=2) == [made[2], made[1]]
        assert ids_of(store, after=made[1], limit=2) == [made[0]]

    @pytest.mark.parametrize(
        "wanted",
        [
            DeliveryFilter(status=DeliveryStatus.DEAD),
            DeliveryFilter(reason="too_old"),
            DeliveryFilter(sdk_event="custom:boss"),
            DeliveryFilter(network_event="BossBeaten"),
            DeliveryFilter(event_id="sdk-1"),
            DeliveryFilter(appsprint_id="device-1"),
            DeliveryFilter(since=NOON + MILLISECOND),
            DeliveryFilter(status=DeliveryStatus.DEAD, since=NOON, until=NOON + HOUR),
        ],
    )
    def test_each_filter_finds_its_delivery(
        self, store: Store, install: Install, wanted: DeliveryFilter
    ) -> None:
        """The one that fits, and not the plain one beside it."""
        fitting = dead_delivery_beside_a_plain_one(store, install)

        assert ids_of(store, wanted) == [fitting.id]

    @pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.RETRYING])
    def test_what_waits_is_found(
        self, store: Store, install: Install, status: DeliveryStatus
    ) -> None:
        """The newest first, those of the wanted status alone."""
        made = {one: queue(store, install, status=one).id for one in DeliveryStatus}

        assert ids_of(store, DeliveryFilter(status=status)) == [made[status]]

    def test_how_many_stand_where(self, store: Store, install: Install) -> None:
        """By status, and how many are open; one that moves on is counted where it went."""
        for one in (DeliveryStatus.RETRYING, *DeliveryStatus, DeliveryStatus.DEAD):
            queue(store, install, status=one)
        queue(store, put_install(store, make_install(app_id=OTHER)))

        counts = store.read(lambda uow: uow.deliveries.counts(APP_ID, TIKTOK))
        assert counts == {"pending": 1, "retrying": 2, "sent": 1, "skipped": 1, "dead": 2}
        assert store.read(lambda uow: uow.deliveries.open_count(APP_ID, TIKTOK)) == 3
        send_all(store)
        counts = store.read(lambda uow: uow.deliveries.counts(APP_ID, TIKTOK))
        assert counts == {"sent": 4, "skipped": 1, "dead": 2}

    def test_sums_tell_reasons(self, store: Store, install: Install) -> None:
        """What was given up, then what was skipped; another app's are not counted."""
        for standing, reason in (
            *((DeliveryStatus.SENT, None), (DeliveryStatus.PENDING, None)),
            *((DeliveryStatus.SKIPPED, "refund"),) * 3,
            *((DeliveryStatus.DEAD, "too_old"), (DeliveryStatus.SKIPPED, "erased")),
        ):
            queue(store, install, status=standing, reason=reason)
        queue(store, put_install(store, make_install(app_id=OTHER)))

        found = store.read(lambda uow: uow.deliveries.sums(APP_ID, TIKTOK, newest=8))

        assert [(one.status, one.reason, one.amount) for one in found.unsent] == [
            ("dead", "too_old", 1),
            ("skipped", "refund", 3),
            ("skipped", "erased", 1),
        ]
        assert [found.amount(one) for one in ("sent", "skipped", "retrying")] == [1, 4, 0]
        assert not found.is_bounded

    def test_sums_look_at_the_newest(self, store: Store, install: Install) -> None:
        """So many of each status for their reasons, and that is said; the totals are whole."""
        for _ in range(3):
            queue(store, install, status=DeliveryStatus.DEAD, reason="too_old")

        found = store.read(lambda uow: uow.deliveries.sums(APP_ID, TIKTOK, newest=2))

        assert (found.unsent[0].amount, found.amount("dead")) == (2, 3)
        assert found.is_bounded

    def test_when_accepted_payments_happened(self, store: Store, install: Install) -> None:
        """Oldest first; only what was sent, under the name, with value and currency."""
        payments = [make_event(install, occurred_at=NOON - age * HOUR) for age in (1, 2)]
        others = [
            make_event(install, revenue_micros=None),
            make_event(install, currency=None),
            make_event(install),
            make_event(install),
        ]
        put_events(store, *payments, *others)
        put_deliveries(store, make_delivery(payments[0]))
        send_all(store)
        for event in [payments[1], *others[:2]]:
            put_deliveries(store, make_delivery(event, status=DeliveryStatus.SENT))
        put_deliveries(
            store,
            make_delivery(others[2], status=DeliveryStatus.SENT, network_event="Subscribe"),
            make_delivery(others[3]),
        )

        assert payments_of(store) == [(NOON - 2 * HOUR, 1), (NOON - HOUR, 1)]

    def test_many_payments_are_told_by_the_hour(self, store: Store, install: Install) -> None:
        """Those of the hours that are asked for keep their instants."""
        minutes = (5, 5, 40, 65, 70, 130)
        events = [make_event(install, occurred_at=NOON + one * MINUTE) for one in minutes]
        put_events(store, *events)
        put_deliveries(store, *(make_delivery(event) for event in events))
        send_all(store)

        every = [(NOON + one * MINUTE, minutes.count(one)) for one in sorted(set(minutes))]
        assert payments_of(store, most=5) == every
        assert payments_of(store, most=4) == [
            (NOON, 3),
            (NOON + HOUR, 2),
            (NOON + 2 * HOUR, 1),
        ]
        assert payments_of(store, most=4, exact_at=[NOON + 2 * HOUR - MILLISECOND, NOON]) == [
            *every[:-1],
            (NOON + 2 * HOUR, 1),
        ]

    def test_payments_of_one_instant_are_counted_together(
        self, store: Store, install: Install
    ) -> None:
        """Each event once, however often its settlement is repeated; another app's apart."""
        events = [make_event(install) for _ in range(3)]
        foreign = make_event(put_install(store, make_install(app_id=OTHER)))
        put_events(store, *events, foreign)
        put_deliveries(store, *map(make_delivery, [*events, foreign]))
        claimed = claim_all(store)
        settle(store, claimed.lease_id, sent(*claimed.ids))
        settle(store, claimed.lease_id, sent(*claimed.ids))

        assert payments_of(store) == [(events[0].occurred_at, 3)]

    def test_a_payment_that_was_sent_as_a_test_is_none(
        self, store: Store, install: Install
    ) -> None:
        """The network does not count it either."""
        queue(store, install)
        send_all(store, test_event_code="TEST1")

        assert payments_of(store) == []

    # Redriving

    def test_a_dead_letter_goes_back_to_the_queue(self, store: Store, install: Install) -> None:
        """Due now, with a fresh set of attempts, under its old ids."""
        dead = queue(
            store,
            install,
            status=DeliveryStatus.DEAD,
            reason="retries_exhausted",
            attempts=30,
            next_attempt_at=None,
        )

        assert redrive(store, ids=[dead.id]) == 1
        assert detail(store, dead).delivery == replace(
            dead,
            status=DeliveryStatus.RETRYING,
            reason=None,
            attempts=0,
            next_attempt_at=NOON,
        )
        assert claim(store) == [dead.id]

    @pytest.mark.parametrize(
        ("accepted_at", "is_forgotten"),
        [(NOON - DAY - MILLISECOND, True), (NOON - DAY, False), (NOON, False)],
    )
    def test_a_doubt_is_forgotten_only_when_it_is_old(
        self, store: Store, install: Install, accepted_at: datetime, is_forgotten: bool
    ) -> None:
        """Else it goes on to end the automatic attempts; before that the doubtful are counted."""
        dead = queue(store, install, status=DeliveryStatus.DEAD, maybe_accepted_at=accepted_at)
        queue(store, install, status=DeliveryStatus.DEAD)

        assert dead_letters(store) == DeadLetters(amount=2, doubtful=int(is_forgotten))
        redrive(store)
        kept = detail(store, dead).delivery.maybe_accepted_at
        assert kept == (None if is_forgotten else accepted_at)

    @pytest.mark.parametrize("status", [one for one in DeliveryStatus if one != "dead"])
    def test_only_dead_letters_go_back(
        self, store: Store, install: Install, status: DeliveryStatus
    ) -> None:
        """Whatever was asked for; above all nothing that was sent."""
        delivery = queue(store, install, status=status)

        assert dead_letters(store).amount == 0
        assert redrive(store, ids=[delivery.id]) == 0
        assert redrive(store, wanted=DeliveryFilter(status=status)) == 0
        assert detail(store, delivery).delivery == delivery

    def test_dead_letters_that_match_go_back(self, store: Store, install: Install) -> None:
        """A filter chooses; the others stay."""
        fitting, other = (
            queue(store, install, status=DeliveryStatus.DEAD, reason=reason)
            for reason in ("too_old", "rejected_by_network")
        )

        wanted = DeliveryFilter(reason="too_old")
        assert dead_letters(store, wanted=wanted).amount == 1
        assert redrive(store, wanted=wanted) == 1
        assert (status(store, fitting), status(store, other)) == ("retrying", "dead")

    def test_dead_letters_that_are_named_go_back_once(self, store: Store, install: Install) -> None:
        """A name twice is one; unknown names and another app's are none."""
        dead = queue(store, install, status=DeliveryStatus.DEAD)
        foreign = queue(
            store,
            put_install(store, make_install(app_id=OTHER)),
            status=DeliveryStatus.DEAD,
        )

        ids = [dead.id, dead.id, foreign.id, DeliveryId("dlv_x")]
        assert dead_letters(store, ids=ids).amount == 1
        assert redrive(store, ids=ids) == 1
        assert status(store, foreign) == "dead"

    def test_dead_letters_go_back_some_at_a_time(self, store: Store, install: Install) -> None:
        """Until none is left, each once."""
        for _ in range(5):
            queue(store, install, status=DeliveryStatus.DEAD)

        assert [redrive(store, limit=2) for _ in range(4)] == [2, 2, 1, 0]
