"""What was sent, when a person is erased or time has passed."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.delivery import AttemptOutcome, DeliveryStatus, TryAgain
from appsprint.domain.install import Install
from appsprint.domain.privacy import PersonalData
from appsprint.testing.builders import APP_ID, make_click, make_install, put_clicks, put_install
from tests.support.sending import SendingRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SendingRig]:
    """One connected app."""
    store = SqliteStore(tmp_path / "store.db")
    yield SendingRig(store)
    store.close()


def second_install(rig: SendingRig) -> Install:
    """Another person's."""
    click = make_click()
    put_clicks(rig.store, click)
    return put_install(rig.store, make_install(), click)


def erase(rig: SendingRig, install: Install) -> None:
    """Erase the person with this install."""
    rig.store.write(lambda uow: uow.privacy.erase(APP_ID, install.id, named_clicks=()))


def kept_payloads(folder: Path) -> list[bytes]:
    """What the store keeps of each call, read from outside."""
    with closing(sqlite3.connect(folder / "store.db")) as connection:
        found = connection.execute("SELECT payloads FROM network_calls WHERE payloads IS NOT NULL")
        return [zlib.decompress(row[0]) for row in found]


def test_an_erased_person_is_taken_out_of_every_call(tmp_path: Path, rig: SendingRig) -> None:
    """Earlier attempts included; what others had in the same calls stays."""
    [erased] = rig.queue()
    [other] = rig.queue(install=second_install(rig))
    rig.tiktok.answer_next(TryAgain(maybe_accepted=False))
    rig.send()
    rig.clock.advance(timedelta(seconds=2))
    rig.send()
    erase(rig, rig.install)

    details = rig.details()
    assert details[erased].payload is None
    assert details[other].payload == b'{"event_id":"%s"}' % other.encode()
    assert [len(detail.attempts) for detail in details.values()] == [2, 2]
    assert [payloads.count(erased.encode()) for payloads in kept_payloads(tmp_path)] == [0, 0]


def test_a_person_who_is_erased_in_mid_call_leaves_no_trace_of_it(
    tmp_path: Path, rig: SendingRig
) -> None:
    """What became of the call is not written down; the others of the call are sent."""
    [erased] = rig.queue()
    [other] = rig.queue(install=second_install(rig))
    rig.tiktok.before_answer = lambda: erase(rig, rig.install)
    rig.send()

    details = rig.details()
    assert details[erased].delivery.status is DeliveryStatus.SKIPPED
    assert (details[erased].payload, details[erased].attempts) == (None, ())
    assert [one.outcome for one in details[other].attempts] == [AttemptOutcome.DELIVERED]
    assert [payloads.count(erased.encode()) for payloads in kept_payloads(tmp_path)] == [0]


def test_what_was_sent_is_forgotten_in_time(tmp_path: Path, rig: SendingRig) -> None:
    """The outcome stays."""
    [event_id] = rig.queue()
    rig.send()
    rig.store.write(
        lambda uow: uow.privacy.forget_old(
            APP_ID, PersonalData.DELIVERIES, before="dlv_z", limit=100
        )
    )

    detail = rig.details()[event_id]
    assert (detail.payload, len(detail.attempts)) == (None, 1)
    assert kept_payloads(tmp_path) == []
