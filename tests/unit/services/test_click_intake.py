"""Making a click of a visit, telling where it goes, and replaying the spool."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.spool.file import FileSpool
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.link import AdNetwork
from appsprint.domain.visit import VisitKind
from appsprint.errors import StoreUnavailable
from appsprint.ports.store import CompletionSink
from appsprint.services.clicks import (
    MAX_HEADER_LENGTH,
    MAX_PAGE_URL_LENGTH,
    MAX_USER_AGENT_LENGTH,
    ClickIntake,
    SpoolReplay,
    Visit,
    store_page_for,
)
from appsprint.testing.builders import (
    APP_ID,
    HOME,
    LINK_ID,
    NOON,
    SAFARI,
    make_android_app,
    make_app,
    make_click,
    make_link,
    make_visit,
)
from tests.support.builders import IDFA
from tests.support.control_plane import PLAY_STORE_URL, CountingIds
from tests.support.fake_network import FakeNetwork

LINK = make_link(slug="spring")
INTAKE = ClickIntake(
    ids=CountingIds(),
    networks={AdNetwork.TIKTOK: FakeNetwork()},
    tracking_url="https://go.example",
)


def make_visit_request(**changes: Any) -> Visit:
    """A person's visit to the link."""
    visit = Visit(
        method="GET",
        path_and_query="/c/spring?ttclid=E.C.P&utm_id=c1",
        headers={"user-agent": SAFARI, "accept-language": "en-US", "referer": "https://t.co/"},
        client_ip=HOME,
        received_at=NOON,
    )
    return replace(visit, **changes)


def read_click(**changes: Any) -> Click:
    """The click of a person's visit."""
    click = INTAKE.read(LINK, make_visit_request(**changes))
    assert isinstance(click, Click)
    return click


def test_a_persons_visit_is_a_click() -> None:
    """Everything as it came."""
    click = read_click()

    assert click.id.startswith("clk_")
    assert (click.app_id, click.link_id, click.network) == (LINK.app_id, LINK.id, LINK.network)
    assert (click.occurred_at, click.client_ip, click.address_key) == (NOON, HOME, HOME)
    assert (click.user_agent, click.accept_language) == (SAFARI, "en-US")
    assert click.http_referrer == "https://t.co/"
    assert click.page_url == "https://go.example/c/spring?ttclid=E.C.P&utm_id=c1"
    assert click.earns_credit


def test_a_visit_without_headers_is_a_click() -> None:
    """Privacy tools leave them out."""
    click = read_click(headers={}, path_and_query="/c/spring")

    assert (click.user_agent, click.accept_language, click.http_referrer) == ("", None, None)
    assert click.page_url == "https://go.example/c/spring"


@pytest.mark.parametrize(
    ("client_ip", "address_key"),
    [("10.0.0.1", None), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", None)],
)
def test_what_address_matching_compares(client_ip: str, address_key: str | None) -> None:
    """Nothing for private addresses, the /64 of an IPv6 address."""
    assert read_click(client_ip=client_ip).address_key == address_key


def test_long_headers_are_cut() -> None:
    """Each to its bound."""
    click = read_click(
        headers={
            "user-agent": "Mozilla/5.0 " + "x" * 9_000,
            "accept-language": "e" * 9_000,
            "referer": "r" * 9_000,
        }
    )

    assert len(click.user_agent) == MAX_USER_AGENT_LENGTH
    assert len(click.accept_language or "") == len(click.http_referrer or "") == MAX_HEADER_LENGTH


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("a=1", "a=1"),
        (f"a=1&ttclid={'x' * 20_000}", "a=1"),
        (f"a={'y' * 15_000}&b={'x' * 5_000}", f"a={'y' * 15_000}"),
    ],
    ids=["short", "an id that is too long", "two parameters"],
)
def test_a_long_address_is_cut_between_parameters(query: str, kept: str) -> None:
    """Half an id names nothing."""
    assert read_click(path_and_query=f"/c/spring?{query}").page_url == (
        f"https://go.example/c/spring?{kept}"
    )


def test_a_long_address_without_parameters_is_cut() -> None:
    """Somewhere."""
    url = read_click(path_and_query=f"/c/spring?{'x' * 20_000}").page_url

    assert len(url) == MAX_PAGE_URL_LENGTH


@pytest.mark.parametrize(
    ("query", "advertising_id"),
    [
        (f"idfa={IDFA}", IDFA),
        (f"idfa={IDFA.upper()}", IDFA),
        (f"gaid={IDFA}", IDFA),
        ("idfa=00000000-0000-0000-0000-000000000000", None),
        ("idfa=__IDFA__", None),
        ("ttclid=x", None),
    ],
)
def test_an_advertising_id_in_the_link_is_read_at_once(
    query: str, advertising_id: str | None
) -> None:
    """Look-ups need it."""
    assert read_click(path_and_query=f"/c/spring?{query}").advertising_id == advertising_id


def test_an_archived_links_click_earns_no_credit() -> None:
    """It is recorded all the same."""
    click = INTAKE.read(replace(LINK, archived_at=NOON), make_visit_request())

    assert isinstance(click, Click)
    assert not click.earns_credit


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"method": "HEAD"}, VisitKind.HEAD),
        ({"headers": {"user-agent": SAFARI, "x-moz": "prefetch"}}, VisitKind.PREFETCH),
        ({"headers": {"user-agent": SAFARI, "purpose": "prefetch"}}, VisitKind.PREFETCH),
        ({"headers": {"user-agent": SAFARI, "sec-purpose": "prefetch"}}, VisitKind.PREFETCH),
        ({"headers": {"user-agent": "WhatsApp/2.2"}}, VisitKind.PREVIEW),
        ({"headers": {"user-agent": "Googlebot/2.1"}}, VisitKind.CRAWLER),
    ],
)
def test_what_no_person_made_is_kept_apart(changes: dict[str, Any], kind: VisitKind) -> None:
    """With its kind, its address and its user agent."""
    visit = INTAKE.read(LINK, make_visit_request(**changes))

    assert isinstance(visit, FilteredVisit)
    assert (visit.kind, visit.link_id, visit.client_ip) == (kind, LINK.id, HOME)
    assert visit.id.startswith("vis_")


@given(
    st.text(st.characters(codec="latin-1")),
    st.dictionaries(
        st.sampled_from(["user-agent", "accept-language", "referer", "x-moz"]),
        st.text(st.characters(codec="latin-1"), max_size=600),
    ),
    st.text(max_size=60),
)
def test_no_visit_is_too_odd(path: str, headers: dict[str, str], client_ip: str) -> None:
    """Reading never raises, whatever was sent."""
    INTAKE.read(LINK, make_visit_request(path_and_query=path, headers=headers, client_ip=client_ip))


# Where the person goes


def test_an_android_click_goes_to_play_with_its_id() -> None:
    """So that the app's first request tells which click it came from."""
    click = make_click()
    link = make_link(destination_url=PLAY_STORE_URL)

    page = store_page_for(link, make_android_app(), click)
    assert page.startswith(f"{PLAY_STORE_URL}&referrer=click_id%3D{click.id}%26")


@pytest.mark.parametrize(
    ("app", "visit"),
    [
        pytest.param(make_app(), make_click(), id="iOS"),
        pytest.param(make_android_app(), make_visit(), id="not a person"),
        pytest.param(make_android_app(), make_click(earns_credit=False), id="archived"),
        pytest.param(None, make_click(), id="a deleted app"),
    ],
)
def test_everybody_else_goes_to_exactly_the_store_page(
    app: Any, visit: Click | FilteredVisit
) -> None:
    """Character for character."""
    assert store_page_for(LINK, app, visit) == LINK.destination_url


# Replaying the spool


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store that hardly waits for others."""
    opened = SqliteStore(tmp_path / "store.db", busy_timeout_ms=20)
    yield opened
    opened.close()


def test_spooled_clicks_reach_the_store_once(store: SqliteStore, tmp_path: Path) -> None:
    """Also those that it has already; then the spool is empty."""
    spool = FileSpool(tmp_path / "spool")
    clicks = [make_click() for _ in range(3)]
    spool.append([clicks[0], make_visit()])
    spool.append([clicks[1], clicks[2], clicks[0]])
    replay = SpoolReplay(store=store, spool=spool)

    assert replay.replay() == 5
    assert spool.is_empty()
    assert replay.replay() == 0
    assert clicks_of(store) == 3


def test_clicks_stay_in_the_spool_while_the_store_cannot_take_them(
    store: SqliteStore, tmp_path: Path
) -> None:
    """And reach it when it can, once."""
    spool = FileSpool(tmp_path / "spool")
    spool.append([make_click(), make_click()])
    replay = SpoolReplay(store=store, spool=spool)
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            replay.replay()
    assert not spool.is_empty()

    assert replay.replay() == 2
    assert clicks_of(store) == 2


def test_a_single_click_that_fails_keeps_the_spool(store: SqliteStore, tmp_path: Path) -> None:
    """Also when the writes around it succeed."""
    spool = FileSpool(tmp_path / "spool")
    spool.append([make_click(), make_click()])

    with (
        closing(HalfStore(tmp_path / "store.db")) as half,
        pytest.raises(StoreUnavailable, match="disk"),
    ):
        SpoolReplay(store=half, spool=spool).replay()

    assert not spool.is_empty()
    assert SpoolReplay(store=store, spool=spool).replay() == 2


class HalfStore(SqliteStore):
    """A store whose every second click fails."""

    clicks = 0

    def enqueue_click(
        self, click: Click | FilteredVisit, sink: CompletionSink, ticket: object
    ) -> None:
        """Store it, or not."""
        self.clicks += 1
        if self.clicks % 2:
            super().enqueue_click(click, sink, ticket)
        else:
            sink.deliver([(ticket, None, StoreUnavailable("the disk is full"))])


def test_a_crash_between_storing_and_dropping_counts_nothing_twice(
    store: SqliteStore, tmp_path: Path
) -> None:
    """The next process replays the same clicks."""
    spool = FileSpool(tmp_path / "spool")
    spool.append([make_click()])
    SpoolReplay(store=store, spool=KeptSpool(spool)).replay()

    assert SpoolReplay(store=store, spool=FileSpool(tmp_path / "spool")).replay() == 1
    assert clicks_of(store) == 1


class KeptSpool(FileSpool):
    """A spool whose process dies before it drops what it took."""

    def __init__(self, spool: FileSpool) -> None:
        super().__init__(spool._folder)

    def drop_taken(self) -> None:
        """Never come to it."""


def clicks_of(store: SqliteStore) -> int:
    """How many clicks the link has."""
    return store.read(lambda uow: uow.links.counts(APP_ID, LINK_ID)).clicks
