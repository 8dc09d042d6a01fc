"""What each feature of a device says for and against a click."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from appsprint.domain.attribution import attribute_install
from appsprint.domain.decision import AttributionRules, InstallEvidence
from appsprint.domain.device import describe_install_device, parse_web_view
from appsprint.testing.builders import make_click
from tests.support.builders import PIXEL_8, make_android_evidence, make_evidence

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def factors(install: InstallEvidence, user_agent: str) -> Mapping[str, float]:
    """What spoke for and against the only click of an address."""
    click = make_click(user_agent=user_agent, address_key=install.address_key)
    rules = AttributionRules(min_confidence=0.0)
    [candidate] = attribute_install(install, [click], rules).candidates
    return {one.name: one.ratio for one in candidate.factors}


def of_iphone(version: str, user_agent: str) -> Mapping[str, float]:
    """Of an iPhone with this version of the system."""
    device = describe_install_device(
        platform="ios", os_version=version, device_model="iPhone15,2", web_view_user_agent=None
    )
    return factors(make_evidence(device=device), user_agent)


def test_a_version_says_more_the_more_of_it_is_known() -> None:
    """Minor versions and patches are rarer; one that every browser shows says little."""
    coarse = of_iphone("17.4.1", IPHONE.format("17"))
    finer = of_iphone("17.4.1", IPHONE.format("17_4"))
    finest = of_iphone("17.4.1", IPHONE.format("17_4_1"))
    frozen = of_iphone("18.7", IPHONE.format("18_7"))

    assert 1 < frozen["os_version"] < coarse["os_version"]
    assert coarse["os_version"] < finer["os_version"] < finest["os_version"]


def test_a_model_says_much_on_android_and_next_to_nothing_on_an_iphone() -> None:
    """Every iPhone's browser says iPhone."""
    assert factors(make_android_evidence(), PIXEL_8)["model"] > 5
    assert of_iphone("17.4.1", IPHONE.format("17_4_1"))["model"] < 1.5


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [("121.0", "122.0", "web_view_version"), ("Build/", "Build/X", "build")],
)
def test_the_web_view_is_the_same_in_all_apps_of_one_device(
    old: str, new: str, factor: str
) -> None:
    """One that is equal speaks for the click, another one against it."""
    install = make_android_evidence(web_view=parse_web_view(PIXEL_8))

    assert factors(install, PIXEL_8)[factor] > 1
    assert factors(install, PIXEL_8.replace(old, new))[factor] < 1


@pytest.mark.parametrize(
    ("referrer", "speaks_against"),
    [
        pytest.param("utm_source=google-play&utm_medium=organic", True, id="organic"),
        pytest.param("utm_source=newsletter", True, id="foreign"),
        pytest.param(None, False, id="none"),
    ],
)
def test_a_referrer_that_names_no_click_of_ours_speaks_against_all(
    referrer: str | None, speaks_against: bool
) -> None:
    """Play told of another way to the store."""
    install = make_android_evidence(referrer=referrer)
    told = {name: ratio for name, ratio in factors(install, PIXEL_8).items() if "referrer" in name}

    assert bool(told) is speaks_against
    assert all(ratio < 1 for ratio in told.values())
