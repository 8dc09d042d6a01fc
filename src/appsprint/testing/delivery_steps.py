"""Queueing, claiming and settling deliveries, as the suites of the delivery queue do it."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from appsprint.domain.delivery import AttemptOutcome, Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, DeliveryId
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.link import AdNetwork
from appsprint.ports.deliveries import (
    ClaimedDelivery,
    DeadLetters,
    DeliveryDetail,
    DeliveryFilter,
    NetworkCall,
    Settlement,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import (
    APP_ID,
    MILLISECOND,
    NOON,
    make_answer,
    make_delivery,
    make_event,
    make_install,
    put_deliveries,
    put_events,
    put_install,
)

OTHER = AppId("app_2")
TIKTOK = AdNetwork.TIKTOK
LEASE = timedelta(minutes=10)
DAY = timedelta(days=1)
ANYTHING = DeliveryFilter()

_leases = count(1)


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
    put_events(store, event)
    put_deliveries(store, delivery)
    return delivery


@dataclass(frozen=True, slots=True)
class Claim:
    """What one lease lent out."""

    lease_id: str
    deliveries: Sequence[ClaimedDelivery]

    @property
    def ids(self) -> list[DeliveryId]:
        """In the order in which they were due."""
        return [one.id for one in self.deliveries]


def claim_all(
    store: Store,
    *,
    app_id: AppId = APP_ID,
    now: datetime = NOON,
    limit: int = 100,
) -> Claim:
    """What is lent out at ``now``."""
    lease_id = f"snd_lease_{next(_leases)}"
    amount = store.write(
        lambda uow: uow.deliveries.claim_due(
            app_id, TIKTOK, now=now, limit=limit, lease_id=lease_id, lease=LEASE
        )
    )
    claim = Claim(lease_id, store.read(lambda uow: uow.deliveries.claimed(lease_id)))
    assert len(claim.deliveries) == amount
    return claim


def claim(
    store: Store, *, app_id: AppId = APP_ID, now: datetime = NOON, limit: int = 100
) -> list[DeliveryId]:
    """The ids of what is lent out at ``now``."""
    return claim_all(store, app_id=app_id, now=now, limit=limit).ids


def has_due(store: Store) -> bool:
    """Whether anything of the first app is due at noon."""
    return store.read(lambda uow: uow.deliveries.has_due(APP_ID, TIKTOK, now=NOON))


def sent(*ids: DeliveryId) -> Settlement:
    """The network took these."""
    return Settlement(
        delivery_ids=ids,
        status=DeliveryStatus.SENT,
        reason=None,
        outcome=AttemptOutcome.DELIVERED,
        counts=True,
    )


def retry(*ids: DeliveryId, at: datetime) -> Settlement:
    """These are to be tried again."""
    return replace(
        sent(*ids),
        status=DeliveryStatus.RETRYING,
        reason="too many requests",
        outcome=AttemptOutcome.RETRY,
        next_attempt_at=at,
    )


def make_call(*ids: DeliveryId, **changes: Any) -> NetworkCall:
    """A live call that carried these, and went well."""
    call = NetworkCall(
        pixel_id="C0PIXEL",
        test_event_code=None,
        payloads=dict.fromkeys(ids, b'{"event":"Purchase"}'),
        answer=make_answer(),
    )
    return replace(call, **changes)


def settle(
    store: Store,
    lease_id: str,
    *settlements: Settlement,
    call: NetworkCall | None = None,
    at: datetime = NOON,
) -> int:
    """Settle one call; how many were still ours."""
    ids = [one for settlement in settlements for one in settlement.delivery_ids]
    made = make_call(*ids) if call is None else call
    return store.write(lambda uow: uow.deliveries.settle(lease_id, settlements, call=made, at=at))


def send_all(store: Store, **call: Any) -> list[DeliveryId]:
    """Claim all that is due at noon, and settle it as sent in one call."""
    claim = claim_all(store)
    settle(store, claim.lease_id, sent(*claim.ids), call=make_call(*claim.ids, **call))
    return claim.ids


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
    limit: int = 100,
) -> int:
    """Redrive the first app's dead letters at noon; a day is long enough ago to forget a doubt."""
    return store.write(
        lambda uow: uow.deliveries.redrive(
            APP_ID, ids=ids, wanted=wanted, now=NOON, forget_before=NOON - DAY, limit=limit
        )
    )


def dead_letters(
    store: Store,
    *,
    ids: Sequence[DeliveryId] | None = None,
    wanted: DeliveryFilter = ANYTHING,
) -> DeadLetters:
    """How many dead letters of the first app there are."""
    return store.read(
        lambda uow: uow.deliveries.dead_letters(
            APP_ID, ids=ids, wanted=wanted, accepted_before=NOON - DAY
        )
    )


def payments_of(
    store: Store, *, most: int = 100, exact_at: Sequence[datetime] = ()
) -> list[tuple[datetime, int]]:
    """When the first app's accepted payments happened."""
    return list(
        store.read(
            lambda uow: uow.deliveries.payments(
                APP_ID, TIKTOK, "Purchase", most=most, exact_at=exact_at
            )
        )
    )


def note_customer(store: Store, install: Install, value: str) -> None:
    """Note a customer's id."""
    kind = IdentifierKind.CUSTOMER_USER_ID
    store.write(
        lambda uow: uow.installs.note_identifier(install.app_id, install.id, kind, value, at=NOON)
    )
