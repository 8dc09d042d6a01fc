"""System: how the server stands, and its books on demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.connection import ConnectionStatus
from appsprint.entrypoints.http.dashboard import system
from appsprint.entrypoints.http.dashboard.system import size_of
from appsprint.ports.events import ReceivedCounts
from appsprint.testing.builders import make_connection
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

PLACE = "/settings/system"


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 << 30, "3.0 GiB")]
)
def test_sizes_have_a_unit(amount: int, words: str) -> None:
    """The largest that leaves a whole one."""
    assert size_of(amount) == words


def test_every_state_of_a_connection_has_words() -> None:
    """A new one cannot reach the page without."""
    assert set(system._CONNECTIONS) == set(ConnectionStatus)


def test_a_fresh_server_is_told(owner: Browser) -> None:
    """Sizes, versions and retention, without any app."""
    text = text_of(owner.get(PLACE))

    for told in (
        "All is well",
        "No app is connected",
        "Spool * Empty",
        "SQLite 3.",
        "Clicks and filtered visits 90",
    ):
        assert told in text


def test_queues_and_imports_are_told(plane: ControlPlane, owner: Browser, app: App) -> None:
    """How much waits, for how long, and why an import failed."""
    connection = replace(
        make_connection(), app_id=app.id, last_sync_error="TikTok could not be reached"
    )
    plane.store.write(lambda uow: uow.connections.save(connection))
    install = put_install(plane.store, app.id, NOON, link_id="lnk_1")
    put_delivery(plane.store, put_event(plane.store, install, NOON - timedelta(hours=2)))

    text = text_of(owner.get(PLACE))

    assert "1 thing needs you" in text
    assert "2 h" in text
    assert "TikTok could not be reached." in text
    assert "Waiting deliveries 1" in text


def test_the_books_are_counted_when_asked(plane: ControlPlane, owner: Browser, app: App) -> None:
    """An event that nobody counted is a gap, in words."""
    assert "Balances" not in text_of(owner.get(PLACE))
    assert "Balances" in text_of(owner.get(f"{PLACE}?books=check"))
    put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)

    assert "0 events were counted as stored and 1 is there." in text_of(
        owner.get(f"{PLACE}?books=check")
    )


def test_the_last_days_are_counted_for_the_page(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """The page asks for them by itself; each day is told, the one with a gap in words."""
    assert 'hx-get="?ledger=recent" hx-trigger="load"' in owner.get(PLACE).text
    assert "All is well" in text_of(owner.get(f"{PLACE}?ledger=recent"))
    counts = ReceivedCounts(received=3, stored=2, duplicates=1)
    plane.store.write(lambda uow: uow.events.count(app.id, counts, day_on=NOON.date()))

    text = text_of(owner.get(f"{PLACE}?ledger=recent"))

    assert (
        "2026-03-29 0 0 3 Does not balance 2 events were counted as stored and 0 are there." in text
    )
    assert text.count("Balances") == 6
    assert "1 thing needs you" in text
