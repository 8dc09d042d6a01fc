"""What every store must do with campaigns and costs: subclass it and supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from appsprint.domain.cost import AdLevel
from appsprint.domain.report import Breakdown, CostSum, local_days
from appsprint.ports.store import Store
from appsprint.testing.scene import Scene

DAY = date(2026, 3, 10)
FIRST = datetime(2026, 3, 10, 8, tzinfo=UTC)
LATER = FIRST + timedelta(hours=6)


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

    def test_entities_show_their_latest_name(self, store: Store) -> None:
        """A renamed campaign has its new name; one that is deleted stays."""
        scene = Scene(store)
        scene.entity(AdLevel.CAMPAIGN, "c1", "Old name")
        scene.entity(AdLevel.CAMPAIGN, "c1", "New name", is_deleted=True)

        (found,) = store.read(lambda uow: uow.costs.entities(scene.app_id, scene.network))
        assert (found.name, found.is_deleted) == ("New name", True)

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


def latest_currency(scene: Scene) -> str | None:
    """What the store tells."""
    return scene.store.read(lambda uow: uow.costs.latest_currency(scene.app_id, scene.network))
