"""Live: the list without scripts, and the feed that its listeners share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from appsprint.domain.app import App
from appsprint.domain.inapp_event import TEST_EVENT_TYPE
from appsprint.entrypoints.http.dashboard import live_feed
from appsprint.entrypoints.http.dashboard.live_feed import Batch, LiveFeed
from appsprint.errors import RateLimited
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_event, put_install, put_refusal

Result = TypeVar("Result")


@pytest.fixture
def place(app: App) -> str:
    """The page's address."""
    return f"/apps/{app.id}/live"


def test_the_list_tells_the_newest(
    plane: ControlPlane, owner: Browser, app: App, place: str
) -> None:
    """In words, tests marked, refused events too; and it loads itself again without scripts."""
    install = put_install(plane.store, app.id, NOON)
    put_event(plane.store, install, NOON, event_type=TEST_EVENT_TYPE, skip_reason="test_event")
    put_event(plane.store, install, NOON)
    put_refusal(plane.store, app.id, NOON)

    answer = owner.get(place)

    for told in ("Test event", "$9.99", "Invalid revenue", "Event id sdk-x", "iPhone16,1"):
        assert told in text_of(answer)
    assert answer.text.count(">Test</span>") == 1
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in answer.text


def test_filters_choose(plane: ControlPlane, owner: Browser, app: App, place: str) -> None:
    """By kind, by part of a name or id, and tests alone; what is unknown means any."""
    install = put_install(plane.store, app.id, NOON)
    put_event(plane.store, install, NOON, event_type=TEST_EVENT_TYPE)
    put_event(plane.store, install, NOON)

    def rows(query: str) -> int:
        return owner.get(f"{place}?{query}").text.count('<td data-label="When">')

    assert [rows(query) for query in ("", "kind=event", "q=PURCH", f"q={install.id}")] == [
        3,
        2,
        1,
        3,
    ]
    assert [rows(query) for query in ("tests=only", "kind=nothing", "q=zzz")] == [1, 3, 0]
    assert "Nothing that fits" in text_of(owner.get(f"{place}?q=zzz"))
    assert "as they arrive" in text_of(owner.get(place))


def test_the_stream_is_for_the_page(owner: Browser, place: str) -> None:
    """Whoever opens its address by hand is told."""
    assert owner.get(f"{place}/stream").status_code == 422


def test_listeners_hear_what_arrives_at_their_app(plane: ControlPlane, app: App) -> None:
    """Each only its own app's, and nothing twice; a mark tells what came before they did."""
    other = plane.make_app().app
    live = plane.services.live
    before = live.head()
    install = put_install(plane.store, app.id, NOON)

    async def watch() -> list[list[str]]:
        feed = LiveFeed(look_every_seconds=0.01)
        mine, theirs = feed.listen(live, app.id, before), feed.listen(live, other.id, before)
        heard = [await names(mine)]
        put_event(plane.store, install, NOON)
        heard.append(await names(mine))
        put_install(plane.store, other.id, NOON)
        heard.append(await names(theirs))
        assert feed.listeners == 2
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await names(mine)
        assert feed.listeners == 0
        return heard

    assert run(watch()) == [["iPhone16,1"], ["purchase"], ["iPhone16,1"]]


def test_nothing_looks_while_nobody_watches(plane: ControlPlane, app: App) -> None:
    """The last one to leave ends the looks, and the next one begins them again."""

    async def watch() -> None:
        feed = LiveFeed(look_every_seconds=0)
        for _ in range(2):
            listening = feed.listen(plane.services.live, app.id, plane.services.live.head())
            put_install(plane.store, app.id, NOON)
            assert await names(listening) == ["iPhone16,1"]
            assert feed.is_looking
            await listening.aclose()
            while feed.is_looking:
                await asyncio.sleep(0)

    run(watch())


def test_there_is_room_for_so_many(
    plane: ControlPlane, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is asked to come later."""
    monkeypatch.setattr(live_feed, "MAX_LISTENERS", 1)
    before = plane.services.live.head()
    put_install(plane.store, app.id, NOON)

    async def watch() -> None:
        feed = LiveFeed()
        feed.check_room()
        listening = feed.listen(plane.services.live, app.id, before)
        await names(listening)
        with pytest.raises(RateLimited):
            feed.check_room()
        await listening.aclose()
        feed.check_room()

    run(watch())


def test_a_reader_who_is_too_slow_is_let_go(
    plane: ControlPlane, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of filling the memory; its last mark says where it goes on."""
    monkeypatch.setattr(live_feed, "WAITING_BATCHES", 1)
    before = plane.services.live.head()
    install = put_install(plane.store, app.id, NOON)

    async def watch() -> None:
        feed = LiveFeed(look_every_seconds=0)
        listening = feed.listen(plane.services.live, app.id, before)
        await names(listening)
        while feed.listeners:
            put_event(plane.store, install, NOON)
            await asyncio.sleep(0)
        with pytest.raises(StopAsyncIteration):
            await names(listening)

    run(watch())


def run(watching: Coroutine[Any, Any, Result]) -> Result:
    """On a thread of its own: Playwright's loop may run on this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, watching).result()


async def names(listening: AsyncIterator[Batch | None]) -> list[str]:
    """What the next batch tells of."""
    while (batch := await anext(listening)) is None:
        pass
    return [one.name or "" for one in batch[1]]
