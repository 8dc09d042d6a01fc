"""What every store must count for the diagnostics: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.delivery import AttemptOutcome, Delivery, DeliveryStatus
from appsprint.domain.ids import AppId, EventId, IdPrefix
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.ports.diagnostics import (
    DeliverySum,
    Scope,
    SeenClick,
    UndeliveredSum,
    UnsentSum,
)
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    HOUR,
    MILLISECOND,
    NOON,
    make_answer,
    make_click,
    make_event,
    make_install,
    new_id,
    put_clicks,
    put_events,
    put_install,
)
from appsprint.testing.delivery_steps import claim_all, make_call, queue, retry, send_all, settle

OTHER = AppId("app_2")
TIKTOK = AdNetwork.TIKTOK
SINCE = NOON - 24 * HOUR
SKIPPED, DEAD, SENT = DeliveryStatus.SKIPPED, DeliveryStatus.DEAD, DeliveryStatus.SENT
MANY = 1_000


class DiagnosticsStoreContract:
    """The rules of ``ports.diagnostics.DiagnosticsRepository``."""

    @pytest.fixture
    def install(self, store: Store) -> Install:
        """An install to hang events on."""
        return put_install(store, make_install())

    @pytest.fixture
    def foreign(self, store: Store) -> Install:
        """Another app's."""
        return put_install(store, make_install(app_id=OTHER))

    # Clicks

    def test_clicks_come_as_they_were_stored(self, store: Store) -> None:
        """Newest first; another app's are left out."""
        older, newer = (make_click(age=age * HOUR) for age in (2, 1))
        put_clicks(store, older, newer, make_click(app_id=OTHER))

        assert clicks(store) == [
            SeenClick(
                id=click.id,
                link_id=click.link_id,
                occurred_at=click.occurred_at,
                user_agent=click.user_agent,
                page_url=click.page_url,
            )
            for click in (newer, older)
        ]

    def test_clicks_are_bound_by_time_and_number(self, store: Store) -> None:
        """From ``since`` on, itself included, and never more than asked for."""
        put_clicks(
            store,
            make_click(age=24 * HOUR + MILLISECOND),
            make_click(age=24 * HOUR),
            make_click(age=HOUR),
        )

        assert len(clicks(store)) == 2
        assert [click.occurred_at for click in clicks(store, max_rows=1)] == [NOON - HOUR]

    # Deliveries

    def test_deliveries_are_summed_by_status_and_pixel(
        self, store: Store, install: Install, foreign: Install
    ) -> None:
        """With the first and the last instant of sending."""
        for sent_at in (NOON - 2 * HOUR, NOON, NOON - HOUR):
            queue(store, install, status=SENT, pixel_id="C0PIXEL", sent_at=sent_at)
        queue(store, install, status=SENT, pixel_id="C1OTHER", sent_at=NOON)
        queue(store, install)
        queue(store, foreign)

        assert sums(store) == {
            (SENT, "C0PIXEL"): (3, NOON - 2 * HOUR, NOON),
            (SENT, "C1OTHER"): (1, NOON, NOON),
            (DeliveryStatus.PENDING, None): (1, None, None),
        }

    def test_deliveries_are_bound_by_time_and_number(self, store: Store, install: Install) -> None:
        """By when they were made; the newest of them."""
        queue(store, install, created_at=SINCE - MILLISECOND)
        queue(store, install, status=DEAD, created_at=SINCE)
        queue(store, install, status=SKIPPED)

        assert {status for status, _ in sums(store)} == {DEAD, SKIPPED}
        assert {status for status, _ in sums(store, max_rows=1)} == {SKIPPED}

    def test_what_was_sent_as_a_test_was_never_sent_live(
        self, store: Store, install: Install
    ) -> None:
        """It is counted, and tells nothing of when live events show."""
        queue(store, install)
        send_all(store, test_event_code="TEST1")

        assert list(sums(store).values()) == [(1, None, NOON)]

    # Unsent

    def test_unsent_deliveries_by_reason(
        self, store: Store, install: Install, foreign: Install
    ) -> None:
        """The most frequent reason first, the newest as examples; what was sent is left out."""
        skipped = [queue(store, install, status=SKIPPED, reason="missing_ttclid") for _ in range(3)]
        dead = queue(store, install, status=DEAD, reason="too_old")
        queue(store, install, status=SENT)
        queue(store, foreign, status=DEAD, reason="too_old")

        found = unsent(store, examples=2)

        assert [(one.status, one.reason, one.amount) for one in found] == [
            (SKIPPED, "missing_ttclid", 3),
            (DEAD, "too_old", 1),
        ]
        examples = [[one.delivery_id for one in reason.examples] for reason in found]
        assert examples == [[skipped[2].id, skipped[1].id], [dead.id]]

    def test_an_example_says_what_is_known_of_it(self, store: Store, install: Install) -> None:
        """The event, and the network's last words; None before the first attempt."""
        untried = queue(store, install, status=SKIPPED, reason="refund", created_at=NOON - HOUR)
        refused = queue(store, install)
        refuse(store, refused, "Field 'value' must be a number")

        (dead,), (skipped,) = (one.examples for one in unsent(store))

        assert dead.answer == "Field 'value' must be a number"
        assert skipped.answer is None
        assert (skipped.delivery_id, skipped.event_id) == (untried.id, untried.event_id)
        assert (skipped.sdk_event, skipped.network_event) == ("purchase", "Purchase")
        assert skipped.created_at == NOON - HOUR

    def test_unsent_deliveries_are_bound_by_time_and_number(
        self, store: Store, install: Install
    ) -> None:
        """The number counts for each status, so that many of one hide none of the other."""
        queue(store, install, status=DEAD, reason="too_old", created_at=SINCE - MILLISECOND)
        queue(store, install, status=DEAD, reason="too_old", created_at=SINCE)
        for _ in range(3):
            queue(store, install, status=SKIPPED, reason="refund")

        amounts = {one.reason: one.amount for one in unsent(store, max_rows=2)}
        assert amounts == {"refund": 2, "too_old": 1}

    # Undelivered

    def test_events_without_a_delivery_by_reason_and_name(
        self, store: Store, install: Install, foreign: Install
    ) -> None:
        """Live ones, as mappings name them; delivered ones and another app's are left out."""
        put_events(
            store,
            *(make_event(install, event_type="login", skip_reason="not_mapped") for _ in range(2)),
            make_event(install, event_type="custom", event_name="boss", skip_reason="not_mapped"),
            make_event(install, skip_reason="not_attributed"),
            make_event(install),
            make_event(install, environment=Environment.TEST, skip_reason="test_event"),
            make_event(install, event_type="__test", skip_reason="test_event"),
            make_event(foreign, skip_reason="not_mapped"),
        )

        assert undelivered(store) == [
            UndeliveredSum(reason="not_mapped", sdk_event="login", amount=2),
            UndeliveredSum(reason="not_attributed", sdk_event="purchase", amount=1),
            UndeliveredSum(reason="not_mapped", sdk_event="custom:boss", amount=1),
        ]

    def test_events_are_bound_by_time_and_number(self, store: Store, install: Install) -> None:
        """By when they arrived; the newest of them."""
        for received_at in (SINCE - MILLISECOND, SINCE, NOON):
            event = make_event(install, received_at=received_at, skip_reason="not_mapped")
            put_events(store, replace(event, id=EventId(new_id(IdPrefix.EVENT))))

        assert [one.amount for one in undelivered(store)] == [2]
        assert [one.amount for one in undelivered(store, max_rows=1)] == [1]


def scope(max_rows: int = MANY) -> Scope:
    """The first app's last day."""
    return Scope(APP_ID, TIKTOK, SINCE, max_rows)


def clicks(store: Store, max_rows: int = MANY) -> list[SeenClick]:
    """The clicks in scope."""
    return list(store.read(lambda uow: uow.diagnostics.clicks(scope(max_rows))))


def sums(
    store: Store, max_rows: int = MANY
) -> dict[tuple[DeliveryStatus, str | None], tuple[int, datetime | None, datetime | None]]:
    """The sums in scope; each status and pixel once."""
    found: Sequence[DeliverySum] = store.read(
        lambda uow: uow.diagnostics.deliveries(scope(max_rows))
    )
    by_key = {
        (one.status, one.pixel_id): (one.amount, one.first_sent_at, one.last_sent_at)
        for one in found
    }
    assert len(by_key) == len(found)
    return by_key


def unsent(store: Store, *, examples: int = 3, max_rows: int = MANY) -> Sequence[UnsentSum]:
    """What was not sent in scope."""
    return store.read(lambda uow: uow.diagnostics.unsent(scope(max_rows), examples=examples))


def undelivered(store: Store, max_rows: int = MANY) -> Sequence[UndeliveredSum]:
    """What was not meant for the network in scope."""
    return store.read(lambda uow: uow.diagnostics.undelivered(scope(max_rows)))


def refuse(store: Store, delivery: Delivery, message: str) -> None:
    """One attempt without an answer, then one that the network refuses for good."""
    dead = replace(
        retry(delivery.id, at=NOON),
        status=DEAD,
        reason="rejected_by_network",
        outcome=AttemptOutcome.DEAD,
        next_attempt_at=None,
    )
    for settlement, words in [(retry(delivery.id, at=NOON), "no answer"), (dead, message)]:
        lease_id = claim_all(store, limit=1).lease_id
        call = make_call(delivery.id, answer=make_answer(code=40002, message=words))
        settle(store, lease_id, settlement, call=call)
