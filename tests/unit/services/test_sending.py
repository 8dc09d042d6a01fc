"""Sending what is due: what each answer of the network makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.delivery import (
    AttemptOutcome,
    AwaitReconnect,
    DeadReason,
    Delivered,
    DeliveryStatus,
    GiveUp,
    TryAgain,
)
from appsprint.domain.isolation import REFUSED_BEFORE_STOPPING
from appsprint.errors import ConfigurationError
from appsprint.ports.rehearsal import Rehearsal, RehearsedPeriod
from appsprint.ports.store import CompletionSink, ItemsWork, Store, UnitOfWork
from appsprint.testing.builders import (
    HOME,
    NOON,
    PAGE_URL,
    SAFARI,
    TTCLID,
    make_click,
    make_connection,
    make_install,
    put_clicks,
    put_install,
)
from tests.support.sending import GOOD_TOKEN, LEASE, REFUSED, SendingRig

T = TypeVar("T")
SECOND = timedelta(seconds=1)
UNSURE, SURE = TryAgain(maybe_accepted=True), TryAgain(maybe_accepted=False)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SendingRig]:
    """One connected app."""
    store = SqliteStore(tmp_path / "store.db")
    yield SendingRig(store)
    store.close()


# What the network took


def test_what_the_network_took_is_sent(rig: SendingRig) -> None:
    """With the time, the pixel, the payload and the attempt."""
    [event_id] = rig.queue()

    assert rig.send() == 1

    detail = rig.details()[event_id]
    delivery = detail.delivery
    assert (delivery.status, delivery.reason, delivery.attempts) == (DeliveryStatus.SENT, None, 1)
    assert (delivery.sent_at, delivery.next_attempt_at) == (NOON, None)
    assert delivery.pixel_id == "C0PIXEL"
    assert detail.payload == b'{"event_id":"%s"}' % event_id.encode()
    assert [one.outcome for one in detail.attempts] == [AttemptOutcome.DELIVERED]


def test_the_network_gets_the_credential_in_plain(rig: SendingRig) -> None:
    """The opened token, the pixel and the test code."""
    rig.queue()
    rig.send()

    [credential] = rig.tiktok.credentials
    assert (credential.access_token, credential.pixel_id) == (GOOD_TOKEN, "C0PIXEL")
    assert credential.test_event_code == "TEST1"


def test_the_payload_is_made_of_the_checked_context(rig: SendingRig) -> None:
    """The first public address and the first browser, in the order in which they count."""
    install = put_install(rig.store, make_install(user_agent="okhttp/4"), put_click(rig))
    [event_id] = rig.queue(install=install, client_ip="10.0.0.1", parameters='{"a":1}')
    rig.send()

    event = rig.tiktok.events[event_id]
    assert (event.client_ip, event.user_agent) == (HOME, SAFARI)
    assert (event.network_click_id, event.page_url) == (TTCLID, PAGE_URL)
    assert (event.network_event, event.sdk_event) == ("Purchase", "purchase")
    assert (event.revenue_micros, event.currency) == (9_990_000, "USD")
    assert (event.parameters, event.locale, event.occurred_at) == ('{"a":1}', "en-US", NOON)


def test_nothing_due_is_nothing_sent(rig: SendingRig) -> None:
    """The network is not called."""
    assert rig.send() == 0
    assert rig.tiktok.calls == []


def test_a_batch_has_an_end(rig: SendingRig) -> None:
    """The longest due first; what is left comes next."""
    rig.tiktok.batch = 2
    ids = rig.queue(5)

    assert [rig.send() for _ in range(4)] == [2, 2, 1, 0]
    assert rig.tiktok.calls == [ids[:2], ids[2:4], ids[4:]]


def test_only_connections_that_can_send_are_sendable(rig: SendingRig) -> None:
    """A rejected token waits, and so does a missing pixel."""
    assert rig.service.sendable() == [rig.connection]

    rig.connect(GOOD_TOKEN, pixel_id=None)
    assert rig.service.sendable() == []


# Failures that time can mend


def test_a_failure_is_tried_again(rig: SendingRig) -> None:
    """Soon, and with the network's words as the reason."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(SURE, code=40100, message="too many requests " * 30)
    rig.send()

    detail = rig.details()[event_id]
    delivery = detail.delivery
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.RETRYING, 1)
    assert delivery.next_attempt_at == NOON + 1.5 * SECOND
    assert delivery.reason == ("too many requests " * 30)[:200]
    assert delivery.maybe_accepted_at is None
    assert [(one.outcome, one.answer.code) for one in detail.attempts] == [
        (AttemptOutcome.RETRY, 40100)
    ]


def test_a_retry_is_not_sent_before_its_time(rig: SendingRig) -> None:
    """And then it is, and every attempt is kept."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(SURE)
    rig.send()

    rig.clock.advance(1.5 * SECOND - timedelta(milliseconds=1))
    assert rig.send() == 0
    rig.clock.advance(timedelta(milliseconds=1))
    assert rig.send() == 1

    detail = rig.details()[event_id]
    assert (detail.delivery.status, detail.delivery.attempts) == (DeliveryStatus.SENT, 2)
    assert detail.delivery.reason is None
    assert len(detail.attempts) == 2


def test_pauses_grow(rig: SendingRig) -> None:
    """From attempt to attempt."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(SURE, times=4)
    pauses = []
    for _ in range(4):
        rig.send()
        due = rig.delivery(event_id).next_attempt_at
        assert due is not None
        pauses.append((due - rig.clock.now()) / SECOND)
        rig.clock.advance(due - rig.clock.now())

    assert pauses == [1.5, 3, 6, 12]


def test_a_pause_that_the_network_asks_for_is_kept(rig: SendingRig) -> None:
    """A quota by the minute is not asked for every two seconds."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(TryAgain(maybe_accepted=False, at_least_seconds=300))
    rig.send()

    assert rig.delivery(event_id).next_attempt_at == NOON + 300 * SECOND


def test_the_first_doubtful_attempt_starts_the_horizon(rig: SendingRig) -> None:
    """Later doubts do not move it, later certainty does not lift it."""
    [event_id] = rig.queue()
    for verdict in (SURE, UNSURE, UNSURE, SURE):
        rig.tiktok.answer_next(verdict)
        rig.send()
        rig.clock.advance(timedelta(minutes=1))

    assert rig.delivery(event_id).maybe_accepted_at == NOON + timedelta(minutes=1)


def test_beyond_the_horizon_a_doubtful_event_is_a_dead_letter(rig: SendingRig) -> None:
    """TikTok might count it a second time; until then it is tried."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(UNSURE)
    rig.send()
    rig.clock.advance(timedelta(hours=48) - 4 * SECOND)
    rig.tiktok.answer_next(UNSURE, times=2)
    rig.send()
    assert rig.delivery(event_id).status is DeliveryStatus.RETRYING

    rig.clock.advance(3 * SECOND)
    rig.send()
    delivery = rig.delivery(event_id)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DEAD, DeadReason.DEDUPE_HORIZON)
    assert delivery.next_attempt_at is None


def test_a_doubtful_event_that_waited_too_long_is_not_sent(rig: SendingRig) -> None:
    """Its connection was paused past the horizon; no automatic attempt comes after it."""
    [event_id] = rig.queue(occurred_at=NOON)
    rig.tiktok.answer_next(UNSURE)
    rig.send()
    rig.clock.advance(timedelta(hours=48, milliseconds=1))

    assert rig.send() == 1
    detail = rig.details()[event_id]
    assert (detail.delivery.status, detail.delivery.reason) == ("dead", DeadReason.DEDUPE_HORIZON)
    assert len(detail.attempts) == len(rig.tiktok.calls) == 1


def test_what_a_crash_left_in_doubt_has_a_horizon_too(rig: SendingRig) -> None:
    """Nobody knows whether the call of the dead process arrived."""
    [event_id] = rig.queue()
    rig.tiktok.before_answer = crash
    with pytest.raises(Crashed):
        rig.send()
    rig.tiktok.before_answer = lambda: None
    rig.clock.advance(timedelta(hours=49))
    rig.service.recover()
    rig.send()

    assert rig.delivery(event_id).reason == DeadReason.DEDUPE_HORIZON


def test_attempts_run_out(rig: SendingRig) -> None:
    """The last one of the schedule makes it a dead letter."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(SURE, times=40)
    for _ in range(40):
        rig.send()
        rig.clock.advance(timedelta(hours=3))

    detail = rig.details()[event_id]
    assert len(detail.attempts) == detail.delivery.attempts == 30
    assert detail.delivery.reason == DeadReason.RETRIES_EXHAUSTED
    assert detail.attempts[-1].outcome is AttemptOutcome.DEAD


# Refusals


@pytest.mark.parametrize("splittable", [True, False])
def test_one_refused_event_is_a_dead_letter(rig: SendingRig, splittable: bool) -> None:
    """Nothing is left to split."""
    [event_id] = rig.queue()
    rig.tiktok.answer_next(GiveUp(reason=DeadReason.REJECTED, splittable=splittable))
    rig.send()

    delivery = rig.delivery(event_id)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DEAD, DeadReason.REJECTED)
    assert len(rig.tiktok.calls) == 1


def test_a_refusal_of_the_whole_call_is_not_split(rig: SendingRig) -> None:
    """No event of it is to blame."""
    rig.queue(4)
    rig.tiktok.answer_next(GiveUp(reason=DeadReason.REJECTED, splittable=False))
    rig.send()

    assert set(rig.statuses().values()) == {"dead"}
    assert len(rig.tiktok.calls) == 1


@pytest.mark.parametrize("place", [0, 1, 499, 500, 998, 999])
def test_one_bad_event_among_a_thousand_is_found(rig: SendingRig, place: int) -> None:
    """By halving: it alone dies, the rest is sent, in about log2 calls."""
    ids = rig.queue(1000)
    rig.tiktok.bad = {ids[place]}

    assert rig.send() == 1000

    statuses = rig.statuses()
    assert [one for one in ids if statuses[one] == "dead"] == [ids[place]]
    assert [one for one in ids if statuses[one] == "sent"] == ids[:place] + ids[place + 1 :]
    assert len(rig.tiktok.calls) <= math.ceil(math.log2(1000)) + 4
    assert set(rig.tiktok.taken.values()) == {1}


def test_an_event_that_the_network_names_is_found_at_once(rig: SendingRig) -> None:
    """It alone is asked for again, then the others without it; its words are kept."""
    ids = rig.queue(1000)
    rig.tiktok.bad, rig.tiktok.names_places = {ids[700]}, True
    rig.send()

    assert [len(call) for call in rig.tiktok.calls] == [1000, 1, 999]
    detail = rig.details()[ids[700]]
    assert detail.delivery.reason == DeadReason.REJECTED
    assert [one.answer.message for one in detail.attempts] == ["data.0 is refused"]


def test_a_batch_in_which_everything_is_refused_costs_few_calls(rig: SendingRig) -> None:
    """Those that were refused alone die; of the others nothing is known, so they wait."""
    ids = rig.queue(200)
    rig.tiktok.bad = set(ids)
    rig.send()

    statuses = rig.statuses()
    dead = [one for one in ids if statuses[one] == "dead"]
    assert len(dead) == REFUSED_BEFORE_STOPPING
    waiting = rig.details()[next(one for one in ids if statuses[one] == "retrying")]
    assert (waiting.delivery.attempts, waiting.delivery.maybe_accepted_at) == (1, None)
    assert waiting.delivery.reason == "refused"
    assert [one.outcome for one in waiting.attempts] == [AttemptOutcome.RETRY]
    assert len(rig.tiktok.calls) <= 30

    rig.tiktok.bad = set()
    rig.clock.advance(2 * SECOND)
    assert rig.send() == len(ids) - len(dead)
    assert set(rig.tiktok.taken) == set(ids) - set(dead)


def test_the_search_ends_before_the_lease_does(rig: SendingRig) -> None:
    """Answers that take minutes; what is left is given back and not given up."""
    ids = rig.queue(64)
    rig.tiktok.bad = {ids[63]}
    rig.tiktok.before_answer = lambda: rig.clock.advance(timedelta(minutes=2))
    rig.send()

    assert len(rig.tiktok.calls) == 3
    rig.tiktok.before_answer = lambda: None
    rig.send()
    statuses = rig.statuses()
    assert [one for one in ids if statuses[one] == "dead"] == [ids[63]]
    assert set(rig.tiktok.taken) == set(ids[:63])


def test_halving_counts_as_one_attempt(rig: SendingRig) -> None:
    """Only the call that settled an event is in its log."""
    ids = rig.queue(8)
    rig.tiktok.bad = {ids[3]}
    rig.send()

    assert {len(detail.attempts) for detail in rig.details().values()} == {1}
    assert {detail.delivery.attempts for detail in rig.details().values()} == {1}


@given(st.data())
def test_exactly_the_bad_events_die(data: st.DataObject) -> None:
    """However many there are and wherever they stand; nothing is sent twice."""
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "store.db")
        rig = SendingRig(store)
        ids = rig.queue(data.draw(st.integers(1, 24)))
        rig.tiktok.bad = set(data.draw(st.lists(st.sampled_from(ids), max_size=5)))
        rig.send()

        assert {one for one, status in rig.statuses().items() if status == "dead"} == rig.tiktok.bad
        assert rig.tiktok.taken == dict.fromkeys(set(ids) - rig.tiktok.bad, 1)
        store.close()


def test_an_event_that_the_network_would_never_take_is_not_sent(rig: SendingRig) -> None:
    """It is a dead letter without an attempt; the others go."""
    unfit, fit = rig.queue(2)
    rig.tiktok.unfit = {unfit: DeadReason.TOO_OLD}

    assert rig.send() == 2
    detail = rig.details()[unfit]
    assert (detail.delivery.status, detail.delivery.reason) == ("dead", "too_old")
    assert (detail.attempts, detail.payload) == ((), None)
    assert rig.tiktok.calls == [[fit]]


def test_an_event_without_web_context_is_skipped(rig: SendingRig) -> None:
    """What became of its install meanwhile may have taken it away; never a poor event is sent."""
    click = make_click(client_ip="10.0.0.1", address_key=None)
    put_clicks(rig.store, click)
    install = put_install(rig.store, make_install(client_ip="127.0.0.1", address_key=None), click)
    [event_id] = rig.queue(install=install, client_ip="192.168.0.1")

    assert rig.send() == 1
    delivery = rig.delivery(event_id)
    assert (delivery.status, delivery.reason) == ("skipped", "missing_client_ip")
    assert rig.tiktok.calls == []


@pytest.mark.parametrize("address", ["203.0.113.0/24", "10.0.0.0/24"])
def test_a_truncated_address_is_left_out(rig: SendingRig, address: str) -> None:
    """A network is not the person's address; an older, whole one is not sent instead."""
    [event_id] = rig.queue(client_ip=address)

    assert rig.send() == 1
    assert rig.tiktok.calls == [[event_id]]
    assert rig.tiktok.events[event_id].client_ip is None


# Limits


def test_a_limit_holds_the_whole_connection(rig: SendingRig) -> None:
    """What has not been tried is not tried either, and loses no attempt."""
    rig.tiktok.batch = 1
    first, second = rig.queue(2)
    rig.tiktok.answer_next(
        TryAgain(maybe_accepted=False, at_least_seconds=300, is_limited=True), code=40100
    )
    rig.send()

    rig.clock.advance(299 * SECOND)
    assert rig.send() == 0
    assert rig.delivery(second).attempts == 0
    rig.clock.advance(SECOND)
    assert [rig.send(), rig.send()] == [1, 1]
    assert rig.tiktok.calls == [[first], [second], [first]]


def test_a_limit_does_not_slow_other_connections(rig: SendingRig) -> None:
    """They have pixels of their own."""
    rig.queue()
    rig.tiktok.answer_next(TryAgain(maybe_accepted=False, is_limited=True))
    rig.send()
    [event_id] = rig.queue()

    assert rig.send() == 0
    rig.connect(GOOD_TOKEN, pixel_id="C0OTHER")
    assert rig.send() == 1
    assert rig.tiktok.taken == {event_id: 1}


def test_a_network_that_fails_is_not_asked_for_every_batch(rig: SendingRig) -> None:
    """A backlog waits for the answer to one call, and keeps its attempts."""
    rig.tiktok.batch = 1
    rig.queue(3)
    rig.tiktok.answer_next(UNSURE)
    assert [rig.send() for _ in range(3)] == [1, 0, 0]

    rig.clock.advance(1.5 * SECOND)
    assert [rig.send() for _ in range(4)] == [1, 1, 1, 0]


# Draining


def test_draining_sends_all_that_is_due_in_order(rig: SendingRig) -> None:
    """Batch after batch, the next made ready while one is on its way."""
    rig.tiktok.batch = 2
    ids = rig.queue(7)
    rig.service.drain(rig.connection)

    assert rig.tiktok.calls == [ids[:2], ids[2:4], ids[4:6], ids[6:]]
    assert set(rig.statuses().values()) == {"sent"}


def test_draining_ends_when_the_connection_has_to_wait(rig: SendingRig) -> None:
    """What was made ready meanwhile is given back untouched."""
    rig.tiktok.batch = 2
    ids = rig.queue(6)
    rig.tiktok.answer_next(TryAgain(maybe_accepted=True))
    rig.service.drain(rig.connection)

    assert rig.tiktok.calls == [ids[:2]]
    assert [rig.delivery(one).attempts for one in ids] == [1, 1, 0, 0, 0, 0]
    assert [rig.delivery(one).maybe_accepted_at for one in ids[2:]] == [None] * 4
    assert rig.service.recover() == 0


def test_draining_notices_a_new_token(rig: SendingRig) -> None:
    """Every batch goes with the connection as it is then."""
    rig.tiktok.batch = 1
    rig.tiktok.tokens = {GOOD_TOKEN, "new-token"}
    rig.queue(3)
    rig.tiktok.before_answer = lambda: rig.connect("new-token")
    rig.service.drain(rig.connection)

    assert rig.tiktok.credentials[0].access_token == GOOD_TOKEN
    assert rig.tiktok.credentials[-1].access_token == "new-token"


def test_draining_ends_when_the_connection_is_gone(rig: SendingRig) -> None:
    """Disconnecting in the middle sends no further batch."""
    rig.tiktok.batch = 1
    rig.queue(3)
    rig.tiktok.before_answer = lambda: rig.connect(GOOD_TOKEN, pixel_id=None)
    connection = rig.connection
    rig.service.drain(connection)

    assert len(rig.tiktok.calls) <= 2
    assert "pending" in rig.statuses().values()


def test_stopping_settles_what_is_under_way_and_gives_back_the_rest(rig: SendingRig) -> None:
    """No further call begins, and no lease is left for the next process to doubt."""
    rig.tiktok.batch = 2
    ids = rig.queue(6)
    rig.tiktok.before_answer = rig.service.stop
    rig.service.drain(rig.connection)

    assert rig.tiktok.calls == [ids[:2]]
    assert [rig.statuses()[one] for one in ids] == ["sent"] * 2 + ["pending"] * 4
    assert rig.service.recover() == 0
    assert rig.send() == 2


def test_stopping_ends_the_search_for_a_bad_event(rig: SendingRig) -> None:
    """It goes on after the next start."""
    ids = rig.queue(8)
    rig.tiktok.bad = {ids[7]}
    rig.tiktok.before_answer = rig.service.stop
    rig.send()

    assert len(rig.tiktok.calls) == 1
    rig.tiktok.before_answer = lambda: None
    assert rig.service.recover() == 0
    rig.send()
    assert rig.statuses() == {one: "dead" if one == ids[7] else "sent" for one in ids}


# Tests


def test_with_a_test_event_code_events_are_tests(rig: SendingRig) -> None:
    """The delivery and its attempt say so; without the code the next ones do not."""
    [test] = rig.queue()
    rig.send()
    rig.connect(GOOD_TOKEN, test_event_code=None)
    [live] = rig.queue()
    rig.send()

    codes = {
        one: (detail.delivery.test_event_code, detail.attempts[0].test_event_code)
        for one, detail in rig.details().items()
    }
    assert codes == {test: ("TEST1", "TEST1"), live: (None, None)}


# The token


def test_a_refused_token_pauses_and_keeps_everything(rig: SendingRig) -> None:
    """The connection says why; no attempt is counted and nothing is in anybody's hands."""
    rig.tiktok.batch = 2
    ids = rig.queue(3)
    rig.tiktok.tokens = set()
    rig.send()

    assert rig.is_paused
    assert rig.connection.events_error == REFUSED.problem
    assert rig.service.sendable() == []
    delivery = rig.delivery(ids[0])
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.RETRYING, 0)
    assert delivery.reason == REFUSED.problem
    assert [one.outcome for one in rig.details()[ids[0]].attempts] == [
        AttemptOutcome.AWAIT_RECONNECT
    ]
    assert rig.store.write(lambda uow: uow.deliveries.release_leases()) == 0


def test_a_new_token_resumes_in_order(rig: SendingRig) -> None:
    """What waited goes out once, the oldest first, after it what came meanwhile."""
    rig.tiktok.batch = 2
    waiting = rig.queue(3)
    rig.tiktok.tokens = {"new-token"}
    rig.send()
    rig.clock.advance(timedelta(hours=1))
    waiting += rig.queue(1)
    rig.tiktok.calls.clear()

    rig.connect("new-token")
    while rig.send():
        pass

    assert rig.tiktok.calls == [waiting[:2], waiting[2:]]
    assert set(rig.statuses().values()) == {"sent"}
    assert set(rig.tiktok.taken.values()) == {1}


def test_a_token_that_is_refused_in_the_middle_keeps_the_rest(rig: SendingRig) -> None:
    """What was sent is sent; what was not is given back at once."""
    ids = rig.queue(4)
    split = GiveUp(reason=DeadReason.REJECTED, splittable=True)
    for verdict in (split, Delivered(), AwaitReconnect(problem="revoked")):
        rig.tiktok.answer_next(verdict)
    rig.send()

    assert [rig.statuses()[one] for one in ids] == ["sent", "sent", "retrying", "pending"]
    rig.connect(GOOD_TOKEN)
    assert rig.send() == 2
    assert set(rig.statuses().values()) == {"sent"}


def test_what_was_left_unsent_by_a_pause_is_given_back(rig: SendingRig) -> None:
    """It was claimed, and need not wait for the lease to run out."""
    ids = rig.queue(4)
    split = GiveUp(reason=DeadReason.REJECTED, splittable=True)
    for verdict in (split, AwaitReconnect(problem="revoked")):
        rig.tiktok.answer_next(verdict)
    rig.send()

    assert [rig.statuses()[one] for one in ids] == ["retrying", "retrying", "pending", "pending"]
    rig.connect(GOOD_TOKEN)
    assert rig.send() == 4
    assert rig.tiktok.calls[-1] == ids


def test_a_token_that_was_replaced_meanwhile_is_not_the_one_refused(rig: SendingRig) -> None:
    """The person was faster than the network's answer."""
    rig.queue()
    rig.tiktok.tokens = {"new-token"}
    rig.tiktok.before_answer = lambda: rig.connect("new-token")
    rig.send()

    assert not rig.is_paused
    assert rig.send() == 1
    assert set(rig.statuses().values()) == {"sent"}


def test_a_refused_token_of_a_connection_that_is_gone(rig: SendingRig) -> None:
    """Nothing is left to pause."""
    stranger = make_connection(app_id="app_2", events_token=rig.box.seal("old"))
    rig.service.send_due(stranger)

    rig.queue()
    gone = replace(rig.connection, events_token=rig.box.seal("old-token"))
    rig.service.send_due(gone)

    assert not rig.is_paused


def test_a_token_that_no_key_opens_ties_up_nothing(rig: SendingRig) -> None:
    """The operator restores the key, and everything goes out at once."""
    rig.queue(2)
    rig.box.is_locked = True
    with pytest.raises(ConfigurationError):
        rig.send()

    rig.box.is_locked = False
    assert rig.send() == 2


# Leases


def test_a_result_that_comes_after_the_lease_is_ignored(rig: SendingRig) -> None:
    """Another worker has the delivery by then, and its result counts."""
    [event_id] = rig.queue()

    def another_worker() -> None:
        rig.tiktok.before_answer = lambda: None
        rig.clock.advance(LEASE)
        assert rig.send() == 1

    rig.tiktok.before_answer = another_worker
    rig.tiktok.answer_next(Delivered())
    rig.tiktok.answer_next(GiveUp(reason=DeadReason.REJECTED, splittable=False))
    rig.send()

    assert rig.delivery(event_id).status is DeliveryStatus.SENT
    assert len(rig.details()[event_id].attempts) == 1


def test_two_workers_never_send_the_same(rig: SendingRig) -> None:
    """What one has claimed, the other does not see."""
    rig.queue(3)
    rig.tiktok.before_answer = lambda: assert_nothing_due(rig)
    rig.send()

    assert set(rig.tiktok.taken.values()) == {1}


def test_a_new_process_takes_over_at_once(rig: SendingRig) -> None:
    """It gives back the leases of the dead one, and sends under the old ids."""
    ids = rig.queue(2)
    rig.tiktok.before_answer = crash
    with pytest.raises(Crashed):
        rig.send()
    rig.tiktok.before_answer = lambda: None

    assert rig.send() == 0
    assert rig.service.recover() == 2
    assert rig.send() == 2
    assert rig.tiktok.calls == [ids, ids]


# A crash between any two steps


class Crashed(BaseException):
    """The process is gone; nothing catches this."""


def crash() -> None:
    """End the process."""
    raise Crashed


class CrashingStore:
    """A store whose process dies at its n-th use, just before or just after the commit."""

    def __init__(self, store: SqliteStore, *, at: int, after_commit: bool) -> None:
        self._store = store
        self._left = at
        self._after_commit = after_commit

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return self._store.read(work)

    def rehearse(self, period: RehearsedPeriod, work: Callable[[Rehearsal], T]) -> T:
        return self._store.rehearse(period, work)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self._left -= 1
        if self._left == 0 and not self._after_commit:
            raise Crashed
        result = self._store.write(work)
        if self._left == 0:
            raise Crashed
        return result

    def enqueue(
        self, work: Callable[[UnitOfWork], object], sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue(work, sink, ticket)

    def enqueue_item(
        self, work: ItemsWork, item: object, sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue_item(work, item, sink, ticket)

    def enqueue_click(
        self, click: Click | FilteredVisit, sink: CompletionSink, ticket: object
    ) -> None:
        self._store.enqueue_click(click, sink, ticket)

    def clear_deleted(self) -> None:
        self._store.clear_deleted()

    def close(self) -> None:
        self._store.close()


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after it"])
@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("trouble", ["none", "bad event", "unfit event"])
def test_a_crash_between_any_two_steps_loses_nothing(
    tmp_path: Path, trouble: str, at: int, after_commit: bool
) -> None:
    """The next process sends all that was not settled, under the same ids."""
    store = SqliteStore(tmp_path / "store.db")
    crashing: Store = CrashingStore(store, at=at, after_commit=after_commit)
    rig = SendingRig(store, through=crashing)
    ids = rig.queue(6)
    hopeless = set() if trouble == "none" else {ids[2]}
    rig.tiktok.bad = hopeless if trouble == "bad event" else set()
    rig.tiktok.unfit = dict.fromkeys(hopeless - rig.tiktok.bad, DeadReason.TOO_OLD)
    send_all(rig)

    assert rig.statuses() == {one: "dead" if one in hopeless else "sent" for one in ids}
    assert set(rig.tiktok.taken) == set(ids) - hopeless
    store.close()


def send_all(rig: SendingRig) -> None:
    """Send until nothing is due; when the process dies, the next one goes on."""
    is_done = False
    while not is_done:
        try:
            is_done = rig.send() == 0
        except Crashed:
            rig.service = rig.make_service(rig.store)
            rig.service.recover()


def put_click(rig: SendingRig) -> Click:
    """One more click."""
    click = make_click()
    put_clicks(rig.store, click)
    return click


def assert_nothing_due(rig: SendingRig) -> None:
    """Another worker would find nothing."""
    service = rig.make_service(rig.store)
    assert service.send_due(rig.connection) == 0
