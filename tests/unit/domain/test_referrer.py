"""The Play install referrer: read in every form that Play, browsers and strangers give it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.referrer import (
    MAX_CLICK_ID_LENGTH,
    MAX_TTCLID_LENGTH,
    PlayReferrer,
    ReferrerKind,
    parse_play_referrer,
)

OURS = "click_id=clk_1&utm_source=tiktok&utm_medium=paid&utm_campaign=Spring"
READ = PlayReferrer(
    kind=ReferrerKind.OURS,
    click_id="clk_1",
    utm={"utm_source": "tiktok", "utm_medium": "paid", "utm_campaign": "Spring"},
)


def encoded(text: str, times: int) -> str:
    """The text with every special character encoded so many times."""
    for _ in range(times):
        text = quote(text, safe="")
    return text


@pytest.mark.parametrize("times", [0, 1, 2])
def test_our_referrer_is_read_however_often_it_was_encoded(times: int) -> None:
    """Play decodes once; launchers and browsers encode once or twice more."""
    assert parse_play_referrer(encoded(OURS, times)) == READ


def test_three_encodings_are_not_undone() -> None:
    """Nothing is decoded more than twice."""
    assert parse_play_referrer(encoded(OURS, 3)) == PlayReferrer(kind=ReferrerKind.OTHER)


@pytest.mark.parametrize("raw", [f" {OURS}\n", f"?{OURS}", f"&{OURS}&", f"gclid=x&{OURS}"])
def test_what_stands_around_does_not_matter(raw: str) -> None:
    """Spaces, a question mark, empty pairs and other parameters are passed over."""
    assert parse_play_referrer(raw) == READ


@pytest.mark.parametrize("raw", [None, "", " ", "\t\n", "?"])
def test_no_referrer(raw: str | None) -> None:
    """Play had nothing to say, or the SDK did not ask."""
    assert parse_play_referrer(raw) == PlayReferrer(kind=ReferrerKind.ABSENT)


@pytest.mark.parametrize(
    "raw",
    [
        "(not set)",
        "(not%20set)",
        "%28not%20set%29",
        "%2528not%2520set%2529",
        "(not+set)",
        "utm_source=(not%20set)&utm_medium=(not%20set)",
        "utm_source%3D(not%2520set)%26utm_medium%3D(not%2520set)",
    ],
)
def test_a_referrer_that_is_not_set(raw: str) -> None:
    """Play says so in words, which are no source of an install."""
    assert parse_play_referrer(raw) == PlayReferrer(kind=ReferrerKind.NOT_SET)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_an_organic_referrer(times: int) -> None:
    """A person found the app in the store."""
    referrer = parse_play_referrer(encoded("utm_source=google-play&utm_medium=organic", times))

    assert referrer.kind is ReferrerKind.ORGANIC
    assert referrer.utm == {"utm_source": "google-play", "utm_medium": "organic"}


@pytest.mark.parametrize("raw", ["gclid=Cj0KC", "adjust_reftag=x", "hello", "%", "utm_source=news"])
def test_a_referrer_of_somebody_else(raw: str) -> None:
    """Other networks' links lead to Play as well."""
    assert parse_play_referrer(raw).kind is ReferrerKind.OTHER


def test_our_click_id_outweighs_the_medium() -> None:
    """A link may well call itself organic; the click is still ours."""
    assert parse_play_referrer("click_id=clk_1&utm_medium=organic").kind is ReferrerKind.OURS


def test_a_ttclid_alone_is_no_click_of_ours_but_says_something() -> None:
    """It is kept character for character beside words that are not set."""
    referrer = parse_play_referrer("utm_source=(not set)&ttclid=E.C.P.a%2Bb+c")

    assert referrer == PlayReferrer(kind=ReferrerKind.OTHER, ttclid="E.C.P.a+b+c")


@pytest.mark.parametrize(
    "click_id",
    ["clk_1", "clk_0123456789abcdef0123456789abcdef", "x", "x" * MAX_CLICK_ID_LENGTH, "é", "a+b"],
)
def test_a_click_id_of_printable_characters_is_taken(click_id: str) -> None:
    """Up to 128 of them; whether the click exists is for the store to say."""
    assert parse_play_referrer(f"click_id={quote(click_id)}").click_id == click_id


@pytest.mark.parametrize(
    "click_id",
    ["", " ", "clk 1", "clk\n1", "clk\x001", "clk\u00a01", "x" * (MAX_CLICK_ID_LENGTH + 1)],
)
def test_another_click_id_is_refused(click_id: str) -> None:
    """Never cut or mended to another id."""
    referrer = parse_play_referrer(f"click_id={quote(click_id, safe='')}")

    assert referrer == PlayReferrer(kind=ReferrerKind.OTHER)


def test_an_unexpanded_macro_says_nothing() -> None:
    """A link with macros that the network did not know."""
    referrer = parse_play_referrer("click_id=__CLICKID__&utm_campaign=__CAMPAIGN_NAME__&utm_id=7")

    assert referrer == PlayReferrer(kind=ReferrerKind.OTHER, utm={"utm_id": "7"})


def test_a_long_ttclid_is_refused() -> None:
    """At its limit it stays; beyond, it would be cut to another id."""
    longest = "E" * MAX_TTCLID_LENGTH

    assert parse_play_referrer(f"ttclid={longest}").ttclid == longest
    assert parse_play_referrer(f"ttclid={longest}E").ttclid is None


def test_the_first_of_a_name_counts() -> None:
    """A stranger who appends to our referrer changes nothing in it."""
    assert parse_play_referrer(f"{OURS}&click_id=clk_2&utm_source=else") == READ


def test_utm_values_are_words() -> None:
    """Decoded once, with a plus for a space."""
    assert parse_play_referrer("utm_campaign=Spring+Sale%20%26%20more").utm == {
        "utm_campaign": "Spring Sale & more"
    }


def test_values_inside_two_encodings_stay_as_they_are() -> None:
    """A third decoding could only break them."""
    assert parse_play_referrer(encoded("utm_campaign=100%25", 1)).utm == {"utm_campaign": "100%"}
    assert parse_play_referrer(encoded("utm_campaign=100%25", 2)).utm == {"utm_campaign": "100%25"}


def test_what_is_too_long_is_not_read() -> None:
    """The SDK cuts at 4,096 characters, and so do we; 64 pairs are more than any link has."""
    last = "&click_id=clk_1"
    padding = "x" * (4_096 - len(last))

    assert parse_play_referrer(padding + last).click_id == "clk_1"
    assert parse_play_referrer(f"x{padding}{last}").click_id == "clk_"
    assert parse_play_referrer("a&" * 63 + "click_id=clk_1").click_id == "clk_1"
    assert parse_play_referrer("a&" * 64 + "click_id=clk_1").click_id is None


def test_a_value_cannot_be_changed() -> None:
    """A referrer is a frozen value, its parameters included."""
    with pytest.raises(TypeError):
        READ_AGAIN.utm["utm_source"] = "x"  # type: ignore[index]


READ_AGAIN = parse_play_referrer(OURS)


@given(st.one_of(st.text(), st.text("click_id=&%25utm_o()notsrga ")))
def test_any_text_is_read(raw: str) -> None:
    """No text raises; what comes out keeps its promises and is the same each time."""
    referrer = parse_play_referrer(raw)

    assert referrer == parse_play_referrer(raw)
    assert (referrer.kind is ReferrerKind.OURS) == (referrer.click_id is not None)
    assert all(name.startswith("utm_") and value for name, value in referrer.utm.items())


@given(st.from_regex(r"clk_[0-9a-f]{32}", fullmatch=True), st.integers(0, 2), st.text(max_size=40))
def test_our_click_id_survives_every_way(click_id: str, times: int, campaign: str) -> None:
    """Whatever the campaign is called and however often the referrer was encoded."""
    raw = urlencode({"click_id": click_id, "utm_source": "tiktok", "utm_campaign": campaign})

    assert parse_play_referrer(encoded(raw, times)).click_id == click_id
