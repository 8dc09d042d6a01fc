"""What every store must do with campaigns and costs: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.cost import AdEntity, AdLevel, CostPart, CountingRules, EntityVersion
from appsprint.domain.cost_schedule import Backfill, DayRange, settles_at
from appsprint.domain.report import Breakdown, CostSum, local_days
from appsprint.ports.costs import Reading
from appsprint.ports.store import Store
from appsprint.testing.scene import Scene

DAY = date(2026, 3, 10)
FIRST = datetime(2026, 3, 10, 8, tzinfo=UTC)
LATER = FIRST + timedelta(hours=6)
ONE_DAY = timedelta(days=1)


class CostStoreContract:
    """The rules of ``ports.costs.CostRepository``; ``store`` is a fixture of the subclass."""

    def test_a_row_that_is_new_counts(self, store: Store) -> None:
        """The first reading of a day is stored and in force."""
        scene = Scene(store)

        assert scene.cost("c1", DAY, spend=Decimal("10.50"), impressions=7) == 1

        found = in_force(scene)
        assert (found.spend_micros, found.impressions, found.as_of) == (
            10_500_000,
            7,
            datetime(2026, 1, 1, tzinfo=UTC),
        )

    def test_the_same_figures_again_are_no_news(self, store: Store) -> None:
        """Reading a day again without a change stores no version."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10))

        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(10)) == 0
        assert in_force(scene).as_of == FIRST

    def test_a_restatement_takes_the_place_of_the_older_version(self, store: Store) -> None:
        """The newest reading of a day counts, and counts once."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10), clicks=3)

        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(12), clicks=3) == 1

        found = in_force(scene)
        assert (found.spend_micros, found.clicks, found.as_of) == (12_000_000, 3, LATER)

    def test_going_back_to_an_older_figure_is_news(self, store: Store) -> None:
        """Only the version in force is compared: TikTok can take a restatement back."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10))
        scene.cost("c1", DAY, as_of=LATER, spend=Decimal(12))

        assert scene.cost("c1", DAY, as_of=LATER + timedelta(hours=1), spend=Decimal(10)) == 1
        assert in_force(scene).spend_micros == 10_000_000

    def test_an_older_reading_that_arrives_late_changes_nothing(self, store: Store) -> None:
        """Two imports at once: the one that asked first may save last."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=LATER, spend=Decimal(12))

        assert scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10)) == 0
        assert in_force(scene).spend_micros == 12_000_000

    def test_two_readings_of_one_instant_leave_the_last(self, store: Store) -> None:
        """One import that meets a row twice keeps what it read last."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10))

        assert scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(11)) == 1
        assert in_force(scene).spend_micros == 11_000_000

    def test_not_reported_is_not_zero(self, store: Store) -> None:
        """A figure that TikTok did not give stays unknown, and zero stays zero."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal(0), impressions=None)

        found = in_force(scene)
        assert (found.spend_micros, found.impressions, found.clicks) == (0, None, None)

    def test_a_figure_that_becomes_known_is_news(self, store: Store) -> None:
        """From unknown to zero is a restatement."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=None)

        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(0)) == 1

    def test_levels_days_entities_and_apps_are_apart(self, store: Store) -> None:
        """The same id at another level, day or app is another row."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        scene.cost("c1", DAY, spend=Decimal(1))
        scene.cost("c1", DAY, level=AdLevel.AD, spend=Decimal(2))
        scene.cost("c1", DAY + timedelta(days=1), spend=Decimal(4))
        scene.cost("c2", DAY, spend=Decimal(8))
        other.cost("c1", DAY, spend=Decimal(16))

        assert in_force(scene).spend_micros == 1_000_000

    def test_every_version_of_a_day_can_be_read(self, store: Store) -> None:
        """In the order of the readings; the last one counts."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10))
        scene.cost("c1", DAY, as_of=LATER, spend=Decimal(12), impressions=5, currency="EUR")
        scene.cost("c1", DAY, level=AdLevel.AD, as_of=FIRST, spend=Decimal(1))

        found = store.read(
            lambda uow: uow.costs.versions(scene.app_id, scene.network, AdLevel.CAMPAIGN, "c1", DAY)
        )
        assert [(one.row.as_of, one.row.spend_micros, one.is_in_force) for one in found] == [
            (FIRST, 10_000_000, False),
            (LATER, 12_000_000, True),
        ]
        assert [(one.row.impressions, one.currency) for one in found] == [(None, None), (5, "EUR")]

    def test_rows_by_country_are_apart_from_the_whole(self, store: Store) -> None:
        """They are restated by themselves, and never in a sum with the whole."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(10))

        assert scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(4), country="FR") == 1
        assert scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(6), country="-") == 1
        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(4), country="FR") == 0
        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(5), country="FR") == 1

        assert in_force(scene).spend_micros == 10_000_000

    def test_a_day_remembers_when_it_was_last_read(self, store: Store) -> None:
        """Each part and account for itself; what was noted last counts, as clocks can be wrong."""
        scene = Scene(store)
        note(scene, CostPart.AD, DAY, DAY, at=LATER + ONE_DAY)
        note(scene, CostPart.AD, DAY - ONE_DAY, DAY, at=LATER)
        note(scene, CostPart.COUNTRY, DAY, DAY, at=FIRST)
        note(scene, CostPart.AD, DAY, DAY, at=FIRST, account="7302")

        assert readings(scene, since=DAY - ONE_DAY) == {
            CostPart.AD: {DAY - ONE_DAY: LATER, DAY: LATER},
            CostPart.COUNTRY: {DAY: FIRST},
        }

    def test_of_old_days_only_those_that_matter_are_told(self, store: Store) -> None:
        """Those that were not final when they were read, and the newest."""
        scene = Scene(store)
        unsettled, settled, newest = (DAY - number * ONE_DAY for number in (92, 91, 90))
        note(scene, CostPart.AD, unsettled, unsettled, at=settles_at(unsettled) - ONE_DAY)
        note(scene, CostPart.AD, settled, settled, at=settles_at(settled))
        note(scene, CostPart.AD, newest, newest, at=settles_at(newest))

        (told,) = readings(scene, since=DAY).values()
        assert told.keys() == {unsettled, newest}

    def test_a_backfill_is_remembered_until_it_ends(self, store: Store) -> None:
        """One at a time for each app; a new one takes the place of the old."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        first, second = (
            Backfill(advertiser_id="7301", days=DayRange(DAY - ONE_DAY, DAY), started_at=at)
            for at in (FIRST, LATER)
        )

        assert backfill(scene) is None
        begin(scene, first)
        begin(scene, second)
        assert (backfill(scene), backfill(other)) == (second, None)
        store.write(lambda uow: uow.costs.end_backfill(scene.app_id, scene.network))
        assert backfill(scene) is None

    def test_entities_show_their_latest_name(self, store: Store) -> None:
        """A renamed campaign has its new name; one that is deleted stays."""
        scene = Scene(store)
        scene.entity(AdLevel.CAMPAIGN, "c1", "Old name")
        scene.entity(AdLevel.CAMPAIGN, "c1", "New name", is_deleted=True)

        (found,) = store.read(lambda uow: uow.costs.entities(scene.app_id, scene.network))
        assert (found.name, found.is_deleted) == ("New name", True)

    def test_earlier_names_are_kept(self, store: Store) -> None:
        """Each name from the instant at which it was first seen, the oldest first."""
        scene = Scene(store)
        scene.entity(AdLevel.CAMPAIGN, "c1", "Old", at=FIRST)
        scene.entity(AdLevel.CAMPAIGN, "c1", "Old", at=FIRST + timedelta(hours=1))
        scene.entity(AdLevel.CAMPAIGN, "c1", "New", at=LATER)
        scene.entity(AdLevel.ADGROUP, "c1", "Another level", at=LATER)

        assert [(v.valid_from, v.name) for v in history(scene)] == [(FIRST, "Old"), (LATER, "New")]

    def test_a_deletion_begins_a_version_and_a_status_does_not(self, store: Store) -> None:
        """Statuses go to and fro all day; what is deleted stays so, and is news."""
        scene = Scene(store)
        entity = AdEntity(level=AdLevel.CAMPAIGN, id="c1", name="C", campaign_id="c1")
        for number, change in enumerate(
            (entity, replace(entity, status="PAUSED"), replace(entity, is_deleted=True))
        ):
            save_entity(scene, change, at=FIRST + timedelta(hours=number))

        assert [version.is_deleted for version in history(scene)] == [False, True]
        (found,) = store.read(lambda uow: uow.costs.entities(scene.app_id, scene.network))
        assert (found.status, found.is_deleted) == (None, True)

    def test_an_entity_comes_back_as_it_was_saved(self, store: Store) -> None:
        """Every field, also those that only one level has."""
        scene = Scene(store)
        counting = CountingRules(
            event="SHOPPING",
            click_window="SEVEN_DAYS",
            view_window="ONE_DAY",
            engaged_view_window="OFF",
        )
        saved = [
            AdEntity(
                level=AdLevel.CAMPAIGN,
                id="c",
                name="C",
                campaign_id="c",
                advertiser_id="7301",
                objective="WEB_CONVERSIONS",
                status="CAMPAIGN_STATUS_ENABLE",
            ),
            AdEntity(level=AdLevel.ADGROUP, id="g", name="G", campaign_id="c", counting=counting),
            AdEntity(
                level=AdLevel.AD,
                id="a",
                name="A",
                campaign_id="c",
                adgroup_id="g",
                landing_page_url="https://go.example/c/x?cid=__CID__",
            ),
        ]
        for entity in saved:
            save_entity(scene, entity, at=FIRST)

        assert store.read(lambda uow: uow.costs.entities(scene.app_id, scene.network)) == saved

    def test_landings_are_ads_that_lead_to_a_link_of_the_app(self, store: Store) -> None:
        """Other pages, other levels and slugs that are nobody's are not among them."""
        scene = Scene(store)
        lead(scene, "a1", to=scene)
        lead(scene, "a2", url="https://shop.example/c/nobody")
        lead(scene, "a3", url="https://apps.apple.com/us/app/example/id1")

        assert landings(scene) == [("a1", "g", "c", scene.app_id)]

    def test_an_ad_that_once_led_to_a_link_still_counts(self, store: Store) -> None:
        """What it spent then was spent on the link."""
        scene = Scene(store)
        lead(scene, "a1", to=scene, at=FIRST)
        lead(scene, "a1", url="https://shop.example/", at=LATER)

        assert landings(scene) == [("a1", "g", "c", scene.app_id)]

    @pytest.mark.parametrize(
        ("oauth", "account", "is_known"),
        [
            pytest.param(OAuthState.GRANTED, "7301", True, id="imports the same account"),
            pytest.param(OAuthState.LOST, "7301", True, id="will import it again"),
            pytest.param(OAuthState.NONE, "7301", False, id="disconnected"),
            pytest.param(OAuthState.GRANTED, "7302", False, id="imports another account"),
        ],
    )
    def test_landings_on_links_of_other_apps(
        self, store: Store, oauth: OAuthState, account: str, *, is_known: bool
    ) -> None:
        """Only of apps whose own report has the spend: otherwise it would be in none."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        connection = Connection(
            app_id=other.app_id,
            network=other.network,
            oauth=oauth,
            advertiser=Advertiser(id=account, name="Example"),
        )
        other.connect(connection)
        lead(scene, "a1", to=other)

        expected = [("a1", "g", "c", other.app_id)] if is_known else []
        assert landings(scene) == expected
        assert landings(other) == []

    def test_entities_of_one_level(self, store: Store) -> None:
        """A level filters; ids may repeat between levels; other apps' are never seen."""
        scene, other = Scene(store), Scene(store, app_id="app_2")
        scene.entity(AdLevel.CAMPAIGN, "1", "Campaign")
        scene.entity(AdLevel.ADGROUP, "1", "Ad group", campaign_id="c1")
        other.entity(AdLevel.ADGROUP, "2", "Somebody else's")

        found = store.read(
            lambda uow: uow.costs.entities(scene.app_id, scene.network, level=AdLevel.ADGROUP)
        )
        assert [(entity.name, entity.campaign_id) for entity in found] == [("Ad group", "c1")]

    def test_entities_of_all_levels(self, store: Store) -> None:
        """Without a level all are there."""
        scene = Scene(store)
        scene.entity(AdLevel.AD, "a", "Ad", campaign_id="c")
        scene.entity(AdLevel.CAMPAIGN, "c", "Campaign")

        found = store.read(lambda uow: uow.costs.entities(scene.app_id, scene.network))
        assert {entity.level for entity in found} == {AdLevel.AD, AdLevel.CAMPAIGN}

    def test_the_latest_currency_is_that_of_the_latest_day(self, store: Store) -> None:
        """Whatever was read last, the latest day that knows its currency tells."""
        scene = Scene(store)
        scene.cost("c1", DAY, spend=Decimal(1), currency="EUR")
        scene.cost("c1", DAY - timedelta(days=9), spend=Decimal(1), currency="USD")
        scene.cost("c1", DAY + timedelta(days=1), spend=Decimal(1), currency=None)

        assert latest_currency(scene) == "EUR"

    def test_no_currency_before_the_first_import(self, store: Store) -> None:
        """None is an answer."""
        assert latest_currency(Scene(store)) is None

    def test_a_currency_that_changes_is_news(self, store: Store) -> None:
        """The same number in another currency is another amount."""
        scene = Scene(store)
        scene.cost("c1", DAY, as_of=FIRST, spend=Decimal(1), currency="EUR")

        assert scene.cost("c1", DAY, as_of=LATER, spend=Decimal(1), currency="USD") == 1
        assert in_force(scene).currency == "USD"


def in_force(scene: Scene, entity_id: str = "c1") -> CostSum:
    """The one campaign row of ``DAY`` that counts now."""
    days = local_days(DAY, DAY, UTC)
    found = scene.store.read(
        lambda uow: uow.reports.costs(scene.app_id, scene.network, Breakdown.CAMPAIGN, days)
    )
    (row,) = [row for row in found if row.value == entity_id]
    return row


def note(
    scene: Scene,
    part: CostPart,
    start_on: date,
    end_on: date,
    *,
    at: datetime,
    account: str = "7301",
) -> None:
    """Days that were read completely."""
    days = DayRange(start_on, end_on)
    reading = Reading(advertiser_id=account, part=part, days=days, read_at=at)
    scene.store.write(lambda uow: uow.costs.note_reading(scene.app_id, scene.network, reading))


def readings(scene: Scene, *, since: date) -> Mapping[CostPart, Mapping[date, datetime]]:
    """What the store tells of the account 7301."""
    return scene.store.read(
        lambda uow: uow.costs.readings(scene.app_id, scene.network, "7301", since=since)
    )


def begin(scene: Scene, wanted: Backfill) -> None:
    """A backfill that begins."""
    scene.store.write(lambda uow: uow.costs.begin_backfill(scene.app_id, scene.network, wanted))


def backfill(scene: Scene) -> Backfill | None:
    """The one that is not finished."""
    return scene.store.read(lambda uow: uow.costs.backfill(scene.app_id, scene.network))


def history(scene: Scene) -> Sequence[EntityVersion]:
    """Every version of the campaign ``c1``."""
    return scene.store.read(
        lambda uow: uow.costs.history(scene.app_id, scene.network, AdLevel.CAMPAIGN, "c1")
    )


def save_entity(scene: Scene, entity: AdEntity, *, at: datetime) -> None:
    """Store one entity as it is given."""
    scene.store.write(
        lambda uow: uow.costs.save_entities(scene.app_id, scene.network, [entity], at=at)
    )


def lead(
    scene: Scene, ad_id: str, *, to: Scene | None = None, url: str = "", at: datetime = FIRST
) -> None:
    """An ad of the account 7301 in the scene's import, leading to ``url`` or to a scene's link."""
    slug = "" if to is None else to.link_id.replace("_", "")
    scene.entity(
        AdLevel.AD,
        ad_id,
        "Ad",
        campaign_id="c",
        adgroup_id="g",
        advertiser_id="7301",
        landing_page_url=url or f"https://go.example/c/{slug}?campaign_id=__CAMPAIGN_ID__",
        at=at,
    )


def landings(scene: Scene) -> list[tuple[str, str | None, str, str]]:
    """What the store tells, in order."""
    found = scene.store.read(lambda uow: uow.costs.landings(scene.app_id, scene.network))
    return sorted((one.ad_id, one.adgroup_id, one.campaign_id, one.app_id) for one in found)


def latest_currency(scene: Scene) -> str | None:
    """What the store tells."""
    return scene.store.read(lambda uow: uow.costs.latest_currency(scene.app_id, scene.network))
