"""TikTok's ad links: what is put into them and what a visited one tells."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.macros import LINK_PARAMETERS, TikTokLinks
from appsprint.ports.ad_network import ClickParameters

LINKS = TikTokLinks()
NOTHING = ClickParameters(
    network_click_id=None,
    campaign_id=None,
    campaign_name=None,
    adgroup_id=None,
    adgroup_name=None,
    ad_id=None,
    ad_name=None,
    placement=None,
    advertising_id=None,
    utm={},
)
IDFA = "6d92078a-8246-4ba4-ae5b-76104861e7dc"
# Where each parameter of a link lands.
FIELDS = {
    "tt_campaign_id": "campaign_id",
    "tt_campaign_name": "campaign_name",
    "tt_adgroup_id": "adgroup_id",
    "tt_adgroup_name": "adgroup_name",
    "tt_ad_id": "ad_id",
    "tt_ad_name": "ad_name",
    "tt_placement": "placement",
    "ttclid": "network_click_id",
    "utm_id": "campaign_id",
    "utm_campaign": "campaign_name",
}


def _field(name: str, value: str) -> Any:
    return getattr(LINKS.read_click({name: value}), FIELDS[name])


def test_a_link_asks_for_campaign_ad_group_ad_and_placement() -> None:
    """The ten pairs of the product's ad link, TikTok's macros as values, in order."""
    assert list(LINKS.link_parameters()) == [
        ("utm_source", "tiktok"),
        ("utm_medium", "paid"),
        ("utm_campaign", "__CAMPAIGN_NAME__"),
        ("utm_id", "__CAMPAIGN_ID__"),
        ("tt_campaign_id", "__CAMPAIGN_ID__"),
        ("tt_adgroup_id", "__AID__"),
        ("tt_adgroup_name", "__AID_NAME__"),
        ("tt_ad_id", "__CID__"),
        ("tt_ad_name", "__CID_NAME__"),
        ("tt_placement", "__PLACEMENT__"),
    ]


def test_a_link_survives_url_encoding_with_its_macros_readable() -> None:
    """TikTok replaces macros as they are written: encoding must not touch them."""
    query = urlencode(LINKS.link_parameters())

    assert "%" not in query
    assert parse_qsl(query) == list(LINK_PARAMETERS)


def test_a_link_stays_below_tiktoks_limits() -> None:
    """At most 14 pairs (TikTok help on UTM parameters), each name once."""
    names = [name for name, _ in LINKS.link_parameters()]

    assert len(names) <= 14
    assert len(names) == len(set(names))


def test_a_filled_in_link_is_read_back() -> None:
    """Every macro comes back in its place, and the utm values as they are."""
    query = {
        "utm_source": "tiktok",
        "utm_medium": "paid",
        "utm_campaign": "Smart / été & more 50%",
        "utm_id": "1845821818257457",
        "tt_campaign_id": "1845821818257457",
        "tt_adgroup_id": "1845821818257458",
        "tt_adgroup_name": "Lookalike 1%",
        "tt_ad_id": "1845821818257459",
        "tt_ad_name": "Vidéo 😀",
        "tt_placement": "TikTok",
        "ttclid": "E_C_P_CscBaB-_",
        "idfa": IDFA.upper(),
    }

    assert LINKS.read_click(query) == ClickParameters(
        network_click_id="E_C_P_CscBaB-_",
        campaign_id="1845821818257457",
        campaign_name="Smart / été & more 50%",
        adgroup_id="1845821818257458",
        adgroup_name="Lookalike 1%",
        ad_id="1845821818257459",
        ad_name="Vidéo 😀",
        placement="TikTok",
        advertising_id=IDFA,
        utm={
            "utm_source": "tiktok",
            "utm_medium": "paid",
            "utm_campaign": "Smart / été & more 50%",
            "utm_id": "1845821818257457",
        },
    )


def test_an_untouched_link_tells_nothing_of_the_ad() -> None:
    """A visit with no macro filled in has only the two fixed utm values."""
    click = LINKS.read_click(dict(LINKS.link_parameters()))

    assert click.utm == {"utm_source": "tiktok", "utm_medium": "paid"}
    assert (click.campaign_id, click.campaign_name, click.ad_name) == (None, None, None)


def test_an_empty_query_tells_nothing() -> None:
    """A click may have no parameters at all."""
    assert LINKS.read_click({}) == NOTHING


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value",
    ["", " ", "__CLICKID__", "__AID__", "%5F%5FCAMPAIGN_ID%5F%5F", "%5f%5fCID%5f%5f", " __X__ "],
)
def test_blank_values_and_unexpanded_macros_are_missing(name: str, value: str) -> None:
    """A macro that is still a macro, encoded or not, is no value."""
    assert _field(name, value) is None


@pytest.mark.parametrize(
    "value",
    ["E.C.P.abc", "E_C_P_abc", "e_c_p_ABC", "123ATXSfe", "a b+c%20d", "x" * 1024, "__", "é😀"],
)
def test_click_ids_are_kept_character_for_character(value: str) -> None:
    """Any case and any form up to 1,024 characters."""
    assert _field("ttclid", value) == value


def test_a_click_id_over_the_limit_is_missing_not_cut() -> None:
    """Half a click id is nobody's."""
    assert _field("ttclid", "x" * 1025) is None


@pytest.mark.parametrize("name", ["tt_campaign_id", "tt_adgroup_id", "tt_ad_id", "utm_id"])
def test_ids_over_the_limit_are_missing_not_cut(name: str) -> None:
    """An id is whole or absent."""
    assert _field(name, "1" * 64) == "1" * 64
    assert _field(name, "1" * 65) is None


@pytest.mark.parametrize("name", ["utm_campaign", "tt_adgroup_name", "tt_ad_name", "tt_placement"])
def test_names_over_the_limit_are_cut(name: str) -> None:
    """A long name is still a name."""
    assert _field(name, "n" * 2000) == "n" * 512


@pytest.mark.parametrize(
    ("query", "campaign_id", "campaign_name", "utm"),
    [
        ({"utm_id": "7", "utm_campaign": "C"}, "7", "C", {"utm_id": "7", "utm_campaign": "C"}),
        ({"tt_campaign_id": "__CAMPAIGN_ID__", "utm_id": "7"}, "7", None, {"utm_id": "7"}),
        ({"tt_campaign_id": "8", "utm_id": "7"}, "8", None, {"utm_id": "7"}),
        ({"tt_campaign_id": "8", "utm_id": "__CAMPAIGN_ID__"}, "8", None, {}),
        ({"tt_campaign_name": "T", "utm_campaign": "U"}, None, "T", {"utm_campaign": "U"}),
        ({"utm_id": "x" * 65}, None, None, {"utm_id": "x" * 65}),
    ],
)
def test_utm_stands_in_for_a_missing_campaign(
    query: dict[str, str], campaign_id: str | None, campaign_name: str | None, utm: dict[str, str]
) -> None:
    """``tt_`` parameters come first; every utm value is kept beside them."""
    click = LINKS.read_click(query)

    assert (click.campaign_id, click.campaign_name, click.utm) == (campaign_id, campaign_name, utm)


@pytest.mark.parametrize("name", ["idfa", "gaid", "advertising_id", "aaid"])
def test_advertising_ids_are_read_in_their_normal_form(name: str) -> None:
    """Lower case, whatever the parameter's name."""
    assert LINKS.read_click({name: IDFA.upper()}).advertising_id == IDFA


@pytest.mark.parametrize(
    "value", ["", "__IDFA__", "00000000-0000-0000-0000-000000000000", "not-an-id", "x" * 5000]
)
def test_no_advertising_id_is_read_from_nothing(value: str) -> None:
    """A declined, unexpanded or odd id identifies nobody, and a later parameter may be good."""
    assert LINKS.read_click({"idfa": value}).advertising_id is None
    assert LINKS.read_click({"idfa": value, "gaid": IDFA}).advertising_id == IDFA


def test_other_utm_parameters_are_kept_within_bounds() -> None:
    """At most 14, names up to 100 characters, values cut at 600, empty and unexpanded ones out."""
    query = {
        "utm_content": "v" * 700,
        "utm_" + "k" * 97: "name too long",
        "utm_term": "__CID_NAME__",
        "utm_empty": "",
        "UTM_SOURCE": "other case",
        "other": "no utm",
        **{f"utm_{number}": "x" for number in range(20)},
    }

    utm = LINKS.read_click(query).utm

    assert utm["utm_content"] == "v" * 600
    assert list(utm)[1:] == [f"utm_{number}" for number in range(13)]


names = st.sampled_from([*FIELDS, "idfa", "gaid", "utm_source", "utm_x"]) | st.text(max_size=120)
macros = st.from_regex(r"\A__[A-Z0-9_]{1,20}__\Z")


@settings(deadline=None)
@given(st.dictionaries(names, st.text(max_size=1100) | macros, max_size=30))
def test_any_query_is_read(query: dict[str, str]) -> None:
    """Nothing that can stand in a link makes reading it fail, and every text is bounded."""
    click = LINKS.read_click(query)

    assert len(click.network_click_id or "") <= 1024
    assert max(len(click.campaign_id or ""), len(click.ad_id or "")) <= 64
    assert max(len(click.campaign_name or ""), len(click.placement or "")) <= 512
    assert len(click.utm) <= 14
    assert all(len(name) <= 100 and len(value) <= 600 for name, value in click.utm.items())


@settings(deadline=None)
@given(macro=macros, name=st.sampled_from(list(FIELDS)))
def test_no_macro_is_ever_taken_for_a_value(macro: str, name: str) -> None:
    """Whatever macro TikTok leaves standing, the field is missing."""
    assert _field(name, macro) is None
