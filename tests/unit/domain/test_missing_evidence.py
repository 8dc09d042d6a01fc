"""What an organic install's explanation says was missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from appsprint.domain.attribution import attribute_install
from appsprint.domain.attribution_words import say_missing
from appsprint.domain.decision import AttributionRules
from appsprint.domain.ids import ClickId
from appsprint.domain.missing_evidence import MissingEvidence, missing_evidence
from appsprint.testing.builders import make_click
from tests.support.builders import GAID, make_android_evidence, make_evidence

Missing = MissingEvidence
EXACT_MISSING = (Missing.NO_ADVERTISING_ID, Missing.NO_CLICK_ID)


@pytest.mark.parametrize(
    ("referrer", "missing"),
    [
        (None, Missing.NO_REFERRER),
        ("utm_source=(not%20set)", Missing.NO_REFERRER),
        ("utm_source=google-play&utm_medium=organic", Missing.REFERRER_ORGANIC),
        ("utm_source=newsletter", Missing.REFERRER_FOREIGN),
        ("click_id=clk_gone", Missing.REFERRER_UNKNOWN_CLICK),
    ],
)
def test_an_android_install_says_what_play_told(referrer: str | None, missing: Missing) -> None:
    """Each kind of referrer that names no click of ours has words of its own."""
    install = make_android_evidence(referrer=referrer)
    decision = attribute_install(install, [], AttributionRules())

    assert missing_evidence(install, decision) == (
        missing,
        *EXACT_MISSING,
        Missing.NO_CLICK_FROM_ADDRESS,
    )


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"advertising_id": GAID}, Missing.NO_CLICK_WITH_ADVERTISING_ID),
        ({"given_click_id": "clk_gone"}, Missing.UNKNOWN_CLICK_ID),
        ({"address_key": None}, Missing.PRIVATE_ADDRESS),
        ({"address_key": None, "is_shared_network": True}, Missing.SHARED_NETWORK),
    ],
)
def test_an_install_says_what_tied_no_click(changes: dict[str, Any], missing: Missing) -> None:
    """Told by the app, and nothing of ours agrees; an iPhone has no referrer to miss."""
    install = make_evidence(**changes)
    found = missing_evidence(install, attribute_install(install, [], AttributionRules()))

    assert missing in found
    assert len(found) == 3


def test_matching_by_address_that_is_off_is_said() -> None:
    """It is the app's setting, not the traffic."""
    install, rules = make_evidence(), AttributionRules(probabilistic=False)
    decision = attribute_install(install, [make_click()], rules)

    assert missing_evidence(install, decision) == (*EXACT_MISSING, Missing.ADDRESS_MATCHING_OFF)


def test_evidence_that_tied_a_loser_is_not_missing() -> None:
    """The candidate itself says why it lost; a credited install misses nothing."""
    install = make_evidence()
    old = make_click(id=ClickId("clk_old"), age=timedelta(hours=30))
    lost = attribute_install(install, [old], AttributionRules())
    won = attribute_install(install, [make_click()], AttributionRules())

    assert missing_evidence(install, lost) == EXACT_MISSING
    assert missing_evidence(install, won) == ()


@pytest.mark.parametrize("missing", Missing)
def test_each_has_words(missing: Missing) -> None:
    """A whole sentence."""
    assert say_missing(missing).endswith(".")
