"""What every store must do with the delivery queue: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from appsprint.domain.delivery import (
    AttemptOutcome,
    Delivery,
    DeliveryStatus,
    NetworkAnswer,
    WebContext,
)
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.link import AdNetwork
from appsprint.ports.deliveries import (
    AttemptRecord,
    ClaimedDelivery,
    DeliveryDetail,
    DeliveryFilter,
    Settlement,
)
from appsprint.ports.store import Store, UnitOfWork
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

OTHER = AppId("app_2")
TIKTOK = AdNetwork.TIKTOK
LEASE = timedelta(minutes=10)
ANYTHING = DeliveryFilter()
CLOSED = [DeliveryStatus.SENT, DeliveryStatus.SKIPPED, DeliveryStatus.DEAD]

_leases = count(1)


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

        assert claim(store) == ([delivery.id] if is_lent else [])

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

        [claimed] = claim_all(store, lease_id="snd_1")
        assert claimed == ClaimedDelivery(
            delivery=delivery,
            lease_id="snd_1",
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

    def test_a_claim_without_a_click(self, store: Store) -> None:
        """What is not known is left out."""
        install = put_install(
            store, make_install(client_ip="", address_key=None, user_agent=None, locale=None)
        )
        queue(store, install)

        [claimed] = claim_all(store)
        assert claimed.context == WebContext(
            network_click_id=None, page_url=None, client_ips=(HOME,), user_agents=()
        )
        assert (claimed.customer_user_id, claimed.locale) == (None, None)

    # Giving back

    def test_every_lease_is_given_back_at_the_start(self, store: Store, install: Install) -> None:
        """Whoever held one is gone; the event goes out again under its old id."""
        delivery = queue(store, install)
        other = queue(store, install)
        [first] = claim_all(store, limit=1)
        claim(store)

        assert store.write(lambda uow: uow.deliveries.release_leases()) == 2
        again = claim_all(store)
        assert [one.delivery for one in again] == [delivery, other]
        assert again[0].delivery.network_event_id == first.delivery.network_event_id
        assert store.write(lambda uow: uow.deliveries.release_leases()) == 2

    def test_one_lease_gives_back_what_it_still_holds(self, store: Store, install: Install) -> None:
        """Neither what was settled nor what others hold."""
        first, settled, other = (queue(store, install) for _ in range(3))
        claims = claim_all(store, limit=2, lease_id="snd_1")
        claim(store)
        settle(store, sent(claims[1]))

        assert store.write(lambda uow: uow.deliveries.release_lease("snd_1")) == 1
        assert claim(store) == [first.id]
        assert (status(store, settled), status(store, other)) == ("sent", "pending")

    # Settling

    def test_a_settlement_is_kept(self, store: Store, install: Install) -> None:
        """The delivery as it is now, the payload and the attempt with the network's answer."""
        queue(store, install)
        [claimed] = claim_all(store)
        settled = replace(
            claimed.delivery,
            status=DeliveryStatus.RETRYING,
            reason="too many requests",
            attempts=1,
            maybe_accepted_at=NOON,
            next_attempt_at=NOON + HOUR,
            pixel_id="C0PIXEL",
        )
        answer = make_answer(http_status=None, code=None, message="reset", request_id=None)
        settlement = Settlement(
            delivery=settled,
            lease_id=claimed.lease_id,
            outcome=AttemptOutcome.RETRY,
            payload=b'{"event":"Purchase"}',
        )

        assert settle(store, settlement, answer=answer) == 1
        assert detail(store, settled) == DeliveryDetail(
            delivery=settled,
            payload=b'{"event":"Purchase"}',
            attempts=(AttemptRecord(at=NOON, outcome=AttemptOutcome.RETRY, answer=answer),),
        )

    def test_attempts_are_kept_oldest_first(self, store: Store, install: Install) -> None:
        """Each with its own answer and time."""
        delivery = queue(store, install)
        for number in range(3):
            now = NOON + number * HOUR
            [claimed] = claim_all(store, now=now)
            settle(store, retry(claimed, now), answer=make_answer(duration_ms=number), at=now)

        attempts = detail(store, delivery).attempts
        assert [(one.at, one.answer.duration_ms) for one in attempts] == [
            (NOON, 0),
            (NOON + HOUR, 1),
            (NOON + 2 * HOUR, 2),
        ]

    def test_what_was_settled_without_a_call_has_no_attempt(
        self, store: Store, install: Install
    ) -> None:
        """The payload stays as it was."""
        delivery = queue(store, install)
        [claimed] = claim_all(store)
        closed = replace(claimed.delivery, status=DeliveryStatus.SKIPPED, next_attempt_at=None)
        settlement = Settlement(
            delivery=closed, lease_id=claimed.lease_id, outcome=None, payload=None
        )
        store.write(lambda uow: uow.deliveries.settle([settlement], answer=None, at=NOON))

        assert detail(store, delivery) == DeliveryDetail(delivery=closed, payload=None, attempts=())

    def test_a_settlement_without_a_payload_leaves_the_last_one(
        self, store: Store, install: Install
    ) -> None:
        """None leaves it as it is."""
        delivery = queue(store, install)
        [claimed] = claim_all(store)
        settle(store, retry(claimed, NOON))
        [again] = claim_all(store)
        settle(store, replace(sent(again), payload=None))

        assert detail(store, delivery).payload == b"payload"

    def test_a_lost_lease_changes_nothing(self, store: Store, install: Install) -> None:
        """Another worker has it now; neither outcome nor attempt of the first is kept."""
        delivery = queue(store, install)
        [late] = claim_all(store)
        claim(store, now=NOON + LEASE)

        assert settle(store, sent(late)) == 0
        assert detail(store, delivery) == DeliveryDetail(
            delivery=delivery, payload=None, attempts=()
        )

    def test_only_the_deliveries_that_are_still_ours_are_settled(
        self, store: Store, install: Install
    ) -> None:
        """The rest of the call is left alone, and how many were ours is told."""
        ours, lost = queue(store, install), queue(store, install)
        claims = claim_all(store)
        settle(store, sent(claims[1]))

        assert settle(store, sent(claims[0]), sent(claims[1])) == 1
        assert len(detail(store, ours).attempts) == 1
        assert len(detail(store, lost).attempts) == 1

    def test_a_lease_that_ran_out_unnoticed_is_still_ours(
        self, store: Store, install: Install
    ) -> None:
        """Nobody else claimed it meanwhile, so what the network said counts."""
        delivery = queue(store, install)
        [claimed] = claim_all(store)

        assert settle(store, sent(claimed), at=NOON + 2 * LEASE) == 1
        assert status(store, delivery) == "sent"

    def test_a_settled_delivery_is_in_nobodys_hands(self, store: Store, install: Install) -> None:
        """It can be claimed again as soon as it is due, and settled twice by nobody."""
        delivery = queue(store, install)
        [claimed] = claim_all(store)
        settle(store, retry(claimed, NOON + HOUR))

        assert settle(store, sent(claimed)) == 0
        assert claim(store) == []
        assert claim(store, now=NOON + HOUR) == [delivery.id]

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

    def test_how_many_stand_where(self, store: Store, install: Install) -> None:
        """By status, and how many are open."""
        for one in (DeliveryStatus.RETRYING, *DeliveryStatus, DeliveryStatus.DEAD):
            queue(store, install, status=one)
        queue(store, put_install(store, make_install(app_id=OTHER)))

        counts = store.read(lambda uow: uow.deliveries.counts(APP_ID, TIKTOK))
        assert counts == {"pending": 1, "retrying": 2, "sent": 1, "skipped": 1, "dead": 2}
        assert store.read(lambda uow: uow.deliveries.open_count(APP_ID, TIKTOK)) == 3

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
        settle(store, *[sent(one) for one in claim_all(store)])
        for event in [payments[1], *others[:2]]:
            put_deliveries(store, make_delivery(event, status=DeliveryStatus.SENT))
        put_deliveries(
            store,
            make_delivery(others[2], status=DeliveryStatus.SENT, network_event="Subscribe"),
            make_delivery(others[3]),
        )

        assert payments_of(store) == [(NOON - 2 * HOUR, 1), (NOON - HOUR, 1)]

    def test_payments_of_one_instant_are_counted_together(
        self, store: Store, install: Install
    ) -> None:
        """Each event once, however often its settlement is repeated; another app's apart."""
        events = [make_event(install) for _ in range(3)]
        foreign = make_event(put_install(store, make_install(app_id=OTHER)))
        put_events(store, *events, foreign)
        put_deliveries(store, *map(make_delivery, [*events, foreign]))
        claimed = claim_all(store)
        settle(store, *[sent(one) for one in claimed])
        settle(store, *[sent(one) for one in claimed])

        assert payments_of(store) == [(events[0].occurred_at, 3)]

    # Redriving

    def test_a_dead_letter_goes_back_to_the_queue(self, store: Store, install: Install) -> None:
        """Due now, with a fresh set of attempts, under its old ids."""
        dead = queue(
            store,
            install,
            status=DeliveryStatus.DEAD,
            reason="retries_exhausted",
            attempts=30,
            maybe_accepted_at=NOON - HOUR,
            next_attempt_at=None,
        )

        assert redrive(store, ids=[dead.id]) == 1
        assert detail(store, dead).delivery == replace(
            dead,
            status=DeliveryStatus.RETRYING,
            reason=None,
            attempts=0,
            maybe_accepted_at=None,
            next_attempt_at=NOON,
        )
        assert claim(store) == [dead.id]

    @pytest.mark.parametrize("status", [one for one in DeliveryStatus if one != "dead"])
    def test_only_dead_letters_go_back(
        self, store: Store, install: Install, status: DeliveryStatus
    ) -> None:
        """Whatever was asked for; above all nothing that was sent."""
        delivery = queue(store, install, status=status)

        assert redrive(store, ids=[delivery.id]) == 0
        assert redrive(store) == 0
        assert detail(store, delivery).delivery == delivery

    def test_dead_letters_that_match_go_back(self, store: Store, install: Install) -> None:
        """A filter chooses; the others stay."""
        fitting, other = (
            queue(store, install, status=DeliveryStatus.DEAD, reason=reason)
            for reason in ("too_old", "rejected_by_network")
        )

        assert redrive(store, wanted=DeliveryFilter(reason="too_old")) == 1
        assert (status(store, fitting), status(store, other)) == ("retrying", "dead")

    def test_dead_letters_that_are_named_go_back_once(self, store: Store, install: Install) -> None:
        """A name twice is one; unknown names and another app's are none."""
        dead = queue(store, install, status=DeliveryStatus.DEAD)
        foreign = queue(
            store,
            put_install(store, make_install(app_id=OTHER)),
            status=DeliveryStatus.DEAD,
        )

        assert redrive(store, ids=[dead.id, dead.id, foreign.id, DeliveryId("dlv_x")]) == 1
        assert status(store, foreign) == "dead"


def queue(store: Store, install: Install, **changes: object) -> Delivery:
    """A new event of an install with its delivery."""
    event = make_event(install)
    delivery = make_delivery(event, **changes)
    put_events(store, event)
    put_deliveries(store, delivery)
    return delivery


def dead_delivery_beside_a_plain_one(store: Store, install: Install) -> Delivery:
    """A dead letter that every filter of the suite finds."""
    queue(store, install)
    device = put_install(store, make_install(appsprint_id="device-1"))
    event = make_event(device, event_id="sdk-1", event_type="custom", event_name="boss")
    delivery = make_delivery(
        event,
        status=DeliveryStatus.DEAD,
        reason="too_old",
        network_event="BossBeaten",
        created_at=NOON + MILLISECOND,
    )
    put_deliveries(store, delivery)
    return delivery


def claim_all(
    store: Store,
    *,
    app_id: AppId = APP_ID,
    now: datetime = NOON,
    limit: int = 100,
    lease_id: str | None = None,
) -> Sequence[ClaimedDelivery]:
    """What is lent out at ``now``."""
    lease = lease_id or f"snd_lease_{next(_leases)}"

    def work(uow: UnitOfWork) -> Sequence[ClaimedDelivery]:
        return uow.deliveries.claim_due(
            app_id, TIKTOK, now=now, limit=limit, lease_id=lease, lease=LEASE
        )

    return store.write(work)


def claim(
    store: Store, *, app_id: AppId = APP_ID, now: datetime = NOON, limit: int = 100
) -> list[DeliveryId]:
    """The ids of what is lent out at ``now``."""
    return [one.delivery.id for one in claim_all(store, app_id=app_id, now=now, limit=limit)]


def sent(claimed: ClaimedDelivery) -> Settlement:
    """The settlement of a delivery that the network took."""
    delivery = replace(
        claimed.delivery,
        status=DeliveryStatus.SENT,
        attempts=claimed.delivery.attempts + 1,
        next_attempt_at=None,
        sent_at=NOON,
    )
    return Settlement(
        delivery=delivery,
        lease_id=claimed.lease_id,
        outcome=AttemptOutcome.DELIVERED,
        payload=b"payload",
    )


def retry(claimed: ClaimedDelivery, at: datetime) -> Settlement:
    """The settlement of a delivery that is to be tried again."""
    delivery = replace(
        claimed.delivery,
        status=DeliveryStatus.RETRYING,
        attempts=claimed.delivery.attempts + 1,
        next_attempt_at=at,
    )
    return replace(sent(claimed), delivery=delivery, outcome=AttemptOutcome.RETRY)


def settle(
    store: Store,
    *settlements: Settlement,
    answer: NetworkAnswer | None = None,
    at: datetime = NOON,
) -> int:
    """Settle one call; how many were still ours."""
    told = make_answer() if answer is None else answer
    return store.write(lambda uow: uow.deliveries.settle(settlements, answer=told, at=at))


def detail(store: Store, delivery: Delivery) -> DeliveryDetail:
    """A delivery in full."""
    found = store.read(lambda uow: uow.deliveries.get(delivery.app_id, delivery.id))
    assert found is not None
    return found


def status(store: Store, delivery: Delivery) -> str:
    """Where a delivery stands."""
    return detail(store, delivery).delivery.status


def ids_of(
    store: Store,
    wanted: DeliveryFilter = ANYTHING,
    *,
    after: DeliveryId | None = None,
    limit: int = 50,
) -> list[DeliveryId]:
    """The ids on one page of the first app."""

    def work(uow: UnitOfWork) -> list[DeliveryId]:
        found = uow.deliveries.page(APP_ID, wanted, after=after, limit=limit)
        return [one.id for one in found]

    return store.read(work)


def redrive(
    store: Store,
    *,
    ids: Sequence[DeliveryId] | None = None,
    wanted: DeliveryFilter = ANYTHING,
) -> int:
    """Redrive the first app's dead letters at noon."""
    return store.write(lambda uow: uow.deliveries.redrive(APP_ID, ids=ids, wanted=wanted, now=NOON))


def payments_of(store: Store) -> list[tuple[datetime, int]]:
    """When the first app's accepted payments happened."""
    return list(store.read(lambda uow: uow.deliveries.payments(APP_ID, TIKTOK, "Purchase")))


def note_customer(store: Store, install: Install, value: str) -> None:
    """Note a customer's id."""
    kind = IdentifierKind.CUSTOMER_USER_ID
    store.write(
        lambda uow: uow.installs.note_identifier(install.app_id, install.id, kind, value, at=NOON)
    )
