"""What every store must do with ad links: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import Link, LinkWindows
from appsprint.ports.links import LinkCounts
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import (
    APP_ID,
    NOON,
    make_app,
    make_click,
    make_decision,
    make_install,
    make_link,
    make_visit,
    put_clicks,
    put_install,
)

OTHER = AppId("app_2")


class LinkStoreContract:
    """The rules of ``ports.links.LinkRepository``; ``store`` is a fixture of the subclass."""

    @pytest.fixture(autouse=True)
    def _apps(self, store: Store) -> None:
        store.write(lambda uow: uow.apps.add(make_app()))
        store.write(lambda uow: uow.apps.add(make_app(id=OTHER)))

    def test_a_link_comes_back_as_it_was_stored(self, store: Store) -> None:
        """By its id and by its slug, archived or not."""
        for link in (make_link(), make_link(campaign_name="Spring", archived_at=NOON)):
            assert add(store, link)
            assert get(store, link.id) == link
            assert by_slug(store, link.slug) == link

    def test_an_unknown_link_is_none(self, store: Store) -> None:
        """Another app's link is unknown too, and slugs are told apart by case."""
        link = make_link(app_id=OTHER, slug="Spring")
        add(store, link)

        assert get(store, link.id) is None
        assert by_slug(store, "spring") is None

    def test_a_slug_is_taken_once(self, store: Store) -> None:
        """The second link with it is not stored, in whatever app, and changes nothing."""
        link = make_link()
        add(store, link)

        assert not add(store, make_link(slug=link.slug, app_id=OTHER))
        assert store.read(lambda uow: uow.links.all()) == [link]

    def test_an_apps_links_newest_first(self, store: Store) -> None:
        """Page by page, each beginning below the last link of the one before."""
        links = [make_link() for _ in range(5)]
        for link in [*links, make_link(app_id=OTHER)]:
            add(store, link)

        pages: list[list[LinkId]] = []
        after: LinkId | None = None
        while page := [link.id for link in pages_of(store, after)]:
            pages.append(page)
            after = page[-1]

        newest_first = [link.id for link in reversed(links)]
        assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]

    def test_every_link_of_every_app(self, store: Store) -> None:
        """Archived ones included: the click route knows them all."""
        links = [make_link(), make_link(archived_at=NOON), make_link(app_id=OTHER)]
        for link in links:
            add(store, link)

        found = store.read(lambda uow: uow.links.all())
        assert {link.id for link in found} == {link.id for link in links}

    def test_what_of_a_link_can_change(self, store: Store) -> None:
        """Name, destination, campaign name, windows and archive mark; slug and origin stay."""
        link, untouched = make_link(), make_link()
        add(store, link)
        add(store, untouched)
        changed = replace(
            link,
            name="New",
            destination_url="https://apps.apple.com/us/app/new/id2",
            campaign_name="Summer",
            click_lookback_hours=48,
            probabilistic_lookback_hours=6,
            archived_at=NOON,
        )
        store.write(lambda uow: uow.links.update(replace(changed, slug="other", created_at=NOON)))

        assert get(store, link.id) == changed
        assert get(store, untouched.id) == untouched

    def test_windows_of_the_links_that_have_their_own(self, store: Store) -> None:
        """Archived ones included, because their old clicks may still earn; no other app's."""
        own = make_link(click_lookback_hours=48, archived_at=NOON)
        half = make_link(probabilistic_lookback_hours=6)
        for link in (own, half, make_link(), make_link(app_id=OTHER, click_lookback_hours=1)):
            add(store, link)

        assert store.read(lambda uow: uow.links.windows(own.app_id)) == {
            own.id: LinkWindows(click_hours=48),
            half.id: LinkWindows(probabilistic_hours=6),
        }

    def test_a_new_link_has_brought_nothing(self, store: Store) -> None:
        """Zero clicks, zero installs."""
        link = make_link()
        add(store, link)

        assert counts(store, link) == LinkCounts(clicks=0, installs=0)

    def test_clicks_by_people_are_counted(self, store: Store) -> None:
        """Each once, however often it is stored; visits that no person made are not."""
        link = make_link()
        clicks = [make_click(link_id=link.id) for _ in range(3)]
        put_clicks(store, *clicks, clicks[0], make_visit(link_id=link.id), make_click())

        assert counts(store, link).clicks == 3

    def test_credited_live_installs_are_counted(self, store: Store) -> None:
        """Neither organic ones, nor a test key's, nor those that lost their credit."""
        link = make_link()
        clicks = [make_click(link_id=link.id) for _ in range(3)]
        put_clicks(store, *clicks)
        put_install(store, make_install(), clicks[0])
        put_install(store, make_install(environment=Environment.TEST), clicks[1])
        lost = put_install(store, make_install(), clicks[2])
        put_install(store, make_install())
        store.write(lambda uow: uow.installs.decide(make_decision(lost, version=2)))

        assert counts(store, link).installs == 1


def add(store: Store, link: Link) -> bool:
    """Store a link."""
    return store.write(lambda uow: uow.links.add(link))


def get(store: Store, link_id: LinkId) -> Link | None:
    """A link of the first app."""
    return store.read(lambda uow: uow.links.get(APP_ID, link_id))


def by_slug(store: Store, slug: str) -> Link | None:
    """The link with a slug."""
    return store.read(lambda uow: uow.links.by_slug(slug))


def pages_of(store: Store, after: LinkId | None) -> list[Link]:
    """One page of two."""

    def work(uow: UnitOfWork) -> list[Link]:
        return list(uow.links.page(APP_ID, after=after, limit=2))

    return store.read(work)


def counts(store: Store, link: Link) -> LinkCounts:
    """What a link brought."""
    return store.read(lambda uow: uow.links.counts(link.app_id, link.id))
