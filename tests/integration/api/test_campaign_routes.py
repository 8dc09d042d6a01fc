"""Routes of what the ad account holds, as the imports saw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.cost import AdEntity, AdLevel, CountingRules
from tests.integration.api.test_insight_routes import COST, DAY
from tests.integration.api.test_tiktok_routes import approve
from tests.support.control_plane import ControlPlane
from tests.support.fake_network import ADVERTISER

Client = TestClient[Litestar]
CAMPAIGN = AdEntity(
    level=AdLevel.CAMPAIGN,
    id="1801",
    name="Spring",
    campaign_id="1801",
    advertiser_id=ADVERTISER.id,
    objective="WEB_CONVERSIONS",
    status="CAMPAIGN_STATUS_ENABLE",
)
ADGROUP = AdEntity(
    level=AdLevel.ADGROUP,
    id="1802",
    name="iOS",
    campaign_id="1801",
    counting=CountingRules(event="SHOPPING", click_window="SEVEN_DAYS"),
)


@pytest.fixture
def campaigns(plane: ControlPlane, client: Client, base: str) -> str:
    """The address of the campaigns of an app that has imported some."""
    link = client.post(
        f"{base}/links",
        json={
            "network": "tiktok",
            "name": "Spring",
            "destination_url": client.get(base).json()["store_url"],
        },
    ).json()
    ad = AdEntity(
        level=AdLevel.AD,
        id="1803",
        name="Video",
        campaign_id="1801",
        adgroup_id="1802",
        landing_page_url=link["url"],
    )
    other = replace(CAMPAIGN, id="1809", campaign_id="1809", name="Autumn", is_deleted=True)
    plane.network.costs.listed = [CAMPAIGN, other, ADGROUP, ad]
    plane.network.costs.rows = [replace(COST, entity_id="1801")]
    approve(client, base)
    client.put(f"{base}/tiktok/advertiser", json={"advertiser_id": ADVERTISER.id})
    sync(client, base)
    return f"{base}/tiktok/campaigns"


def sync(client: Client, base: str) -> None:
    """Import the day of the costs."""
    answer = client.post(f"{base}/tiktok/sync", json={"start": DAY.isoformat()})
    assert answer.status_code == 200, answer.text


def names(answer: Any) -> list[str]:
    """What a page lists."""
    return [item["name"] for item in answer["items"]]


def test_campaigns_are_listed_with_whose_they_are(client: Client, campaigns: str) -> None:
    """Deleted ones too; one whose ad leads to a link of the app is ours."""
    answer = client.get(campaigns).json()

    assert names(answer) == ["Autumn", "Spring"]
    assert [item["belonging"] for item in answer["items"]] == ["unclaimed", "ours"]
    assert answer["items"][0]["is_deleted"]
    assert answer["items"][1]["objective"] == "WEB_CONVERSIONS"


def test_other_levels_are_listed(client: Client, campaigns: str) -> None:
    """Ad groups with TikTok's way of counting, ads with where they lead."""
    (adgroup,) = client.get(campaigns, params={"level": "adgroup"}).json()["items"]
    (ad,) = client.get(campaigns, params={"level": "ad"}).json()["items"]

    assert adgroup["counting"] == {
        "event": "SHOPPING",
        "click_window": "SEVEN_DAYS",
        "view_window": None,
        "engaged_view_window": None,
    }
    assert (adgroup["belonging"], ad["belonging"]) == ("ours", "ours")
    assert "/c/" in ad["landing_page_url"]


def test_a_list_comes_in_pages(client: Client, campaigns: str) -> None:
    """The cursor goes on where the page ended."""
    first = client.get(campaigns, params={"limit": 1}).json()
    second = client.get(campaigns, params={"limit": 1, "cursor": first["next_cursor"]}).json()

    assert (names(first), names(second)) == (["Autumn"], ["Spring"])
    assert second["next_cursor"] is None


def test_a_renamed_campaign_shows_its_name_and_its_past(
    plane: ControlPlane, client: Client, base: str, campaigns: str
) -> None:
    """The current name, and each earlier one from when it was seen."""
    plane.clock.advance(timedelta(hours=1))
    plane.network.costs.listed = [replace(CAMPAIGN, name="Summer")]
    sync(client, base)

    found = client.get(f"{campaigns}/1801").json()

    assert found["name"] == "Summer"
    assert [(version["valid_from"], version["name"]) for version in found["versions"]] == [
        ("2026-03-29T12:00:00Z", "Spring"),
        ("2026-03-29T13:00:00Z", "Summer"),
    ]


@pytest.mark.parametrize("place", ["1800", "1801?level=ad", "1801?level=adgroup"])
def test_what_no_import_saw(client: Client, campaigns: str, place: str) -> None:
    """An id of another level is not known at this one."""
    assert client.get(f"{campaigns}/{place}").status_code == 404


def test_restatements_of_a_day_are_told(
    plane: ControlPlane, client: Client, base: str, campaigns: str
) -> None:
    """Each reading that said something else, the last in force; absent is not zero."""
    plane.clock.advance(timedelta(hours=1))
    later = replace(COST, entity_id="1801", as_of=plane.clock.now(), clicks=None)
    plane.network.costs.rows = [replace(later, spend_micros=13_000_000)]
    sync(client, base)

    found = client.get(f"{campaigns}/1801/readings", params={"date": DAY.isoformat()}).json()

    told = [
        (one["as_of"], one["spend"], one["clicks"], one["is_in_force"]) for one in found["items"]
    ]
    assert told == [
        ("2026-03-29T12:00:00Z", "12.50", 20, False),
        ("2026-03-29T13:00:00Z", "13.00", None, True),
    ]


def test_a_day_must_be_given(client: Client, campaigns: str) -> None:
    """A reading without its day is a wrong request, told by field."""
    answer = client.get(f"{campaigns}/1801/readings")

    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == ["date"]
