"""What every store must do with clicks: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.likelihood import LinkHistory
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    HOME,
    HOUR,
    LINK_ID,
    MILLISECOND,
    NOON,
    make_click,
    make_decision,
    make_install,
    make_visit,
    put_clicks,
    put_install,
)

OTHER = AppId("app_2")
IDFA = "e2b3a7a0-0000-4000-8000-000000000001"


class ClickStoreContract:
    """The rules of ``ports.clicks.ClickRepository`` and ``Store.enqueue_click``."""

    def test_a_click_comes_back_as_it_was_stored(self, store: Store) -> None:
        """Every part of it, character for character."""
        click = make_click(
            accept_language="pt-BR,pt;q=0.9",
            advertising_id=IDFA,
            http_referrer="https://www.tiktok.com/",
            page_url="https://go.example/c/x?ttclid=E%2BC.p__&a=%F0%9F%8C%B8&b=\x00'\"",
            earns_credit=False,
        )
        put_clicks(store, click)

        assert get(store, click.id) == click

    def test_only_an_apps_own_clicks_are_found(self, store: Store) -> None:
        """Neither an unknown id nor another app's."""
        click = make_click(app_id=OTHER)
        put_clicks(store, click)

        assert get(store, click.id) is None
        assert get(store, ClickId("clk_unknown")) is None

    def test_a_click_that_is_stored_already_changes_nothing(self, store: Store) -> None:
        """A replayed one is neither stored again nor counted again, nor edited."""
        click = make_click()
        put_clicks(store, click)
        put_clicks(store, click, replace(click, user_agent="another"), click)

        assert get(store, click.id) == click
        assert clicks_counted(store) == 1

    def test_repeats_among_many_new_clicks_are_left_out(self, store: Store) -> None:
        """Three hundred at once, every tenth of them stored before: all are there once."""
        clicks = [make_click() for _ in range(300)]
        put_clicks(store, *clicks[::10])
        put_clicks(store, *clicks)

        assert clicks_counted(store) == 300
        assert all(get(store, click.id) == click for click in clicks)

    def test_visits_that_no_person_made_are_no_clicks(self, store: Store) -> None:
        """They are neither counted as clicks nor found from their address, and can repeat."""
        visit = make_visit()
        put_clicks(store, visit, visit, make_click())
        put_clicks(store, visit)

        assert clicks_counted(store) == 1
        assert len(by_address(store)) == 1

    def test_clicks_of_an_address_latest_first(self, store: Store) -> None:
        """At most as many as asked for, and the latest of them."""
        clicks = [make_click(age=hours * HOUR) for hours in (3, 1, 2)]
        put_clicks(store, *clicks)

        assert by_address(store) == [clicks[1], clicks[2], clicks[0]]
        assert by_address(store, limit=2) == [clicks[1], clicks[2]]

    def test_both_ends_of_a_time_are_included(self, store: Store) -> None:
        """To the millisecond."""
        inside = [make_click(age=timedelta(0)), make_click(age=HOUR)]
        put_clicks(store, *inside, make_click(age=-MILLISECOND), make_click(age=HOUR + MILLISECOND))

        assert by_address(store, since=NOON - HOUR, until=NOON) == inside

    def test_clicks_of_other_addresses_and_apps_are_left_out(self, store: Store) -> None:
        """So are those whose address must never match."""
        put_clicks(
            store,
            make_click(client_ip="203.0.113.8"),
            make_click(app_id=OTHER),
            make_click(client_ip="10.0.0.1", address_key=None),
        )

        assert by_address(store) == []

    def test_clicks_of_an_advertising_id_latest_first(self, store: Store) -> None:
        """From ``since`` on, itself included; other ids and apps are left out."""
        clicks = [make_click(age=hours * HOUR, advertising_id=IDFA) for hours in (2, 1)]
        put_clicks(
            store,
            *clicks,
            make_click(age=2 * HOUR + MILLISECOND, advertising_id=IDFA),
            make_click(advertising_id=IDFA, app_id=OTHER),
            make_click(),
        )

        assert by_advertising_id(store, limit=9) == [clicks[1], clicks[0]]
        assert by_advertising_id(store, limit=1) == [clicks[1]]

    @pytest.mark.parametrize("amount", [0, 3, 1_200])
    def test_which_clicks_earned_an_install(self, store: Store, amount: int) -> None:
        """Of those asked for, however many; another app's decision does not count."""
        clicks = [make_click() for _ in range(amount)]
        put_clicks(store, *clicks)
        for click in clicks[:2]:
            put_install(store, make_install(), click)
        for click in clicks[2:3]:
            put_install(store, make_install(app_id=OTHER), click)

        assert credited(store, clicks) == {click.id for click in clicks[:2]}

    def test_live_and_test_installs_use_up_clicks_apart(self, store: Store) -> None:
        """One click can earn one install of each, and is asked for each."""
        click, other = make_click(), make_click()
        put_clicks(store, click, other)
        put_install(store, make_install(environment=Environment.TEST), click)
        assert credited(store, [click, other]) == set()
        assert credited(store, [click, other], is_test=True) == {click.id}

        put_install(store, make_install(), click)
        assert credited(store, [click, other]) == {click.id}

    def test_a_click_whose_install_was_decided_otherwise_is_free(self, store: Store) -> None:
        """Only decisions in force count."""
        click = make_click()
        put_clicks(store, click)
        install = put_install(store, make_install(), click)
        store.write(lambda uow: uow.installs.decide(make_decision(install, version=2)))

        assert credited(store, [click]) == set()

    def test_what_links_have_earned(self, store: Store) -> None:
        """Clicks and the live installs of decisions in force; nothing for a link without clicks."""
        clicks = [make_click(), make_click(), make_click(link_id=LinkId("lnk_2"))]
        put_clicks(store, *clicks, make_click(app_id=OTHER))
        install = put_install(store, make_install(), clicks[0])
        put_install(store, make_install(), clicks[2])
        put_install(store, make_install(environment=Environment.TEST), clicks[2])
        assert link_histories(store) == {
            "lnk_1": LinkHistory(clicks=2, installs=1),
            "lnk_2": LinkHistory(clicks=1, installs=1),
        }

        store.write(lambda uow: uow.installs.decide(make_decision(install, version=2)))

        assert link_histories(store)[LinkId("lnk_1")] == LinkHistory(clicks=2, installs=0)

    def test_clicks_come_in_pages(self, store: Store) -> None:
        """Newest first, each once; the start of a time is in it and its end is not."""
        clicks = [make_click(age=HOUR * hours) for hours in (4, 3, 2, 1)]
        put_clicks(store, *clicks, make_click(app_id=AppId("app_other")))

        def page(after: ClickId | None) -> list[Click]:
            return list(
                store.read(
                    lambda uow: uow.clicks.page(
                        APP_ID, since=NOON - HOUR * 4, until=NOON - HOUR, after=after, limit=2
                    )
                )
            )

        assert page(None) == [clicks[2], clicks[1]]
        assert page(clicks[1].id) == [clicks[0]]
        assert page(clicks[0].id) == []


def get(store: Store, click_id: ClickId) -> Click | None:
    """A click of the first app."""
    return store.read(lambda uow: uow.clicks.get(APP_ID, click_id))


def by_address(
    store: Store,
    *,
    since: datetime = NOON - 24 * HOUR,
    until: datetime = NOON + HOUR,
    limit: int = 500,
) -> list[Click]:
    """The clicks from home."""
    return list(
        store.read(
            lambda uow: uow.clicks.by_address(APP_ID, HOME, since=since, until=until, limit=limit)
        )
    )


def by_advertising_id(store: Store, *, limit: int) -> list[Click]:
    """The clicks of one device within two hours of noon."""
    since = NOON - 2 * HOUR
    return list(
        store.read(lambda uow: uow.clicks.by_advertising_id(APP_ID, IDFA, since=since, limit=limit))
    )


def link_histories(store: Store) -> Mapping[LinkId, LinkHistory]:
    """The histories of three links, one of which nobody tapped."""
    links = [LinkId(f"lnk_{number}") for number in (1, 2, 3)]
    return store.read(lambda uow: uow.clicks.link_histories(APP_ID, links))


def credited(store: Store, clicks: Sequence[Click], *, is_test: bool = False) -> set[ClickId]:
    """Those of ``clicks`` that earned an install."""
    ids = {click.id for click in clicks}
    return store.read(lambda uow: uow.clicks.credited_among(APP_ID, ids, is_test=is_test))


def clicks_counted(store: Store) -> int:
    """How many clicks the usual link has."""
    return store.read(lambda uow: uow.links.counts(APP_ID, LINK_ID)).clicks
