"""What every store must do with installs and decisions: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from appsprint.domain.app import Environment, Platform
from appsprint.domain.ids import AppId, InstallId, LinkId
from appsprint.domain.install import Dialect, IdentifierKind, Install
from appsprint.domain.likelihood import UnrelatedInstalls
from appsprint.errors import Conflict
from appsprint.ports.installs import (
    AttributedInstall,
    Attribution,
    InstallContext,
    InstallFilter,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import (
    APP_ID,
    HOME,
    HOUR,
    MILLISECOND,
    NOON,
    make_click,
    make_decision,
    make_install,
    put_clicks,
    put_install,
)

OTHER = AppId("app_2")
IDFA, CUSTOMER = IdentifierKind.IDFA, IdentifierKind.CUSTOMER_USER_ID
ANYTHING = InstallFilter()


class InstallStoreContract:
    """The rules of ``ports.installs.InstallRepository``; ``store`` is a fixture."""

    def test_an_install_comes_back_as_it_was_stored(self, store: Store) -> None:
        """Every part of it, with the decision in force, by either id."""
        install = make_install(
            appsprint_id="0A1B-UPPER lower ü",
            dialect=Dialect.POSTBACK,
            environment=Environment.TEST,
            platform=Platform.ANDROID,
            received_at=NOON + HOUR,
            install_referrer="click_id=clk_1&utm_source=tiktok",
            given_click_id="clk_2",
            advertising_id="e2b3a7a0-0000-4000-8000-000000000001",
            body='{"timezone":"Europe/Berlin"}',
        )
        put_install(store, install)

        expected = AttributedInstall(install=install, attribution=make_decision(install))
        assert by_device_id(store, install.appsprint_id) == expected
        assert get(store, install.id) == expected

    def test_an_unknown_install_is_none(self, store: Store) -> None:
        """Another app's is unknown too, and ids made on devices are told apart by case."""
        install = put_install(store, make_install(app_id=OTHER))
        put_install(store, make_install(appsprint_id="ABC"))

        assert get(store, install.id) is None
        assert by_device_id(store, install.appsprint_id) is None
        assert by_device_id(store, "abc") is None
        assert context(store, "abc") is None

    def test_a_device_is_stored_once(self, store: Store) -> None:
        """A repeat is left out and changes nothing."""
        install = put_install(store, make_install())
        repeat = make_install(appsprint_id=install.appsprint_id, os_version="99")

        assert not store.write(lambda uow: uow.installs.add(repeat))
        assert by_device_id(store, install.appsprint_id) == get(store, install.id)
        assert get(store, repeat.id) is None

    def test_one_device_can_have_two_apps(self, store: Store) -> None:
        """Ids made on devices are scoped by app."""
        install = put_install(store, make_install())

        assert store.write(lambda uow: uow.installs.add(replace(install, app_id=OTHER)))

    def test_a_hundred_equal_installs_at_once_are_one(self, store: Store) -> None:
        """Exactly one of them is new; all others find it, with its decision."""
        repeats = [make_install(appsprint_id="device-1") for _ in range(100)]

        def register(install: Install) -> tuple[bool, AttributedInstall | None]:
            def work(uow: UnitOfWork) -> tuple[bool, AttributedInstall | None]:
                is_new = uow.installs.add(install)
                if is_new:
                    uow.installs.decide(make_decision(install))
                return is_new, uow.installs.by_appsprint_id(APP_ID, "device-1")

            return store.write(work)

        with ThreadPoolExecutor(20) as pool:
            outcomes = list(pool.map(register, repeats))

        assert [is_new for is_new, _ in outcomes].count(True) == 1
        assert all(found == get_first(store) for _, found in outcomes)

    def test_what_events_need_of_an_organic_install(self, store: Store) -> None:
        """The install and its decision, and no click."""
        install = put_install(store, make_install())

        assert context(store, install.appsprint_id) == InstallContext(
            install=install, attribution=make_decision(install), click=None
        )

    def test_what_events_need_of_a_credited_install(self, store: Store) -> None:
        """The click that earned it comes along."""
        click = make_click()
        put_clicks(store, click)
        install = put_install(store, make_install(), click)

        found = context(store, install.appsprint_id)
        assert found is not None
        assert (found.click, found.network) == (click, click.network)

    def test_installs_newest_first(self, store: Store) -> None:
        """Page by page, each beginning below the last install of the one before."""
        installs = [put_install(store, make_install()) for _ in range(5)]
        put_install(store, make_install(app_id=OTHER))

        pages: list[list[InstallId]] = []
        after: InstallId | None = None
        while page := page_of(store, ANYTHING, after=after, limit=2):
            pages.append(page)
            after = page[-1]

        newest_first = [install.id for install in reversed(installs)]
        assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]

    @pytest.mark.parametrize(
        "wanted",
        [
            InstallFilter(is_attributed=True),
            InstallFilter(campaign_id="c1"),
            InstallFilter(link_id=LinkId("lnk_9")),
            InstallFilter(match_type="click_id"),
            InstallFilter(appsprint_id="device-1"),
            InstallFilter(customer_user_id="customer-1"),
            InstallFilter(since=NOON + MILLISECOND),
            InstallFilter(is_attributed=True, campaign_id="c1", since=NOON, until=NOON + HOUR),
        ],
    )
    def test_each_filter_finds_its_install(self, store: Store, wanted: InstallFilter) -> None:
        """The one install that fits, and not the plain one beside it."""
        fitting = fitting_and_plain_install(store)[0]

        assert page_of(store, wanted) == [fitting.id]

    @pytest.mark.parametrize(
        "wanted",
        [
            InstallFilter(is_attributed=False),
            InstallFilter(match_type="organic"),
            InstallFilter(until=NOON + MILLISECOND),
        ],
    )
    def test_each_filter_leaves_the_rest_out(self, store: Store, wanted: InstallFilter) -> None:
        """``until`` is not included, False is not any."""
        plain = fitting_and_plain_install(store)[1]

        assert page_of(store, wanted) == [plain.id]

    def test_a_former_customer_id_finds_nothing(self, store: Store) -> None:
        """Only the latest value of an install counts."""
        fitting = fitting_and_plain_install(store)[0]
        note(store, fitting, CUSTOMER, "customer-2")

        assert page_of(store, InstallFilter(customer_user_id="customer-1")) == []
        assert page_of(store, InstallFilter(customer_user_id="customer-2")) == [fitting.id]

    def test_the_newest_decision_is_in_force_and_all_are_kept(self, store: Store) -> None:
        """Older versions stay as they were, newest first."""
        click = make_click()
        put_clicks(store, click)
        install = put_install(store, make_install())
        first = make_decision(install)
        second = make_decision(
            install,
            click,
            version=2,
            campaign_id="c1",
            campaign_name="Spring",
            adgroup_id="g1",
            adgroup_name="Group",
            ad_id="a1",
            ad_name="Ad",
            explanation='{"reason":"idfa"}',
        )
        decide(store, second)

        assert decisions(store, install) == [second, first]
        found = get(store, install.id)
        assert found is not None
        assert found.attribution == second

    def test_a_click_earns_one_install(self, store: Store) -> None:
        """The store refuses a second one whatever the rule above it says; nothing is changed."""
        click = make_click()
        put_clicks(store, click)
        put_install(store, make_install(), click)
        second = make_install()

        with pytest.raises(Conflict):
            put_install(store, second, click)

        assert get(store, second.id) is None

    def test_a_click_that_lost_its_install_can_earn_another(self, store: Store) -> None:
        """Only the decision in force holds it."""
        click = make_click()
        put_clicks(store, click)
        first = put_install(store, make_install(), click)
        decide(store, make_decision(first, version=2))

        second = put_install(store, make_install(), click)

        assert get(store, second.id) is not None

    def test_installs_of_an_address_that_no_click_earned(self, store: Store) -> None:
        """Live, from the address and in time; the end of the time is not included."""
        click = make_click()
        put_clicks(store, click)
        put_install(store, make_install(received_at=NOON - HOUR), click)
        put_install(store, make_install(received_at=NOON - HOUR))
        put_install(store, make_install(received_at=NOON - 2 * HOUR))
        put_install(store, make_install(received_at=NOON))
        put_install(store, make_install(received_at=NOON - HOUR, address_key="203.0.113.8"))
        put_install(store, make_install(received_at=NOON - HOUR, app_id=OTHER))
        put_install(store, make_install(received_at=NOON - HOUR, environment=Environment.TEST))

        assert unearned(store, hours=2) == 2
        assert unearned(store, hours=1) == 1
        assert unearned(store, hours=2, limit=1) == 1

    def test_what_addresses_teach_adds_up(self, store: Store) -> None:
        """Each app for itself."""
        lesson = UnrelatedInstalls(1, 24.5)
        for _ in range(2):
            store.write(lambda uow: uow.installs.learn(APP_ID, lesson, at=NOON))

        def known(app_id: AppId) -> UnrelatedInstalls:
            return store.read(lambda uow: uow.installs.unrelated(app_id))

        assert known(APP_ID) == UnrelatedInstalls(2, 49)
        assert known(OTHER) == UnrelatedInstalls()

    def test_the_latest_identifier_counts(self, store: Store) -> None:
        """None before the first; then always the one noted last, also when it comes back."""
        install = put_install(store, make_install())
        assert identifier(store, install) is None

        for value in ("a", "b", "a"):
            assert note(store, install, IDFA, value)
            assert identifier(store, install) == value

    def test_noting_the_present_value_is_no_news(self, store: Store) -> None:
        """False, and everything stays."""
        install = put_install(store, make_install())
        note(store, install, IDFA, "a")

        assert not note(store, install, IDFA, "a")
        assert identifier(store, install) == "a"

    def test_kinds_installs_and_apps_are_apart(self, store: Store) -> None:
        """What is noted of one is not known of another."""
        install, second = make_install(), make_install()
        put_install(store, install)
        put_install(store, second)
        note(store, install, CUSTOMER, "a")

        assert identifier(store, install) is None
        assert identifier(store, second, CUSTOMER) is None
        assert identifier(store, replace(install, app_id=OTHER), CUSTOMER) is None

    @pytest.mark.parametrize("kind", [IDFA, CUSTOMER])
    def test_whose_identifier_it_is(self, store: Store, kind: IdentifierKind) -> None:
        """The install whose latest value it is; the one that told it last, of several."""
        first, second = put_install(store, make_install()), put_install(store, make_install())
        assert owner(store, kind, "a") is None

        note(store, first, kind, "a")
        assert owner(store, kind, "a") == first.id
        note(store, second, kind, "a", at=NOON + HOUR)
        assert owner(store, kind, "a") == second.id

    def test_a_former_identifier_is_nobodys(self, store: Store) -> None:
        """An install that has another value now does not own the old one; nor another app's."""
        install = put_install(store, make_install())
        foreign = put_install(store, make_install(app_id=OTHER))
        note(store, install, IDFA, "a")
        note(store, install, IDFA, "b", at=NOON + HOUR)
        note(store, foreign, IDFA, "a")

        assert owner(store, IDFA, "a") is None
        assert owner(store, IDFA, "b") == install.id


def fitting_and_plain_install(store: Store) -> tuple[Install, Install]:
    """A credited install that every filter of the suite finds, and an organic one."""
    click = make_click(link_id=LinkId("lnk_9"))
    put_clicks(store, click)
    fitting = make_install(appsprint_id="device-1", received_at=NOON + MILLISECOND)
    decision = make_decision(fitting, click, campaign_id="c1", match_type="click_id")

    def work(uow: UnitOfWork) -> None:
        uow.installs.add(fitting)
        uow.installs.decide(decision)

    store.write(work)
    note(store, fitting, CUSTOMER, "customer-1")
    return fitting, put_install(store, make_install())


def get(store: Store, install_id: InstallId) -> AttributedInstall | None:
    """An install of the first app."""
    return store.read(lambda uow: uow.installs.get(APP_ID, install_id))


def by_device_id(store: Store, appsprint_id: str) -> AttributedInstall | None:
    """An install of the first app by the id that its device made."""
    return store.read(lambda uow: uow.installs.by_appsprint_id(APP_ID, appsprint_id))


def get_first(store: Store) -> AttributedInstall | None:
    """The install of the device that registered a hundred times."""
    return by_device_id(store, "device-1")


def context(store: Store, appsprint_id: str) -> InstallContext | None:
    """What events need of an install of the first app."""
    return store.read(lambda uow: uow.installs.context(APP_ID, appsprint_id))


def page_of(
    store: Store, wanted: InstallFilter, *, after: InstallId | None = None, limit: int = 50
) -> list[InstallId]:
    """The ids on one page."""

    def work(uow: UnitOfWork) -> list[InstallId]:
        found = uow.installs.page(APP_ID, wanted, after=after, limit=limit)
        return [one.install.id for one in found]

    return store.read(work)


def unearned(store: Store, *, hours: int, limit: int = 10) -> int:
    """How many installs of the last hours from home no click earned."""
    return store.read(
        lambda uow: uow.installs.count_unearned(
            APP_ID, HOME, since=NOON - hours * HOUR, until=NOON, limit=limit
        )
    )


def decide(store: Store, decision: Attribution) -> None:
    """Store a decision."""
    store.write(lambda uow: uow.installs.decide(decision))


def decisions(store: Store, install: Install) -> list[Attribution]:
    """Every version of the decision on an install."""
    return list(store.read(lambda uow: uow.installs.decisions(APP_ID, install.id)))


def note(
    store: Store, install: Install, kind: IdentifierKind, value: str, at: datetime = NOON
) -> bool:
    """Note an identifier of an install."""

    def work(uow: UnitOfWork) -> bool:
        return uow.installs.note_identifier(install.app_id, install.id, kind, value, at=at)

    return store.write(work)


def identifier(store: Store, install: Install, kind: IdentifierKind = IDFA) -> str | None:
    """The latest value of an identifier."""
    return store.read(lambda uow: uow.installs.identifier(install.app_id, install.id, kind))


def owner(store: Store, kind: IdentifierKind, value: str) -> InstallId | None:
    """Whose identifier it is."""
    return store.read(lambda uow: uow.installs.owner_of_identifier(APP_ID, kind, value))
