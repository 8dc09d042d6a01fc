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
from appsprint.domain.cost import AdLevel
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
