"""What every store must do with the delivery queue: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from appsprint.domain.delivery import AttemptOutcome, DeliveryStatus, WebContext
from appsprint.domain.ids import DeliveryId
from appsprint.domain.install import Install
from appsprint.ports.deliveries import (
    AttemptRecord,
    ClaimedDelivery,
    DeliveryDetail,
    Settlement,
)
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    HOME,
    HOUR,
    MILLISECOND,
    NOON,
    PAGE_URL,
    SAFARI,
    TTCLID,
    make_answer,
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
    LEASE,
    OTHER,
    claim,
    claim_all,
    detail,
    has_due,
    ids_of,
    make_call,
    note_customer,
    queue,
    retry,
    sent,
    settle,
    status,
)

CLOSED = [DeliveryStatus.SENT, DeliveryStatus.SKIPPED, DeliveryStatus.DEAD]


class DeliveryStoreContract:
    """The rules of ``ports.deliveries.DeliveryRepository``; ``store`` is a fixture."""

    @pytest.fixture
    def install(self, store: Store) -> Install:
        """An install that a click on TikTok earned."""
        click = make_click(client_ip="203.0.113.8", user_agent="the click's browser")
        put_clicks(store, click)
        return put_install(store, make_install(), click)

    # Queueing

    def test_a_delivery_comes_back_as_it_was_queued(self, store: Store, install: Install) -> None:
        """Every part of it, without payload or attempts."""
        delivery = queue(
            store,
            install,
            pixel_id="C0PIXEL",
            status=DeliveryStatus.RETRYING,
            reason="TikTok gave no answer",
            attempts=3,
            maybe_accepted_at=NOON - HOUR,
            sent_at=NOON,
        )

        assert detail(store, delivery) == DeliveryDetail(
            delivery=delivery, payload=None, attempts=()
        )

    def test_an_unknown_delivery_is_none(self, store: Store, install: Install) -> None:
        """Another app's is unknown too."""
        delivery = queue(store, install)

        assert store.read(lambda uow: uow.deliveries.get(OTHER, delivery.id)) is None
        assert store.read(lambda uow: uow.deliveries.get(APP_ID, DeliveryId("dlv_x"))) is None

    def test_an_event_is_queued_once_for_a_network(self, store: Store, install: Install) -> None:
        """Neither the same delivery nor a new one for the event changes anything."""
        delivery = queue(store, install)
        event = make_event(install, id=delivery.event_row_id)
        new = make_delivery(make_event(install))
        put_deliveries(store, delivery, make_delivery(event), new, replace(new, id=DeliveryId("x")))

        assert ids_of(store) == [new.id, delivery.id]

    # Claiming

    @pytest.mark.parametrize(
        ("due", "is_lent"),
        [(NOON - HOUR, True), (NOON, True), (NOON + MILLISECOND, False), (None, False)],
    )
    def test_what_is_due_is_lent(
        self, store: Store, install: Install, due: datetime | None, is_lent: bool
    ) -> None:
        """From the very millisecond on at which it becomes due."""
        delivery = queue(store, install, next_attempt_at=due)

        assert has_due(store) is is_lent
        assert claim(store) == ([delivery.id] if is_lent else [])
        assert has_due(store) is is_lent

    def test_the_longest_due_first(self, store: Store, install: Install) -> None:
        """Equals in the order in which they were made; at most as many as asked for."""
        ages = (timedelta(0), 2 * HOUR, HOUR, HOUR)
        made = [queue(store, install, next_attempt_at=NOON - age) for age in ages]

        assert claim(store, limit=3) == [made[1].id, made[2].id, made[3].id]
        assert claim(store, limit=3) == [made[0].id]
        assert claim(store, limit=3) == []

    @pytest.mark.parametrize("status", DeliveryStatus)
    def test_only_open_deliveries_are_lent(
        self, store: Store, install: Install, status: DeliveryStatus
    ) -> None:
        """What was sent, skipped or given up is not, even with a date to be tried."""
        delivery = queue(store, install, status=status)

        assert has_due(store) is (status not in CLOSED)
        assert claim(store) == ([] if status in CLOSED else [delivery.id])

    def test_an_app_gets_its_own(self, store: Store, install: Install) -> None:
        """Other apps' deliveries stay where they are."""
        queue(store, install)
        foreign = put_install(store, make_install(app_id=OTHER))
        delivery = queue(store, foreign)

        assert claim(store, app_id=OTHER) == [delivery.id]

    @pytest.mark.parametrize(
        ("later", "is_lent"), [(LEASE - MILLISECOND, False), (LEASE, True), (2 * LEASE, True)]
    )
    def test_nobody_else_gets_it_before_the_lease_ends(
        self, store: Store, install: Install, later: timedelta, is_lent: bool
    ) -> None:
        """At its last instant a lease is over."""
        delivery = queue(store, install)
        claim(store)

        assert claim(store, now=NOON + later) == ([delivery.id] if is_lent else [])

    def test_a_claim_brings_the_facts_of_the_payload(self, store: Store, install: Install) -> None:
        """The event's, the install's and the click's, in the order in which they count."""
        event = make_event(install, client_ip="203.0.113.9", occurred_at=NOON - HOUR)
        put_events(store, event)
        delivery = make_delivery(event)
        put_deliveries(store, delivery)
        for value in ("customer-1", "customer-2"):
            note_customer(store, install, value)

        [claimed] = claim_all(store).deliveries
        assert claimed == ClaimedDelivery(
            id=delivery.id,
            sdk_event="purchase",
            network_event="Purchase",
            network_event_id=event.id,
            attempts=0,
            maybe_accepted_at=None,
            occurred_at=NOON - HOUR,
            revenue_micros=event.revenue_micros,
            currency=event.currency,
            parameters=event.parameters,
            context=WebContext(
                network_click_id=TTCLID,
                page_url=PAGE_URL,
                client_ips=("203.0.113.9", HOME, "203.0.113.8"),
                user_agents=(SAFARI, "the click's browser"),
            ),
            customer_user_id="customer-2",
            locale="en-US",
        )

    @pytest.mark.parametrize(
        ("of_install", "of_event", "is_limited"),
        [
            (None, None, False),
            ("DENIED", None, True),
            ("GRANTED", None, False),
            ("DENIED", False, False),
            ("GRANTED", True, True),
        ],
    )
    def test_a_claim_tells_of_consent(
        self, store: Store, of_install: str | None, of_event: bool | None, is_limited: bool
    ) -> None:
        """The event's own word, else that of the install's registration, else none."""
        body = {"googleAdsConsent": {"adUserData": of_install}} if of_install else {}
        install = put_install(store, make_install(body=json.dumps(body)))
        event = make_event(install, limits_data_use=of_event)
        put_events(store, event)
        put_deliveries(store, make_delivery(event))

        [claimed] = claim_all(store).deliveries
        assert claimed.limits_data_use is is_limited

    def test_a_claim_without_a_click(self, store: Store) -> None:
        """What is not known is left out."""
        install = put_install(
            store, make_install(client_ip="", address_key=None, user_agent=None, locale=None)
        )
        queue(store, install)

        [claimed] = claim_all(store).deliveries
        assert claimed.context == WebContext(
            network_click_id=None, page_url=None, client_ips=(HOME,), user_agents=()
        )
        assert (claimed.customer_user_id, claimed.locale) == (None, None)

    # Giving back

    def test_every_lease_is_given_back_at_the_start(self, store: Store, install: Install) -> None:
        """Whoever held one is gone; the events go out again under their old ids."""
        ids = [queue(store, install).id for _ in range(2)]
        first = claim_all(store, limit=1)
        claim(store)

        assert store.write(lambda uow: uow.deliveries.release_leases()) == 2
        again = claim_all(store)
        assert again.ids == ids
        assert again.deliveries[0].network_event_id == first.deliveries[0].network_event_id
        assert settle(store, first.lease_id, sent(ids[0])) == 0

    def test_what_a_dead_worker_held_may_have_been_accepted(
        self, store: Store, install: Install
    ) -> None:
        """Since it was claimed, whether its lease ran out or was given back at the start."""
        first, second, settled = (queue(store, install) for _ in range(3))
        held = claim_all(store, limit=1)
        store.write(lambda uow: uow.deliveries.release_leases())
        lease = claim_all(store, now=NOON + HOUR).lease_id
        settle(store, lease, sent(settled.id))
        claim(store, now=NOON + HOUR + LEASE)

        assert held.ids == [first.id]
        assert detail(store, first).delivery.maybe_accepted_at == NOON
        assert detail(store, second).delivery.maybe_accepted_at == NOON + HOUR
        assert detail(store, settled).delivery.maybe_accepted_at is None

    def test_one_lease_gives_back_what_it_still_holds(self, store: Store, install: Install) -> None:
        """Neither what was settled nor what others hold; it was surely not sent."""
        first, settled, other = (queue(store, install) for _ in range(3))
        lease = claim_all(store, limit=2).lease_id
        claim(store)
        settle(store, lease, sent(settled.id))

        assert store.write(lambda uow: uow.deliveries.release_lease(lease)) == 1
        assert store.write(lambda uow: uow.deliveries.release_lease(lease)) == 0
        assert claim(store) == [first.id]
        assert detail(store, first).delivery == first
        assert (status(store, settled), status(store, other)) == ("sent", "pending")

    # Settling

    def test_a_settlement_is_kept(self, store: Store, install: Install) -> None:
        """The delivery as it is now, the payload and the attempt with the network's answer."""
        delivery = queue(store, install)
        lease = claim_all(store).lease_id
        again = replace(retry(delivery.id, at=NOON + HOUR), maybe_accepted_at=NOON)
        answer = make_answer(http_status=None, code=None, message="reset", request_id=None)
        call = make_call(delivery.id, answer=answer, test_event_code="TEST1")

        assert settle(store, lease, again, call=call) == 1
        settled = replace(
            delivery,
            status=DeliveryStatus.RETRYING,
            reason="too many requests",
            attempts=1,
            maybe_accepted_at=NOON,
            next_attempt_at=NOON + HOUR,
            pixel_id="C0PIXEL",
            test_event_code="TEST1",
        )
        attempt = AttemptRecord(
            at=NOON, outcome=AttemptOutcome.RETRY, test_event_code="TEST1", answer=answer
        )
        assert detail(store, delivery) == DeliveryDetail(
            delivery=settled, payload=b'{"event":"Purchase"}', attempts=(attempt,)
        )

    def test_deliveries_of_one_call_can_go_different_ways(
        self, store: Store, install: Install
    ) -> None:
        """Each has its part in the one call, and its own payload."""
        ids = [queue(store, install).id for _ in range(3)]
        lease = claim_all(store).lease_id
        payloads = {one: f'{{"event_id":"{one}"}}'.encode() for one in ids}
        call = make_call(payloads=payloads)

        assert settle(store, lease, sent(*ids[:2]), retry(ids[2], at=NOON), call=call) == 3
        found = [store.read(lambda u, i=i: u.deliveries.get(APP_ID, i)) for i in ids]  # type: ignore[misc]
        assert [one.delivery.status for one in found if one] == ["sent", "sent", "retrying"]
        assert [one.payload for one in found if one] == list(payloads.values())
        assert [[a.outcome for a in one.attempts] for one in found if one] == [
            ["delivered"],
            ["delivered"],
            ["retry"],
        ]

    def test_attempts_are_kept_oldest_first(self, store: Store, install: Install) -> None:
        """Each with its own answer and time, the one that succeeded last."""
        delivery = queue(store, install)
        for number, settlement in enumerate(
            [retry(delivery.id, at=NOON), retry(delivery.id, at=NOON), sent(delivery.id)]
        ):
            now = NOON + number * HOUR
            call = make_call(delivery.id, answer=make_answer(duration_ms=number))
            settle(store, claim_all(store, now=now).lease_id, settlement, call=call, at=now)

        found = detail(store, delivery)
        assert [(one.at, one.outcome, one.answer.duration_ms) for one in found.attempts] == [
            (NOON, "retry", 0),
            (NOON + HOUR, "retry", 1),
            (NOON + 2 * HOUR, "delivered", 2),
        ]
        assert (found.delivery.attempts, found.delivery.sent_at) == (3, NOON + 2 * HOUR)
        assert (found.delivery.reason, found.delivery.next_attempt_at) == (None, None)

    def test_what_was_settled_without_a_call_has_no_attempt(
        self, store: Store, install: Install
    ) -> None:
        """Nor a payload."""
        delivery = queue(store, install)
        lease = claim_all(store).lease_id
        skipped = Settlement(
            delivery_ids=[delivery.id],
            status=DeliveryStatus.SKIPPED,
            reason="missing_ttclid",
            outcome=None,
        )
        store.write(lambda uow: uow.deliveries.settle(lease, [skipped], call=None, at=NOON))

        closed = replace(
            delivery,
            status=DeliveryStatus.SKIPPED,
            reason="missing_ttclid",
            next_attempt_at=None,
        )
        assert detail(store, delivery) == DeliveryDetail(delivery=closed, payload=None, attempts=())

    def test_who_waits_for_a_reconnect_keeps_its_place(
        self, store: Store, install: Install
    ) -> None:
        """And an attempt that does not count is in the log all the same."""
        ids = [queue(store, install, next_attempt_at=NOON - age * HOUR).id for age in (2, 1)]
        lease = claim_all(store).lease_id
        waiting = replace(
            retry(*ids, at=NOON),
            outcome=AttemptOutcome.AWAIT_RECONNECT,
            counts=False,
            next_attempt_at=None,
            keeps_place=True,
        )
        settle(store, lease, waiting)

        later = queue(store, install, next_attempt_at=NOON - 1.5 * HOUR)
        assert claim(store) == [ids[0], later.id, ids[1]]
        found = store.read(lambda uow: uow.deliveries.get(APP_ID, ids[0]))
        assert found is not None
        assert (found.delivery.attempts, len(found.attempts)) == (0, 1)

    def test_a_doubt_stays(self, store: Store, install: Install) -> None:
        """The first attempt that may have been accepted counts; later ones do not move it."""
        delivery = queue(store, install)
        for moment in (NOON, NOON + HOUR, None):
            doubt = replace(retry(delivery.id, at=NOON), maybe_accepted_at=moment)
            settle(store, claim_all(store).lease_id, doubt)

        assert detail(store, delivery).delivery.maybe_accepted_at == NOON

    def test_a_lost_lease_changes_nothing(self, store: Store, install: Install) -> None:
        """Another worker has it now; neither outcome nor attempt of the first is kept."""
        delivery = queue(store, install)
        late = claim_all(store)
        claim(store, now=NOON + LEASE)

        assert settle(store, late.lease_id, sent(delivery.id)) == 0
        found = detail(store, delivery)
        assert (found.delivery.status, found.payload, found.attempts) == ("pending", None, ())

    def test_only_the_deliveries_that_are_still_ours_are_settled(
        self, store: Store, install: Install
    ) -> None:
        """The rest of the call is left alone, and how many were ours is told."""
        ours, lost = queue(store, install), queue(store, install)
        lease = claim_all(store).lease_id
        settle(store, lease, sent(lost.id))

        assert settle(store, lease, sent(ours.id, lost.id)) == 1
        assert len(detail(store, ours).attempts) == 1
        assert len(detail(store, lost).attempts) == 1

    def test_a_lease_that_ran_out_unnoticed_is_still_ours(
        self, store: Store, install: Install
    ) -> None:
        """Nobody else claimed it meanwhile, so what the network said counts."""
        delivery = queue(store, install)
        lease = claim_all(store).lease_id

        assert settle(store, lease, sent(delivery.id), at=NOON + 2 * LEASE) == 1
        assert status(store, delivery) == "sent"

    def test_a_settled_delivery_is_in_nobodys_hands(self, store: Store, install: Install) -> None:
        """It can be claimed again as soon as it is due, and settled twice by nobody."""
        delivery = queue(store, install)
        lease = claim_all(store).lease_id
        settle(store, lease, retry(delivery.id, at=NOON + HOUR))

        assert settle(store, lease, sent(delivery.id)) == 0
        assert claim(store) == []
        assert claim(store, now=NOON + HOUR) == [delivery.id]
