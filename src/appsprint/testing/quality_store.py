"""What every store must do with quality rules: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from appsprint.domain.app import Environment
from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, IdPrefix, InstallId, LinkId, first_id_at
from appsprint.domain.install import Install
from appsprint.domain.quality import Finding, LinkTraffic
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules, RuleSetting
from appsprint.ports.quality import FoundInstalls, JudgedClick, PastInstall
from appsprint.ports.store import Store
from appsprint.testing.builders import (
    APP_ID,
    HOME,
    HOUR,
    LINK_ID,
    MILLISECOND,
    NOON,
    make_app,
    make_click,
    make_install,
    put_clicks,
    put_install,
)

OTHER = AppId("app_2")
MINUTE = timedelta(minutes=1)
BOT = Finding(rule=QualityRule.BOT, consequence=Consequence.TAG, words="it is one")
FLOOD = Finding(rule=QualityRule.ADDRESS_FLOOD, consequence=Consequence.NO_CREDIT, words="so many")
SPRING = JudgedClick(ClickId("clk_1"), "111", "Spring")
_numbers = count(1)


class QualityStoreContract:
    """The rules of ``ports.quality.QualityRepository``; ``store`` is a fixture."""

    def test_an_app_that_set_nothing_has_the_defaults(self, store: Store) -> None:
        """No row is needed for them."""
        assert store.read(lambda uow: uow.quality.rules(APP_ID)) == QualityRules()

    def test_what_an_app_sets_comes_back(self, store: Store) -> None:
        """Saving replaces everything that was set before."""
        store.write(lambda uow: uow.apps.add(make_app()))
        first = QualityRules({QualityRule.BOT: RuleSetting(Consequence.NO_CREDIT)})
        second = QualityRules(
            {QualityRule.TOO_FAST: RuleSetting(Consequence.NO_POSTBACK, {"seconds": 30})}
        )
        for rules in (first, second):
            store.write(lambda uow, rules=rules: uow.quality.save_rules(APP_ID, rules, at=NOON))  # type: ignore[misc]
            assert store.read(lambda uow: uow.quality.rules(APP_ID)) == rules

    def test_clicks_of_an_address_are_counted_up_to_a_limit(self, store: Store) -> None:
        """Both ends are included; other addresses and apps are not."""
        times = (NOON - HOUR - MILLISECOND, NOON - HOUR, NOON, NOON + MILLISECOND)
        put_clicks(
            store,
            *(make_click(occurred_at=at) for at in times),
            make_click(client_ip="203.0.113.9", address_key="203.0.113.9"),
            make_click(app_id=OTHER),
        )

        def counted(limit: int) -> int:
            return store.read(
                lambda uow: uow.quality.count_clicks_of_address(
                    APP_ID, HOME, since=NOON - HOUR, until=NOON, limit=limit
                )
            )

        assert (counted(10), counted(1)) == (2, 1)

    def test_a_links_traffic_is_that_of_the_clock_hour(self, store: Store) -> None:
        """Beside it stand all its clicks and the installs that they earned."""
        clicks = [make_click(occurred_at=at) for at in (NOON - MILLISECOND, NOON, NOON + MINUTE)]
        put_clicks(store, *clicks, make_click(link_id=LinkId("lnk_2"), occurred_at=NOON))
        put_install(store, make_install(), clicks[0])

        found = store.read(lambda uow: uow.quality.link_traffic(APP_ID, LINK_ID, at=NOON))
        assert found == LinkTraffic(clicks_in_hour=2, clicks=3, installs=1)

    def test_a_link_without_traffic_has_none(self, store: Store) -> None:
        """It is no error."""
        found = store.read(lambda uow: uow.quality.link_traffic(APP_ID, LINK_ID, at=NOON))
        assert found == LinkTraffic(clicks_in_hour=0, clicks=0, installs=0)

    def test_delays_are_those_of_a_links_latest_installs(self, store: Store) -> None:
        """Latest arrival first; what arrived at the given time or later is left out."""
        for minutes in (1, 2, 3, 4):
            arrived = make_arrival(NOON + minutes * MINUTE, installed_at=NOON + minutes * MINUTE)
            put_install(store, arrived, put_click(store))

        found = store.read(
            lambda uow: uow.quality.latest_delays(APP_ID, LINK_ID, until=NOON + 4 * MINUTE, limit=2)
        )
        assert found == [3 * MINUTE, 2 * MINUTE]

    def test_installs_of_an_address_are_counted_up_to_a_limit(self, store: Store) -> None:
        """The end is not included."""
        for at in (NOON - MILLISECOND, NOON, NOON + MINUTE, NOON + HOUR):
            put_install(store, make_install(received_at=at))

        def counted(limit: int) -> int:
            return store.read(
                lambda uow: uow.quality.count_installs_of_address(
                    APP_ID, HOME, since=NOON, until=NOON + HOUR, limit=limit
                )
            )

        assert (counted(10), counted(1)) == (2, 1)

    def test_installs_are_counted_by_environment(self, store: Store) -> None:
        """The end is not included, and other apps' do not count."""
        for at in (NOON - MILLISECOND, NOON, NOON + MINUTE, NOON + HOUR):
            put_install(store, make_arrival(at))
        put_install(store, make_arrival(NOON, environment=Environment.TEST))
        put_install(store, make_arrival(NOON, app_id=OTHER))

        def counted(limit: int) -> int:
            return store.read(
                lambda uow: uow.quality.count_installs(
                    APP_ID, Environment.LIVE, since=NOON, until=NOON + HOUR, limit=limit
                )
            )

        assert (counted(10), counted(1)) == (2, 1)

    def test_found_installs_are_summed_by_campaign_and_rule(self, store: Store) -> None:
        """Once for each rule; by the first open, whose end is not included; live ones only."""
        early = make_arrival(NOON + HOUR, installed_at=NOON)
        for install in (
            early,
            make_arrival(NOON + HOUR, installed_at=NOON + HOUR),
            make_arrival(NOON, installed_at=NOON - MILLISECOND),
            make_arrival(NOON, environment=Environment.TEST),
        ):
            put_install(store, install)
            note(store, install, BOT, FLOOD)
        organic = put_install(store, make_arrival(NOON))
        note(store, organic, BOT, judged_by=None)

        found = store.read(
            lambda uow: uow.quality.found_installs(APP_ID, since=NOON, until=NOON + HOUR)
        )
        assert {told(one) for one in found} == {
            (None, None, True, "bot", "tag", 1),
            ("111", "Spring", False, "bot", "tag", 1),
            ("111", "Spring", False, "address_flood", "no_credit", 1),
        }

    def test_what_is_found_later_takes_the_place_of_what_was(self, store: Store) -> None:
        """Nothing is found twice, and finding nothing leaves nothing."""
        install = put_install(store, make_arrival(NOON))
        for findings in ((BOT, FLOOD), (BOT,), ()):
            note(store, install, *findings)
            found = store.read(
                lambda uow: uow.quality.found_installs(APP_ID, since=NOON, until=NOON + HOUR)
            )
            assert len(found) == len(findings)

    def test_past_installs_come_in_order_with_their_click(self, store: Store) -> None:
        """The credited one, or the one that a rule refused; pages follow one another."""
        credited, refused = put_click(store), put_click(store)
        first = put_install(store, make_arrival(NOON), credited)
        second = put_install(store, make_arrival(NOON + MINUTE))
        note(store, second, FLOOD, judged_by=JudgedClick(refused.id, None, None))
        third = put_install(store, make_arrival(NOON + 2 * MINUTE))
        put_install(store, make_arrival(NOON - MINUTE))
        put_install(store, make_arrival(NOON, environment=Environment.TEST))

        pages, after = [], None
        while page := store.read(
            lambda uow, after=after: uow.quality.past_installs(  # type: ignore[misc]
                APP_ID, since=NOON, after=after, limit=2
            )
        ):
            pages.append([(one.found.install.id, one.click) for one in page])
            assert all((one.click and one.click.id) == clicked(one) for one in page)
            after = pages[-1][-1][0]

        assert pages == [[(first.id, credited), (second.id, refused)], [(third.id, None)]]


def make_arrival(received_at: datetime, **changes: Any) -> Install:
    """An install whose id was made when it arrived, as ours are."""
    start = first_id_at(IdPrefix.INSTALL, received_at)
    install_id = InstallId(f"{start[:-12]}{next(_numbers):012x}")
    return make_install(
        **{
            "id": install_id,
            "appsprint_id": f"device-of-{install_id}",
            "received_at": received_at,
            **changes,
        }
    )


def put_click(store: Store) -> Click:
    """A stored click at noon."""
    click = make_click(occurred_at=NOON)
    put_clicks(store, click)
    return click


def note(
    store: Store, install: Install, *findings: Finding, judged_by: JudgedClick | None = SPRING
) -> None:
    """Keep what was found about an install."""
    store.write(
        lambda uow: uow.quality.note(install.app_id, install.id, findings, judged_by=judged_by)
    )


def clicked(one: PastInstall) -> str | None:
    """The id of the click that an install is judged by."""
    return None if one.judged_by is None else one.judged_by.click_id


def told(one: FoundInstalls) -> tuple[object, ...]:
    """A sum in a row."""
    campaign = one.campaign_id, one.campaign_name, one.is_organic
    return *campaign, one.rule, one.consequence, one.installs
