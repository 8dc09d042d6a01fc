"""The store address that an Android click is sent to."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.ids import ClickId
from appsprint.domain.link import AdNetwork, play_store_url
from appsprint.domain.referrer import parse_play_referrer

PLAY = "https://play.google.com/store/apps/details?id=com.example.app"
CLICK = ClickId("clk_0001")


def sent_to(destination_url: str) -> str:
    """Where a click on the link goes."""
    return play_store_url(destination_url, click_id=CLICK, network=AdNetwork.TIKTOK)


def test_the_referrer_names_our_click_and_the_network() -> None:
    """Encoded once, as Play hands it on."""
    assert sent_to(PLAY) == (
        f"{PLAY}&referrer=click_id%3Dclk_0001%26utm_source%3Dtiktok%26utm_medium%3Dpaid"
    )


@pytest.mark.parametrize(
    ("destination_url", "kept"),
    [
        (PLAY, [("id", "com.example.app")]),
        (f"{PLAY}&hl=de&gl=DE", [("id", "com.example.app"), ("hl", "de"), ("gl", "DE")]),
        (f"{PLAY}&referrer=theirs&hl=de", [("id", "com.example.app"), ("hl", "de")]),
        (f"{PLAY}#reviews", [("id", "com.example.app")]),
        (f"{PLAY}&listing=a%26b%20c", [("id", "com.example.app"), ("listing", "a&b c")]),
    ],
)
def test_the_rest_of_the_address_stays(destination_url: str, kept: list[tuple[str, str]]) -> None:
    """But for a referrer that it had: Play passes on only one."""
    parts = urlsplit(sent_to(destination_url))

    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "play.google.com",
        "/store/apps/details",
    )
    assert parse_qsl(parts.query)[:-1] == kept
    assert parts.fragment == ""


def test_an_address_without_a_query_gets_one() -> None:
    """The referrer alone."""
    assert urlsplit(sent_to("https://play.google.com/store/apps/details")).query.startswith(
        "referrer=click_id"
    )


@given(st.text(alphabet="0123456789abcdef_", min_size=1, max_size=40))
def test_what_play_hands_on_tells_the_click(suffix: str) -> None:
    """Our reader finds the id again in the value that Play decodes."""
    click_id = ClickId(f"clk_{suffix}")
    url = play_store_url(PLAY, click_id=click_id, network=AdNetwork.TIKTOK)

    [referrer] = parse_qs(urlsplit(url).query)["referrer"]
    assert parse_play_referrer(referrer).click_id == click_id
