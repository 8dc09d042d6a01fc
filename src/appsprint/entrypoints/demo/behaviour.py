"""What people do in the app: sessions over the following days, purchases, refunds, odd batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.people import AppEvent, BrokenEvent, Session
from appsprint.simulation.phones import Place, new_uuid

# How many come back on each of the days after the install.
_RETENTION = (0.52, 0.41, 0.33, 0.28, 0.24, 0.21, 0.19)
# Between two events of one session.
_SECONDS_APART = (4, 75)
_OFFLINE_SHARE = 0.04
_REPEATED_SHARE = 0.03
_BROKEN_SHARE = 0.03
_BUYERS_SHARE = 0.11
_SIGN_UP_SHARE = 0.55
_REFUND_SHARE = 0.2
_FAST_CLOCK_SHARE = 0.02


class Product(NamedTuple):
    sku: str
    name: str
    category: str
    price: Decimal


MONTHLY = Product("plan-monthly", "Coach, one month", "plan", Decimal("9.99"))
YEARLY = Product("plan-yearly", "Coach, one year", "plan", Decimal("59.99"))
_GOODS = (
    Product("belt-01", "Running belt", "gear", Decimal("24.90")),
    Product("bottle-02", "Soft flask 500 ml", "gear", Decimal("17.50")),
    Product("socks-03", "Trail socks", "wear", Decimal("14.00")),
    Product("lamp-04", "Head lamp", "gear", Decimal("39.00")),
    Product("vest-05", "Reflective vest", "wear", Decimal("32.45")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is settled of a person before the first session.

    Attributes:
        opened_at: The first open, in true time.
        registered_at: When the server knows the install; no batch goes out before.
        clock_ahead: How much the phone's clock is ahead of true time.
    """

    platform: Platform
    place: Place
    opened_at: datetime
    registered_at: datetime
    clock_ahead: timedelta
    is_buyer: bool
    signs_up: bool


def make_habits(
    platform: Platform,
    place: Place,
    rng: random.Random,
    *,
    opened_at: datetime,
    registered_at: datetime,
) -> Habits:
    return Habits(
        platform=platform,
        place=place,
        opened_at=opened_at,
        registered_at=registered_at,
        clock_ahead=timedelta(hours=2) if rng.random() < _FAST_CLOCK_SHARE else timedelta(0),
        is_buyer=rng.random() < _BUYERS_SHARE,
        signs_up=rng.random() < _SIGN_UP_SHARE,
    )


class Diary:
    """Writes a person's sessions, oldest first."""

    def __init__(self, habits: Habits, rng: random.Random) -> None:
        self._habits = habits
        self._rng = rng
        self._now = habits.opened_at
        self._bought: AppEvent | None = None

    def sessions(self, addresses: Iterator[str]) -> Iterator[Session]:
        """The sessions; ``addresses`` tells where each is."""
        yield self._session(self._first_day(), next(addresses))
        for day, share in enumerate(_RETENTION, start=1):
            if self._rng.random() >= share:
                continue
            hours = self._rng.uniform(-5, 6)
            self._now = self._habits.opened_at + timedelta(days=day, hours=hours)
            yield self._session(self._later_day(), next(addresses))

    def _session(self, events: Iterator[AppEvent], address: str) -> Session:
        written = tuple(events)
        is_broken = self._rng.random() < _BROKEN_SHARE
        broken = (self._broken_event(),) if is_broken else ()
        sent_at = self._now + timedelta(seconds=self._rng.uniform(1, 20))
        if self._rng.random() < _OFFLINE_SHARE:
            sent_at += timedelta(hours=self._rng.uniform(3, 9))
        return Session(
            sent_at=max(sent_at, self._habits.registered_at + timedelta(seconds=1)),
            address=address,
            events=written,
            broken=broken,
            is_repeated=self._rng.random() < _REPEATED_SHARE,
        )

    def _first_day(self) -> Iterator[AppEvent]:
        yield self._event("session_start")
        yield from self._browse()
        if self._habits.signs_up:
            yield self._event("sign_up", parameters={"method": "email"})
        if self._rng.random() < 0.3:
            yield self._event("tutorial_complete")
        if self._habits.is_buyer and self._rng.random() < 0.45:
            yield from self._buy()

    def _later_day(self) -> Iterator[AppEvent]:
        yield self._event("session_start")
        if self._habits.signs_up and self._rng.random() < 0.2:
            yield self._event("login", parameters={"method": "email"})
        yield from self._browse()
        if self._rng.random() < 0.5:
            kilometres = round(self._rng.uniform(2, 14), 1)
            yield self._event("custom", name="run_finished", parameters={"km": kilometres})
        if self._rng.random() < 0.15:
            yield self._event("level_complete", parameters={"level": self._rng.randint(2, 9)})
        if self._bought is not None and self._rng.random() < _REFUND_SHARE:
            yield self._refund(self._bought)
        elif self._habits.is_buyer and self._rng.random() < 0.35:
            yield from self._buy()

    def _browse(self) -> Iterator[AppEvent]:
        for product in self._rng.sample(_GOODS, self._rng.randrange(3)):
            yield self._event("view_item", parameters=_about(product))
        if self._rng.random() < 0.15:
            yield self._event("search", parameters={"search_term": "trail 10 km"})

    def _buy(self) -> Iterator[AppEvent]:
        """A plan, or goods by way of the cart."""
        if self._rng.random() < 0.4:
            plan = self._rng.choice((MONTHLY, MONTHLY, YEARLY))
            yield self._paid("subscribe", plan, quantity=1)
            return
        product = self._rng.choice(_GOODS)
        yield self._event("add_to_cart", parameters=_about(product))
        yield self._event("initiate_checkout")
        self._bought = self._paid("purchase", product, quantity=self._rng.choice((1, 1, 1, 2)))
        yield self._bought

    def _paid(self, event_type: str, product: Product, *, quantity: int) -> AppEvent:
        order = f"MM-{self._rng.randrange(10**7):07d}"
        event = self._event(
            event_type,
            parameters={**_about(product), "quantity": quantity, "order_id": order},
        )
        return replace(
            event, revenue=product.price * quantity, currency=self._habits.place.currency
        )

    def _refund(self, bought: AppEvent) -> AppEvent:
        assert bought.revenue is not None  # noqa: S101 only what was paid for is kept
        self._bought = None
        refund = self._event("purchase", parameters={"order_id": "refund"})
        return replace(refund, revenue=-bought.revenue, currency=bought.currency)

    def _event(
        self,
        event_type: str,
        *,
        name: str | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> AppEvent:
        self._now += timedelta(seconds=self._rng.uniform(*_SECONDS_APART))
        # Whole milliseconds, because that is all that travels.
        self._now -= timedelta(microseconds=self._now.microsecond % 1000)
        return AppEvent(
            event_id=self._event_id(),
            event_type=event_type,
            event_name=name,
            device_at=self._now + self._habits.clock_ahead,
            parameters=parameters,
        )

    def _event_id(self) -> str:
        event_id = str(new_uuid(self._rng))
        return event_id.upper() if self._habits.platform is Platform.IOS else event_id

    def _broken_event(self) -> BrokenEvent:
        return BrokenEvent(self._event("purchase"), self._rng.choice(_FAULTS))


def _about(product: Product) -> Mapping[str, object]:
    return {
        "item_id": product.sku,
        "item_name": product.name,
        "item_category": product.category,
        "price": float(product.price),
    }


_FAULTS: tuple[Mapping[str, object], ...] = (
    {"eventType": "screen_flash"},
    {"revenue": "12,90 €", "currency": "EUR"},
    {"revenue": 12.9, "currency": "EURO"},
    {"timestamp": "yesterday"},
    {"eventId": ""},
    {"parameters": ["not", "a", "map"]},
)
