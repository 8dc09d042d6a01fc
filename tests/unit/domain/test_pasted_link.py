"""Pasted ad links: what clicks and ads show of how a link was used."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appsprint.domain.pasted_link import (
    LandingDefect,
    VisitDefect,
    is_store_page_of,
    landing_defect,
    visit_defects,
)

PARAMETERS = (("utm_source", "tiktok"), ("tt_campaign_id", "__CAMPAIGN_ID__"))
VISITED = {"utm_source": "tiktok", "tt_campaign_id": "1801", "ttclid": "E_C_P_x"}
LINK = "https://go.example/c/abc?utm_source=tiktok&tt_campaign_id=__CAMPAIGN_ID__"


@pytest.mark.parametrize(
    ("query", "has_click_id", "defects"),
    [
        pytest.param(VISITED, True, set(), id="a click on the ad"),
        pytest.param(VISITED | {"more": "1"}, True, set(), id="parameters added on the way"),
        pytest.param(VISITED, False, {VisitDefect.CLICK_ID}, id="no click id"),
        pytest.param(
            VISITED | {"tt_campaign_id": "__CAMPAIGN_ID__"},
            True,
            {VisitDefect.MACROS},
            id="a macro that was not filled in",
        ),
        pytest.param(
            VISITED | {"tt_campaign_id": "%5F%5FCAMPAIGN_ID%5F%5F"},
            True,
            {VisitDefect.MACROS},
            id="the same, encoded",
        ),
        pytest.param(
            {"tt_campaign_id": "1801"}, True, {VisitDefect.CHANGED_PARAMETERS}, id="one is gone"
        ),
        pytest.param(
            VISITED | {"utm_source": "mail"},
            True,
            {VisitDefect.CHANGED_PARAMETERS},
            id="one says something else",
        ),
        pytest.param(VISITED | {"tt_campaign_id": ""}, True, set(), id="TikTok had no value"),
        pytest.param(
            {}, False, {VisitDefect.CHANGED_PARAMETERS, VisitDefect.CLICK_ID}, id="a bare link"
        ),
    ],
)
def test_what_a_click_lacks(
    query: dict[str, str], has_click_id: bool, defects: set[VisitDefect]
) -> None:
    """Of what TikTok's ads bring to the link as it was generated."""
    assert visit_defects(query, PARAMETERS, has_click_id=has_click_id) == defects


@pytest.mark.parametrize(
    ("landing", "defect"),
    [
        (LINK, None),
        (LINK.replace("https://go.example", "HTTPS://GO.example"), None),
        (f"{LINK}&utm_id=__CAMPAIGN_ID__", None),
        ("https://go.example/c/abc?tt_campaign_id=__CAMPAIGN_ID__&utm_source=tiktok", None),
        (LINK.replace("https:", "http:"), LandingDefect.CHANGED_ADDRESS),
        (LINK.replace("go.example", "old.example"), LandingDefect.CHANGED_ADDRESS),
        (LINK.replace("/abc", "/ABC"), LandingDefect.CHANGED_ADDRESS),
        ("https://go.example/c/abc", LandingDefect.CHANGED_PARAMETERS),
        (LINK.replace("=tiktok", "=TikTok"), LandingDefect.CHANGED_PARAMETERS),
        (LINK.replace("__CAMPAIGN_ID__", "1801"), LandingDefect.CHANGED_PARAMETERS),
    ],
)
def test_whether_an_ad_has_the_link_as_it_was_generated(
    landing: str, defect: LandingDefect | None
) -> None:
    """Order and additions do no harm; the host's case is none of an address's."""
    assert landing_defect(landing, LINK) is defect


def test_an_app_store_page_in_the_place_of_the_link_is_known() -> None:
    """Only this app's own; any other page is another product's ad."""
    page = "https://apps.apple.com/us/app/example/id1234567890"

    assert is_store_page_of(page, "1234567890")
    assert not is_store_page_of(page, "1")
    assert not is_store_page_of("https://shop.example/", "1234567890")


@given(st.text())
@example("https://[")
def test_no_address_is_too_strange_to_look_at(url: str) -> None:
    """What TikTok lists is read, whatever it is."""
    is_store_page_of(url, "1234567890")
    landing_defect(url, LINK)
