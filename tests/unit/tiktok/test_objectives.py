"""What TikTok's objectives make of web events, as far as its pages agree."""

from __future__ import annotations

import pytest

from appsprint.adapters.networks.tiktok.event_names import STANDARD_NAMES, TikTokEventNames
from appsprint.adapters.networks.tiktok.objectives import OPTIMIZED, awaited_events, fit_of
from appsprint.domain.objective import ObjectiveFit

SALES, LEADS = "WEB_CONVERSIONS", "LEAD_GENERATION"


@pytest.mark.parametrize(
    ("event", "sales", "leads"),
    [
        ("AddPaymentInfo", "accepted", "not_accepted"),
        ("AddToCart", "accepted", "not_accepted"),
        ("AddToWishlist", "accepted", "accepted"),
        ("ApplicationApproval", "not_accepted", "disputed"),
        ("CompleteRegistration", "not_accepted", "accepted"),
        ("Contact", "not_accepted", "accepted"),
        ("CustomizeProduct", "not_accepted", "disputed"),
        ("Download", "accepted", "not_accepted"),
        ("FindLocation", "not_accepted", "disputed"),
        ("InitiateCheckout", "accepted", "not_accepted"),
        ("Lead", "not_accepted", "accepted"),
        ("Purchase", "accepted", "not_accepted"),
        ("Schedule", "not_accepted", "disputed"),
        ("Search", "accepted", "accepted"),
        ("StartTrial", "disputed", "not_accepted"),
        ("SubmitApplication", "not_accepted", "disputed"),
        ("SubmitForm", "not_accepted", "accepted"),
        ("Subscribe", "accepted", "unknown"),
        ("ViewContent", "accepted", "unknown"),
        ("LevelUp", "unknown", "unknown"),
    ],
)
def test_the_table_of_the_help_page(event: str, sales: str, leads: str) -> None:
    """Where a page says nothing, or a name is the advertiser's own, nothing is claimed."""
    assert (fit_of(event, SALES), fit_of(event, LEADS)) == (sales, leads)


@pytest.mark.parametrize(
    "objective", ["TRAFFIC", "REACH", "VIDEO_VIEWS", "ENGAGEMENT", "BRAND_CONSIDERATION"]
)
def test_objectives_without_web_events(objective: str) -> None:
    """They optimize for something else, whatever is sent."""
    assert {fit_of(event, objective) for event in STANDARD_NAMES} == {ObjectiveFit.NO_EVENTS}


@pytest.mark.parametrize("objective", ["PRODUCT_SALES", "APP_PROMOTION", "TOMORROWS_OBJECTIVE"])
def test_other_objectives_are_unknown(objective: str) -> None:
    """No list is closed: what TikTok adds is not refused."""
    assert {fit_of(event, objective) for event in STANDARD_NAMES} == {ObjectiveFit.UNKNOWN}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("SHOPPING", {"Purchase"}),
        ("FORM", {"Lead", "SubmitForm"}),
        ("ON_WEB_REGISTER", {"CompleteRegistration"}),
        ("ACTIVE_PAY", set()),
        ("", set()),
    ],
)
def test_what_an_ad_group_waits_for(code: str, names: set[str]) -> None:
    """Codes of app campaigns and codes to come mean no web event that we know."""
    assert TikTokEventNames().awaited_events(code) == names


def test_every_awaited_event_can_be_mapped() -> None:
    """They are standard names, each under one code."""
    awaited = [name for code in OPTIMIZED for name in awaited_events(code)]

    assert len(awaited) == len(set(awaited))
    assert set(awaited) <= set(STANDARD_NAMES)


@pytest.mark.parametrize(
    ("objective", "name"),
    [(SALES, "Sales"), (LEADS, "Lead generation"), ("VIDEO_VIEWS", "Video views")],
)
def test_people_read_names(objective: str, name: str) -> None:
    """As Ads Manager shows them."""
    assert TikTokEventNames().objective_name(objective) == name
