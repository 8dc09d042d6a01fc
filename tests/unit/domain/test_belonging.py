"""Whose campaign it is, where several apps import one ad account."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.belonging import (
    Belonging,
    Landing,
    belonging_of,
    belongings_of,
    landing_slug,
)
from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.ids import AppId

MINE, YOURS = AppId("app_1"), AppId("app_2")


def landing(app_id: AppId, ad_id: str, *, campaign_id: str = "c", adgroup_id: str = "g") -> Landing:
    """An ad that leads to a link of an app."""
    return Landing(ad_id=ad_id, adgroup_id=adgroup_id, campaign_id=campaign_id, app_id=app_id)


@pytest.mark.parametrize(
    ("claimants", "expected"),
    [
        pytest.param(set(), Belonging.UNCLAIMED, id="leads to nobody's link"),
        pytest.param({MINE}, Belonging.OURS, id="to this app's"),
        pytest.param({MINE, YOURS}, Belonging.SHARED, id="to both"),
        pytest.param({YOURS}, Belonging.OTHERS, id="to another's"),
    ],
)
def test_the_landing_page_decides(claimants: set[AppId], expected: Belonging) -> None:
    """One row for each way to stand to an app."""
    assert belonging_of(MINE, claimants) is expected


def test_only_what_is_anothers_alone_is_left_out() -> None:
    """A campaign of two apps is in both reports, one of nobody too: no spend vanishes."""
    found = belongings_of(
        MINE,
        [
            landing(MINE, "a1", campaign_id="c1", adgroup_id="g1"),
            landing(MINE, "a2", campaign_id="c2", adgroup_id="g2"),
            landing(YOURS, "a3", campaign_id="c2", adgroup_id="g3"),
            landing(YOURS, "a4", campaign_id="c3", adgroup_id="g4"),
        ],
    )

    campaigns = {name: found.of(AdLevel.CAMPAIGN, name) for name in ("c1", "c2", "c3", "c4")}
    assert campaigns == {
        "c1": Belonging.OURS,
        "c2": Belonging.SHARED,
        "c3": Belonging.OTHERS,
        "c4": Belonging.UNCLAIMED,
    }
    assert found.left_out(AdLevel.CAMPAIGN) == {"c3"}
    assert found.left_out(AdLevel.ADGROUP) == {"g3", "g4"}
    assert found.left_out(AdLevel.AD) == {"a3", "a4"}


def test_an_ad_group_that_is_not_told_claims_nothing() -> None:
    """The ad and the campaign are still known."""
    found = belongings_of(MINE, [Landing(ad_id="a", adgroup_id=None, campaign_id="c", app_id=MINE)])

    assert found.of(AdLevel.CAMPAIGN, "c") is Belonging.OURS
    assert found.left_out(AdLevel.ADGROUP) == frozenset()


def test_what_leads_to_nobody_goes_with_what_is_above_it() -> None:
    """An ad to a shop below another app's campaign is that app's; in a shared one it is counted."""
    ads = [
        ad("a1", adgroup_id="g1", campaign_id="c1"),
        ad("a2", adgroup_id="g2", campaign_id="c2"),
        ad("a3", adgroup_id="g3", campaign_id="c2"),
    ]
    found = belongings_of(
        MINE,
        [
            landing(YOURS, "b1", campaign_id="c1", adgroup_id="g9"),
            landing(YOURS, "b2", campaign_id="c2", adgroup_id="g2"),
            landing(MINE, "b3", campaign_id="c2", adgroup_id="g4"),
        ],
        ads,
    )

    assert {one.id: found.of(AdLevel.AD, one.id) for one in ads} == {
        "a1": Belonging.OTHERS,
        "a2": Belonging.OTHERS,
        "a3": Belonging.SHARED,
    }
    assert found.of(AdLevel.ADGROUP, "g1") is Belonging.OTHERS


def test_ads_to_take_out_are_those_of_others_below_what_is_counted() -> None:
    """A shared campaign has some; a campaign that is left out whole needs none taken out."""
    found = belongings_of(
        MINE,
        [
            landing(MINE, "a1", campaign_id="c1", adgroup_id="g1"),
            landing(YOURS, "a2", campaign_id="c1", adgroup_id="g1"),
            landing(YOURS, "a3", campaign_id="c1", adgroup_id="g2"),
            landing(YOURS, "a4", campaign_id="c2", adgroup_id="g3"),
        ],
    )

    assert found.foreign_ads(AdLevel.CAMPAIGN) == {"a2": "c1", "a3": "c1"}
    assert found.foreign_ads(AdLevel.ADGROUP) == {"a2": "g1"}


def ad(ad_id: str, *, adgroup_id: str, campaign_id: str) -> AdEntity:
    """An ad of the account."""
    return AdEntity(
        level=AdLevel.AD, id=ad_id, name="Ad", campaign_id=campaign_id, adgroup_id=adgroup_id
    )


landings = st.lists(
    st.builds(
        landing,
        st.sampled_from([MINE, YOURS, AppId("app_3")]),
        st.sampled_from(["a1", "a2", "a3"]),
        campaign_id=st.sampled_from(["c1", "c2"]),
        adgroup_id=st.sampled_from(["g1", "g2"]),
    )
)


@given(landings, st.randoms(use_true_random=False))
def test_everything_is_in_some_report_in_whatever_order_it_is_told(
    told: list[Landing], rng: random.Random
) -> None:
    """What one app leaves out, another app that claims it shows."""
    shuffled = told * 2
    rng.shuffle(shuffled)
    apps = {found.app_id for found in told} | {MINE}
    left_out = [belongings_of(app, shuffled).left_out(AdLevel.CAMPAIGN) for app in apps]

    assert left_out == [belongings_of(app, told).left_out(AdLevel.CAMPAIGN) for app in apps]
    assert not frozenset.intersection(*left_out)


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://go.example/c/aB3xYz?campaign_id=__CAMPAIGN_ID__&ttclid=__CLICKID__", "aB3xYz"),
        ("https://go.example/c/aB3xYz", "aB3xYz"),
        ("https://go.example/c/aB3xYz/", "aB3xYz"),
        ("https://go.example/behind/a/proxy/c/aB3xYz#top", "aB3xYz"),
        ("https://go.example/c/", None),
        ("https://apps.apple.com/us/app/example/id1", None),
        ("https://shop.example/?next=/c/aB3xYz", None),
        ("https://[broken/c/aB3xYz", None),
        ("", None),
        (None, None),
    ],
)
def test_the_slug_of_a_landing_page(url: str | None, slug: str | None) -> None:
    """Read from the path alone; what is no ad link has none, whatever it looks like."""
    assert landing_slug(url) == slug
